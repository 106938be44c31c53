"""What an author is told of a questionnaire: what differs, and what is to be mended."""
