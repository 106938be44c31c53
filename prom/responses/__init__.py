"""The way in: patients' pages, drafts, and `submit()`."""
