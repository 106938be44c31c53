"""Machines that may call: registered clients, their scopes, and how much they may ask."""
