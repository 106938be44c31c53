"""The rows of the worklist, opened: who she is, what it is about, why, how long it has waited and who has her."""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from alerts import triage
from alerts.observation import History
from alerts.rules import Severity
from prom.clinic import charts, reasons
from prom.clinic.levels import Level, course_of, hidden_answer, level_now, scale_of
from prom.clinic.listing import Waiting, episodes_in
from prom.clinic.vocabulary import NAMELESS, Names, Reader, names_of
from prom.crypto import CannotOpen
from prom.patients.queries import Identity, identities
from prom.responses import history
from prom.responses.models import PatientState
from prom.staff.models import Unit
from prom.staff.queries import clinician_names
from prom.worklist.queries import OpenedEvidence, Standing, evidence_of, still_standing

log = structlog.get_logger()

#: The parts of the list, in their order: who needs contact, who has not answered, what waits for the next visit.
SECTIONS = ("contact", "silent", "visit")


@dataclass(frozen=True)
class Chip:
    """One alert in short: its topic, and for a symptom its level now and how it has moved since the last report.

    `answer` is a single answer of 3 or 4 that the level does not show; `course` are the last levels, the oldest first.
    """

    title: str
    severity: Severity
    level: Level | None
    answer: float | None
    is_new: bool
    course: tuple[float, ...] = ()

    @property
    def line(self) -> str:
        """The `d` of a small line through its course; empty where there is nothing to draw."""
        return charts.small(self.course)


@dataclass(frozen=True)
class Row:
    """A patient on the list; without identity where her seals do not open, for she is listed all the same."""

    waiting: Waiting
    identity: Identity | None
    age: int | None
    unit: Unit
    chips: tuple[Chip, ...]
    reasons: tuple[str, ...]
    owners: tuple[str, ...]
    section: str
    share_used: float
    is_late: bool

    @property
    def severity(self) -> Severity:
        """The worst severity."""
        return self.waiting.severity

    @property
    def episodes(self) -> set[uuid.UUID]:
        """The episodes whose alerts it stands for."""
        return episodes_in([self.waiting])


@dataclass(frozen=True)
class _Opened:
    """All that the rows are written from."""

    evidence: Mapping[uuid.UUID, Sequence[OpenedEvidence]]
    people: Mapping[uuid.UUID, Identity]
    clinicians: Mapping[uuid.UUID, str]
    names: Mapping[str, Names]
    histories: Mapping[tuple[uuid.UUID, str], History]


def rows(
    session: Session,
    waiting: Sequence[Waiting],
    states: Sequence[PatientState],
    units: Mapping[uuid.UUID, Unit],
    language: str,
    now: datetime,
) -> list[Row]:
    """Open the list, section by section, in a fixed number of queries. Whoever shows it writes the audit record."""
    try:
        opened = _open(session, waiting, states)
        made = [_row(each, opened, units[each.alerts[0].unit_id], language, now) for each in waiting]
    except CannotOpen:
        # One seal that does not open must hide nobody else: each patient by herself, which takes more queries.
        made = [_row_by_itself(session, each, states, units, language, now) for each in waiting]
    return sorted(made, key=lambda row: SECTIONS.index(row.section))


def _row_by_itself(
    session: Session,
    waiting: Waiting,
    states: Sequence[PatientState],
    units: Mapping[uuid.UUID, Unit],
    language: str,
    now: datetime,
) -> Row:
    unit = units[waiting.alerts[0].unit_id]
    try:
        hers = [state for state in states if state.patient_id == waiting.patient_id]
        return _row(waiting, _open(session, [waiting], hers), unit, language, now)
    except CannotOpen:
        log.error("a row of the worklist does not open", patient_id=str(waiting.patient_id))
    return _unreadable(waiting, unit, language, now)


