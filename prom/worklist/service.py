"""Raising alerts, and the nurse's verbs. Every change passes the one table of transitions in `alerts.lifecycle`."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from alerts.findings import Finding, Kind
from alerts.lifecycle import Outcome, State, Verb, is_open, next_state
from alerts.rules import Severity
from prom import clock, crypto
from prom.audit import service as audit
from prom.audit.service import SYSTEM, Actor
from prom.db import new_id
from prom.errors import Invalid, StaleVersion
from prom.language import text
from prom.messaging import outbox
from prom.pathways.models import Episode
from prom.patients import sealing
from prom.staff.models import Unit
from prom.worklist.duties import next_action
from prom.worklist.models import Alert, AlertEvent, Evidence
from prom.worklist.queries import CLOSED_STATES

#: A call to the on-call phone that is older than this is no longer worth sending: the next one is on its way.
STAFF_MESSAGE_LASTS = timedelta(hours=1)


@dataclass(frozen=True)
class Origin:
    """Where findings come from: ids only. `response_id` is None for a half-filled form and for silence."""

    tenant_id: uuid.UUID
    patient_id: uuid.UUID
    episode_id: uuid.UUID
    unit_id: uuid.UUID
    assignment_id: uuid.UUID
    response_id: uuid.UUID | None = None


#: Rule, topic and kind: a rule that could not be assessed and then fires for real gives two findings, not one.
FindingIdentity = tuple[str, str, str]
#: The same, and the answers that the finding was made over.
FindingOverAnswers = tuple[FindingIdentity, tuple[tuple[str, Any], ...]]

UNASSESSED: Kind = "could not be assessed"


def identity_of(finding: Finding) -> FindingIdentity:
    """Return what makes a finding the same as another of the same report."""
    return finding.rule, finding.topic, finding.kind


def identity_in(document: Mapping[str, Any]) -> FindingIdentity:
    """Return the same of a finding as it was stored."""
    return document["rule"], document["topic"], document["kind"]


def beyond(findings: Iterable[Finding], earlier: Iterable[Finding]) -> list[Finding]:
    """Return what the earlier findings do not hold: of another rule, or over another answer (38.0, then 40.5)."""
    held = {_over_answers(as_document(each)) for each in earlier}
    return [each for each in findings if _over_answers(as_document(each)) not in held]


def _over_answers(document: Mapping[str, Any]) -> FindingOverAnswers:
    answers = ((name, value) for name, value in document["reason"]["values"].items() if name.endswith("value"))
    return identity_in(document), tuple(sorted(answers))


def hold_episode(session: Session, episode_id: uuid.UUID) -> None:
    """Hold an episode and its open alerts until the transaction ends, so that one report of it is judged at a time.

    Whoever holds an assignment too has locked that first. The alerts are locked in the order of their ids, as a nurse's
    page locks them: neither can wait for the other in a circle. Not to be called with a lock on one of the alerts.
    """
    if episode_id in _held(session):
        return
    # Not FOR UPDATE: rows that only point at the episode may be written meanwhile, also by two who then both come here.
    session.execute(select(Episode.id).where(Episode.id == episode_id).with_for_update(key_share=True))
    hold_alerts(session, episode_id)


def hold_alerts(session: Session, episode_id: uuid.UUID, *, has_alerts: bool = True) -> None:
    """Hold the open alerts of an episode that the caller has locked; `has_alerts` when it knows that there are none.

    There will be none before it lets go either: whoever raises one holds the episode first.
    """
    if has_alerts:
        not_closed = Alert.state.not_in(CLOSED_STATES)
        session.execute(
            select(Alert.id).where(Alert.episode_id == episode_id, not_closed).order_by(Alert.id).with_for_update()
        )
    session.info["held_episodes"] = session.get_transaction(), _held(session) | {episode_id}


def _held(session: Session) -> frozenset[uuid.UUID]:
    """The episodes that this transaction holds."""
    transaction, held = session.info.get("held_episodes", (None, frozenset()))
    return held if transaction is session.get_transaction() else frozenset()


def raise_alerts(
    session: Session,
    origin: Origin,
    findings: Iterable[Finding],
    actor: Actor = SYSTEM,
    typed_now: Collection[Finding] = (),
) -> list[Alert]:
    """Make each finding a duty: it joins the open alert of its patient and topic, or begins a new one.

    The caller holds the lock on the assignment. A finding over an answer that this form has given already (a red flag
    saved and then sent, a report judged again) is not new: its evidence only learns of the response. What is among
    `typed_now` is new whatever was there before: she answered so again, perhaps after a nurse had closed the first.
    """
    found = list(findings)
    if not found:
        return []
    hold_episode(session, origin.episode_id)
    known = _known_evidence(session, origin)
    by_topic: dict[str, list[Finding]] = defaultdict(list)
    for finding in found:
        earlier = known.get(_over_answers(as_document(finding)))
        if earlier is None or finding in typed_now:
            by_topic[finding.topic].append(finding)
        else:
            earlier.response_id = origin.response_id or earlier.response_id
    return [_raise_one(session, origin, topic, new, actor) for topic, new in by_topic.items()]


def _known_evidence(session: Session, origin: Origin) -> dict[FindingOverAnswers, Evidence]:
    """The evidence that this form has given: by saving, by silence, or by this very response when it is judged again.

    What could not be assessed says nothing of the answers, so it is known only for the same response, or for what was
    saved while its alert is still open: a whole report that nobody can judge is more than a begun one.
    """
    rows = session.execute(
        select(Evidence, Alert.state)
        .join(Alert, Alert.id == Evidence.alert_id)
        .where(Evidence.assignment_id == origin.assignment_id, Evidence.withdrawn_at.is_(None))
        .where(Evidence.response_id.is_(None) | (Evidence.response_id == origin.response_id))
        .order_by(Evidence.found_at, Evidence.id)
    )
    known = {}
    for row, state in rows:
        document = sealing.open_column(session, row, "finding")
        of_this_response = row.response_id is not None
        of_this_begun_form = origin.response_id is None and is_open(State(state))
        if document["kind"] != UNASSESSED or of_this_response or of_this_begun_form:
            known[_over_answers(document)] = row
    return known


def leave_to(session: Session, assignment_id: uuid.UUID, response_id: uuid.UUID) -> None:
    """Tie what else a form gave to its response that was entered in error: red flags taken back in time, silence.

    It stays as it is, for a nurse to decide. But when the form is open again, the same answer or silence is a new one.
    """
    session.execute(
        update(Evidence)
        .where(Evidence.assignment_id == assignment_id, Evidence.response_id.is_(None), Evidence.withdrawn_at.is_(None))
        .values(response_id=response_id)
    )


def _raise_one(session: Session, origin: Origin, topic: str, findings: Sequence[Finding], actor: Actor) -> Alert:
    # With the episode in it, or the commonest hash of the table would tell the commonest symptom.
    topic_hash = crypto.keyed_hash(origin.tenant_id, "topic", f"{origin.episode_id}|{topic}")
    alert = session.scalars(
        select(Alert)
        .where(Alert.episode_id == origin.episode_id, Alert.topic_hash == topic_hash, Alert.state.not_in(CLOSED_STATES))
        .with_for_update()
    ).first()
    severity = max(finding.severity for finding in findings)
    if alert is None:
        alert = _new_alert(session, origin, topic, topic_hash, severity)
        verb = "raise"
    else:
        _join(session, alert, severity, len(findings))
        verb = "join"
    for finding in findings:
        _add_evidence(session, origin, alert, finding)
    _event(session, alert, verb)
    audit.about(session, actor, f"alert.{verb}", alert)
    if alert.severity == Severity.EMERGENCY and alert.state != State.ACKNOWLEDGED:
        _ring_on_call(session, alert)
    return alert


def _new_alert(session: Session, origin: Origin, topic: str, topic_hash: bytes, severity: Severity) -> Alert:
    now = clock.now()
    alert = Alert(
        id=new_id(),
        tenant_id=origin.tenant_id,
        patient_id=origin.patient_id,
        episode_id=origin.episode_id,
        unit_id=origin.unit_id,
        topic_hash=topic_hash,
        severity=severity,
        state=State.OPEN,
        raised_at=now,
        waiting_since=now,
        next_action_at=next_action(severity, State.OPEN, now, _zone(session, origin.unit_id)),
        escalations=0,
        new_evidence=0,
    )
    sealing.seal(session, alert, "topic", {"topic": topic})
    session.add(alert)
    session.flush()
    return alert


def _join(session: Session, alert: Alert, severity: Severity, pieces: int) -> None:
    """New evidence: severity rises where it must and never falls; somebody has to look again."""
    graver = severity > alert.severity
    before = State(alert.state)
    alert.severity = max(alert.severity, severity)
    alert.state = next_state(before, Verb.REOPEN)
    alert.new_evidence += pieces
    alert.claimed_by = None
    if before in (State.ACKNOWLEDGED, State.SNOOZED):
        alert.waiting_since = clock.now()
    if graver or before in (State.ACKNOWLEDGED, State.SNOOZED):
        _set_clock(session, alert)
    session.flush()


def _add_evidence(session: Session, origin: Origin, alert: Alert, finding: Finding) -> None:
    evidence = Evidence(
        id=new_id(),
        tenant_id=alert.tenant_id,
        patient_id=alert.patient_id,
        alert_id=alert.id,
        response_id=origin.response_id,
        assignment_id=origin.assignment_id,
        rules=finding.rule_set,
        severity=finding.severity,
        found_at=clock.now(),
    )
    sealing.seal(session, evidence, "finding", as_document(finding))
    session.add(evidence)


def as_document(finding: Finding) -> dict[str, Any]:
    """Write a finding as the JSON document that is sealed."""
    return {
        "rule": finding.rule,
        "topic": finding.topic,
        "kind": finding.kind,
        "title": dict(finding.title.by_language),
        "instruction": dict(finding.instruction.by_language) if finding.instruction else None,
        "reason": {"code": finding.reason.code, "values": dict(finding.reason.values)},
    }


def _ring_on_call(session: Session, alert: Alert) -> None:
    """Put a message to the unit's on-call phone into the outbox. It tells neither who nor what."""
    unit = session.get_one(Unit, alert.unit_id)
    now = clock.now()
    outbox.put(
        session,
        tenant_id=alert.tenant_id,
        kind="on-call",
        key=f"on-call:{alert.id}:{alert.version}",
        to=unit.on_call_phone,
        body=text("message.on-call", "nb", unit=unit.name, time=now.astimezone(ZoneInfo(unit.zone)).strftime("%H:%M")),
        unit_id=unit.id,
        expires_at=now + STAFF_MESSAGE_LASTS,
    )


