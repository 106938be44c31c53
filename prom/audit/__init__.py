"""Who read or wrote what: an append-only log, written beside each read and write."""
