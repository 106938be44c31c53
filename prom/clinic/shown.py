"""What the worklist shows of a patient: who she is, what it is about and why, opened and put into words.

Opening and wording cost most of the page, and seldom change between two looks at it. So they are kept in this process,
bounded and for minutes, under a key of all that they are made from: language, day and definitions, the versions of her
alerts, and the very bytes of her sealed identity, of her past and of her wrapped key, which are read anew each time. A
key that was destroyed thus finds nothing.
"""

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.observation import History
from alerts.rules import Severity
from prom.catalogue.queries import stamp
from prom.clinic import charts, reasons
from prom.clinic.kept import Kept
from prom.clinic.levels import Level, course_of, hidden_answer, level_now, scale_of
from prom.clinic.listing import Waiting
from prom.clinic.vocabulary import NAMELESS, Names, Reader, names_of
from prom.crypto import CannotOpen
from prom.patients.models import Patient, PatientKey
from prom.patients.queries import Identity, identities
from prom.responses import history
from prom.responses.models import PatientState
from prom.worklist.queries import OpenedEvidence, Standing, evidence_of, still_standing

#: A row takes a few kilobytes. Many units at once fit, and nothing stays for long in a process that nobody asks.
MOST, LASTS = 2000, timedelta(minutes=10)

log = structlog.get_logger()


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


@dataclass(frozen=True, eq=False)
class Shown:
    """What a row shows that takes opening; the same object as long as nothing of it has changed."""

    identity: Identity
    chips: tuple[Chip, ...]
    reasons: tuple[str, ...]
    section: str


_kept: Kept[Shown] = Kept(MOST, LASTS)


@dataclass(frozen=True)
class _Opened:
    """All that is put into words."""

    evidence: Mapping[uuid.UUID, Sequence[OpenedEvidence]]
    people: Mapping[uuid.UUID, Identity]
    names: Mapping[str, Names]
    histories: Mapping[tuple[uuid.UUID, str], History]


def shown(
    session: Session, waiting: Sequence[Waiting], states: Sequence[PatientState], reader: Reader, now: datetime
) -> dict[uuid.UUID, Shown]:
    """Return patient -> what her row shows, in a fixed number of queries; without those whose seals do not open.

    All of `waiting` are read in one language and zone. Whoever shows it writes the audit record.
    """
    keys = _keys(session, waiting, states, reader, now)
    found = {each: kept for each in keys if (kept := _kept.get(keys[each], now)) is not None}
    missing = [each for each in waiting if each.patient_id not in found]
    for patient_id, made in _made(session, missing, states, reader).items():
        found[patient_id] = made
        if patient_id in keys:
            _kept.put(keys[patient_id], made, now)
    return found


def _keys(
    session: Session, waiting: Sequence[Waiting], states: Iterable[PatientState], reader: Reader, now: datetime
) -> dict[uuid.UUID, Hashable]:
    """Return patient -> what her row is made from, of those whose key is there."""
    pasts: dict[uuid.UUID, list[bytes]] = defaultdict(list)
    for state in states:
        pasts[state.patient_id].append(hashlib.sha256(state.history_sealed).digest())
    seals = select(Patient.id, Patient.identity_sealed, PatientKey.wrapped).join(
        PatientKey, PatientKey.patient_id == Patient.id
    )
    ids = [each.patient_id for each in waiting]
    sealed = {row[0]: (row[1], row[2]) for row in session.execute(seals.where(Patient.id.in_(ids)))}
    made_by = (reader, reader.day_of(now), stamp(session))
    return {
        each.patient_id: (
            *made_by,
            sealed[each.patient_id],
            tuple((alert.id, alert.version) for alert in each.alerts),
            tuple(pasts[each.patient_id]),
        )
        for each in waiting
        if each.patient_id in sealed
    }


def _made(
    session: Session, waiting: Sequence[Waiting], states: Sequence[PatientState], reader: Reader
) -> dict[uuid.UUID, Shown]:
    if not waiting:
        return {}
    ids = {each.patient_id for each in waiting}
    theirs = [state for state in states if state.patient_id in ids]
    try:
        opened = _open(session, waiting, theirs)
        return {each.patient_id: _shown(each, opened, reader) for each in waiting}
    except CannotOpen:
        # One seal that does not open must hide nobody else: each patient by herself, which takes more queries.
        if len(waiting) == 1:
            log.error("a row of the worklist does not open", patient_id=str(waiting[0].patient_id))
            return {}
    return {key: made for each in waiting for key, made in _made(session, [each], theirs, reader).items()}


def _open(session: Session, waiting: Sequence[Waiting], states: Sequence[PatientState]) -> _Opened:
    alerts = [alert for each in waiting for alert in each.alerts]
    people = identities(session, [each.patient_id for each in waiting])
    evidence = evidence_of(session, alerts)
    return _Opened(
        evidence={each.id: still_standing(evidence.get(each.id, ()), each.severity) for each in alerts},
        people=people,
        names=names_of(session, (each.row.rules for found in evidence.values() for each in found if each.row.rules)),
        histories={(state.episode_id, state.questionnaire_url): _past(session, state) for state in states},
    )


def _past(session: Session, state: PatientState) -> History:
    """Open what is kept of the past; without it a chip lacks its arrow, which is no reason to lack the row."""
    try:
        return history.read(session, state)
    except CannotOpen:
        return history.EMPTY


def _shown(waiting: Waiting, opened: _Opened, reader: Reader) -> Shown:
    return Shown(
        identity=opened.people[waiting.patient_id],
        chips=tuple(_chip(alert, opened, reader) for alert in waiting.alerts if opened.evidence.get(alert.id)),
        reasons=_reasons(waiting, opened, reader),
        section=_section(waiting, opened),
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
