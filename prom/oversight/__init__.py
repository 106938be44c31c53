"""Oversight: who watches that nothing is missed, late or silent."""
