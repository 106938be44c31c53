"""What one look at Prom tells."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: its name, whether it is well, and what was seen (counts and times only)."""

    name: str
    well: bool
    seen: str
