"""The nurse's verbs: acknowledge, note, resolve, enter in error, give back; on all the alerts that a form carries."""

import uuid
from collections.abc import Callable

from flask import Response, request, url_for
from sqlalchemy.orm import Session
from werkzeug.utils import redirect
from werkzeug.wrappers import Response as AnyResponse

from prom.clinic import handling
from prom.clinic.handling import Press
from prom.clinic.pages.blueprint import filters_in, go_to_patient, pages
from prom.clinic.pages.patient import patient_page, seen_at
from prom.clinic.queries import episodes_at
from prom.db import transaction
from prom.errors import Invalid, StaleVersion
from prom.staff.access import requires, signed_in
from prom.staff.permissions import Permission


@pages.post("/patients/<uuid:patient_id>/acknowledge")
@requires(Permission.HANDLE_ALERT)
def acknowledge(patient_id: uuid.UUID) -> AnyResponse:
    """Take a patient's alerts, from her page or from the list."""
    return _act(patient_id, handling.acknowledge)


@pages.post("/patients/<uuid:patient_id>/note")
@requires(Permission.HANDLE_ALERT)
def note(patient_id: uuid.UUID) -> AnyResponse:
    """Write down what was done."""
    words = request.form.get("note", "")
    return _act(patient_id, lambda session, press: handling.note(session, press, words))


@pages.post("/patients/<uuid:patient_id>/resolve")
@requires(Permission.HANDLE_ALERT)
def resolve(patient_id: uuid.UUID) -> AnyResponse:
    """Record the contact and its outcome, and close the alerts."""
    outcome, place, words = (request.form.get(name, "") for name in ("outcome", "place", "words"))
    return _act(patient_id, lambda session, press: handling.resolve(session, press, outcome, place, words))


@pages.post("/patients/<uuid:patient_id>/enter-in-error")
@requires(Permission.HANDLE_ALERT)
def enter_in_error(patient_id: uuid.UUID) -> AnyResponse:
    """Take back alerts that were mistakes."""
    reason = request.form.get("reason", "")
    return _act(patient_id, lambda session, press: handling.enter_in_error(session, press, reason))


@pages.post("/patients/<uuid:patient_id>/return")
@requires(Permission.HANDLE_ALERT)
def give_back(patient_id: uuid.UUID) -> AnyResponse:
    """Give alerts back to the unit."""
    return _act(patient_id, handling.give_back)


def _act(patient_id: uuid.UUID, verb: Callable[[Session, Press], None]) -> AnyResponse:
    who = signed_in()
    try:
        with transaction() as session:
            episodes_at(session, patient_id, who.unit_ids)
            seen = handling.parse(request.form.getlist("alert"))
            verb(session, Press(who.actor, who.unit_ids, patient_id, seen))
    except StaleVersion:
        return Response(patient_page(patient_id, stale_since=seen_at()), status=409)
    except Invalid as refused:
        return Response(patient_page(patient_id, refused=refused), status=422)
    if request.form.get("from") == "worklist":
        return redirect(url_for("clinic.show_worklist", **filters_in(request.form)), 303)
    return go_to_patient(patient_id)