def _unreadable(waiting: Waiting, unit: Unit, language: str, now: datetime) -> Row:
    return Row(
        waiting=waiting,
        identity=None,
        age=None,
        unit=unit,
        chips=(),
        reasons=(Reader(language, unit.zone).text("worklist.does-not-open"),),
        owners=(),
        section="contact",
        share_used=min(triage.share_used(waiting, now), 1.0),
        is_late=waiting.is_late(now),
    )


def counts(found: Iterable[Row]) -> dict[str, int]:
    """Return how many patients there are per severity, and on the call list; every kind is there."""
    kinds = Counter("silent" if row.section == "silent" else row.severity.word for row in found)
    words = [severity.word for severity in sorted(Severity, reverse=True)]
    return {kind: kinds[kind] for kind in (*words[:-1], "silent", words[-1])}


def _open(session: Session, waiting: Sequence[Waiting], states: Sequence[PatientState]) -> _Opened:
    alerts = [alert for each in waiting for alert in each.alerts]
    people = identities(session, [each.patient_id for each in waiting])
    evidence = evidence_of(session, alerts)
    return _Opened(
        evidence={each.id: still_standing(evidence.get(each.id, ()), each.severity) for each in alerts},
        people=people,
        clinicians=clinician_names(session, [alert.claimed_by for alert in alerts if alert.claimed_by is not None]),
        names=names_of(session, (each.row.rules for found in evidence.values() for each in found if each.row.rules)),
        histories={(state.episode_id, state.questionnaire_url): _past(session, state) for state in states},
    )


def _past(session: Session, state: PatientState) -> History:
    """Open what is kept of the past; without it a chip lacks its arrow, which is no reason to lack the row."""
    try:
        return history.read(session, state)
    except CannotOpen:
        return history.EMPTY


def _row(waiting: Waiting, opened: _Opened, unit: Unit, language: str, now: datetime) -> Row:
    reader = Reader(language, unit.zone)
    identity = opened.people[waiting.patient_id]
    claimed = [alert.claimed_by for alert in waiting.alerts if alert.claimed_by is not None]
    return Row(
        waiting=waiting,
        identity=identity,
        age=identity.age(reader.day_of(now)),
        unit=unit,
        chips=tuple(_chip(alert, opened, reader) for alert in waiting.alerts if opened.evidence.get(alert.id)),
        reasons=_reasons(waiting, opened, reader),
        owners=tuple(opened.clinicians.get(each, "") for each in dict.fromkeys(claimed)),
        section=_section(waiting, opened),
        share_used=min(triage.share_used(waiting, now), 1.0),
        is_late=waiting.is_late(now),
    )


def _chip(alert: Standing, opened: _Opened, reader: Reader) -> Chip:
    found = opened.evidence[alert.id]
    worst = max(found, key=lambda each: (each.row.severity, each.row.found_at))
    names = opened.names.get(worst.row.rules, NAMELESS)
    past = opened.histories.get((alert.episode_id, names.questionnaire_url), history.EMPTY)
    level, scale = level_now(found, past), scale_of(found)
    return Chip(
        title=reasons.title_of(worst.finding, reader),
        severity=Severity(alert.severity),
        level=level,
        answer=hidden_answer(found, level),
        is_new=alert.new_evidence > 0,
        course=course_of(past.previous, scale) if scale is not None else (),
    )


def _reasons(waiting: Waiting, opened: _Opened, reader: Reader) -> tuple[str, ...]:
    sentences = (
        reasons.marked(reasons.sentence(each.finding, opened.names.get(each.row.rules, NAMELESS), reader), each, reader)
        for alert in waiting.alerts
        for each in reasons.in_reading_order(opened.evidence.get(alert.id, ()))
    )
    return tuple(dict.fromkeys(sentences))


def _section(waiting: Waiting, opened: _Opened) -> str:
    """Whoever is only silent stands on the call list; what waits for the visit comes last."""
    codes = {each.finding["reason"]["code"] for alert in waiting.alerts for each in opened.evidence.get(alert.id, ())}
    if codes == {"overdue"}:
        return "silent"
    return "visit" if waiting.severity is Severity.AT_VISIT else "contact"