def acknowledge(session: Session, alert: Alert, version: int, clinician: Actor) -> None:
    """Take an alert as one's own: from now on there is a deadline for contact."""
    _check_version(alert, version)
    before = alert.next_action_at
    alert.state = next_state(State(alert.state), Verb.ACKNOWLEDGE)
    alert.claimed_by, alert.acknowledged_at, alert.new_evidence = clinician.id, clock.now(), 0
    _set_clock(session, alert)
    if alert.severity < Severity.EMERGENCY and before and alert.next_action_at and before > clock.now():
        # Claiming just before the unit closes does not put the contact off until tomorrow.
        alert.next_action_at = min(before, alert.next_action_at)
    _done(session, alert, Verb.ACKNOWLEDGE, clinician)


def note(session: Session, alert: Alert, version: int, clinician: Actor, words: str) -> None:
    """Write down what was done, such as a call that nobody took; the alert stays as it is."""
    _check_version(alert, version)
    if not words.strip():
        raise Invalid("note")
    _event(session, alert, "note", clinician, {"note": words.strip()})
    audit.about(session, clinician, "alert.note", alert)


def resolve(session: Session, alert: Alert, version: int, clinician: Actor, outcome: str, words: str = "") -> None:
    """Close an acknowledged alert with its outcome; raises Invalid without one.

    An emergency is not closed because nobody was reached: it stays, with its deadline, until somebody was.
    """
    _check_version(alert, version)
    if outcome not in set(Outcome) or (alert.severity == Severity.EMERGENCY and outcome == Outcome.NO_CONTACT):
        raise Invalid("outcome")
    alert.state = next_state(State(alert.state), Verb.RESOLVE, Outcome(outcome))
    alert.next_action_at, alert.closed_at = None, clock.now()
    _done(session, alert, Verb.RESOLVE, clinician, {"outcome": outcome, "note": words.strip()})


