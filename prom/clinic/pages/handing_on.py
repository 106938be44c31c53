"""Starting another pathway: a form, a page that reads it back and says what ends, and only then the change."""

import uuid
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask import Response, g, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from prom.clinic import course
from prom.clinic.emergencies import open_emergencies
from prom.clinic.handing_on import REASONS, hand_on, just_started
from prom.clinic.pages.blueprint import go_to_patient, pages
from prom.clinic.pages.registration import choices, options, typed
from prom.clinic.queries import episodes_at
from prom.clinic.reads import record_read
from prom.clinic.registration import PERSON, Faults, Stay, read_stay
from prom.clinic.vocabulary import Reader
from prom.db import transaction
from prom.errors import Invalid
from prom.pathways.models import Episode
from prom.pathways.queries import pathway
from prom.pathways.service import open_clinical
from prom.patients.queries import identity
from prom.staff.access import requires, signed_in
from prom.staff.models import Unit
from prom.staff.permissions import Permission


@pages.get("/patients/<uuid:patient_id>/pathways/new")
@requires(Permission.REGISTER_PATIENT)
def show_start(patient_id: uuid.UUID) -> AnyResponse:
    """Show the form; what she is treated for stands in it as it was registered last."""
    with transaction() as session:
        known = asdict(open_clinical(session, episodes_at(session, patient_id, signed_in().unit_ids)[0]))
    return _form(patient_id, {name: str(value) for name, value in known.items()}, {})


@pages.post("/patients/<uuid:patient_id>/pathways/new")
@requires(Permission.REGISTER_PATIENT)
def check_start(patient_id: uuid.UUID) -> AnyResponse:
    """Read the form back with what ends, or show what is wrong with it. Nothing is stored yet."""
    given = request.form
    if given.get("then") == "change":
        return _form(patient_id, given, {})
    try:
        with transaction() as session:
            stay = _read(session, episodes_at(session, patient_id, signed_in().unit_ids)[0], given)
            known = _known(session, patient_id)
    except Faults as faults:
        return _form(patient_id, given, faults.fields)
    return Response(render_template("clinic/start_check.html", wanted=stay, typed=_typed(given), **known))


@pages.post("/patients/<uuid:patient_id>/pathways/new/confirm")
@requires(Permission.REGISTER_PATIENT)
def confirm_start(patient_id: uuid.UUID) -> AnyResponse:
    """End what she is on and start the next, all in one; pressed twice it is done once."""
    who, given = signed_in(), request.form
    try:
        with transaction() as session:
            newest = course.held(session, patient_id, who.unit_ids)
            if not just_started(newest, read_stay(given, choices(session, who))):
                stay = _read(session, newest, given)
                course.check_mark(session, newest, given.get("mark", ""))
                hand_on(session, patient_id, who.unit_ids, stay, given.get("ends", ""), who.actor)
    except Faults as faults:
        return _form(patient_id, given, faults.fields)
    except Invalid as refused:
        return _form(patient_id, given, {refused.field or "": "wrong"})
    return go_to_patient(patient_id, started="1")


def _read(session: Session, newest: Episode, given: Mapping[str, str]) -> Stay:
    """Read the form; why what she is on ends has to be said where she is on anything. Raises Faults."""
    wrong = {"ends": "wrong"} if newest.status == "active" and given.get("ends") not in REASONS else {}
    try:
        stay = read_stay(given, choices(session, signed_in()))
    except Faults as faults:
        raise Faults({**faults.fields, **wrong}) from None
    if wrong:
        raise Faults(wrong)
    return stay


def _form(patient_id: uuid.UUID, given: Mapping[str, str], faults: Mapping[str, str]) -> AnyResponse:
    with transaction() as session:
        known = _known(session, patient_id)
        lists = options(choices(session, signed_in()))
    values = {"typed": _typed({"mark": known["mark"], **given}), "faults": faults}
    return Response(render_template("clinic/start.html", **values, **known, **lists), status=422 if faults else 200)


def _known(session: Session, patient_id: uuid.UUID) -> dict[str, Any]:
    """Return who she is and what she is on, with the record of it."""
    who = signed_in()
    episode = episodes_at(session, patient_id, who.unit_ids)[0]
    record_read(session, who, episode)
    of = pathway(session, episode.pathway_url, episode.pathway_version)
    zone = session.get_one(Unit, episode.unit_id).zone
    reader, is_on_one = Reader(g.language, zone), episode.status == "active"
    return {
        "person": identity(session, patient_id),
        "present": reader.words(of.title) if is_on_one else None,
        "urgent": open_emergencies(session, patient_id, who.unit_ids, reader) if is_on_one else (),
        "zone": zone,
        "mark": course.mark(session, episode),
        "reasons": REASONS,
    }


def _typed(given: Mapping[str, str]) -> dict[str, str]:
    fields = {name: value for name, value in typed(given).items() if name not in PERSON}
    return fields | {name: given.get(name, "") for name in ("ends", "mark")}
