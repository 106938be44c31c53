"""A report taken by phone with every kind of question in it."""

import re

import pytest
from sqlalchemy import select

from prom.catalogue.service import take_in
from prom.clinic import reporting
from prom.config import Settings
from prom.db import reading, transaction
from prom.pathways.definition import Asked
from prom.responses.drafts import opened
from prom.responses.models import Response
from questionnaires.parsing import parse
from tests.conftest import Hospital
from tests.journeys.every_kind import EVERY_KIND
from tests.prom.clinic.ward import Nurse

FORM = parse(EVERY_KIND)
#: What is said on the phone; the rest may be left out.
SAID = {
    "boolean": "false",
    "decimal": "38,5",
    "slider": "55",
    "height": "1,72",
    "date": "30.10.2026",
    "month": "3.2019",
    "radio": "work",
    "list": "out",
    "boxes": "itch",
    "open": "",
    "open-other": "Naboen",
    "height-unit": "http://unitsofmeasure.org|m",
    "ate": "false",
    "cups": "2",
}


@pytest.fixture
def asked(hospital: Hospital, database: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let staff fill in the form of every kind, which no pathway holds."""
    with transaction() as session:
        take_in(session, "questionnaire", EVERY_KIND["url"], "1", "every-kind", EVERY_KIND, "author")
    window = hospital.pathway.on_demand.window
    choice = Asked("every-kind", FORM.canonical, None, window, None)
    monkeypatch.setattr(reporting, "offered", lambda _pathway: (choice,))


def posted(**said: str) -> dict[str, str]:
    """The form as it is posted: each field by the place of its question."""
    fields = {"asked": "every-kind", "questionnaire": FORM.canonical, "source": "patient"}
    for name, value in {**SAID, **said}.items():
        link_id, more = name.removesuffix("-other").removesuffix("-unit"), re.search("-(other|unit)$", name)
        item = FORM.item(link_id)
        assert item is not None
        fields[reporting.name_of(FORM, item) + (more[0] if more else "")] = value
    return fields


def test_a_number_without_its_unit_is_named(nurse: Nurse, hospital: Hospital, asked: None) -> None:
    answer = nurse.post(f"/patients/{hospital.patient.id}/report", posted(**{"height-unit": ""}))
    assert answer.status_code == 422
    assert "Velg hvilken enhet tallet er i." in answer.get_data(as_text=True)


def test_what_nobody_may_change_and_what_is_hidden_has_no_field(nurse: Nurse, hospital: Hospital, asked: None) -> None:
    page = nurse.client.get(f"/patients/{hospital.patient.id}/report").get_data(as_text=True)
    names = [reporting.name_of(FORM, item) for item in FORM.questions if item.link_id in ("hidden", "fixed")]
    assert not any(f'name="{name}"' in page for name in names)
    assert page.count("<select") >= 3  # the list, the units, and the language
    assert "planted" not in page


def test_what_is_said_on_the_phone_is_stored_as_the_patient_would_have_answered(
    nurse: Nurse, hospital: Hospital, asked: None
) -> None:
    answer = nurse.post(f"/patients/{hospital.patient.id}/report", posted())
    assert answer.status_code == 303, answer.get_data(as_text=True)
    with reading() as session:
        given = opened(session, session.scalars(select(Response)).one())
    words = {name: [str(getattr(value, "code", value)) for value in values] for name, values in given.flat().items()}
    assert (words["height"], words["month"], words["open"]) == (["m"], ["2019-03"], ["Naboen"])
    assert (words["list"], words["hidden"], words["fixed"]) == (["out"], ["planted"], ["Poliklinikk A"])
