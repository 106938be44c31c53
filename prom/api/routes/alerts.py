"""Alerts: reading them, and the nurse's verbs. Only a person takes an alert."""

import uuid
from collections.abc import Callable
from typing import Any

from flask import g
from sqlalchemy.orm import Session

from alerts.lifecycle import TransitionRefused
from prom.api import alerts, queries, reads
from prom.api.paging import Cut
from prom.api.routes import versions
from prom.api.routes.requests import ETAG, Resource
from prom.api.schemas import alerts as schemas
from prom.audit import service as audit
from prom.audit.service import Actor
from prom.clinic.queries import locked_alerts
from prom.db import transaction
from prom.errors import Conflict
from prom.staff.access import caller, signed_in
from prom.staff.permissions import Permission
from prom.worklist import service
from prom.worklist.models import Alert
from prom.worklist.queries import alert

resource = Resource("alerts", "Duties for a nurse. A machine may read them; only a person takes one.")

#: What a verb does to an alert of this version, on behalf of this person.
Verb = Callable[[Session, Alert, int, Actor], None]
Sent = tuple[dict[str, Any], dict[str, str]]


@resource.operation("GET", "/alerts", Permission.READ_ALERT, query=schemas.AlertsWanted, returns=schemas.AlertList)
def list_alerts(query: dict[str, Any]) -> dict[str, Any]:
    """List alerts of the caller's units, newest first.

    For their order of urgency ask for the worklist.
    """
    who = caller()
    cut = Cut(query.pop("limit"), query.pop("cursor", None))
    with transaction() as session:
        found = queries.alerts(session, who.unit_ids, cut, **query)
        reads.listed(session, who, "alert", [row.patient_id for row in found.items])
        return {"items": alerts.shown(session, found.items, g.language), "next_cursor": found.next_cursor}


@resource.operation(
    "GET",
    "/alerts/<uuid:alert_id>",
    Permission.READ_ALERT,
    returns=schemas.AlertWithEvents,
    headers={"ETag": ETAG},
)
def show_alert(alert_id: uuid.UUID) -> Sent:
    """Show one alert: why it was raised, and what was done about it."""
    who = caller()
    with transaction() as session:
        row = alert(session, alert_id, who.unit_ids)
        audit.about(session, who.actor, "alert.read", row)
        return _sent(session, row)


@resource.operation(
    "POST",
    "/alerts/<uuid:alert_id>/acknowledge",
    Permission.HANDLE_ALERT,
    returns=schemas.AlertWithEvents,
    headers={"ETag": ETAG},
    if_match=True,
    persons_only=True,
)
def acknowledge_alert(alert_id: uuid.UUID) -> Sent:
    """Take an alert as one's own: from now on there is a deadline for contact."""
    return _act(alert_id, service.acknowledge)


@resource.operation(
    "POST",
    "/alerts/<uuid:alert_id>/note",
    Permission.HANDLE_ALERT,
    takes=schemas.Note,
    returns=schemas.AlertWithEvents,
    headers={"ETag": ETAG},
    if_match=True,
    persons_only=True,
    example={"note": "Ringte, ingen svarte."},
)
def note_alert(alert_id: uuid.UUID, given: dict[str, str]) -> Sent:
    """Write down what was done, such as a call that nobody took; the alert stays as it is."""
    words = given["note"]
    return _act(alert_id, lambda session, row, version, who: service.note(session, row, version, who, words))


@resource.operation(
    "POST",
    "/alerts/<uuid:alert_id>/resolve",
    Permission.HANDLE_ALERT,
    takes=schemas.Resolution,
    returns=schemas.AlertWithEvents,
    headers={"ETag": ETAG},
    if_match=True,
    persons_only=True,
    example={"outcome": "advice", "place": "phone", "words": "Skal drikke mer."},
)
def resolve_alert(alert_id: uuid.UUID, given: dict[str, str]) -> Sent:
    """Close an acknowledged alert with what was done and where.

    An emergency is not closed because nobody was reached: it stays until somebody was.
    """
    return _act(alert_id, lambda session, row, seen, who: service.resolve(session, row, seen, who, **given))


@resource.operation(
    "POST",
    "/alerts/<uuid:alert_id>/enter-in-error",
    Permission.HANDLE_ALERT,
    takes=schemas.Mistake,
    returns=schemas.AlertWithEvents,
    headers={"ETag": ETAG},
    if_match=True,
    persons_only=True,
    example={"reason": "Reist på feil pasient."},
)
def enter_alert_in_error(alert_id: uuid.UUID, given: dict[str, str]) -> Sent:
    """Take back an alert that was a mistake, with the reason.

    Whoever does it while it is open has taken it first. The answers that it stood on stay as they are.
    """
    reason = given["reason"]
    return _act(alert_id, lambda session, row, seen, who: service.enter_in_error(session, row, seen, who, reason))


@resource.operation(
    "POST",
    "/alerts/<uuid:alert_id>/return",
    Permission.HANDLE_ALERT,
    returns=schemas.AlertWithEvents,
    headers={"ETag": ETAG},
    if_match=True,
    persons_only=True,
)
def return_alert(alert_id: uuid.UUID) -> Sent:
    """Give an acknowledged alert back to the unit: it is nobody's again, and the clock starts anew."""
    return _act(alert_id, service.return_to_unit)


def _act(alert_id: uuid.UUID, verb: Verb) -> Sent:
    who = signed_in()
    with transaction() as session:
        seen = alert(session, alert_id, who.unit_ids)
        (row,) = locked_alerts(session, seen.patient_id, [alert_id])
        versions.require(row.version)
        try:
            verb(session, row, row.version, who.actor)
        except TransitionRefused:
            raise Conflict("alert") from None  # the verb is not for the state that this version is in
        return _sent(session, row)


def _sent(session: Session, row: Alert) -> Sent:
    return alerts.with_events(session, row, g.language), versions.tag(row.version)
