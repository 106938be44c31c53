"""A report taken by phone: as safe as the patient's own, and she is not asked twice."""

import html
import json
import re
import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from prom.assignments.models import Assignment
from prom.config import Settings
from prom.db import reading, transaction
from prom.pathways.queries import episode
from prom.pathways.service import end_episode
from prom.responses.drafts import opened
from prom.responses.models import Response
from questionnaires.library import load
from tests.conftest import Hospital
from tests.prom.clinic.ward import NUMBERS, Nurse, another_patient, audited, count, open_alerts, said, words_of
from tests.prom.steps import FEVER, WELL, ask, later

SYMPTOMS, FRAILTY = load("symptom-check").questionnaire, load("clinical-frailty").questionnaire


def path(hospital: Hospital) -> str:
    return f"/patients/{hospital.patient.id}/report"


def fields(answers: Mapping[str, Any], **more: str) -> dict[str, str]:
    """The posted form of the symptom check."""
    places = {item.link_id: f"item-{place}" for place, item in enumerate(SYMPTOMS.questions)}
    posted = {places[link_id]: str(value) for link_id, value in answers.items()}
    return {"asked": "on-demand", "questionnaire": SYMPTOMS.canonical, "source": "patient", **posted, **more}


def stored() -> list[Response]:
    with reading() as session:
        rows = list(session.scalars(select(Response).order_by(Response.received_at, Response.id)))
        session.expunge_all()
    return rows


def test_an_empty_form_names_every_missing_answer_and_who_answered(nurse: Nurse, hospital: Hospital) -> None:
    answer = nurse.post(path(hospital), fields({}, source=""))
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert 'id="source-wrong"' in page
    required = [item for item in SYMPTOMS.questions if item.required and not item.enable_when]
    assert len(re.findall(r'id="item-\d+-wrong"', page)) == len(required)
    assert count(Response) == count(Assignment) == 0


@pytest.mark.parametrize("source", ["", "neighbour"])
def test_a_report_by_nobody_is_refused(nurse: Nurse, hospital: Hospital, source: str) -> None:
    assert nurse.post(path(hospital), fields(WELL, source=source)).status_code == 422
    assert count(Response) == 0


@pytest.mark.parametrize("temperature", ["varm", "50", "38,55"])
def test_a_temperature_that_is_none_is_named_beside_its_question_and_kept(
    nurse: Nurse, hospital: Hospital, temperature: str
) -> None:
    answer = nurse.post(path(hospital), fields({**FEVER, "temperature": temperature}))
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert re.findall(r'id="(item-\d+)-wrong"', page) == ["item-1"]
    assert f'value="{temperature}"' in page
    assert count(Response) == 0


def test_an_option_that_was_not_offered_is_refused(nurse: Nurse, hospital: Hospital) -> None:
    assert nurse.post(path(hospital), fields({**WELL, "fluids": "perhaps"})).status_code == 422


def test_a_form_for_another_version_is_refused(nurse: Nurse, hospital: Hospital) -> None:
    answer = nurse.post(path(hospital), fields(WELL, questionnaire="urn:prom:questionnaire:symptom-check|0.9.0"))
    assert answer.status_code == 409
    assert count(Response) == 0


def test_a_patient_whose_pathway_has_ended_is_not_asked(nurse: Nurse, hospital: Hospital) -> None:
    with transaction() as session:
        end_episode(session, episode(session, hospital.episode.id), hospital.nurse_actor)
    assert nurse.get(path(hospital)).status_code == 409
    assert said("patient.report") not in nurse.page(f"/patients/{hospital.patient.id}")


def test_an_answer_to_what_is_not_asked_is_left_out(nurse: Nurse, hospital: Hospital) -> None:
    answers = {**WELL, "temperature": "39,9", "nausea-severity": "4"}
    assert nurse.post(path(hospital), fields(answers)).status_code == 303
    with reading() as session:
        flat = opened(session, session.merge(stored()[0])).flat()
    assert "temperature" not in flat
    assert "nausea-severity" not in flat
    assert open_alerts(hospital.patient.id) == []


def test_an_emergency_is_to_be_read_aloud_with_the_units_number(nurse: Nurse, hospital: Hospital) -> None:
    answer = nurse.post(path(hospital), fields({**FEVER, "temperature": "39,8"}))
    page = words_of(nurse.get(answer.headers["Location"]))
    assert said("report.read-aloud") in page
    assert "Ring 22\xa000\xa000\xa001 nå" in page or "Ring 22 00 00 01 nå" in page
    assert f"{said('report.raised')} Feber." in page
    assert [alert.severity for alert in open_alerts(hospital.patient.id)] == [4]


def test_a_report_without_red_flags_says_so(nurse: Nurse, hospital: Hospital) -> None:
    answer = nurse.post(path(hospital), fields(WELL))
    page = words_of(nurse.get(answer.headers["Location"]))
    assert said("report.no-emergency") in page
    assert said("report.read-aloud") not in page


