"""The machines' doors: whoever calls /api or /fhir is known by this very request's bearer token and by nothing else.

A browser never sends such a token by itself, so no form on another site can act through these doors.
"""

from flask import current_app, g, request

from prom.clients.limits import spend
from prom.clients.queries import find_client
from prom.config import Settings
from prom.db import reading, transaction
from prom.staff import sign_in
from prom.staff.access import at_machine_door


def find_bearer() -> None:
    """Before each request at a machine's door: find out who calls, and count it against the caller's allowance.

    Raises TooMany. An unknown token is nobody's: a route that asks for a permission answers 401.
    """
    authorization = request.authorization
    if not at_machine_door() or authorization is None or authorization.type != "bearer" or not authorization.token:
        return
    with reading() as session:
        machine = find_client(session, authorization.token)
        person = None if machine else sign_in.find_session(session, authorization.token)
        stale = person is not None and sign_in.needs_seen(session, person)
    caller = machine or person
    if caller is None:
        return
    settings: Settings = current_app.config["PROM"]
    spend(caller.caller_id, settings.requests_per_minute)
    g.caller = caller
    if person is not None:
        g.signed_in = person
        if stale:
            with transaction() as session:
                sign_in.mark_seen(session, person)
