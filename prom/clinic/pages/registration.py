"""Registering a patient: a form, a page that reads it all back, and only then a patient."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, g, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from prom.clinic.handing_on import just_started
from prom.clinic.pages.blueprint import go_to_patient, pages
from prom.clinic.registration import FIELDS, FURTHER, Faults, Offered, Wanted, known, read, save
from prom.clinic.vocabulary import Reader
from prom.db import reading, transaction
from prom.errors import AlreadyRegistered, Invalid
from prom.language import LANGUAGE_NAMES, PATIENT_LANGUAGES
from prom.pathways.models import Episode
from prom.pathways.queries import episodes_of, newest_offered
from prom.patients.models import Patient
from prom.patients.national_number import fits
from prom.patients.queries import find_by_national_number
from prom.staff.access import requires, signed_in
from prom.staff.permissions import Permission
from prom.staff.queries import units_of
from prom.staff.sign_in import SignedIn


@pages.get("/patients/new")
@requires(Permission.REGISTER_PATIENT)
def show_registration() -> AnyResponse:
    """Show the empty form."""
    return form_page({"language": "nb", "line": "1"}, {})


@pages.post("/patients/new")
@requires(Permission.REGISTER_PATIENT)
def check_registration() -> AnyResponse:
    """Read the form back, or show what is wrong with it. Nothing is stored yet."""
    who, given = signed_in(), request.form
    if given.get("then") == "change":
        return form_page(given, {})
    try:
        with transaction() as session:
            wanted = read(given, choices(session, who))
            found = known(session, who, wanted)
            hers = _at_her_units(session, who, found)
    except Faults as faults:
        return form_page(given, faults.fields)
    if found is not None:
        return form_page(given, {"national_number": "known"}, found.id if hers else None)
    number, birth_date = wanted.registration.national_number, wanted.registration.birth_date
    page = render_template(
        "clinic/registration_check.html", wanted=wanted, typed=typed(given), fits=fits(number, birth_date)
    )
    return Response(page)


@pages.post("/patients/new/confirm")
@requires(Permission.REGISTER_PATIENT)
def confirm_registration() -> AnyResponse:
    """Store the patient with her episode and its plan, all in one."""
    who, given = signed_in(), request.form
    try:
        with transaction() as session:
            wanted = read(given, choices(session, who))
            patient_id = (_pressed_before(session, who, wanted) or save(session, wanted, who)).patient_id
    except Faults as faults:
        return form_page(given, faults.fields)
    except AlreadyRegistered:
        return form_page(given, {"national_number": "known"})
    except Invalid as refused:
        return form_page(given, {refused.field or "": "wrong"})
    return go_to_patient(patient_id, registered="1")


def _pressed_before(session: Session, who: SignedIn, wanted: Wanted) -> Episode | None:
    """Return what the same form has made a moment ago: the button was pressed twice."""
    found = find_by_national_number(session, who.tenant_id, wanted.registration.national_number)
    mine = _at_her_units(session, who, found)
    return mine[0] if mine and just_started(mine[0], wanted) else None


def _at_her_units(session: Session, who: SignedIn, patient: Patient | None) -> Sequence[Episode]:
    """Return a patient's episodes at the units of whoever asks, newest first."""
    found = episodes_of(session, patient.id) if patient is not None else ()
    return [each for each in found if each.unit_id in who.unit_ids]


def form_page(given: Mapping[str, str], faults: Mapping[str, str], known_id: uuid.UUID | None = None) -> AnyResponse:
    """Show the form with what was typed; `known_id` is the patient whose number it is, where she is theirs."""
    with reading() as session:
        offered = choices(session, signed_in())
    values = {"typed": typed(given), "faults": faults, "known_id": known_id}
    page = render_template("clinic/registration.html", **values, **options(offered))
    return Response(page, status=422 if faults else 200)


def options(offered: Offered) -> dict[str, Any]:
    """Return what the lists of a form offer (what each posts, and its words), and the days of each pathway."""
    reader = Reader(g.language, "UTC")
    titles = {f"{each.url}|{each.version}": f"{reader.words(each.title)} ({each.version})" for each in offered.pathways}
    lists = {
        "language": [(tag, LANGUAGE_NAMES[tag]) for tag in PATIENT_LANGUAGES],
        "pathway": list(titles.items()),
        "unit": [(str(unit.id), unit.name) for unit in offered.units],
        "intent": [(intent, reader.text(f"intent.{intent}")) for intent in offered.intents],
    }
    days = [
        (reader.words(each.title), [(anchor.code, reader.words(anchor.title)) for anchor in each.anchors])
        for each in offered.pathways
    ]
    return {"options": lists, "anchors": days}


def typed(given: Mapping[str, str]) -> dict[str, str]:
    """Return what stands in the fields of a form."""
    further = [name for name in given if name.startswith(FURTHER)]
    return {name: given.get(name, "") for name in (*FIELDS, *further)}


def choices(session: Session, who: SignedIn) -> Offered:
    """Return what can be chosen by whoever is signed in."""
    return Offered(newest_offered(session), units_of(session, who.clinician_id))
