"""Writing to a patient: the page with what was written to her, and whether she has read it."""

import uuid

from flask import Response, g, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response as AnyResponse

from prom.clinic.pages.blueprint import as_uuid, pages
from prom.clinic.queries import episodes_at
from prom.clinic.reads import record_read
from prom.clinic.vocabulary import Reader
from prom.clinic.written import texts
from prom.communications import queries, service
from prom.db import new_id, transaction
from prom.errors import Conflict, Invalid, Refused
from prom.patients.queries import identity
from prom.staff.access import requires, signed_in
from prom.staff.models import Unit
from prom.staff.permissions import Permission


@pages.get("/patients/<uuid:patient_id>/messages")
@requires(Permission.READ_PATIENT)
def show_messages(patient_id: uuid.UUID) -> str:
    """Show what was written to a patient of hers, with a form for one more."""
    return _page(patient_id)


@pages.post("/patients/<uuid:patient_id>/messages")
@requires(Permission.HANDLE_ALERT)
def send_message(patient_id: uuid.UUID) -> AnyResponse:
    """Write to a patient of hers; the form names its sending, so that a second press sends nothing."""
    who = signed_in()
    try:
        with transaction() as session:
            episode = episodes_at(session, patient_id, who.unit_ids)[0]
            sending = as_uuid(request.form.get("sending")) or new_id()
            service.send(session, sending, episode, request.form.get("words", ""), who.actor)
    except (Invalid, Conflict) as refused:
        return Response(_page(patient_id, refused), status=refused.status)
    return redirect(url_for("clinic.show_messages", patient_id=patient_id), 303)


@pages.post("/patients/<uuid:patient_id>/messages/take-back")
@requires(Permission.HANDLE_ALERT)
def take_back_message(patient_id: uuid.UUID) -> AnyResponse:
    """Show a text to the patient no more."""
    who, wanted = signed_in(), as_uuid(request.form.get("message"))
    with transaction() as session:
        service.take_back(session, queries.one(session, wanted, patient_id, who.unit_ids), who.actor)
    return redirect(url_for("clinic.show_messages", patient_id=patient_id), 303)


def _page(patient_id: uuid.UUID, refused: Refused | None = None) -> str:
    who = signed_in()
    with transaction() as session:
        episode = episodes_at(session, patient_id, who.unit_ids)[0]
        zone = session.get_one(Unit, episode.unit_id).zone
        record_read(session, who, episode, "communication.list")
        return render_template(
            "clinic/messages.html",
            person=identity(session, patient_id),
            written=texts(session, patient_id, who.unit_ids, Reader(g.language, zone)),
            hindrance=service.hindrance(session, episode),
            sending=new_id(),
            longest=service.LONGEST,
            zone=zone,
            refused=refused,
            typed=request.form,
        )
