"""What is asked, and what an answer is worth: pure, without a clock, a database or a network."""
