"""The nurse's verbs through their forms: a refusal changes nothing, and a stale page shows what happened since."""

import pytest

from prom import clock
from prom.db import transaction
from prom.worklist import service as worklist
from prom.worklist.models import Alert, AlertEvent
from tests.conftest import Hospital, SignIn
from tests.prom.clinic.ward import NAUSEA, Nurse, audited, count, open_alerts, report, said, words_of
from tests.prom.steps import FEVER, later


@pytest.fixture
def alerts(hospital: Hospital) -> list[Alert]:
    """An emergency and a severe symptom that nobody has taken."""
    report(hospital, hospital.episode, {**NAUSEA, "chest-pain": "now"})
    return open_alerts(hospital.patient.id)


@pytest.fixture
def taken(nurse: Nurse, hospital: Hospital, alerts: list[Alert]) -> list[Alert]:
    """The same two, acknowledged by the nurse a minute ago."""
    nurse.patient(hospital.patient.id, "acknowledge", alerts)
    later(minutes=1)
    return open_alerts(hospital.patient.id)


@pytest.mark.parametrize("pair", ["", "nonsense", "nonsense:1", "01890000-0000-7000-8000-000000000000:x"])
@pytest.mark.parametrize("verb", ["acknowledge", "note", "resolve", "enter-in-error", "return"])
def test_a_form_without_a_readable_alert_is_422(nurse: Nurse, hospital: Hospital, verb: str, pair: str) -> None:
    answer = nurse.post(f"/patients/{hospital.patient.id}/{verb}", {"alert": pair} if pair else {})
    assert answer.status_code == 422
    assert said("error.alerts.alert") in words_of(answer)


@pytest.mark.parametrize("outcome", ["", "cured"])
def test_closing_without_an_outcome_is_refused_and_keeps_what_was_typed(
    nurse: Nurse, hospital: Hospital, taken: list[Alert], outcome: str
) -> None:
    answer = nurse.patient(hospital.patient.id, "resolve", taken, outcome=outcome, words="Ringt klokken ni.")
    assert answer.status_code == 422
    page = words_of(answer)
    assert said("error.alerts.outcome") in page
    assert "Ringt klokken ni." in page
    assert {alert.state for alert in open_alerts(hospital.patient.id)} == {"acknowledged"}


@pytest.mark.parametrize("place", ["", "elsewhere"])
def test_closing_without_saying_where_is_refused_and_keeps_what_was_typed(
    nurse: Nurse, hospital: Hospital, taken: list[Alert], place: str
) -> None:
    answer = nurse.patient(hospital.patient.id, "resolve", taken, outcome="visit", place=place, words="Ringt.")
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert said("error.alerts.place") in page
    assert 'aria-describedby="place-wrong"' in page
    assert '<option value="visit" data-place="hospital" selected>' in page
    assert {alert.state for alert in open_alerts(hospital.patient.id)} == {"acknowledged"}


def test_a_blank_note_is_refused(nurse: Nurse, hospital: Hospital, alerts: list[Alert]) -> None:
    before = count(AlertEvent)
    answer = nurse.patient(hospital.patient.id, "note", alerts[:1], note="  ")
    assert answer.status_code == 422
    assert said("error.alerts.note") in words_of(answer)
    assert count(AlertEvent) == before


@pytest.mark.parametrize("verb", ["resolve", "return", "enter-in-error"])
def test_what_nobody_has_taken_can_be_neither_closed_nor_given_back(
    nurse: Nurse, hospital: Hospital, alerts: list[Alert], verb: str
) -> None:
    answer = nurse.patient(hospital.patient.id, verb, alerts, outcome="advice", place="phone", reason="x")
    assert answer.status_code == 409
    assert {alert.state for alert in open_alerts(hospital.patient.id)} == {"open"}


def test_a_stale_page_shows_what_happened_since_and_keeps_what_was_typed(
    nurse: Nurse, hospital: Hospital, taken: list[Alert]
) -> None:
    seen = clock.now().isoformat()
    later(minutes=10)
    report(hospital, hospital.episode, FEVER)
    report(hospital, hospital.episode, NAUSEA)
    answer = nurse.patient(
        hospital.patient.id, "resolve", taken, outcome="advice", place="phone", words="Alt er vel.", seen=seen
    )
    assert answer.status_code == 409
    page = words_of(answer)
    assert said("stale.title") in page
    told = page.partition(said("stale.title"))[2].partition("Testine Syntetisk")[0]
    assert "Kvalme – Nytt i åpent varsel" in told
    assert "Feber – Varsel" in told
    assert said("step.acknowledge") not in told
    assert "acknowledged" not in {alert.state for alert in open_alerts(hospital.patient.id) if alert.id == taken[1].id}


