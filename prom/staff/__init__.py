"""The hospital's units and people, sign-in and permissions."""
