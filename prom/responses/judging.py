"""Scoring a response and holding it against its rules. What cannot be assessed becomes a finding, never a silent pass."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.orm import Session

from alerts.evaluation import could_not_be_assessed, evaluate, immediate, observe, overdue, snapshot_of
from alerts.findings import Finding
from alerts.observation import History, Observation, Snapshot
from prom import clock
from prom.assignments.models import Assignment
from prom.catalogue import queries as catalogue
from prom.catalogue.queries import Instrument
from prom.patients.queries import identity
from questionnaires.answers import QuestionnaireResponse

log = structlog.get_logger()


@dataclass(frozen=True)
class Judged:
    """What a response is worth (None where scoring failed), and what it raises."""

    observation: Observation | None
    findings: tuple[Finding, ...]

    @property
    def snapshot(self) -> Snapshot | None:
        """What the history keeps of it."""
        return snapshot_of(self.observation) if self.observation else None

    @property
    def scores_document(self) -> dict[str, Any]:
        """The scores as the JSON document that is sealed beside the answers."""
        if self.observation is None:
            return {"scores": {}, "attributes": {}}
        return {
            "scores": {
                scale: {"value": score.value, "missing": score.missing}
                for scale, score in self.observation.scores.items()
            },
            "attributes": {scale: dict(each) for scale, each in self.observation.attributes.items()},
        }


def judge(
    session: Session,
    assignment: Assignment,
    instrument: Instrument | None,
    given: QuestionnaireResponse,
    history: History,
    *,
    source: str,
    authored: datetime,
    complete: bool,
) -> Judged:
    """Score and evaluate a response against the rules of its assignment; a failure on the way is itself a finding."""
    observation = None
    try:
        observation = _observe(session, assignment, instrument, given, source, authored, complete)
    except Exception as failure:
        red_flags = _without_scores(session, assignment, instrument, given, source, authored)
        return Judged(None, (*red_flags, _failed("scoring", failure)))
    if assignment.rules is None:
        return Judged(observation, ())
    try:
        rules = catalogue.rule_set(session, assignment.rules)
        return Judged(observation, evaluate(rules, observation, history, clock.now()))
    except Exception as failure:
        return Judged(observation, (_failed("rules", failure),))


def _without_scores(
    session: Session,
    assignment: Assignment,
    instrument: Instrument | None,
    given: QuestionnaireResponse,
    source: str,
    authored: datetime,
) -> tuple[Finding, ...]:
    """Return the emergencies that the answers alone show: a broken scorer must not silence a fever."""
    if instrument is None or assignment.rules is None:
        return ()
    try:
        unscored = replace(instrument, key=None)
        observation = _observe(session, assignment, unscored, given, source, authored, complete=False)
        return immediate(catalogue.rule_set(session, assignment.rules), observation, clock.now())
    except Exception as failure:
        log.error("red flags could not be assessed", failure=type(failure).__name__)
        return ()


def judge_at_once(
    session: Session, assignment: Assignment, instrument: Instrument, given: QuestionnaireResponse
) -> tuple[Finding, ...]:
    """Return the emergencies of a half-filled form, as every save asks for them."""
    if assignment.rules is None:
        return ()
    try:
        observation = _observe(session, assignment, instrument, given, "patient", clock.now(), False)
        return immediate(catalogue.rule_set(session, assignment.rules), observation, clock.now())
    except Exception as failure:
        return (_failed("rules", failure),)


def judge_silence(session: Session, assignment: Assignment, *, begun: bool) -> tuple[Finding, ...]:
    """Return what it means that nobody answered, or that somebody began and did not send."""
    if assignment.rules is None:
        return ()
    hours = (clock.now() - assignment.due_at).total_seconds() / 3600
    try:
        return overdue(catalogue.rule_set(session, assignment.rules), clock.now(), begun=begun, hours=hours)
    except Exception as failure:
        return (_failed("rules", failure),)


def _observe(
    session: Session,
    assignment: Assignment,
    instrument: Instrument | None,
    given: QuestionnaireResponse,
    source: str,
    authored: datetime,
    complete: bool,
) -> Observation:
    if instrument is None:
        raise LookupError("the questionnaire's version is not known")
    return observe(
        instrument.questionnaire,
        instrument.key,
        given,
        source=source,
        authored=authored,
        complete=complete,
        age=identity(session, assignment.patient_id).age(authored.date()),
    )


def instrument_of(session: Session, assignment: Assignment) -> Instrument | None:
    """Return the instrument that the assignment was asked with, or None where it cannot be used: a finding says so."""
    try:
        return catalogue.instrument(session, assignment.questionnaire)
    except Exception as failure:
        log.error("instrument failed", failure=type(failure).__name__)
        return None


def _failed(step: str, failure: Exception) -> Finding:
    log.error("could not be assessed", step=step, failure=type(failure).__name__)
    return could_not_be_assessed(step, clock.now())
