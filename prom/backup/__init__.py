"""Copies of the whole database, sealed, and how an installation comes back from one."""
