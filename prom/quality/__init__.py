"""The clinic's own figures: what its alerts came to, beside what others have published. It reads; nothing calls it."""
