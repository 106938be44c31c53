"""A patient's own page: what she reported, how she is reached, her language, her pause."""
