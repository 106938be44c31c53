"""Raising alerts: each finding of a report becomes a duty, one for each patient and topic."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from alerts.findings import Finding
from alerts.lifecycle import State, Verb, next_state
from alerts.rules import Severity
from prom import clock, crypto, metrics
from prom.audit import service as audit
from prom.audit.service import SYSTEM, Actor
from prom.db import insert, new_id
from prom.pathways.models import Episode
from prom.patients import sealing
from prom.worklist import evidence
from prom.worklist.evidence import Origin, as_document, over_answers
from prom.worklist.models import IS_OPEN, Alert
from prom.worklist.steps import due, event, ring_on_call, set_clock


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
    """Hold the open alerts of an episode that the caller has locked; `has_alerts` is False where it knows that
    there are none.

    There will be none before it lets go either: whoever raises one holds the episode first.
    """
    if has_alerts:
        session.execute(
            select(Alert.id).where(Alert.episode_id == episode_id, IS_OPEN).order_by(Alert.id).with_for_update()
        )
    session.info["held_episodes"] = session.get_transaction(), _held(session) | {episode_id}


def _held(session: Session) -> frozenset[uuid.UUID]:
    """The episodes that this transaction holds."""
    transaction, held = session.info.get("held_episodes") or (None, frozenset())
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
    known = evidence.known_evidence(session, origin)
    by_topic: dict[str, list[Finding]] = defaultdict(list)
    for finding in found:
        earlier = known.get(over_answers(as_document(finding)))
        if earlier is None or finding in typed_now:
            by_topic[finding.topic].append(finding)
        else:
            earlier.response_id = origin.response_id or earlier.response_id
    return _raise(session, origin, by_topic, actor) if by_topic else []


_OPEN_ALERTS = (
    select(Alert)
    .where(Alert.episode_id == bindparam("episode"), IS_OPEN)
    .order_by(Alert.id)
    .with_for_update()
    .execution_options(populate_existing=True)
)


def _raise(session: Session, origin: Origin, by_topic: Mapping[str, Sequence[Finding]], actor: Actor) -> list[Alert]:
    joinable = {alert.topic_hash: alert for alert in session.scalars(_OPEN_ALERTS, {"episode": origin.episode_id})}
    raised = [
        _new_alert(session, origin, topic, findings)
        if (earlier := joinable.get(_topic_hash(origin, topic))) is None
        else _join(session, earlier, findings)
        for topic, findings in by_topic.items()
    ]
    fresh = [alert for alert in raised if alert not in session]
    insert(session, *fresh)
    for alert in fresh:
        metrics.alert_raised(session.info, alert.severity)
    steps, stands_on = [], []
    for alert, findings in zip(raised, by_topic.values(), strict=True):
        verb = "join" if alert in session else "raise"
        steps.append(event(session, alert, verb))
        stands_on += [evidence.of_finding(session, origin, alert, finding) for finding in findings]
        audit.about(session, actor, f"alert.{verb}", alert)
        if alert.severity == Severity.EMERGENCY and alert.state != State.ACKNOWLEDGED:
            ring_on_call(session, alert)
    insert(session, *steps, *stands_on)
    return raised


def _topic_hash(origin: Origin, topic: str) -> bytes:
    # With the episode in it, or the commonest hash of the table would tell the commonest symptom.
    return crypto.keyed_hash(origin.tenant_id, "topic", f"{origin.episode_id}|{topic}")


def _new_alert(session: Session, origin: Origin, topic: str, findings: Sequence[Finding]) -> Alert:
    now, severity = clock.now(), max(finding.severity for finding in findings)
    alert = Alert(
        id=new_id(),
        tenant_id=origin.tenant_id,
        patient_id=origin.patient_id,
        episode_id=origin.episode_id,
        unit_id=origin.unit_id,
        topic_hash=_topic_hash(origin, topic),
        severity=severity,
        state=State.OPEN,
        raised_at=now,
        waiting_since=now,
        next_action_at=due(session, origin.unit_id, severity, State.OPEN),
        escalations=0,
        new_evidence=0,
        version=1,
    )
    sealing.seal(session, alert, "topic", {"topic": topic})
    return alert


def _join(session: Session, alert: Alert, findings: Sequence[Finding]) -> Alert:
    """New evidence: severity rises where it must and never falls; somebody has to look again."""
    severity = max(finding.severity for finding in findings)
    graver = severity > alert.severity
    before, promised = State(alert.state), alert.next_action_at
    alert.severity = max(alert.severity, severity)
    alert.state = next_state(before, Verb.REOPEN)
    alert.new_evidence += len(findings)
    alert.claimed_by = None
    if before in (State.ACKNOWLEDGED, State.SNOOZED):
        alert.waiting_since = clock.now()
    if graver or before in (State.ACKNOWLEDGED, State.SNOOZED):
        set_clock(session, alert)
    if graver and promised and alert.next_action_at and promised > clock.now():
        # Worse news just before the unit closes does not put off until tomorrow what was promised for today.
        alert.next_action_at = min(promised, alert.next_action_at)
    session.flush()
    return alert
