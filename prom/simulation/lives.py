"""What the simulation itself knows of each patient, written down as it happens: the truth that Prom is held against."""

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from prom.pathways.definition import Pathway
from prom.simulation.crowd import Fate


@dataclass
class Stay:
    """One stay on a pathway at a unit, in its zone."""

    episode_id: uuid.UUID
    pathway: Pathway
    unit: int
    zone: ZoneInfo
    begun_at: datetime
    #: Each anchor's day, and since when it is known.
    anchors: dict[str, date] = field(default_factory=dict)
    known_since: dict[str, datetime] = field(default_factory=dict)
    ended_at: datetime | None = None
    #: From and until, the latter moved forward where she came back sooner.
    pauses: list[tuple[datetime, datetime]] = field(default_factory=list)

    def paused(self, instant: datetime) -> bool:
        """Whether a pause ran at an instant."""
        return any(begins <= instant < ends for begins, ends in self.pauses)


@dataclass(frozen=True)
class Answer:
    """What she answered when, and which rules it fired; questionnaire and rules without their versions."""

    at: datetime
    episode_id: uuid.UUID
    url: str
    rules: str | None
    findings: frozenset[str]


@dataclass
class Life:
    """A patient as she is outside Prom."""

    fate: Fate
    patient_id: uuid.UUID
    stays: list[Stay]
    died_at: datetime | None = None
    opted_out_at: datetime | None = None
    #: When she answered which assignment, and what; and the responses that told of a red flag.
    answered: dict[uuid.UUID, datetime] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)
    red_flags: list[tuple[uuid.UUID, datetime]] = field(default_factory=list)
    #: What she began and left, and when she last saved an answer of it; and what she had typed of an emergency then.
    left: dict[uuid.UUID, datetime] = field(default_factory=dict)
    left_in_emergency: set[uuid.UUID] = field(default_factory=set)
    #: What she means to answer still.
    intends: set[uuid.UUID] = field(default_factory=set)

    @property
    def stay(self) -> Stay | None:
        """The stay that runs now."""
        return next((each for each in self.stays if each.ended_at is None), None)
