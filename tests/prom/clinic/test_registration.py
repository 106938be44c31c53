"""Registering a patient: every refusal beside its field, everything read back, and all of it stored or nothing."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from prom import clock
from prom.assignments.models import Plan
from prom.audit.models import AuditRecord
from prom.clinic import registration
from prom.db import reading
from prom.pathways.items import Anchor
from prom.pathways.models import Episode
from prom.patients.models import Patient
from prom.patients.national_number import fits
from prom.patients.queries import find_by_national_number, identity, mobile_of
from tests.conftest import Hospital
from tests.prom.clinic.ward import NUMBERS, Nurse, audited, count, said, words_of


@pytest.fixture
def form(hospital: Hospital) -> dict[str, str]:
    """A form with nothing wrong in it."""
    return {
        "given": "Prøve",
        "family": "Testesen",
        "national_number": NUMBERS[0],
        "birth_date": "1955-11-10",
        "mobile": "900 00 777",
        "language": "nn",
        "pathway": f"{hospital.pathway.url}|{hospital.pathway.version}",
        "unit": str(hospital.unit.id),
        "anchor": "2026-11-09",
        "diagnosis": "c50.9",
        "intent": "adjuvant",
        "regimen": "EC90",
        "line": "1",
        "pathway_code": "",
    }


def beside(nurse_page: str, field: str) -> str:
    """What stands beside a field, or nothing."""
    found = re.search(rf'id="{field}-wrong">(.*?)</p>', nurse_page, re.S)
    return found[1] if found else ""


def test_an_empty_form_names_every_field_that_must_be_filled_in(nurse: Nurse, hospital: Hospital) -> None:
    answer = nurse.post("/patients/new", {"language": "nb", "line": "1"})
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    blank = ("given", "family", "national_number", "birth_date", "mobile", "pathway", "unit", "anchor", "diagnosis")
    for field in (*blank, "intent", "regimen"):
        assert beside(page, field) == said("error.blank")
    assert beside(page, "pathway_code") == ""
    assert 'class="ds-error-summary"' in page


@pytest.mark.parametrize(
    "field, value",
    [
        ("national_number", "10915596785"),
        ("national_number", "1091559678"),
        ("birth_date", "1955-13-10"),
        ("birth_date", "i fjor"),
        ("birth_date", "1850-01-01"),
        ("birth_date", "2030-01-01"),
        ("mobile", "12345"),
        ("mobile", "22 00 00 01"),
        ("mobile", "ring meg"),
        ("language", "xx"),
        ("pathway", "urn:prom:pathway:other|1.0.0"),
        ("unit", "nonsense"),
        ("anchor", "2026-02-30"),
        ("anchor", "2028-01-01"),
        ("diagnosis", "brystkreft"),
        ("intent", "hopeful"),
        ("line", "0"),
        ("line", "to"),
        ("line", "1.5"),
    ],
)
def test_a_wrong_field_is_named_beside_itself_and_what_was_typed_is_kept(
    nurse: Nurse, form: dict[str, str], field: str, value: str
) -> None:
    before = count(Patient)
    for path in ("/patients/new", "/patients/new/confirm"):
        answer = nurse.post(path, {**form, field: value})
        assert answer.status_code == 422
        page = answer.get_data(as_text=True)
        assert beside(page, field) == said(f"error.registration.{field}")
        assert len(re.findall(r"-wrong\">", page)) == 1
        assert 'value="Testesen"' in page
    assert count(Patient) == before


def test_a_last_day_before_the_first_is_refused_beside_itself(form: dict[str, str], hospital: Hospital) -> None:
    codes = ("treatment-start", "treatment-end")
    two_days = replace(hospital.pathway, anchors=tuple(Anchor(each, hospital.pathway.title) for each in codes))
    offered = registration.Offered([two_days], [hospital.unit])
    with pytest.raises(registration.Faults) as refused:
        registration.read({**form, "anchor.treatment-end": "2026-11-08"}, offered)
    assert refused.value.fields == {"anchor.treatment-end": "wrong"}
    same = registration.read({**form, "anchor.treatment-end": form["anchor"]}, offered)
    assert same.further == {"treatment-end": same.anchor}


def test_everything_wrong_is_named_at_once(nurse: Nurse, form: dict[str, str]) -> None:
    wrong = {"national_number": "1", "mobile": "2", "birth_date": "3", "diagnosis": "4", "line": "x", "given": " "}
    page = nurse.post("/patients/new", {**form, **wrong}).get_data(as_text=True)
    assert all(beside(page, field) for field in wrong)


def test_a_unit_of_others_cannot_be_chosen(nurse: Nurse, form: dict[str, str], hospital: Hospital) -> None:
    answer = nurse.post("/patients/new/confirm", {**form, "unit": str(hospital.other_unit.id)})
    assert answer.status_code == 422
    assert beside(answer.get_data(as_text=True), "unit") == said("error.registration.unit")


def test_a_number_that_is_registered_is_refused_and_the_question_stands_in_her_log(
    nurse: Nurse, form: dict[str, str], hospital: Hospital
) -> None:
    for path in ("/patients/new", "/patients/new/confirm"):
        answer = nurse.post(path, {**form, "national_number": "109155 96784"})
        assert answer.status_code == 422
        assert beside(answer.get_data(as_text=True), "national_number") == said("error.registration.known")
    assert audited("patient.find") == [frozenset({hospital.patient.id})]


@pytest.mark.hazard("H30")
def test_the_mobile_number_is_read_back_in_groups_with_everything_else(nurse: Nurse, form: dict[str, str]) -> None:
    before = count(Patient), count(AuditRecord)
    page = words_of(nurse.post("/patients/new", form))
    assert f"{said('registration.read-back')} 90 00 07 77" in page
    for fact in ("Prøve", "Testesen", "109155 49999", "10. november 1955", "C50.9", "Poliklinikk A", "EC90"):
        assert fact in page
    assert said("registration.does-not-fit") not in page
    assert (count(Patient), count(AuditRecord)) == before


@pytest.mark.hazard("H30")
def test_a_birth_date_that_does_not_fit_the_number_is_warned_of_and_not_refused(
    nurse: Nurse, form: dict[str, str]
) -> None:
    answer = nurse.post("/patients/new", {**form, "birth_date": "1955-10-11"})
    assert answer.status_code == 200
    assert said("registration.does-not-fit") in words_of(answer)
    assert nurse.post("/patients/new/confirm", {**form, "birth_date": "1955-10-11"}).status_code == 303


@pytest.mark.parametrize(
    "number, day, does",
    [
        ("10915596784", date(1955, 11, 10), True),
        ("10915596784", date(1955, 11, 11), False),
        ("10915596784", date(1955, 10, 10), False),
        ("50915500000", date(1955, 11, 10), True),  # a D-number adds 40 to the day
        ("10515500000", date(1955, 11, 10), True),  # an H-number adds 40 to the month
        ("10765500000", date(1955, 11, 10), True),  # the population register's test numbers add 65
        ("80000000000", date(1955, 11, 10), True),  # an FH number holds no date
    ],
)
def test_day_and_month_of_a_number_are_held_against_the_birth_date(number: str, day: date, does: bool) -> None:
    assert fits(number, day) is does


def test_a_day_may_be_written_as_people_write_it(nurse: Nurse, form: dict[str, str]) -> None:
    page = words_of(nurse.post("/patients/new", {**form, "birth_date": "10.11.1955"}))
    assert "10. november 1955" in page


def test_going_back_to_change_keeps_everything(nurse: Nurse, form: dict[str, str]) -> None:
    answer = nurse.post("/patients/new", {**form, "then": "change"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert 'value="900 00 777"' in page
    assert 'value="nn" selected' in re.sub(r"\s+", " ", page)


def test_confirming_stores_the_patient_her_episode_and_its_plan(
    nurse: Nurse, form: dict[str, str], hospital: Hospital
) -> None:
    answer = nurse.post("/patients/new/confirm", form)
    with reading() as session:
        patient = find_by_national_number(session, hospital.tenant.id, NUMBERS[0])
        assert patient is not None
        assert mobile_of(session, patient.id) == "+4790000777"
        assert identity(session, patient.id).language == "nn"
        episode = session.scalars(select(Episode).where(Episode.patient_id == patient.id)).one()
        assert (episode.anchor, episode.unit_id, episode.status) == (date(2026, 11, 9), hospital.unit.id, "active")
        plan = session.scalars(select(Plan).where(Plan.episode_id == episode.id)).one()
        assert plan.next_day == date(2026, 11, 9)
        patient_id = patient.id
    assert answer.headers["Location"] == f"/patients/{patient_id}?registered=1"
    assert said("registration.done") in words_of(nurse.get(answer.headers["Location"]))
    assert "10915549999" not in answer.headers["Location"]
    for action in ("patient.register", "episode.start"):
        assert frozenset({patient_id}) in audited(action)


def test_pressing_save_twice_stores_one_patient(nurse: Nurse, form: dict[str, str]) -> None:
    before = count(Patient)
    first, second = (nurse.post("/patients/new/confirm", form) for _ in range(2))
    assert (first.status_code, first.location) == (303, second.location)
    assert count(Patient) == before + 1
    clock.move_to(clock.now() + timedelta(minutes=11))
    assert nurse.post("/patients/new/confirm", form).status_code == 422


def test_a_first_treatment_day_within_the_year_is_taken(nurse: Nurse, form: dict[str, str]) -> None:
    day = clock.now().date() - timedelta(days=365)
    assert nurse.post("/patients/new", {**form, "anchor": day.isoformat()}).status_code == 200
    too_far = day - timedelta(days=1)
    assert nurse.post("/patients/new/confirm", {**form, "anchor": too_far.isoformat()}).status_code == 422
