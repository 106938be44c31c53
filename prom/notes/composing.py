"""What a note says: read from a closed alert, what it stood on and what was done, in words and as a FHIR document."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.lifecycle import State
from alerts.rules import Severity
from prom import language
from prom.catalogue import queries as catalogue
from prom.clinic import reasons
from prom.clinic.vocabulary import NAMELESS, Reader, names_of
from prom.errors import NotFound
from prom.patients import sealing
from prom.patients.queries import Identity, identity
from prom.responses.models import COUNTS, Response
from prom.staff.models import Clinician, Unit
from prom.staff.queries import clinician_names
from prom.worklist.models import Alert
from prom.worklist.queries import OpenedEvent, events_of, evidence_of, still_standing
from questionnaires.documents import loads


@dataclass(frozen=True)
class Score:
    """A scale's value in one report; None where it could not be worked out."""

    code: str
    title: str
    value: float | None


@dataclass(frozen=True)
class Answered:
    """A report that the alert stood on, opened."""

    row: Response
    document: dict[str, Any]
    scores: tuple[Score, ...]


@dataclass(frozen=True)
class Step:
    """What was done about the alert by somebody, in words."""

    at: datetime
    who: str
    what: str
    words: str


@dataclass(frozen=True)
class Closing:
    """All that a note is written from; its words are in the language of whoever closed the alert."""

    alert: Alert
    person: Identity
    unit: Unit
    reader: Reader
    #: Who closed it; None for the system.
    closed_by: Clinician | None
    closed_at: datetime
    title: str
    reasons: tuple[str, ...]
    reports: tuple[Answered, ...]
    steps: tuple[Step, ...]

    @property
    def is_mistake(self) -> bool:
        """Whether the alert was taken back."""
        return self.alert.state == State.ENTERED_IN_ERROR

    def when(self, instant: datetime) -> str:
        """Write an instant as the unit's wall time."""
        return language.as_instant(instant, self.unit.zone, self.reader.language)

    @property
    def heading(self) -> str:
        """What the alert was about and how grave it was."""
        severity = self.reader.text(f"severity.{self.severity}")
        return self.reader.text("note.heading", title=self.title, severity=severity.lower())

    @property
    def severity(self) -> str:
        """Its severity's word."""
        return Severity(self.alert.severity).word


def closing_of(session: Session, alert: Alert) -> Closing:
    """Open all that the note on a closed alert is written from. Whoever asks writes the audit record."""
    events = events_of(session, [alert])[alert.id]
    last = [each for each in events if each.row.verb != "evidence-withdrawn"][-1]
    closed_by = session.get(Clinician, last.row.clinician_id) if last.row.clinician_id is not None else None
    unit = session.get_one(Unit, alert.unit_id)
    reader = Reader(closed_by.language if closed_by is not None else "nb", unit.zone)
    standing = still_standing(evidence_of(session, [alert]).get(alert.id, ()), alert.severity)
    found = reasons.in_reading_order(standing)
    names = names_of(session, (each.row.rules for each in found))
    said = (
        reasons.marked(reasons.sentence(each.finding, names.get(each.row.rules, NAMELESS), reader), each, reader)
        for each in found
    )
    return Closing(
        alert=alert,
        person=identity(session, alert.patient_id),
        unit=unit,
        reader=reader,
        closed_by=closed_by,
        closed_at=last.row.at,
        title=reasons.title_of(found[0].finding, reader) if found else "",
        reasons=tuple(dict.fromkeys(said)),
        reports=_reports(session, {each.row.response_id for each in found} - {None}, reader),
        steps=_steps(session, events, reader),
    )


def _reports(session: Session, response_ids: set[uuid.UUID | None], reader: Reader) -> tuple[Answered, ...]:
    """The reports that it stood on, but for those that were entered in error: they belong in no record as valid."""
    counting = select(Response).where(Response.id.in_(response_ids), COUNTS)
    rows = session.scalars(counting.order_by(Response.authored_at)).all()
    return tuple(
        Answered(row, loads(sealing.open_column(session, row, "document")), _scores(session, row, reader))
        for row in rows
    )


def _scores(session: Session, row: Response, reader: Reader) -> tuple[Score, ...]:
    try:
        key = catalogue.instrument(session, row.questionnaire).key
    except NotFound:
        key = None
    titles = {scale.code: reader.words(scale.title) for scale in key.scales} if key is not None else {}
    scores = sealing.open_column(session, row, "scores")["scores"]
    return tuple(Score(code, titles.get(code, code), score["value"]) for code, score in scores.items())


def _steps(session: Session, events: Sequence[OpenedEvent], reader: Reader) -> tuple[Step, ...]:
    """What people did; what the system did of itself is no part of the record."""
    names = clinician_names(session, [each.row.clinician_id for each in events if each.row.clinician_id is not None])
    return tuple(
        Step(each.row.at, names[each.row.clinician_id], _what(each, reader), each.note)
        for each in events
        if each.row.clinician_id is not None
    )


def _what(event: OpenedEvent, reader: Reader) -> str:
    done = reader.text(f"step.{event.row.verb}")
    outcome = f": {reader.text(f'outcome.{event.outcome}')}" if event.outcome else ""
    place = f", {reader.text(f'place.{event.place}').lower()}" if event.place else ""
    return f"{done}{outcome}{place}"


def text_of(closing: Closing) -> str:
    """Write the note as text to paste: plain lines that any record system takes."""
    reader, person = closing.reader, closing.person
    born = language.as_date(person.birth_date, reader.language)
    lines = [
        reader.text("note.title"),
        reader.text("note.patient", name=person.name, number=person.national_number, born=born),
        reader.text("note.unit", unit=closing.unit.name),
        "",
        closing.heading,
        reader.text("note.raised", at=closing.when(closing.alert.raised_at)),
        *([reader.text("note.mistake")] if closing.is_mistake else []),
        *(f"- {reason}" for reason in closing.reasons),
        "",
        reader.text("note.done"),
        *(_line(closing, step) for step in closing.steps),
    ]
    for report in closing.reports:
        worth = ", ".join(f"{score.title} {_value(score, reader)}" for score in report.scores)
        lines += ["", reader.text("note.scores", at=closing.when(report.row.authored_at)), worth]
    return "\n".join(lines) + "\n"


def _line(closing: Closing, step: Step) -> str:
    words = f" – {' '.join(step.words.split())}" if step.words else ""
    return f"- {closing.when(step.at)} {step.what} ({step.who}){words}"


def _value(score: Score, reader: Reader) -> str:
    return reader.number(score.value) if score.value is not None else reader.text("note.no-score")