def return_to_unit(session: Session, alert: Alert, version: int, actor: Actor) -> None:
    """Give an acknowledged alert back: it is nobody's again, and the clock starts anew."""
    _check_version(alert, version)
    alert.state = next_state(State(alert.state), Verb.RETURN_TO_UNIT)
    alert.claimed_by, alert.waiting_since = None, clock.now()
    _set_clock(session, alert)
    _done(session, alert, Verb.RETURN_TO_UNIT, actor)
    if alert.severity == Severity.EMERGENCY:
        _ring_on_call(session, alert)


def escalate(session: Session, alert: Alert) -> None:
    """Nobody acknowledged in time: say so on the list, and for an emergency ring the on-call phone again."""
    alert.state = next_state(State(alert.state), Verb.ESCALATE)
    alert.escalations += 1
    _set_clock(session, alert)
    _done(session, alert, Verb.ESCALATE, SYSTEM)
    if alert.severity == Severity.EMERGENCY:
        _ring_on_call(session, alert)


def overdue(session: Session, limit: int = 200) -> list[uuid.UUID]:
    """Return the ids of open alerts whose next action time has passed, the gravest first."""
    return list(
        session.scalars(
            select(Alert.id)
            .where(Alert.state.not_in(CLOSED_STATES), Alert.next_action_at <= clock.now())
            .order_by(Alert.severity.desc(), Alert.next_action_at)
            .limit(limit)
        )
    )


