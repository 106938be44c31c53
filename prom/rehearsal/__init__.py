"""Rehearsing: what a rule set would have raised over the stored history, against what was raised."""
