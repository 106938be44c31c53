"""The patient's page: how she has been, what is open, what was done, and who has looked."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from flask import g, render_template, request

from alerts.lifecycle import USUAL_PLACE, Outcome, Place
from prom import clock
from prom.audit.queries import log_of
from prom.clinic import answers, course, deciding, grid, overview, queries, timeline
from prom.clinic.comparing import not_compared
from prom.clinic.pages.blueprint import as_moment, as_uuid, pages
from prom.clinic.reads import record_read
from prom.clinic.record import Record, Report, load
from prom.clinic.written import texts
from prom.db import transaction
from prom.errors import Invalid
from prom.handover import queries as handover
from prom.patients.queries import identity
from prom.staff.access import requires, signed_in
from prom.staff.models import Unit
from prom.staff.permissions import Permission
from prom.staff.queries import clinician_names

T = TypeVar("T")

#: How far back the page looks unless asked for all.
SHOWN = timedelta(weeks=12)


@pages.get("/patients/<uuid:patient_id>")
@requires(Permission.READ_PATIENT)
def show_patient(patient_id: uuid.UUID) -> str:
    """Show one patient of hers."""
    return patient_page(patient_id)


def patient_page(
    patient_id: uuid.UUID,
    *,
    refused: Invalid | None = None,
    stale_since: datetime | None = None,
    note_is_stale: bool = False,
) -> str:
    """Write a patient's page; with what was refused, or with what happened since the page that was acted on."""
    who, now = signed_in(), clock.now()
    everything = request.args.get("weeks") == "all"
    with transaction() as session:
        record = load(session, patient_id, who.unit_ids, g.language, now, None if everything else now - SHOWN)
        where = course.load(session, record.about.episode, g.language)
        for_her = deciding.load(session, record.about.episode, record.reader)
        notes = handover.versions(session, record.about.episode.id)
        note_names = clinician_names(session, [each.row.written_by for each in notes])
        written = texts(session, patient_id, who.unit_ids, record.reader)
        first_of_their_source = not_compared(session, record)
        record_read(session, who, record.about.episode)
    return render_template(
        "clinic/patient.html",
        **_parts(record, who.actor.id),
        course=where,
        for_her=for_her,
        notes=notes,
        note_names=note_names,
        note_is_stale=note_is_stale,
        written=written,
        first_of_their_source=first_of_their_source,
        happened=timeline.steps(record, stale_since) if stale_since is not None else None,
        received=_pointed_at(record, "received", overview.received),
        withdrawn=_pointed_at(record, "withdrawn", overview.withdrawn),
        refused=refused,
        typed=request.form,
        everything=everything,
        now=now,
    )


def _parts(record: Record, reader_id: uuid.UUID | None) -> dict[str, Any]:
    """Return the parts of the page that the record alone decides."""
    alerts = overview.open_alerts(record)
    return {
        "record": record,
        "age": record.about.identity.age(record.reader.day_of(record.now)),
        "treatment_day": _treatment_day(record),
        "alerts": alerts,
        "to_acknowledge": [alert for alert in alerts if not alert.is_taken],
        "taken": [alert for alert in alerts if alert.is_taken],
        "mine": [alert for alert in alerts if alert.is_taken and alert.alert.claimed_by == reader_id],
        "outcomes": tuple(Outcome),
        "places": tuple(Place),
        "usual_place": USUAL_PLACE,
        "steps": timeline.steps(record),
        "grids": grid.grids(record),
        "reports": [(report, answers.sections(record, report)) for report in record.reports],
        "own_words": answers.own_words,
        "contacts": overview.contacts(record),
    }


def _treatment_day(record: Record) -> int:
    """The first treatment day is day 1; before it the number is 0 or less."""
    return (record.reader.day_of(record.now) - record.about.episode.anchor).days + 1


def _pointed_at(record: Record, mark: str, tell: Callable[[Record, Report], T]) -> T | None:
    """Tell about the report that the page's address points at, if it is one of this patient's."""
    wanted = as_uuid(request.args.get(mark))
    report = next((each for each in record.reports if each.row.id == wanted), None)
    return tell(record, report) if report is not None else None


@pages.get("/patients/<uuid:patient_id>/audit")
@requires(Permission.READ_AUDIT)
def show_audit(patient_id: uuid.UUID) -> str:
    """Show who has read or written about a patient of hers."""
    who = signed_in()
    with transaction() as session:
        episode = queries.episodes_at(session, patient_id, who.unit_ids)[0]
        record_read(session, who, episode, "audit.read")
        log = log_of(session, patient_id)
        names = clinician_names(session, [each.actor_id for each in log if each.actor_id is not None])
        person = identity(session, patient_id)
        zone = session.get_one(Unit, episode.unit_id).zone
    return render_template("clinic/audit.html", log=log, names=names, person=person, zone=zone)


def seen_at() -> datetime:
    """Return when the page that a form came from was made; without a sane mark, the beginning of today."""
    moment = as_moment(request.form.get("seen"))
    return moment if moment is not None else clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