def act_on_overdue(session: Session, alert_id: uuid.UUID) -> bool:
    """Give an overdue alert back to the unit, or escalate it; idempotent. Returns whether it was to be done.

    One that somebody holds at this moment is left to the next sweep.
    """
    is_overdue = Alert.state.not_in(CLOSED_STATES), Alert.next_action_at <= clock.now()
    alert = session.scalars(
        select(Alert).where(Alert.id == alert_id, *is_overdue).with_for_update(skip_locked=True)
    ).first()
    if alert is None:
        return False
    if alert.state == State.ACKNOWLEDGED:
        return_to_unit(session, alert, alert.version, SYSTEM)
    else:
        escalate(session, alert)
    return True


def sweep_overdue(session: Session, limit: int = 200) -> int:
    """Act on overdue alerts in one transaction, and return on how many. The worker takes a transaction for each."""
    return sum(act_on_overdue(session, alert_id) for alert_id in overdue(session, limit))


def withdraw(session: Session, response_id: uuid.UUID, actor: Actor, keep: Iterable[Finding] = ()) -> int:
    """Take back what a response raised: all of it, or all but the findings that still hold over the same answers.

    An alert that stands on nothing else is entered in error; another falls back to the severity of what is left.
    Returns how many alerts it touched; their history says so.
    """
    rows = session.scalars(
        select(Evidence).where(Evidence.response_id == response_id, Evidence.withdrawn_at.is_(None))
    ).all()
    touched: set[uuid.UUID] = set()
    holds = {_over_answers(as_document(finding)) for finding in keep}
    for row in rows:
        if _over_answers(sealing.open_column(session, row, "finding")) not in holds:
            row.withdrawn_at = clock.now()
            touched.add(row.alert_id)
    session.flush()
    for alert_id in sorted(touched):  # in the order in which everybody locks them
        _weigh_again(session, session.get_one(Alert, alert_id, with_for_update=True), actor)
    return len(touched)


def _weigh_again(session: Session, alert: Alert, actor: Actor) -> None:
    left = session.scalars(
        select(Evidence.severity).where(Evidence.alert_id == alert.id, Evidence.withdrawn_at.is_(None))
    ).all()
    if left:
        alert.severity = max(left)
        _event(session, alert, "evidence-withdrawn", actor)
        audit.about(session, actor, "alert.evidence-withdrawn", alert)
        return
    alert.state = next_state(State(alert.state), Verb.WITHDRAW)
    alert.next_action_at = None
    alert.closed_at = alert.closed_at or clock.now()
    _done(session, alert, Verb.WITHDRAW, actor)


def _check_version(alert: Alert, version: int) -> None:
    if alert.version != version:
        raise StaleVersion("alert")


def _set_clock(session: Session, alert: Alert) -> None:
    state = State(alert.state)
    alert.next_action_at = next_action(Severity(alert.severity), state, clock.now(), _zone(session, alert.unit_id))


def _zone(session: Session, unit_id: uuid.UUID) -> ZoneInfo:
    return ZoneInfo(session.get_one(Unit, unit_id).zone)


def _done(session: Session, alert: Alert, verb: Verb, actor: Actor, words: Mapping[str, str] | None = None) -> None:
    session.flush()
    _event(session, alert, verb, actor, words)
    audit.about(session, actor, f"alert.{verb}", alert)


def _event(
    session: Session, alert: Alert, verb: str, actor: Actor = SYSTEM, words: Mapping[str, str] | None = None
) -> None:
    event = AlertEvent(
        id=new_id(),
        tenant_id=alert.tenant_id,
        patient_id=alert.patient_id,
        alert_id=alert.id,
        at=clock.now(),
        verb=verb,
        state=alert.state,
        clinician_id=actor.id if actor.kind == "clinician" else None,
        note_sealed=None,
    )
    if words:
        sealing.seal(session, event, "note", dict(words))
    session.add(event)


def settle_silence(session: Session, assignment_id: uuid.UUID) -> None:
    """She has answered: what her silence raised no longer holds. What a nurse has resolved stays as she resolved it."""
    rows = session.scalars(
        select(Evidence).where(
            Evidence.assignment_id == assignment_id, Evidence.response_id.is_(None), Evidence.withdrawn_at.is_(None)
        )
    ).all()
    for row in rows:
        if sealing.open_column(session, row, "finding")["reason"]["code"] != "overdue":
            continue
        alert = session.get_one(Alert, row.alert_id, with_for_update=True)
        if is_open(State(alert.state)):
            row.withdrawn_at = clock.now()
            session.flush()
            _weigh_again(session, alert, SYSTEM)
