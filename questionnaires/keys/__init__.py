"""Scoring keys and instrument keys: read, bound to a questionnaire, and worked out; `scoring` is their door."""
