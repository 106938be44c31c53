"""Pathway versions, and patients' stays on them."""
