"""Registering a patient: a form, a page that reads it all back, and only then a patient."""

from collections.abc import Mapping

from flask import Response, g, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from prom.clinic.pages.blueprint import go_to_patient, pages
from prom.clinic.registration import FIELDS, FURTHER, Faults, Offered, is_known, read, save
from prom.clinic.vocabulary import Reader
from prom.db import reading, transaction
from prom.errors import AlreadyRegistered, Invalid
from prom.language import LANGUAGE_NAMES, PATIENT_LANGUAGES
from prom.pathways.queries import offered
from prom.patients.national_number import fits
from prom.staff.access import requires, signed_in
from prom.staff.permissions import Permission
from prom.staff.queries import units_of
from prom.staff.sign_in import SignedIn


@pages.get("/patients/new")
@requires(Permission.REGISTER_PATIENT)
def show_registration() -> AnyResponse:
    """Show the empty form."""
    return _form({"language": "nb", "line": "1"}, {})


@pages.post("/patients/new")
@requires(Permission.REGISTER_PATIENT)
def check_registration() -> AnyResponse:
    """Read the form back, or show what is wrong with it. Nothing is stored yet."""
    who, given = signed_in(), request.form
    if given.get("then") == "change":
        return _form(given, {})
    try:
        with transaction() as session:
            wanted = read(given, _offered(session, who))
            known = is_known(session, who, wanted)
    except Faults as faults:
        return _form(given, faults.fields)
    if known:
        return _form(given, {"national_number": "known"})
    number, birth_date = wanted.registration.national_number, wanted.registration.birth_date
    page = render_template(
        "clinic/registration_check.html", wanted=wanted, typed=_typed(given), fits=fits(number, birth_date)
    )
    return Response(page)


@pages.post("/patients/new/confirm")
@requires(Permission.REGISTER_PATIENT)
def confirm_registration() -> AnyResponse:
    """Store the patient with her episode and its plan, all in one."""
    who, given = signed_in(), request.form
    try:
        with transaction() as session:
            episode = save(session, read(given, _offered(session, who)), who)
    except Faults as faults:
        return _form(given, faults.fields)
    except AlreadyRegistered:
        return _form(given, {"national_number": "known"})
    except Invalid as refused:
        return _form(given, {refused.field or "": "wrong"})
    return go_to_patient(episode.patient_id, registered="1")


def _form(given: Mapping[str, str], faults: Mapping[str, str]) -> AnyResponse:
    who = signed_in()
    with reading() as session:
        options = _options(_offered(session, who))
        reader = Reader(g.language, "UTC")
        anchors = [
            (reader.words(each.title), [(anchor.code, reader.words(anchor.title)) for anchor in each.anchors])
            for each in offered(session)
        ]
    page = render_template(
        "clinic/registration.html", typed=_typed(given), faults=faults, options=options, anchors=anchors
    )
    return Response(page, status=422 if faults else 200)


def _options(choices: Offered) -> dict[str, list[tuple[str, str]]]:
    """Return what each list of the form offers: what it posts, and its words."""
    reader = Reader(g.language, "UTC")
    return {
        "language": [(tag, LANGUAGE_NAMES[tag]) for tag in PATIENT_LANGUAGES],
        "pathway": [(f"{each.url}|{each.version}", reader.words(each.title)) for each in choices.pathways],
        "unit": [(str(unit.id), unit.name) for unit in choices.units],
        "intent": [(intent, reader.text(f"intent.{intent}")) for intent in choices.intents],
    }


def _typed(given: Mapping[str, str]) -> dict[str, str]:
    further = [name for name in given if name.startswith(FURTHER)]
    return {name: given.get(name, "") for name in (*FIELDS, *further)}


def _offered(session: Session, who: SignedIn) -> Offered:
    return Offered(offered(session), units_of(session, who.clinician_id))
