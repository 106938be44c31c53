"""Staff's pages of notes for the record: a patient's, to paste, and those of the units that no record holds yet."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, current_app, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from prom.audit import service as audit
from prom.clinic.queries import episodes_at
from prom.clinic.reads import record_read
from prom.config import Settings
from prom.db import transaction
from prom.notes import queries, service
from prom.notes.composing import closing_of, text_of
from prom.notes.models import RecordNote
from prom.patients.queries import identities, identity
from prom.staff.access import requires, signed_in
from prom.staff.models import Unit
from prom.staff.permissions import Permission
from prom.staff.queries import clinician_names

pages = Blueprint("notes", __name__, template_folder="templates")

#: More than anybody goes through at once; the oldest stand first.
SHOWN = 200


@dataclass(frozen=True)
class _Shown:
    """A note as the page has it; `row` is None while it is still to be written."""

    text: str
    closed_at: datetime
    row: RecordNote | None


@pages.get("/notes")
@requires(Permission.READ_PATIENT)
def show_not_filed() -> str:
    """Show what no record holds yet, at her units."""
    who = signed_in()
    with transaction() as session:
        rows = queries.not_filed(session, who.unit_ids, SHOWN)
        people = identities(session, {row.patient_id for row in rows})
        units = {row.unit_id: session.get_one(Unit, row.unit_id) for row in rows}
        audit.record(
            session, who.actor, "note.list", tenant_id=who.tenant_id, entity="record_note", subjects=list(people)
        )
    return render_template("notes/not_filed.html", rows=rows, people=people, units=units, is_by_hand=_is_by_hand())


@pages.get("/patients/<uuid:patient_id>/notes")
@requires(Permission.READ_PATIENT)
def show_notes(patient_id: uuid.UUID) -> str:
    """Show the notes on a patient of hers, each as text to paste."""
    who = signed_in()
    with transaction() as session:
        seen = episodes_at(session, patient_id, who.unit_ids)[0]
        rows = queries.of_patient(session, patient_id, who.unit_ids)
        owed = [closing_of(session, alert) for alert in queries.owed_of(session, patient_id, who.unit_ids)]
        shown = [
            *(_Shown(text_of(each), each.closed_at, None) for each in owed),
            *(_Shown(service.opened(session, row).text, row.closed_at, row) for row in rows),
        ]
        names = clinician_names(session, [row.filed_by for row in rows if row.filed_by is not None])
        person, zone = identity(session, patient_id), session.get_one(Unit, seen.unit_id).zone
        record_read(session, who, seen, "note.read")
    return render_template(
        "notes/of_patient.html", notes=shown, names=names, person=person, zone=zone, is_by_hand=_is_by_hand()
    )


@pages.get("/notes/<uuid:note_id>/document")
@requires(Permission.READ_PATIENT)
def show_document(note_id: uuid.UUID) -> Response:
    """Hand out a note as the FHIR document that is filed."""
    who = signed_in()
    with transaction() as session:
        row = queries.note(session, note_id, who.unit_ids)
        audit.about(session, who.actor, "note.read", row)
        document = service.opened(session, row).document
    sent = Response(document, content_type="application/fhir+json")
    sent.headers["Content-Disposition"] = f'attachment; filename="{row.id}.json"'
    return sent


@pages.post("/notes/<uuid:note_id>/pasted")
@requires(Permission.HANDLE_ALERT)
def say_pasted(note_id: uuid.UUID) -> AnyResponse:
    """Say that she has put a note into the record herself."""
    who = signed_in()
    with transaction() as session:
        row = queries.note(session, note_id, who.unit_ids)
        service.pasted(session, row, who.actor)
    return redirect(url_for("notes.show_notes", patient_id=row.patient_id), code=303)


def _is_by_hand() -> bool:
    settings: Settings = current_app.config["PROM"]
    return settings.record is None
