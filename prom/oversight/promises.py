"""What Prom owes to people, for the watch: emergencies reach somebody, and units have rules and recipients."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select, text
from sqlalchemy.orm import Session

from alerts.lifecycle import State as AlertState
from alerts.rules import Severity
from prom.errors import NotFound
from prom.messaging.composing import RIGHTLY_WAITS
from prom.messaging.models import IS_OPEN, Kind, Message, State
from prom.oversight.checking import Check
from prom.oversight.recomputing import UNREADABLE, rules_of
from prom.pathways.models import Episode
from prom.pathways.queries import pathway
from prom.staff.models import Clinician, Unit, UnitMembership
from prom.staff.permissions import PERMISSIONS, Permission
from prom.worklist.models import OPEN, Alert

#: The message to the on-call phone is tried every few seconds; by then it is accepted, or somebody has to run.
REACHED_WITHIN = timedelta(seconds=90)
#: Four tries lie within it. A vendor who refuses, and a message that does not open, show long before the outbox is old.
STUMBLES_FOR = timedelta(seconds=90)


def emergencies(session: Session, now: datetime) -> Check:
    """Whether each emergency that nobody has acknowledged has at least gone out to a phone."""
    waiting = session.scalars(
        select(Alert).where(
            text(OPEN),
            Alert.severity == Severity.EMERGENCY,
            Alert.state.in_((AlertState.OPEN, AlertState.ESCALATED)),
            Alert.waiting_since < now - REACHED_WITHIN,
        )
    )
    alone = sum(1 for alert in waiting if not _has_rung(session, alert))
    return Check("emergencies", alone == 0, f"{alone} that have reached nobody")


def _has_rung(session: Session, alert: Alert) -> bool:
    """Whether a message about an alert (worklist.steps.ring_on_call) was accepted since it began to wait."""
    rang = select(Message.id).where(
        Message.kind == Kind.ON_CALL,
        Message.key.startswith(f"on-call:{alert.id}:"),
        Message.state.in_((State.ACCEPTED, State.DELIVERED)),
        Message.accepted_at >= alert.waiting_since,
    )
    return session.scalars(rang.limit(1)).first() is not None


def stumbling(session: Session, now: datetime) -> Check:
    """Whether messages fail try after try: the vendor refuses, or they cannot be opened."""
    found = session.scalar(
        select(func.count()).where(
            text(IS_OPEN),
            Message.attempts > 1,
            Message.failure.is_not(None),
            Message.failure.not_in(RIGHTLY_WAITS),
            Message.send_after <= now - STUMBLES_FOR,
        )
    )
    return Check("vendor", found == 0, f"{found} messages fail try after try")


def recipients(session: Session) -> Check:
    """Whether each unit that has patients has an on-call phone, and somebody who may act on an alert."""
    may_act = [role for role, allowed in PERMISSIONS.items() if Permission.HANDLE_ALERT in allowed]
    working = (
        select(UnitMembership.unit_id)
        .join(Clinician, Clinician.id == UnitMembership.clinician_id)
        .where(UnitMembership.unit_id == Unit.id, Clinician.active, Clinician.role.in_(may_act))
    )
    has_patients = exists().where(Episode.unit_id == Unit.id, Episode.status == "active")
    alone = session.scalar(
        select(func.count())
        .select_from(Unit)
        .where(has_patients, ~working.exists() | (func.trim(Unit.on_call_phone) == ""))
    )
    return Check("recipients", alone == 0, f"{alone} units with patients and nobody to receive their alerts")


def rules(session: Session) -> Check:
    """Whether there are rules wherever answers are to be judged: published, over that version, and not empty."""
    broken = sum(1 for canonical, asked in _judged(session) if not _are_there(session, canonical, asked))
    return Check("rules", broken == 0, f"{broken} rule sets that are missing or empty")


def _judged(session: Session) -> Iterator[tuple[str, str]]:
    """The rule sets that the running pathways name, each with the questionnaire that it is to judge."""
    running = select(Episode.pathway_url, Episode.pathway_version).where(Episode.status == "active").distinct()
    for url, version in session.execute(running):
        for each in pathway(session, url, version).asked:
            if each.rules is not None:
                yield each.rules, each.questionnaire


def _are_there(session: Session, canonical: str, asked: str) -> bool:
    try:
        document = rules_of(session, canonical)
        url, _, version = asked.partition("|")
        over = document["questionnaire"] == url and version in document["questionnaireVersions"]
        return over and len(document["rules"]) > 0
    except (*UNREADABLE, NotFound):
        return False
