"""What was done before: the steps in the lives of a patient's alerts, those made in one press as one step."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from prom.clinic.reasons import title_of
from prom.clinic.record import Record
from prom.worklist.queries import OpenedEvent, OpenedEvidence


@dataclass(frozen=True)
class Step:
    """One thing that happened; `who` is None for the system and the patient's own reports."""

    at: datetime
    verb: str
    who: str | None
    topics: tuple[str, ...]
    outcome: str | None
    place: str | None
    note: str


def steps(record: Record, after: datetime | None = None) -> list[Step]:
    """Return what happened to the patient's alerts, newest first; with `after`, only what came later."""
    merged: dict[tuple[object, ...], list[uuid.UUID]] = {}
    events: dict[tuple[object, ...], OpenedEvent] = {}
    for alert_id, found in record.events.items():
        for event in found:
            if after is None or event.row.at > after:
                key = _key(event)
                events.setdefault(key, event)
                merged.setdefault(key, []).append(alert_id)
    # Ids lie in the order of their making, which tells apart what happened at the same moment.
    newest_first = sorted(merged, key=lambda key: (events[key].row.at, events[key].row.id), reverse=True)
    return [_step(record, events[key], merged[key]) for key in newest_first]


def _key(event: OpenedEvent) -> tuple[object, ...]:
    # One press writes its events within a moment; two presses within the same second are one for a reader, too.
    said = event.outcome, event.place, event.note
    return (event.row.at.replace(microsecond=0), event.row.verb, event.row.clinician_id, *said)


def _step(record: Record, event: OpenedEvent, alert_ids: Sequence[uuid.UUID]) -> Step:
    who = event.row.clinician_id
    topics = (title for alert_id in alert_ids for title in _titles(record, alert_id, record.evidence))
    return Step(
        at=event.row.at,
        verb=event.row.verb,
        who=record.clinicians.get(who, "") if who is not None else None,
        topics=tuple(dict.fromkeys(topics)),
        outcome=event.outcome,
        place=event.place,
        note=event.note,
    )


def _titles(
    record: Record, alert_id: uuid.UUID, evidence: Mapping[uuid.UUID, Sequence[OpenedEvidence]]
) -> Iterator[str]:
    """Name what an alert is about by its gravest evidence."""
    found = evidence.get(alert_id)
    if found:
        yield title_of(max(found, key=lambda each: each.row.severity).finding, record.reader)
