"""The handover note of a patient, written on top of her page."""

import uuid

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from prom.clinic.pages.blueprint import go_to_patient, pages
from prom.clinic.pages.patient import patient_page
from prom.clinic.queries import episodes_at
from prom.db import transaction
from prom.errors import Invalid, StaleVersion
from prom.handover import service
from prom.staff.access import requires, signed_in
from prom.staff.permissions import Permission


@pages.post("/patients/<uuid:patient_id>/handover")
@requires(Permission.HANDLE_ALERT)
def write_handover(patient_id: uuid.UUID) -> AnyResponse:
    """Write the note, in the place of the one that the page showed."""
    who, seen = signed_in(), request.form.get("seen-note", "")
    try:
        with transaction() as session:
            episode = episodes_at(session, patient_id, who.unit_ids)[0]
            service.write(
                session, episode, request.form.get("handover", ""), int(seen) if seen.isdecimal() else 0, who.actor
            )
    except StaleVersion:
        return Response(patient_page(patient_id, note_is_stale=True), status=409)
    except Invalid as refused:
        return Response(patient_page(patient_id, refused=refused), status=422)
    return go_to_patient(patient_id)
