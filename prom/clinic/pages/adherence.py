"""How patients keep up: one patient by weeks, and a unit's patients by questionnaire, with those to call."""

import uuid

from flask import g, render_template, request

from prom import clock
from prom.audit import service as audit
from prom.clinic import keeping_up, queries
from prom.clinic.pages.blueprint import choice_of, pages
from prom.clinic.queries import episodes_at
from prom.clinic.reads import record_read
from prom.clinic.vocabulary import Reader
from prom.db import transaction
from prom.pathways.queries import pathway
from prom.patients.queries import identity
from prom.staff.access import requires, signed_in
from prom.staff.models import Unit
from prom.staff.permissions import Permission


@pages.get("/patients/<uuid:patient_id>/adherence")
@requires(Permission.READ_PATIENT)
def show_adherence(patient_id: uuid.UUID) -> str:
    """Show what a patient of hers was asked, and when she answered."""
    who = signed_in()
    with transaction() as session:
        episode = episodes_at(session, patient_id, who.unit_ids)[0]
        reader = Reader(g.language, session.get_one(Unit, episode.unit_id).zone)
        of = pathway(session, episode.pathway_url, episode.pathway_version)
        lines = keeping_up.lines(session, episode, of, reader, reader.day_of(clock.now()))
        person = identity(session, patient_id)
        record_read(session, who, episode, "adherence.read")
    return render_template("clinic/adherence.html", lines=lines, person=person, zone=reader.zone)


@pages.get("/adherence")
@requires(Permission.READ_PATIENT)
def show_unit_adherence() -> str:
    """Show how the patients of her units keep up, and whom to call."""
    who = signed_in()
    chosen = choice_of(who, request.args).unit_ids
    with transaction() as session:
        units = queries.units_by_id(session, who.unit_ids)
        zone = next((unit.zone for unit in units.values()), "UTC")
        totals = keeping_up.totals(session, chosen, Reader(g.language, zone))
        calls = keeping_up.calls(session, chosen)
        audit.record(
            session,
            who.actor,
            "adherence.read",
            tenant_id=who.tenant_id,
            entity="adherence",
            subjects=[each.person.patient_id for each in calls],
        )
    return render_template(
        "clinic/unit_adherence.html",
        totals=totals,
        calls=calls,
        units=list(units.values()),
        chosen=request.args.get("unit", ""),
        zone=zone,
    )
