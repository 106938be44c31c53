"""Counting the SMS of a message. `prom/segments.py`, where it is done, lies lower: pathways are checked by it too."""

from prom.segments import Measured, measure

__all__ = ["Measured", "measure"]
