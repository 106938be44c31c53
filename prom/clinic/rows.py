"""The rows of the worklist: what each shows, how long she has waited and who has her."""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from alerts import triage
from alerts.rules import Severity
from prom.clinic.listing import Waiting, episodes_in
from prom.clinic.shown import Chip, Shown, shown
from prom.clinic.vocabulary import Reader
from prom.patients.queries import Identity
from prom.responses.models import PatientState
from prom.staff.models import Unit
from prom.staff.queries import clinician_names

#: The parts of the list, in their order: who needs contact, who has not answered, what waits for the next visit.
SECTIONS = ("contact", "silent", "visit")


@dataclass(frozen=True)
class Row:
    """A patient on the list; without what it shows where her seals do not open, for she is listed all the same."""

    waiting: Waiting
    shown: Shown | None
    age: int | None
    unit: Unit
    reasons: tuple[str, ...]
    owners: tuple[str, ...]
    section: str
    share_used: float
    is_late: bool

    @property
    def identity(self) -> Identity | None:
        """Who she is."""
        return self.shown.identity if self.shown is not None else None

    @property
    def chips(self) -> tuple[Chip, ...]:
        """Her alerts in short."""
        return self.shown.chips if self.shown is not None else ()

    @property
    def severity(self) -> Severity:
        """The worst severity."""
        return self.waiting.severity

    @property
    def episodes(self) -> set[uuid.UUID]:
        """The episodes whose alerts it stands for."""
        return episodes_in([self.waiting])


def rows(
    session: Session,
    waiting: Sequence[Waiting],
    states: Sequence[PatientState],
    units: Mapping[uuid.UUID, Unit],
    language: str,
    now: datetime,
) -> list[Row]:
    """Open the list, section by section, in a fixed number of queries. Whoever shows it writes the audit record."""
    found: dict[uuid.UUID, Shown] = {}
    for zone in {units[each.alerts[0].unit_id].zone for each in waiting}:
        there = [each for each in waiting if units[each.alerts[0].unit_id].zone == zone]
        found |= shown(session, there, states, Reader(language, zone), now)
    claimed = {alert.claimed_by for each in waiting for alert in each.alerts if alert.claimed_by is not None}
    names = clinician_names(session, sorted(claimed))
    made = [
        _row(each, found.get(each.patient_id), names, units[each.alerts[0].unit_id], language, now) for each in waiting
    ]
    return sorted(made, key=lambda row: SECTIONS.index(row.section))


def counts(found: Iterable[Row]) -> dict[str, int]:
    """Return how many patients there are per severity, and on the call list; every kind is there."""
    kinds = Counter("silent" if row.section == "silent" else row.severity.word for row in found)
    words = [severity.word for severity in sorted(Severity, reverse=True)]
    return {kind: kinds[kind] for kind in (*words[:-1], "silent", words[-1])}


def _row(
    waiting: Waiting, opened: Shown | None, names: Mapping[uuid.UUID, str], unit: Unit, language: str, now: datetime
) -> Row:
    reader = Reader(language, unit.zone)
    claimed = [alert.claimed_by for alert in waiting.alerts if alert.claimed_by is not None]
    return Row(
        waiting=waiting,
        shown=opened,
        age=opened.identity.age(reader.day_of(now)) if opened is not None else None,
        unit=unit,
        reasons=opened.reasons if opened is not None else (reader.text("worklist.does-not-open"),),
        owners=tuple(names.get(each, "") for each in dict.fromkeys(claimed)) if opened is not None else (),
        section=opened.section if opened is not None else "contact",
        share_used=min(triage.share_used(waiting, now), 1.0),
        is_late=waiting.is_late(now),
    )
