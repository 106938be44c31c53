"""Scoring a response and holding it against its rules. What cannot be assessed is a finding, never a silent pass."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.orm import Session

from alerts.evaluation import could_not_be_assessed, evaluate, immediate, observe, overdue, snapshot_of
from alerts.expecting import held_back
from alerts.findings import Finding
from alerts.observation import History, Observation, Snapshot
from alerts.own_limits import telling_the_usual, with_own_limits
from alerts.rules import RuleSet
from prom import clock
from prom.assignments.models import Assignment
from prom.catalogue import queries as catalogue
from prom.catalogue.queries import Instrument
from prom.crypto import CannotOpen
from prom.patients.queries import identity
from prom.responses import circumstances, scored
from prom.responses.completing import not_computed
from prom.responses.decided import NOTHING, ForReport, for_report
from questionnaires.answers import QuestionnaireResponse

log = structlog.get_logger()

#: What cannot be opened or understood. A database that cannot answer is another matter.
UNREADABLE = (CannotOpen, LookupError, ValueError, TypeError, AttributeError, ArithmeticError)


@dataclass(frozen=True)
class Judged:
    """What a response is worth (None where scoring failed), and what it raises."""

    observation: Observation | None
    findings: tuple[Finding, ...]
    #: What it was scored with.
    instrument: Instrument | None = None
    #: Those of the findings that a clinician expected, each with her decision; they are stored and nobody's duty.
    held: tuple[tuple[Finding, uuid.UUID], ...] = ()
    #: Decisions whose expected level this report shows to be worse.
    broken: tuple[uuid.UUID, ...] = ()

    @property
    def raised(self) -> tuple[Finding, ...]:
        """The findings that somebody must act on."""
        return tuple(each for each in self.findings if not any(each is finding for finding, _ in self.held))

    @property
    def snapshot(self) -> Snapshot | None:
        """What the history keeps of it."""
        return snapshot_of(self.observation) if self.observation else None

    @property
    def scores_document(self) -> dict[str, Any]:
        """Row and scores as the JSON document that is sealed beside the answers (prom/responses/scored.py)."""
        if self.observation is None or self.instrument is None:
            return {"scores": {}, "attributes": {}}
        return scored.document_of(self.observation, self.instrument.questionnaire, self.instrument.key)


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
    by: RuleSet | None = None,
    has_decisions: bool = True,
) -> Judged:
    """Score and evaluate a response against the rules of its assignment; a failure on the way is itself a finding.

    `by` are other rules to judge it by instead, to see what they would have raised. `has_decisions` is False where the
    caller knows that no clinician has decided anything for this patient.
    """
    observation = None
    try:
        observation = _observe(session, assignment, instrument, given, source, authored, complete)
    except Exception as failure:
        red_flags = _without_scores(session, assignment, instrument, given, source, authored, by)
        return Judged(None, (*red_flags, _failed("scoring", failure)))
    unknown = _not_computed(instrument, given, authored)
    if assignment.rules is None and by is None:
        return Judged(observation, unknown, instrument)
    try:
        rules = by or _rules_of(session, assignment)
        seen = circumstances.within(session, assignment, rules, observation)
        hers, unread = _decided(session, assignment, authored) if has_decisions else (NOTHING, ())
        found = _evaluated(rules, seen, history, hers)
        held = held_back(rules, seen, hers.expected.values(), found)
        decisions = {expected.scale: decision for decision, expected in hers.expected.items()}
        return Judged(
            observation,
            (*found, *unknown, *unread),
            instrument,
            held=tuple((each.finding, decisions[each.expected.scale]) for each in held),
            broken=tuple(decision for decision, each in hers.expected.items() if each.is_broken(seen)),
        )
    except Exception as failure:
        return Judged(observation, (_failed("rules", failure),), instrument)


def _evaluated(
    rules: RuleSet, seen: Observation, history: History, hers: ForReport, *, at_once: bool = False
) -> tuple[Finding, ...]:
    """Evaluate by the rules with the limits and the baseline that are hers."""
    own, now = with_own_limits(rules, hers.limits), clock.now()
    found = immediate(own, seen, now) if at_once else evaluate(own, seen, hers.past(history), now)
    return telling_the_usual(found, rules, hers.limits)


def _decided(session: Session, assignment: Assignment, authored: datetime) -> tuple[ForReport, tuple[Finding, ...]]:
    """Read what was decided for her; where that cannot be read everything is judged as usual, and that is a finding."""
    try:
        return for_report(session, assignment, authored), ()
    except UNREADABLE as failure:
        return NOTHING, (_failed("decisions", failure),)


def _not_computed(
    instrument: Instrument | None, given: QuestionnaireResponse, authored: datetime
) -> tuple[Finding, ...]:
    """Return that something could not be calculated: what it would have shown, or asked for, nobody knows."""
    if instrument is None or not not_computed(instrument.questionnaire, given, authored):
        return ()
    log.error("could not be assessed", step="calculation")
    return (could_not_be_assessed("calculation", clock.now()),)


def _without_scores(
    session: Session,
    assignment: Assignment,
    instrument: Instrument | None,
    given: QuestionnaireResponse,
    source: str,
    authored: datetime,
    by: RuleSet | None = None,
) -> tuple[Finding, ...]:
    """Return the emergencies that the answers alone show: a broken scorer must not silence a fever."""
    if instrument is None or (assignment.rules is None and by is None):
        return ()
    try:
        unscored = replace(instrument, key=None)
        observation = _observe(session, assignment, unscored, given, source, authored, complete=False)
        rules = by or _rules_of(session, assignment)
        seen = circumstances.within(session, assignment, rules, observation)
        hers, unread = _decided(session, assignment, authored)
        return (*_evaluated(rules, seen, History(), hers, at_once=True), *unread)
    except Exception as failure:
        log.error("red flags could not be assessed", failure=type(failure).__name__)
        return ()


def judge_at_once(
    session: Session, assignment: Assignment, instrument: Instrument, given: QuestionnaireResponse
) -> tuple[Finding, ...]:
    """Return the emergencies of a half-filled form, as every save asks for them."""
    now = clock.now()
    if assignment.rules is None:
        return ()
    try:
        observation = _observe(session, assignment, instrument, given, "patient", now, False)
        rules = _rules_of(session, assignment)
        seen = circumstances.within(session, assignment, rules, observation)
        hers, unread = _decided(session, assignment, now)
        return (*_evaluated(rules, seen, History(), hers, at_once=True), *unread)
    except Exception as failure:
        red_flags = _without_scores(session, assignment, instrument, given, "patient", now)
        return (*red_flags, _failed("rules", failure))


def items_of(finding: Finding) -> frozenset[str]:
    """Return the link ids of the items that a finding names as its reason; a finding over a score names none."""
    values = finding.reason.values
    return frozenset(str(value) for name, value in values.items() if name.endswith("item") and value is not None)


def judge_silence(session: Session, assignment: Assignment, *, begun: bool) -> tuple[Finding, ...]:
    """Return what it means that nobody answered, or that somebody began and did not send."""
    if assignment.rules is None:
        return ()
    hours = (clock.now() - assignment.due_at).total_seconds() / 3600
    try:
        rules = _rules_of(session, assignment)
        return overdue(rules, clock.now(), begun=begun, hours=hours)
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


def _rules_of(session: Session, assignment: Assignment) -> RuleSet:
    """The rules that judge an assignment; raises LookupError where they are for another questionnaire or version."""
    rules = catalogue.rule_set(session, assignment.rules or "")
    if not rules.covers(assignment.questionnaire):
        raise LookupError("the rules are for another questionnaire")
    return rules


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
