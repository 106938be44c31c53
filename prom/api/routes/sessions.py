"""Signing in for a token, ending the session, and asking who one is."""

from typing import Any

from flask import Response, g
from sqlalchemy.orm import Session

from prom import clock
from prom.api.routes.requests import Resource
from prom.api.schemas import sessions as schemas
from prom.clients.queries import CallingClient
from prom.clinic.queries import units_by_id
from prom.db import reading, transaction
from prom.errors import TooMany, WrongPassword
from prom.staff import sign_in
from prom.staff.access import Caller, caller, signed_in
from prom.staff.models import Clinician
from prom.staff.permissions import Permission
from prom.staff.sign_in import LOCKED_FOR, SESSION_LASTS, SignedIn

resource = Resource("sessions", "Who calls: a person signs in here for a token; a machine has its own.")


@resource.operation(
    "POST",
    "/sessions",
    None,
    takes=schemas.Credentials,
    returns=schemas.Session,
    status=201,
    refuses=(401, 429),
    example={"username": "nurse", "password": "correct horse battery"},
)
def begin_session(given: dict[str, str]) -> dict[str, Any]:
    """Sign a person in.

    Five wrong passwords lock the account for a quarter of an hour (429).
    """
    username = given["username"].strip()
    with transaction() as session:
        # A refusal is not raised in here: the count of failed attempts has to be committed.
        clinician = sign_in.check_password(session, username, given["password"])
        locked = clinician is None and sign_in.is_locked(session, username)
        token = _begin(session, clinician)
    if locked:
        raise TooMany(retry_after=int(LOCKED_FOR.total_seconds()))
    if token is None:
        raise WrongPassword
    return {"token": token, "token_type": "Bearer", "expires_at": clock.now() + SESSION_LASTS}


def _begin(session: Session, clinician: Clinician | None) -> str | None:
    return sign_in.begin_session(session, clinician) if clinician is not None else None


@resource.operation("DELETE", "/sessions/current", Permission.OWN_SESSION, status=204, persons_only=True)
def end_session() -> Response:
    """End the session of the token that comes with this request."""
    with transaction() as session:
        sign_in.end_session(session, signed_in())
    return Response(status=204)


@resource.operation("GET", "/me", Permission.OWN_SESSION, returns=schemas.Caller)
def show_me() -> dict[str, Any]:
    """Say who calls, with which permissions, for which units."""
    who = caller()
    with reading() as session:
        units = units_by_id(session, who.unit_ids)
    return {
        "kind": who.actor.kind,
        "id": who.actor.id,
        **_described(who),
        "permissions": [permission for permission in Permission if who.may(permission)],
        "language": who.language,
        "units": list(units.values()),
    }


def _described(who: Caller) -> dict[str, Any]:
    if isinstance(who, CallingClient):
        return {"name": who.name, "role": None, "scopes": list(who.scopes)}
    person: SignedIn = g.signed_in
    return {"name": person.display_name, "role": person.role, "scopes": []}