def test_when_one_of_several_is_stale_none_is_changed(nurse: Nurse, hospital: Hospital, taken: list[Alert]) -> None:
    with transaction() as session:
        first = session.get_one(Alert, taken[0].id)
        worklist.return_to_unit(session, first, first.version, hospital.nurse_actor)
    answer = nurse.patient(hospital.patient.id, "resolve", taken, outcome="advice", place="phone")
    assert answer.status_code == 409
    assert {alert.state for alert in open_alerts(hospital.patient.id)} == {"open", "acknowledged"}


def test_two_nurses_press_and_one_has_her(
    nurse: Nurse, hospital: Hospital, alerts: list[Alert], sign_in: SignIn
) -> None:
    nurse.patient(hospital.patient.id, "acknowledge", alerts)
    colleague = nurse.client.application.test_client()
    sign_in(colleague, "physician")
    answer = Nurse(colleague).patient(hospital.patient.id, "acknowledge", alerts, seen=clock.now().isoformat())
    assert answer.status_code == 409
    assert {alert.claimed_by for alert in open_alerts(hospital.patient.id)} == {hospital.nurse.id}


def test_a_mark_that_is_no_instant_does_not_break_the_refusal(
    nurse: Nurse, hospital: Hospital, taken: list[Alert]
) -> None:
    stale = [Alert(id=alert.id, version=alert.version + 5) for alert in taken]
    for seen in ("", "yesterday", "2026-11-02T08:00:00"):
        answer = nurse.patient(hospital.patient.id, "return", stale, seen=seen)
        assert answer.status_code == 409


def test_acknowledging_is_claiming_and_starts_the_clock_for_contact(
    nurse: Nurse, hospital: Hospital, alerts: list[Alert]
) -> None:
    answer = nurse.patient(hospital.patient.id, "acknowledge", alerts)
    assert answer.headers["Location"] == f"/patients/{hospital.patient.id}"
    found = open_alerts(hospital.patient.id)
    assert {(alert.state, alert.claimed_by) for alert in found} == {("acknowledged", hospital.nurse.id)}
    assert said("alerts.taken", name="nurse (test)") in nurse.page(f"/patients/{hospital.patient.id}")


def test_one_form_records_the_call_and_closes_all_that_is_ticked(
    nurse: Nurse, hospital: Hospital, taken: list[Alert]
) -> None:
    answer = nurse.patient(
        hospital.patient.id, "resolve", taken, outcome="visit", place="hospital", words="Time i morgen."
    )
    assert answer.status_code == 303
    assert open_alerts(hospital.patient.id) == []
    assert len(audited("alert.resolve")) == 2
    assert f"{said('outcome.visit')}, {said('place.hospital').lower()}" in nurse.page(
        f"/patients/{hospital.patient.id}"
    )


def test_a_mistake_leaves_the_list_with_its_reason_and_not_without(
    nurse: Nurse, hospital: Hospital, taken: list[Alert]
) -> None:
    refused = nurse.patient(hospital.patient.id, "enter-in-error", taken[:1], reason=" ")
    assert refused.status_code == 422
    assert said("error.alerts.reason") in words_of(refused)
    assert len(open_alerts(hospital.patient.id)) == 2
    answer = nurse.patient(hospital.patient.id, "enter-in-error", taken[:1], reason="Skrevet på feil pasient.")
    assert answer.status_code == 303
    assert [alert.id for alert in open_alerts(hospital.patient.id)] == [taken[1].id]
    assert len(audited("alert.enter-in-error")) == 1
    page = nurse.page(f"/patients/{hospital.patient.id}")
    assert said("step.enter-in-error") in page
    assert "Skrevet på feil pasient." in page


def test_what_is_not_ticked_stays_open(nurse: Nurse, hospital: Hospital, taken: list[Alert]) -> None:
    nurse.patient(hospital.patient.id, "resolve", taken[:1], outcome="advice", place="phone")
    assert [alert.id for alert in open_alerts(hospital.patient.id)] == [taken[1].id]


def test_a_note_leaves_the_alert_as_it_is(nurse: Nurse, hospital: Hospital, alerts: list[Alert]) -> None:
    answer = nurse.patient(hospital.patient.id, "note", alerts[:1], note="Ringt, ikke svar.")
    assert answer.status_code == 303
    assert {alert.state for alert in open_alerts(hospital.patient.id)} == {"open"}
    assert "Ringt, ikke svar." in nurse.page(f"/patients/{hospital.patient.id}")


def test_giving_back_makes_her_nobodys(nurse: Nurse, hospital: Hospital, taken: list[Alert]) -> None:
    nurse.patient(hospital.patient.id, "return", taken)
    assert {(alert.state, alert.claimed_by) for alert in open_alerts(hospital.patient.id)} == {("open", None)}
