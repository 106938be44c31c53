"""The patient's page: how she has been, week by week; what is open and why; what was done; who has looked."""

import re
from dataclasses import replace

import pytest

from alerts.library import load
from prom import clock
from prom.assignments import service as assignments
from prom.config import Settings
from prom.db import transaction
from prom.language import STAFF_LANGUAGES
from prom.pathways.models import Episode
from prom.responses import service as responses
from tests.conftest import MONDAY, Hospital
from tests.prom.clinic.ward import HIDDEN, NAUSEA, Nurse, audited, open_alerts, report, said, statements, words_of
from tests.prom.steps import FEVER, RASH, WELL, ask, later


def page_of(nurse: Nurse, hospital: Hospital) -> str:
    nurse.comes_back()
    return nurse.page(f"/patients/{hospital.patient.id}")


def cells(nurse: Nurse, hospital: Hospital, row: str) -> list[str]:
    """What stands in a row of the grid, oldest first, without the words for those who do not see."""
    nurse.comes_back()
    page = nurse.get(f"/patients/{hospital.patient.id}").get_data(as_text=True)
    page = re.sub(r'<span class="visually-hidden">.*?</span>', "", page)
    found = re.search(rf'<tr>\s*<th scope="row"[^>]*>\s*{row}.*?</tr>', page, re.S)
    assert found is not None
    values = re.findall(r"<td data-kind.*?</td>", found[0], re.S)
    return [re.sub(r"<[^>]+>|\s", "", value) for value in values]


def test_a_patient_without_reports_has_an_honest_page(nurse: Nurse, hospital: Hospital) -> None:
    page = page_of(nurse, hospital)
    for key in ("alerts.none", "grid.none", "reports.none", "steps.none", "contacts.none"):
        assert said(key) in page


def test_the_head_says_who_she_is_and_what_she_is_treated_for(nurse: Nurse, hospital: Hospital) -> None:
    page = page_of(nurse, hospital)
    for fact in (
        "Testine Syntetisk 70 år",
        "109155 96784",
        "90 00 00 01",
        "Poliklinikk A",
        "C50.9",
        "EC90, linje 1, adjuvant",
    ):
        assert fact in page
    assert "Behandlingsdag 8 (fra 26. okt.)" in page


def test_one_read_leaves_one_record(nurse: Nurse, hospital: Hospital) -> None:
    page_of(nurse, hospital)
    assert audited("patient.read") == [frozenset({hospital.patient.id})]


def test_levels_stand_week_by_week_with_the_newest_to_the_right(nurse: Nurse, hospital: Hospital) -> None:
    for answers in (RASH["1"], WELL, RASH["3"]):
        report(hospital, hospital.episode, answers)
        later(days=7)
    assert cells(nurse, hospital, "Utslett") == ["1", "0", "3"]


def test_a_week_without_an_answer_is_marked_and_a_week_without_a_question_is_empty(
    nurse: Nurse, hospital: Hospital, database: Settings
) -> None:
    report(hospital, hospital.episode, RASH["1"])
    clock.move_to(MONDAY.replace(day=16))
    with transaction() as session:
        expired = assignments.report_again(session, hospital.episode, hospital.nurse_actor).id
    later(days=6)
    with transaction() as session:
        assert responses.expire(session, expired)
    report(hospital, hospital.episode, RASH["2"])
    later(days=1)
    with transaction() as session:
        assignments.report_again(session, hospital.episode, hospital.nurse_actor)
    assert cells(nurse, hospital, "Utslett") == ["1", "", "×", "2", "○"]
    later(days=2)
    assert cells(nurse, hospital, "Utslett")[-1] == "…"


def treatment_days(nurse: Nurse, hospital: Hospital) -> list[str]:
    """What stands in the row of treatment days, with the words for those who do not see."""
    nurse.comes_back()
    page = nurse.get(f"/patients/{hospital.patient.id}").get_data(as_text=True)
    found = re.search(r'<tbody class="grid-treatment">.*?</tbody>', page, re.S)
    assert found is not None
    cells = re.findall(r"<td(?: data-mark)?>(.*?)</td>", found[0], re.S)
    return [re.sub(r"<[^>]+>", "", cell) for cell in cells]


def test_treatment_days_are_counted_and_a_day_outside_the_weeks_shown_marks_none(
    nurse: Nurse, hospital: Hospital
) -> None:
    report(hospital, hospital.episode, RASH["1"])
    later(days=14)
    report(hospital, hospital.episode, RASH["1"])
    assert treatment_days(nurse, hospital) == ["8", "", "22"]


def test_the_first_treatment_day_is_marked_in_its_week(nurse: Nurse, hospital: Hospital) -> None:
    with transaction() as session:
        session.get_one(Episode, hospital.episode.id).anchor = MONDAY.date().replace(day=4)
    report(hospital, hospital.episode, RASH["1"])
    later(days=3)
    report(hospital, hospital.episode, RASH["2"])
    assert treatment_days(nurse, hospital) == ["-1", "2◆ Første behandlingsdag 4. nov."]
    assert "◆ Første behandlingsdag 4. nov." in page_of(nurse, hospital)


def test_a_strong_answer_beside_a_low_level_is_marked(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, HIDDEN)
    (cell,) = cells(nurse, hospital, "Smerter")
    assert re.fullmatch(r"[12]\*", cell)
    assert said("grid.strong") in page_of(nurse, hospital)


def test_a_red_flag_has_a_row_of_its_own(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, WELL)
    later(days=7)
    report(hospital, hospital.episode, FEVER)
    assert cells(nurse, hospital, r"Rødt flagg: Feber") == ["–", "!"]
    assert cells(nurse, hospital, "Temperatur") == ["–", "39,8"]


