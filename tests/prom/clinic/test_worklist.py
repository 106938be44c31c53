"""The worklist: who is sickest, why, and who has her; and that it is cheap to ask whether anything is new."""

import re
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from prom import clock
from prom.config import Settings
from prom.db import transaction
from prom.language import STAFF_LANGUAGES
from prom.responses import service as responses
from prom.worklist import service as worklist
from prom.worklist.models import Evidence
from tests.conftest import Hospital
from tests.prom.clinic.ward import (
    HIDDEN,
    NAUSEA,
    NUMBERS,
    Nurse,
    another_patient,
    audited,
    open_alerts,
    report,
    said,
    statements,
    words_of,
)
from tests.prom.steps import FEVER, RASH, WELL, ask, later

STRONG_NAUSEA = {"nausea-frequency": "4", "nausea-severity": "4"}


def patients_in(page: str) -> list[str]:
    """The ids of the patients of a list, in their order."""
    return re.findall(r'class="row" id="[^"]*" data-patient="([0-9a-f-]+)"', page)


def listed(nurse: Nurse, path: str = "/worklist") -> list[uuid.UUID]:
    return [uuid.UUID(each) for each in patients_in(nurse.get(path).get_data(as_text=True))]


def test_an_empty_list_says_what_it_does_not_mean(nurse: Nurse) -> None:
    page = nurse.page("/worklist")
    assert said("worklist.empty") in page
    assert said("worklist.empty-means") in page


def test_a_filter_that_hides_everybody_offers_the_whole_list(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, NAUSEA)
    page = nurse.page("/worklist?mine=1")
    assert said("worklist.empty-filtered") in page
    assert said("worklist.all") in page


def test_a_unit_that_is_none_shows_the_whole_list_and_a_strange_one_nothing(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, NAUSEA)
    assert listed(nurse, "/worklist?unit=nonsense") == [hospital.patient.id]
    assert listed(nurse, f"/worklist?unit={hospital.unit.id}") == [hospital.patient.id]
    assert listed(nurse, f"/worklist?unit={hospital.other_unit.id}") == []


def test_the_sickest_stands_first_and_of_two_the_one_who_has_used_more_of_her_time(
    nurse: Nurse, hospital: Hospital
) -> None:
    _, mild = another_patient(hospital, NUMBERS[0], "Mild")
    _, severe = another_patient(hospital, NUMBERS[1], "Alvorlig")
    _, later_severe = another_patient(hospital, NUMBERS[2], "Senere")
    report(hospital, mild, RASH["2"])
    report(hospital, severe, NAUSEA)
    later(minutes=30)
    report(hospital, later_severe, NAUSEA)
    report(hospital, hospital.episode, FEVER)
    order = [hospital.patient.id, severe.patient_id, later_severe.patient_id, mild.patient_id]
    assert listed(nurse) == order


def test_a_patient_has_one_row_with_every_alert_and_every_reason(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, {**FEVER, **STRONG_NAUSEA, "chest-pain": "now"})
    answer = nurse.get("/worklist")
    assert len(patients_in(answer.get_data(as_text=True))) == 1
    page = words_of(answer)
    assert "Testine Syntetisk 70 år" in page
    assert "Feber: 39,8 °C (grense 38 °C)" in page
    assert "Vondt i brystet: «Ja, akkurat nå»" in page
    assert "Kvalme: nivå 3 (grense 3)" in page


def test_a_chip_shows_the_level_and_how_it_has_moved_since_the_last_report(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, WELL)
    later(days=7)
    report(hospital, hospital.episode, NAUSEA)
    nurse.comes_back()
    page = nurse.page("/worklist")
    assert "Kvalme nivå 3 ▲3 3 høyere enn sist" in page
    assert "Kvalme: nivå 3 (grense 3), var 0 den 2. nov." in page


def test_a_chip_draws_what_was_reported_before_and_says_it_in_words(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, WELL)
    later(days=7)
    report(hospital, hospital.episode, NAUSEA)
    nurse.comes_back()
    answer = nurse.get("/worklist")
    assert '<path d="M0 12L40 0"/>' in answer.get_data(as_text=True)
    assert f"{said('level.course')} 0, 3" in words_of(answer)


def test_a_first_report_draws_no_line(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, NAUSEA)
    assert "small-trend" not in nurse.get("/worklist").get_data(as_text=True)


