"""Who stands on the worklist and in which order, from what is plain in the database: nothing is opened here.

It is enough to tell whether the list has changed, so that a browser that asks every few seconds costs next to nothing,
and reads no patient's data until there is something new.
"""

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from sqlalchemy.orm import Session

from alerts import triage
from alerts.lifecycle import State
from alerts.rules import Severity
from prom.clinic.queries import episodes_on
from prom.responses.models import PatientState
from prom.worklist.queries import Standing, standing


@dataclass(frozen=True)
class Choice:
    """Which part of the list somebody looks at: some units, a pathway, hers, nobody's, what is past its time.

    Whoever has one alert in that part stands there with all she has.
    """

    unit_ids: frozenset[uuid.UUID]
    mine: uuid.UUID | None = None
    unassigned: bool = False
    overdue: bool = False
    #: The url of a pathway, whichever its version.
    pathway: str | None = None

    @property
    def narrowed(self) -> tuple[object, ...]:
        """By what the list is narrowed beside the units: part of what makes one list another."""
        return (self.mine, self.unassigned, self.overdue, self.pathway)

    def keeps(self, waiting: "Waiting", now: datetime) -> bool:
        """Whether a patient stands in it, her pathway apart."""
        if self.mine is not None and all(alert.claimed_by != self.mine for alert in waiting.alerts):
            return False
        if self.overdue and not waiting.is_overdue(now):
            return False
        return not self.unassigned or any(alert.claimed_by is None for alert in waiting.alerts)


@dataclass(frozen=True)
class Waiting:
    """One patient's open alerts, most urgent first; the first one gives her place on the list."""

    alerts: tuple[Standing, ...]

    @property
    def patient_id(self) -> uuid.UUID:
        """Whose they are."""
        return self.alerts[0].patient_id

    @property
    def severity(self) -> Severity:
        """The worst severity."""
        return Severity(self.alerts[0].severity)

    @property
    def state(self) -> State:
        """The state of the most urgent one."""
        return State(self.alerts[0].state)

    @property
    def raised_at(self) -> datetime:
        """Since when the most urgent one has been waiting."""
        return self.alerts[0].waiting_since

    @property
    def next_action_at(self) -> datetime | None:
        """When something must have happened about it."""
        return self.alerts[0].next_action_at

    @property
    def to_acknowledge(self) -> tuple[Standing, ...]:
        """The alerts that nobody has taken."""
        return tuple(alert for alert in self.alerts if alert.state != State.ACKNOWLEDGED)

    @property
    def new_evidence(self) -> int:
        """Pieces of evidence that came after somebody had acknowledged, and that nobody has acknowledged since."""
        return sum(alert.new_evidence for alert in self.alerts)

    @property
    def is_escalated(self) -> bool:
        """Whether the time to acknowledge has run out for one of them."""
        return any(alert.state == State.ESCALATED for alert in self.alerts)

    def is_late(self, now: datetime) -> bool:
        """Whether the moment for the next action has passed."""
        return self.next_action_at is not None and self.next_action_at <= now

    def is_overdue(self, now: datetime) -> bool:
        """Whether the time for any of them has run out: it was escalated for that, or will be."""
        return self.is_escalated or any(each.next_action_at and each.next_action_at <= now for each in self.alerts)


def find(session: Session, choice: Choice, now: datetime) -> list[Waiting]:
    """Return who stands on the list, most urgent first."""
    by_patient: dict[uuid.UUID, list[Standing]] = defaultdict(list)
    # All alerts in one order: each patient's lie in it as well, and her first one gives her place.
    for alert in in_order(standing(session, choice.unit_ids), now):
        by_patient[alert.patient_id].append(alert)
    everybody = [Waiting(tuple(alerts)) for alerts in by_patient.values()]
    return _on_pathway(session, [waiting for waiting in everybody if choice.keeps(waiting, now)], choice.pathway)


def _on_pathway(session: Session, waiting: list[Waiting], url: str | None) -> list[Waiting]:
    if url is None:
        return waiting
    on = episodes_on(session, url, episodes_in(waiting))
    return [each for each in waiting if any(alert.episode_id in on for alert in each.alerts)]


def in_order(alerts: Iterable[Standing], now: datetime) -> tuple[Standing, ...]:
    """Return open alerts, most urgent first."""
    urgent = triage.order([Waiting((alert,)) for alert in sorted(alerts, key=attrgetter("id"))], now)
    return tuple(each.alerts[0] for each in urgent)


def mark(waiting: Sequence[Waiting], states: Iterable[PatientState], now: datetime, *circumstances: object) -> str:
    """Return a mark that changes whenever the opened list would: alerts, order, lateness, and the levels behind it."""
    parts: list[object] = list(circumstances)
    for each in waiting:
        parts.append(each.is_late(now))
        parts.extend((alert.id, alert.version) for alert in each.alerts)
    digest = hashlib.sha256(repr(parts).encode())
    # A sealed column is sealed anew whenever it is written, so that its bytes tell of a change without being opened.
    for state in states:
        digest.update(state.history_sealed)
    return digest.hexdigest()[:32]


def episodes_in(waiting: Iterable[Waiting]) -> set[uuid.UUID]:
    """Return the ids of the episodes whose alerts stand on the list."""
    return {alert.episode_id for each in waiting for alert in each.alerts}
