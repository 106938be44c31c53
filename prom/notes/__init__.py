"""Notes for the record: what an alert was about and what was done, for the hospital's own record system."""
