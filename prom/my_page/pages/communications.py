"""What staff wrote to her. A text is closed until she opens it, so that whoever wrote it knows that she has seen it."""

import uuid

from werkzeug.wrappers import Response as AnyResponse

from prom.communications import service
from prom.communications.queries import of_patient
from prom.db import transaction
from prom.my_page.pages.blueprint import here, me, pages, show, to
from prom.my_page.present import record
from prom.staff.access import public
from prom.staff.queries import clinician_names
from prom.staff.queries import unit as find_unit


@pages.get("/messages")
@public
def show_messages() -> AnyResponse:
    """Show what was written to her, newest first: who wrote, when, and the words of those that she has opened."""
    with transaction() as session:
        who, known = here(session)
        record(session, who, "communication.list")
        written = of_patient(session, who.patient_id)
        names = clinician_names(session, [each.row.written_by for each in written])
        units = {each.row.unit_id: find_unit(session, each.row.unit_id) for each in written}
        return show("messages", known, written=written, names=names, units=units)


@pages.post("/messages/<uuid:communication_id>/open")
@public
def open_message(communication_id: uuid.UUID) -> AnyResponse:
    """Open one, and let whoever wrote it know."""
    with transaction() as session:
        who = me(session)
        service.mark_read(session, communication_id, who.patient_id, who.actor)
    return to("show_messages")
