"""Alerts as stored duties, and the nurse's verbs."""
