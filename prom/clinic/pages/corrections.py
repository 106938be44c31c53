"""Marking a report as entered in error: what it raised is withdrawn, and the patient's page says so."""

import uuid

from flask import g, render_template
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from prom import clock
from prom.clinic import answers, overview
from prom.clinic.pages.blueprint import go_to_patient, pages
from prom.clinic.reads import record_read
from prom.clinic.record import load
from prom.db import transaction
from prom.errors import Conflict, NotFound
from prom.responses.models import Response
from prom.responses.service import enter_in_error
from prom.staff.access import requires, signed_in
from prom.staff.permissions import Permission


@pages.get("/responses/<uuid:response_id>/entered-in-error")
@requires(Permission.CORRECT_RESPONSE)
def show_correction(response_id: uuid.UUID) -> str:
    """Show the report and what would be withdrawn with it. Nothing is changed yet."""
    who = signed_in()
    with transaction() as session:
        row = _hers(session, response_id)
        record = load(session, row.patient_id, who.unit_ids, g.language, clock.now(), since=None)
        record_read(session, who, record.about.episode)
    report = next(each for each in record.reports if each.row.id == response_id)
    if not report.counts:
        raise Conflict("response")
    return render_template(
        "clinic/correction.html",
        record=record,
        report=report,
        sections=answers.sections(record, report),
        raised=overview.received(record, report).raised,
    )


@pages.post("/responses/<uuid:response_id>/entered-in-error")
@requires(Permission.CORRECT_RESPONSE)
def correct(response_id: uuid.UUID) -> AnyResponse:
    """Mark it, and lead to the page that says what was withdrawn."""
    who = signed_in()
    with transaction() as session:
        row = _hers(session, response_id)
        enter_in_error(session, row, who.actor)
    return go_to_patient(row.patient_id, withdrawn=str(response_id))


def _hers(session: Session, response_id: uuid.UUID) -> Response:
    """Return a report of one of her units; raises NotFound for any other."""
    row = session.get(Response, response_id)
    if row is None or row.unit_id not in signed_in().unit_ids:
        raise NotFound("response")
    return row
