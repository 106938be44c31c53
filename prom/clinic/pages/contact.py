"""How patients are reached: a patient's contact log, and those of the units who cannot be reached."""

import uuid

from flask import g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from prom.audit import service as audit
from prom.clinic import contact_log, contact_problems
from prom.clinic.pages.blueprint import pages
from prom.clinic.queries import episodes_at
from prom.clinic.reads import record_read
from prom.clinic.vocabulary import Reader
from prom.db import reading, transaction
from prom.patients.queries import identity
from prom.staff.access import requires, signed_in
from prom.staff.models import Unit
from prom.staff.permissions import Permission


@pages.get("/patients/<uuid:patient_id>/contact-log")
@requires(Permission.READ_PATIENT)
def show_contact_log(patient_id: uuid.UUID) -> str:
    """Show what was sent to a patient of hers, and why something was not."""
    who, everything = signed_in(), request.args.get("show") == "all"
    with transaction() as session:
        seen = episodes_at(session, patient_id, who.unit_ids)
        reader = Reader(g.language, session.get_one(Unit, seen[0].unit_id).zone)
        log = contact_log.entries(session, patient_id, seen, reader, None if everything else contact_log.SHOWN)
        person = identity(session, patient_id)
        record_read(session, who, seen[0], "contact-log.read")
    cut = not everything and len(log) == contact_log.SHOWN
    return render_template("clinic/contact_log.html", log=log, person=person, zone=reader.zone, cut=cut)


@pages.get("/contact-problems")
@requires(Permission.READ_PATIENT)
def show_contact_problems() -> str:
    """Show who of her units cannot be reached."""
    who = signed_in()
    with transaction() as session:
        found = contact_problems.opened(session, who.unit_ids)
        audit.record(
            session,
            who.actor,
            "contact-problem.read",
            tenant_id=who.tenant_id,
            entity="contact_problem",
            subjects=[each.person.patient_id for each in found],
        )
    return render_template("clinic/contact_problems.html", found=found, done="done" in request.args)


@pages.post("/contact-problems/<uuid:problem_id>/resolve")
@requires(Permission.CHANGE_EPISODE)
def resolve_contact_problem(problem_id: uuid.UUID) -> AnyResponse:
    """Write down that she can be reached again, or is reached in another way."""
    who = signed_in()
    with transaction() as session:
        contact_problems.resolve(session, problem_id, who.unit_ids, who.actor)
    return redirect(url_for("clinic.show_contact_problems", done="1"), 303)


@pages.app_template_global("contact_problem_count")
def contact_problem_count() -> int:
    """Return how many of her units' patients cannot be reached, for the navigation."""
    with reading() as session:
        return contact_problems.count(session, signed_in().unit_ids)
