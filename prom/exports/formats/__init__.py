"""One module per file format; prom/exports/writing.py names them."""
