"""The machines' doors: whoever calls /api or /fhir is known by this very request's bearer token and by nothing else.

A browser never sends such a token by itself, so no form on another site can act through these doors.
"""

from flask import current_app, g, request

from prom.clients.limits import spend
from prom.clients.queries import CallingClient, find_client, remember, remembered
from prom.config import Settings
from prom.db import reading, transaction
from prom.staff import sign_in
from prom.staff.access import at_machine_door
from prom.staff.sign_in import SignedIn


def find_bearer() -> None:
    """Before each request at a machine's door: find out who calls, and count it against the caller's allowance.

    Raises TooMany. An unknown token is nobody's: a route that asks for a permission answers 401.
    """
    authorization = request.authorization
    if not at_machine_door() or authorization is None or authorization.type != "bearer" or not authorization.token:
        return
    found = remembered(authorization.token) or _look_up(authorization.token)
    if found is None:
        return
    settings: Settings = current_app.config["PROM"]
    spend(found.caller_id, settings.requests_per_minute)
    g.caller = found
    if isinstance(found, SignedIn):
        g.signed_in = found


def _look_up(token: str) -> CallingClient | SignedIn | None:
    with reading() as session:
        machine = find_client(session, token)
        person = None if machine else sign_in.find_session(session, token)
        stale = person is not None and sign_in.needs_seen(session, person)
    if machine is not None:
        remember(token, machine)
    if person is not None and stale:
        with transaction() as session:
            sign_in.mark_seen(session, person)
    return machine or person
