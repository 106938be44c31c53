"""Why an expression is refused, and why one that was taken gave nothing."""

from __future__ import annotations


class NotCovered(Exception):
    """What an expression asks for that is not covered; found when it is compiled."""


class NotComputed(Exception):
    """Why an expression could not be worked out for these answers; names no answer."""