@pytest.mark.hazard("H08")
def test_a_strong_answer_beside_a_low_level_is_told(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, HIDDEN)
    assert re.search(r"Smerter nivå [12] \(svar 3 av 4\)", nurse.page("/worklist"))


def test_a_new_report_of_no_trouble_changes_the_level_on_the_row(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, NAUSEA)
    later(hours=2)
    report(hospital, hospital.episode, WELL)
    nurse.comes_back()
    page = nurse.page("/worklist")
    assert "Kvalme nivå 0 ▼3 3 lavere enn sist" in page


def test_the_patients_own_words_stand_in_the_reason(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, {**WELL, "free-text": "Kan jeg reise på <b>hytta</b>?"})
    assert "«Kan jeg reise på &lt;b&gt;hytta&lt;/b&gt;?»" in nurse.get("/worklist").get_data(as_text=True)


def test_the_silent_stand_apart_on_a_call_list(nurse: Nurse, hospital: Hospital, database: Settings) -> None:
    assignment = ask(database)
    later(hours=37)
    with transaction() as session:
        responses.raise_silence(session, assignment)
    nurse.comes_back()
    page = nurse.page("/worklist")
    assert f"{said('worklist.section.silent')} (1)" in page
    assert "Har ikke svart: 14 timer over fristen" in page
    assert f"1 {said('severity.silent')}" in page
    assert f"0 {said('severity.next-working-day')}" in page


def test_counts_are_patients_per_severity(nurse: Nurse, hospital: Hospital) -> None:
    _, severe = another_patient(hospital, NUMBERS[0], "Alvorlig")
    report(hospital, severe, {**NAUSEA, "pain-frequency": "4", "pain-severity": "4", "pain-interference": "4"})
    report(hospital, hospital.episode, FEVER)
    page = nurse.page("/worklist")
    assert f"1 {said('severity.emergency')} 1 {said('severity.same-day')} 0 {said('severity.next-working-day')}" in page


def test_one_press_acknowledges_everything_and_says_who_has_her(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, {**NAUSEA, "chest-pain": "now"})
    alerts = open_alerts(hospital.patient.id)
    assert len(alerts) == 2
    answer = nurse.patient(hospital.patient.id, "acknowledge", alerts, **{"from": "worklist", "unassigned": "1"})
    assert answer.headers["Location"] == "/worklist?unassigned=1"
    assert {alert.state for alert in open_alerts(hospital.patient.id)} == {"acknowledged"}
    page = nurse.page("/worklist")
    assert f" {said('worklist.me')} " in page
    assert said("worklist.acknowledge") + " Testine" not in page


def test_mine_and_unassigned_show_their_part(nurse: Nurse, hospital: Hospital) -> None:
    _, other = another_patient(hospital, NUMBERS[0], "Annen")
    report(hospital, hospital.episode, NAUSEA)
    report(hospital, other, NAUSEA)
    nurse.patient(hospital.patient.id, "acknowledge", open_alerts(hospital.patient.id))
    assert listed(nurse, "/worklist?mine=1") == [hospital.patient.id]
    assert listed(nurse, "/worklist?unassigned=1") == [other.patient_id]


@pytest.mark.hazard("H12")
def test_what_came_after_she_acknowledged_is_marked_as_new(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, NAUSEA)
    nurse.patient(hospital.patient.id, "acknowledge", open_alerts(hospital.patient.id))
    later(hours=3)
    report(hospital, hospital.episode, NAUSEA)
    nurse.comes_back()
    page = nurse.page("/worklist")
    assert "Nytt siden bekreftelse" in page
    assert said("worklist.nobody") in page


def test_an_emergency_that_nobody_took_in_time_says_so(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, FEVER)
    later(minutes=11)
    with transaction() as session:
        worklist.sweep_overdue(session)
    assert said("worklist.escalated") in nurse.page("/worklist")


def test_the_title_counts_the_emergencies(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, FEVER)
    assert "<title>(1) Arbeidsliste" in nurse.get("/worklist").get_data(as_text=True)


def test_one_audit_record_names_everybody_on_the_list(nurse: Nurse, hospital: Hospital) -> None:
    _, other = another_patient(hospital, NUMBERS[0], "Annen")
    report(hospital, hospital.episode, NAUSEA)
    report(hospital, other, NAUSEA)
    nurse.get("/worklist")
    assert audited("worklist.read") == [frozenset({hospital.patient.id, other.patient_id})]