@pytest.mark.parametrize("source", ["patient", "proxy", "staff"])
def test_who_answered_and_who_wrote_it_down_are_both_kept(nurse: Nurse, hospital: Hospital, source: str) -> None:
    nurse.post(path(hospital), fields(WELL, source=source))
    (row,) = stored()
    assert (row.source, row.author, row.author_id, row.language) == (source, "clinician", hospital.nurse.id, "nb")
    with reading() as session:
        assert session.get_one(Assignment, row.assignment_id).origin == "staff"
    assert audited("response.submit") == [frozenset({hospital.patient.id})]


def test_her_own_open_form_is_answered_so_that_she_is_not_asked_twice(
    nurse: Nurse, hospital: Hospital, database: Settings
) -> None:
    own = ask(database)
    assert said("report.own", time="2. nov. 2026 09:00") in nurse.page(path(hospital))
    nurse.post(path(hospital), fields(WELL))
    assert [row.assignment_id for row in stored()] == [own]
    with reading() as session:
        assert session.get_one(Assignment, own).status == "completed"
        assert session.scalars(select(Assignment).where(Assignment.origin == "staff")).all() == []


def test_the_button_pressed_twice_stores_one_report(nurse: Nurse, hospital: Hospital) -> None:
    page = nurse.get(path(hospital)).get_data(as_text=True)
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found is not None
    later(minutes=1)
    once = nurse.post(path(hospital), fields(FEVER | {"temperature": "39,8"}, seen=found[1]))
    twice = nurse.post(path(hospital), fields(FEVER | {"temperature": "39,8"}, seen=found[1]))
    assert once.headers["Location"] == twice.headers["Location"]
    assert count(Response) == 1
    later(minutes=1)
    page = nurse.get(path(hospital)).get_data(as_text=True)
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found is not None
    nurse.post(path(hospital), fields(WELL, seen=found[1]))
    assert count(Response) == 2


def test_the_page_carries_the_conditions_of_its_questions_for_the_script(nurse: Nurse, hospital: Hospital) -> None:
    page = nurse.get(path(hospital)).get_data(as_text=True)
    conditions = [json.loads(html.unescape(each)) for each in re.findall(r'data-when="([^"]*)"', page)]
    assert len(conditions) == len([item for item in SYMPTOMS.questions if item.enable_when])
    assert conditions[0] == {"any": False, "rules": [{"field": "item-0", "operator": "=", "answer": "yes"}]}


def test_the_page_names_no_symptom_where_a_browser_would_remember_it(nurse: Nurse, hospital: Hospital) -> None:
    page = nurse.get(path(hospital)).get_data(as_text=True)
    names = re.findall(r' name="([^"]+)"', page)
    assert not [name for name in names if name in {item.link_id for item in SYMPTOMS.questions}]


@pytest.mark.hazard("H33")
def test_the_frailty_scale_warns_below_the_age_it_is_validated_for(nurse: Nurse, hospital: Hospital) -> None:
    younger, _ = another_patient(hospital, NUMBERS[0], "Yngre", born=date(1961, 11, 3))
    just_old_enough, _ = another_patient(hospital, NUMBERS[1], "Eldre", born=date(1961, 11, 2))
    assert said("report.too-young", age=64, youngest=65) in nurse.page(f"/patients/{younger.id}/report?asked=frailty")
    page = nurse.page(f"/patients/{just_old_enough.id}/report?asked=frailty")
    assert "7 – Alvorlig skrøpelighet" in page
    assert "validert fra 65 år. Pasienten" not in page


def test_a_frailty_score_waits_for_the_next_visit(nurse: Nurse, hospital: Hospital) -> None:
    form = {"asked": "frailty", "questionnaire": FRAILTY.canonical, "source": "staff", "item-0": "6"}
    assert nurse.post(path(hospital), form).status_code == 303
    assert [alert.severity for alert in open_alerts(hospital.patient.id)] == [1]
    page = nurse.page("/worklist")
    assert f"{said('worklist.section.visit')} (1)" in page
    page = nurse.page(f"/patients/{hospital.patient.id}")
    assert said("grid.caption-reports", title="Klinisk skrøpelighet") in page  # it has no levels from 0 to 3


def test_an_unknown_choice_of_form_is_the_first_one(nurse: Nurse, hospital: Hospital) -> None:
    assert "Frostanfall" in nurse.page(f"{path(hospital)}?asked=nonsense")


def test_a_mark_of_anothers_report_shows_nothing(nurse: Nurse, hospital: Hospital) -> None:
    for mark in (str(uuid.uuid4()), "nonsense"):
        page = nurse.page(f"/patients/{hospital.patient.id}?received={mark}&withdrawn={mark}")
        assert said("report.no-emergency") not in page
        assert said("correction.nothing") not in page
