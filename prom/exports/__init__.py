"""Files for quality work: the answers and what their columns mean."""
