"""The handover note: what the next nurse has to know of one patient, on top of her page."""