def test_symptoms_that_were_never_reported_are_named_on_one_line(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, RASH["2"])
    page = page_of(nurse, hospital)
    assert re.search(r"Ikke meldt i perioden: Kvalme, .*Oppkast", page)


def test_a_trend_says_in_words_what_it_draws(nurse: Nurse, hospital: Hospital) -> None:
    for answers in (RASH["1"], RASH["3"]):
        report(hospital, hospital.episode, answers)
        later(days=7)
    nurse.comes_back()
    page = nurse.get(f"/patients/{hospital.patient.id}").get_data(as_text=True)
    chart = re.search(r'<svg class="trend".*?</svg>', page, re.S)
    assert chart is not None
    assert "Utslett over tid" in chart[0]
    assert re.search(r"eldste først: 1, 3\s*\. Stiplede", re.sub(r"<[^>]+>", "", chart[0]))
    assert chart[0].count("trend-limit") == 2


def test_answers_stand_in_words_and_free_text_in_the_patients_own(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, {**FEVER, "free-text": "Kald på natten.\nVarm nå."})
    page = page_of(nurse, hospital)
    assert "Hva var temperaturen på det høyeste? 39,8 °C" in page
    assert "Kald på natten. Varm nå." in page
    assert "urn:prom:questionnaire:symptom-check|1.0.0" in page
    assert "urn:prom:rules:symptom-check|1.0.0" in page


def test_who_answered_and_who_wrote_it_down_is_told(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, WELL, source="proxy", actor=hospital.nurse_actor)
    assert "nærstående, registrert av nurse (test)" in page_of(nurse, hospital)


def test_what_was_done_is_told_with_who_did_it(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, {**NAUSEA, "chest-pain": "now"})
    nurse.patient(hospital.patient.id, "acknowledge", open_alerts(hospital.patient.id))
    later(minutes=5)
    closing = open_alerts(hospital.patient.id)
    nurse.patient(
        hospital.patient.id, "resolve", closing, outcome="admission", place="hospital", words="Ringt. Kommer inn nå."
    )
    page = page_of(nurse, hospital)
    assert "Avsluttet : Innleggelse, på sykehuset – nurse (test) Vondt i brystet, Kvalme Ringt. Kommer inn nå." in page
    assert page.count("Ringt. Kommer inn nå.") == 1
    assert said("alerts.none") in page


def test_what_she_was_asked_and_sent_is_told(nurse: Nurse, hospital: Hospital, database: Settings) -> None:
    ask(database)
    page = page_of(nurse, hospital)
    assert f"SMS: {said('message.state.pending')}" in page
    assert said("origin.planned") in page


def test_only_the_last_weeks_are_shown_unless_all_are_asked_for(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, RASH["1"])
    later(days=100)
    report(hospital, hospital.episode, RASH["3"])
    assert cells(nurse, hospital, "Utslett") == ["3"]
    everything = words_of(nurse.get(f"/patients/{hospital.patient.id}?weeks=all"))
    assert said("grid.last") in everything


def test_who_has_looked_is_a_page_of_its_own_and_leaves_a_trace_itself(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, NAUSEA)
    nurse.get("/worklist")
    nurse.get(f"/patients/{hospital.patient.id}")
    page = nurse.page(f"/patients/{hospital.patient.id}/audit")
    for action in ("worklist.read", "patient.read", "audit.read", "response.submit", "alert.raise", "patient.register"):
        assert said(f"action.{action}") in page
    assert "nurse (test) sykepleier" in page
    assert "action." not in page
    assert "audit.reason" not in page
    assert audited("audit.read") == [frozenset({hospital.patient.id})]


def test_a_longer_history_takes_no_more_statements(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, {**NAUSEA, "chest-pain": "now"})
    nurse.comes_back()
    with statements() as short:
        nurse.get(f"/patients/{hospital.patient.id}")
    for _ in range(4):
        later(days=7)
        report(
            hospital, hospital.episode, {**FEVER, "pain-frequency": "4", "pain-severity": "4", "pain-interference": "4"}
        )
    nurse.comes_back()
    with statements() as long:
        nurse.get(f"/patients/{hospital.patient.id}")
    assert len(long) <= len(short)
    assert len(long) <= 45


@pytest.mark.parametrize("language", STAFF_LANGUAGES)
def test_the_page_speaks_each_language_of_the_staff(nurse: Nurse, hospital: Hospital, language: str) -> None:
    report(hospital, hospital.episode, {**NAUSEA, "chest-pain": "now", "free-text": "Hei"})
    nurse.post("/language", {"language": language, "back": "/worklist"})
    page = words_of(nurse.get(f"/patients/{hospital.patient.id}"))
    assert {"nb": "Plager uke for uke", "nn": "Plager veke for veke", "en": "Symptoms week by week"}[language] in page
    assert not re.findall(r"\b(?:alerts|grid|handle|step|reports|contacts|patient|level|outcome)\.[a-z]", page)


def test_beside_each_reason_stands_the_rule_with_its_version_and_the_hospitals_procedure(
    nurse: Nurse, hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    report(hospital, hospital.episode, FEVER)
    assert "(regel fever i symptom-check 1.0.0)" in page_of(nurse, hospital)
    address = "https://prosedyrer.sykehus.example/feber?utgave=3"
    shipped = load("symptom-check")
    rules = tuple(replace(rule, procedure=address) if rule.id == "fever" else rule for rule in shipped.rules)
    monkeypatch.setattr("prom.clinic.vocabulary.catalogue.rule_set", lambda *_: replace(shipped, rules=rules))
    nurse.comes_back()
    page = nurse.get(f"/patients/{hospital.patient.id}").get_data(as_text=True)
    assert f'<a class="ds-link" href="{address}" rel="noopener noreferrer">Sykehusets prosedyre</a>' in page
