"""What clinicians, patients and registers do to an episode in its course: one door to what stands in files of its own.

Each verb plans anew what is left to ask.
"""

from prom.assignments.asking import ask_now
from prom.assignments.ending import END_REASONS, end, stop_person
from prom.assignments.links import is_paused
from prom.assignments.moving import change_version, set_anchor
from prom.assignments.pauses import PAUSE_REASONS, pause, resume
from prom.assignments.planning import Moved
from prom.assignments.restoring import restore_person

__all__ = [
    "END_REASONS",
    "PAUSE_REASONS",
    "Moved",
    "ask_now",
    "change_version",
    "end",
    "is_paused",
    "pause",
    "restore_person",
    "resume",
    "set_anchor",
    "stop_person",
]