def test_an_unchanged_list_is_304_and_reads_nobody(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, NAUSEA)
    mark = nurse.get("/worklist").headers["ETag"]
    later(minutes=1)
    with statements() as sent:
        answer = nurse.get("/worklist", headers={"If-None-Match": mark})
    assert answer.status_code == 304
    assert answer.get_data() == b""
    assert len(audited("worklist.read")) == 1
    assert not [each for each in sent if "FROM evidence" in each or "FROM patient " in each or "patient_key" in each]


@pytest.mark.hazard("H14")
@pytest.mark.parametrize("what", ["raised", "acknowledged", "late", "report", "corrected", "tomorrow"])
def test_whatever_changes_the_list_changes_its_mark(nurse: Nurse, hospital: Hospital, what: str) -> None:
    first = report(hospital, hospital.episode, NAUSEA)
    nurse.patient(hospital.patient.id, "acknowledge", open_alerts(hospital.patient.id))
    later(minutes=1)
    second = report(hospital, hospital.episode, WELL)
    mark = nurse.get("/worklist").headers["ETag"]
    match what:
        case "raised":
            report(hospital, hospital.episode, FEVER)
        case "acknowledged":
            nurse.patient(hospital.patient.id, "return", open_alerts(hospital.patient.id))
        case "late":
            due = open_alerts(hospital.patient.id)[0].next_action_at
            assert due is not None
            clock.move_to(due)
            nurse.comes_back()
        case "report":
            report(hospital, hospital.episode, RASH["1"])
        case "corrected":
            nurse.post(f"/responses/{second}/entered-in-error")
        case "tomorrow":
            clock.move_to(clock.now() + timedelta(days=1))
            nurse.comes_back()
    answer = nurse.get("/worklist", headers={"If-None-Match": mark})
    assert answer.status_code == 200
    assert answer.headers["ETag"] != mark
    assert first != second


def test_a_longer_list_takes_no_more_statements(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, {**NAUSEA, "chest-pain": "now"})
    nurse.get("/worklist")
    report(hospital, hospital.episode, {**NAUSEA, "chest-pain": "now"})  # so that her row is opened anew
    with statements() as one:
        nurse.get("/worklist")
    for number in NUMBERS:
        _, episode = another_patient(hospital, number, "Annen")
        report(hospital, episode, {**NAUSEA, "chest-pain": "now"})
        nurse.patient(episode.patient_id, "acknowledge", open_alerts(episode.patient_id))
    with statements() as many:
        nurse.get("/worklist")
    assert len(many) <= len(one) + 1  # clinicians' names, once there are any
    assert len(many) <= 23


@pytest.mark.parametrize("language", STAFF_LANGUAGES)
def test_the_list_speaks_each_language_of_the_staff(nurse: Nurse, hospital: Hospital, language: str) -> None:
    report(hospital, hospital.episode, NAUSEA)
    nurse.post("/language", {"language": language, "back": "/worklist"})
    page = words_of(nurse.get("/worklist"))
    assert {"nb": "Arbeidsliste", "nn": "Kven har ansvar", "en": "Who is responsible"}[language] in page
    assert {"nb": "Kvalme", "nn": "Kvalme", "en": "Nausea: level 3 (limit 3)"}[language] in page


def test_nothing_about_health_stands_in_an_address(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, NAUSEA)
    page = nurse.get("/worklist").get_data(as_text=True)
    addresses = re.findall(r'(?:href|action|src|formaction)="([^"]*)"', page)
    assert addresses
    assert not [each for each in addresses if re.search("nausea|kvalme|Syntetisk|Testine|10915596784", each, re.I)]


def test_a_seal_that_does_not_open_hides_nobody(nurse: Nurse, hospital: Hospital) -> None:
    _, other = another_patient(hospital, NUMBERS[0], "Annen")
    report(hospital, hospital.episode, NAUSEA)
    report(hospital, other, NAUSEA)
    with transaction() as session:
        broken = session.scalars(select(Evidence).where(Evidence.patient_id == other.patient_id)).first()
        assert broken is not None
        broken.finding_sealed = broken.finding_sealed[:-1] + bytes([broken.finding_sealed[-1] ^ 1])
    page = nurse.page("/worklist")
    assert "Kvalme: nivå 3 (grense 3)" in page
    assert said("worklist.does-not-open") in page
    assert set(listed(nurse)) == {hospital.patient.id, other.patient_id}
