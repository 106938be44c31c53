"""A patient's standing link, as staff make it, print it for her this once, replace it and take it back."""

import uuid

from flask import current_app, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.utils import redirect
from werkzeug.wrappers import Response as AnyResponse

from prom.assignments import personal
from prom.clinic import course
from prom.clinic.pages.blueprint import pages
from prom.clinic.queries import episodes_at
from prom.clinic.reads import record_read
from prom.db import transaction
from prom.errors import Conflict
from prom.pathways.models import Episode
from prom.patients import phone
from prom.patients.queries import identity
from prom.responses import wording
from prom.staff.access import requires, signed_in
from prom.staff.models import Unit
from prom.staff.permissions import Permission


@pages.get("/patients/<uuid:patient_id>/own-link")
@requires(Permission.READ_PATIENT)
def show_own_link(patient_id: uuid.UUID) -> str:
    """Tell whether she has a link; the link itself is never shown again."""
    who = signed_in()
    with transaction() as session:
        episode = episodes_at(session, patient_id, who.unit_ids)[0]
        return _page(session, episode)


@pages.post("/patients/<uuid:patient_id>/own-link")
@requires(Permission.CHANGE_EPISODE)
def make_own_link(patient_id: uuid.UUID) -> str:
    """Make a link in place of one that she may have, and show it this once."""
    who = signed_in()
    with transaction() as session:
        episode = course.held(session, patient_id, who.unit_ids)
        if episode.status != "active":
            raise Conflict("episode")
        token = personal.make(session, patient_id, who.actor)
        return _page(session, episode, personal.address(current_app.config["PROM"].public_address, token))


@pages.post("/patients/<uuid:patient_id>/own-link/end")
@requires(Permission.CHANGE_EPISODE)
def end_own_link(patient_id: uuid.UUID) -> AnyResponse:
    """Take her link back; a second time changes nothing."""
    who = signed_in()
    with transaction() as session:
        course.held(session, patient_id, who.unit_ids)
        personal.take_back(session, patient_id, who.actor)
    return redirect(url_for("clinic.show_own_link", patient_id=patient_id), 303)


def _page(session: Session, episode: Episode, address: str | None = None) -> str:
    record_read(session, signed_in(), episode)
    person, unit = identity(session, episode.patient_id), session.get_one(Unit, episode.unit_id)
    calls = (("113", "call.113"), ("116 117", "call.116117"), (phone.as_spoken(unit.phone), "call.unit"))
    return render_template(
        "clinic/own_link.html",
        person=person,
        title=wording.message("responses.own-link.title", person.language),
        how=wording.message("my-page.own-link.how", person.language),
        calls=[(number, wording.message(whose, person.language)) for number, whose in calls],
        unit=unit,
        is_active=episode.status == "active",
        link=personal.current(session, episode.patient_id),
        address=address,
    )
