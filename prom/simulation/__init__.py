"""A clinic on a moved clock, through the real services; also what fills the demonstration."""
