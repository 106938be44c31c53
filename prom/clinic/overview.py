"""The parts of a patient's page: her open alerts with their reasons, and what was asked and sent."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.lifecycle import State, is_open
from alerts.observation import History
from alerts.rules import Severity
from prom.assignments.models import Assignment
from prom.clinic import reasons
from prom.clinic.levels import Level, level_now
from prom.clinic.listing import in_order
from prom.clinic.record import Record, Report, snapshot_of
from prom.messaging.models import Message
from prom.responses import wording
from prom.responses.models import WHOLE
from prom.worklist.models import Alert
from prom.worklist.queries import OpenedEvidence, Standing, still_standing
from questionnaires.definition import Texts


@dataclass(frozen=True)
class Why:
    """Why a rule fired, which one (its id, and the name and version of its set), and the hospital's own procedure."""

    words: str
    rule: str
    rule_set: str
    procedure: str | None


@dataclass(frozen=True)
class OpenAlert:
    """An open alert with why it was raised; `taken_by` is None while nobody has it."""

    alert: Alert
    title: str
    severity: Severity
    reasons: tuple[Why, ...]
    level: Level | None
    taken_by: str | None
    is_late: bool

    @property
    def is_taken(self) -> bool:
        """Whether somebody has acknowledged it."""
        return self.alert.state == State.ACKNOWLEDGED

    @property
    def pair(self) -> str:
        """Its id and version, as forms carry them."""
        return f"{self.alert.id}:{self.alert.version}"


@dataclass(frozen=True)
class Contact:
    """Something she was asked, what became of it, and the messages that went out for it."""

    assignment: Assignment
    title: str
    outcome: str
    at: datetime
    messages: tuple[Message, ...]


def open_alerts(record: Record) -> list[OpenAlert]:
    """Return the patient's open alerts, most urgent first."""
    rows = {alert.id: alert for alert in _open(record)}
    ordered = in_order(map(Standing.of, rows.values()), record.now)
    return [_open_alert(record, rows[alert.id]) for alert in ordered]


def _open(record: Record) -> list[Alert]:
    return [alert for alert in record.alerts if is_open(State(alert.state))]


def _open_alert(record: Record, alert: Alert) -> OpenAlert:
    found = still_standing(record.evidence.get(alert.id, ()), alert.severity)
    ordered = reasons.in_reading_order(found)
    said: dict[str, Why] = {}
    for each in ordered:
        why = _why(record, each)
        said.setdefault(why.words, why)
    claimed = alert.claimed_by
    return OpenAlert(
        alert=alert,
        title=reasons.title_of(ordered[0].finding, record.reader) if ordered else "",
        severity=Severity(alert.severity),
        reasons=tuple(said.values()),
        level=level_now(found, _past(record)),
        taken_by=record.clinicians.get(claimed, "") if claimed is not None else None,
        is_late=alert.next_action_at is not None and alert.next_action_at <= record.now,
    )


def _past(record: Record) -> History:
    """What the reports at hand say of the past: newest last, those entered in error left out."""
    counted = [report for report in reversed(record.reports) if report.row.status in WHOLE]
    return History(previous=tuple(snapshot_of(report) for report in counted))


def contacts(record: Record) -> list[Contact]:
    """Return what she was asked, newest first."""
    answers = {report.row.assignment_id: report for report in reversed(record.reports) if report.counts}
    by_assignment: dict[uuid.UUID, list[Message]] = {}
    for message in record.messages:
        if message.assignment_id is not None:
            by_assignment.setdefault(message.assignment_id, []).append(message)
    return [_contact(record, each, answers.get(each.id), by_assignment.get(each.id, [])) for each in record.assignments]


def _contact(record: Record, assignment: Assignment, answer: Report | None, messages: Sequence[Message]) -> Contact:
    instrument = record.instruments.get(assignment.questionnaire)
    title = record.reader.words(instrument.questionnaire.title) if instrument is not None else assignment.questionnaire
    outcome, at = _outcome(record, assignment, answer)
    return Contact(assignment, title, outcome, at, tuple(messages))


def _outcome(record: Record, assignment: Assignment, answer: Report | None) -> tuple[str, datetime]:
    """Return what became of an assignment, as a word of the catalogue, and when."""
    if answer is not None:
        return ("begun" if answer.row.status == "in-progress" else "completed"), answer.row.authored_at
    if assignment.locked_at is not None:
        return "locked", assignment.locked_at
    if assignment.status == "open" and assignment.overdue_at <= record.now:
        return "silent", assignment.overdue_at
    ends = {"open": assignment.expires_at, "expired": assignment.expires_at}
    return assignment.status, ends.get(assignment.status, assignment.opens_at)


@dataclass(frozen=True)
class Received:
    """A report that was taken by phone just now, and what has to be read aloud to the patient."""

    report: Report
    instructions: tuple[str, ...]
    raised: tuple[str, ...]


@dataclass(frozen=True)
class Withdrawn:
    """A report that was entered in error, and the topics that it no longer speaks for."""

    report: Report
    topics: tuple[str, ...]


def withdrawn(record: Record, report: Report) -> Withdrawn:
    """Return what was withdrawn with a report."""
    found = (each for evidence in record.evidence.values() for each in evidence)
    gone = [each for each in found if each.row.response_id == report.row.id and each.row.withdrawn_at is not None]
    titles = (reasons.title_of(each.finding, record.reader) for each in reasons.in_reading_order(gone))
    return Withdrawn(report, tuple(dict.fromkeys(titles)))


def _why(record: Record, evidence: OpenedEvidence) -> Why:
    names, rule = record.names_by(evidence.row.rules), evidence.finding["rule"]
    words = reasons.explained(evidence.finding, names, record.reader)
    return Why(reasons.marked(words, evidence, record.reader), rule, names.rule_set, names.procedures.get(rule))


def received(record: Record, report: Report) -> Received:
    """Return what a stored report raised: the emergencies' instructions, each once, and the titles of all it raised."""
    found = [
        each
        for evidence in record.evidence.values()
        for each in evidence
        if each.row.response_id == report.row.id and each.row.withdrawn_at is None
    ]
    ordered = reasons.in_reading_order(found)
    aloud = (_instruction(record, each) for each in ordered if each.row.severity == Severity.EMERGENCY)
    return Received(
        report=report,
        instructions=tuple(dict.fromkeys(words for words in aloud if words)),
        raised=tuple(dict.fromkeys(reasons.title_of(each.finding, record.reader) for each in ordered)),
    )


def _instruction(record: Record, evidence: OpenedEvidence) -> str:
    texts = evidence.finding["instruction"]
    if not texts:
        return ""
    return wording.instruction(Texts.of(texts), record.about.unit.phone, record.about.identity.language).text
