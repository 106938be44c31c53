"""On her own page: nobody else's rows, no judge's words, and every change is hers, bounded and on record."""

import re
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from prom import clock
from prom.assignments import episodes
from prom.assignments.models import Assignment, Information, PersonalLink
from prom.audit.queries import log_of
from prom.config import Settings
from prom.db import new_id, reading, transaction
from prom.my_page import codes
from prom.my_page.models import OneTimeCode
from prom.pathways.models import Episode
from prom.patients import contact
from prom.patients.queries import identity, mobile_of
from prom.patients.service import register
from prom.responses.models import Response
from tests.conftest import MONDAY, Hospital
from tests.prom.my_page.phones import WRONG_CODE, Phone, codes_sent
from tests.prom.my_page.test_entering import OTHER
from tests.prom.steps import FEVER, WELL, ask, count, later, rows, send


def logged(hospital: Hospital) -> list[str]:
    """What she did herself by the log, newest first."""
    with reading() as session:
        return [row.action for row in log_of(session, hospital.patient.id) if row.actor_kind == "patient"]


def given_to(hospital: Hospital, patient_id: uuid.UUID) -> uuid.UUID:
    """Give a text of the pathway to a patient; its words may be gone."""
    row = Information(
        id=new_id(),
        tenant_id=hospital.tenant.id,
        patient_id=patient_id,
        episode_id=hospital.episode.id,
        key=hospital.pathway.information[0].key if hospital.pathway.information else "gone",
        pathway=f"{hospital.pathway.url}|{hospital.pathway.version}",
        given_at=clock.now(),
    )
    with transaction() as session:
        session.add(row)
    return row.id


def paused_until(hospital: Hospital) -> object:
    """When her pause ends."""
    with reading() as session:
        return session.get_one(Episode, hospital.episode.id).paused_until


def test_somebody_elses_report_is_not_there(inside: Phone, hospital: Hospital, database: Settings) -> None:
    send(ask(database), FEVER)
    (response,) = rows(select(Response))
    with transaction() as session:
        other = register(session, hospital.tenant.id, OTHER, hospital.nurse_actor)
        session.execute(update(Response).values(patient_id=other.id))
    page = inside.show(f"/reports/{response.id}", status=404)
    assert "113" in page
    assert "Du har ikke sendt noe ennå" in inside.show("/reports")


def test_a_report_entered_in_error_is_not_hers_any_more(inside: Phone, database: Settings) -> None:
    send(ask(database), FEVER)
    (response,) = rows(select(Response))
    with transaction() as session:
        session.execute(update(Response).values(status="entered-in-error"))
    inside.show(f"/reports/{response.id}", status=404)
    assert "Du har ikke sendt noe ennå" in inside.show("/reports")


def test_she_reads_her_answers_and_nothing_of_what_was_judged(
    inside: Phone, hospital: Hospital, database: Settings
) -> None:
    send(ask(database), FEVER)
    (response,) = rows(select(Response))
    assert "Du svarte selv." in inside.show("/reports")
    page = inside.show(f"/reports/{response.id}")
    assert "39,8" in page
    for word in ("red-flag", "severity", "fever", "Grad", "poeng"):
        assert word not in page
    assert logged(hospital)[:2] == ["response.read", "response.list"]


def test_somebody_elses_text_is_not_marked_as_read(inside: Phone, hospital: Hospital) -> None:
    with transaction() as session:
        other = register(session, hospital.tenant.id, OTHER, hospital.nurse_actor)
    row_id = given_to(hospital, other.id)
    assert inside.client.post(f"/me/information/{row_id}/read").status_code == 404
    assert count(Information, Information.read_at.is_not(None)) == 0


def test_a_text_is_marked_as_read_once(inside: Phone, hospital: Hospital) -> None:
    row_id = given_to(hospital, hospital.patient.id)
    for _ in range(2):
        assert inside.client.post(f"/me/information/{row_id}/read").location == "/me/information"
        later(minutes=1)
    assert [row.read_at for row in rows(select(Information))] == [MONDAY]
    assert logged(hospital).count("information.read") == 1
    assert inside.client.get("/me/information").status_code == 200


def test_what_is_asked_of_somebody_else_is_not_opened(inside: Phone, hospital: Hospital, database: Settings) -> None:
    assignment_id = ask(database)
    with transaction() as session:
        other = register(session, hospital.tenant.id, OTHER, hospital.nurse_actor)
        session.execute(update(Assignment).values(patient_id=other.id))
    for given in (str(assignment_id), str(uuid.uuid4()), "", "x"):
        assert inside.client.post("/me/answer", data={"assignment": given}).location == "/me"
    assert inside.client.get_cookie("prom_visit", path="/a") is None


def test_she_goes_on_to_what_is_asked_now_without_telling_her_birth_date_again(
    inside: Phone, database: Settings
) -> None:
    assignment_id = ask(database)
    assert "Svar nå" in inside.show()
    inside.client.post("/me/answer", data={"assignment": str(assignment_id)})
    assert inside.client.get("/a/birth-date").location == "/a/question/1"


def test_two_taps_on_worse_open_one_report(inside: Phone, database: Settings) -> None:
    send(ask(database), WELL)
    for _ in range(2):
        assert inside.client.post("/me/worse").location == "/a/birth-date"
        assert inside.client.get("/a/birth-date").location == "/a/question/1"
    assert count(Assignment, Assignment.origin == "patient") == 1


def test_on_no_pathway_any_more_nothing_is_offered_and_the_numbers_stay(inside: Phone, hospital: Hospital) -> None:
    with transaction() as session:
        session.execute(update(Episode).values(status="ended", ended_at=clock.now()))
    page = inside.show()
    assert "ingen leser nye svar" in page
    assert "meld fra nå" not in page
    assert "tel:+4722000001" in page
    assert inside.client.post("/me/worse").status_code == 409
    assert inside.client.post("/me/pause", data={"days": "3"}).status_code == 409


@pytest.mark.parametrize("days", ["", "0", "2", "31", "-1", "x", "9999"])
def test_another_length_of_a_pause_is_refused(inside: Phone, hospital: Hospital, days: str) -> None:
    page = inside.client.post("/me/pause", data={"days": days})
    assert page.status_code == 422
    assert "Velg når pausen skal slutte" in page.text
    assert paused_until(hospital) is None


def test_a_pause_ends_at_the_beginning_of_the_day_in_her_units_zone(inside: Phone, hospital: Hospital) -> None:
    inside.client.post("/me/pause", data={"days": "30"})
    assert str(paused_until(hospital)) == "2026-12-01 23:00:00+00:00"
    assert "Du har pause" in inside.show()
    assert "tel:113" in inside.show("/pause")
    inside.client.post("/me/pause/end")
    assert "Du har pause" not in inside.show()
    assert [each for each in logged(hospital) if each.startswith("episode.")] == ["episode.resume", "episode.pause"]


def test_her_units_pause_is_shown_and_not_hers_to_end(inside: Phone, hospital: Hospital) -> None:
    with transaction() as session:
        of = session.get_one(Episode, hospital.episode.id)
        episodes.pause(session, of, MONDAY + timedelta(days=40), "admitted", hospital.nurse_actor)
    before = paused_until(hospital)
    for path, data in (("/me/pause/end", {}), ("/me/pause", {"days": "3"})):
        inside.client.post(path, data=data)
        assert paused_until(hospital) == before
    assert "Avslutt pausen nå" in inside.show("/pause")  # her own, within it
    inside.client.post("/me/pause/end")
    assert "Avslutt pausen nå" not in inside.show("/pause")
    assert "Avdelingen din har satt pausen" in inside.show("/pause")
    assert paused_until(hospital) == before


def test_ending_a_pause_that_does_not_run_changes_nothing(inside: Phone) -> None:
    assert inside.client.post("/me/pause/end").location == "/me/pause"


def test_a_language_that_is_not_spoken_is_refused(inside: Phone) -> None:
    assert inside.client.post("/me/language", data={"language": "de"}).status_code == 422


def test_her_language_is_that_of_pages_and_messages_and_the_shown_one_only_of_pages(
    inside: Phone, hospital: Hospital
) -> None:
    inside.client.post("/me/shown-language", data={"language": "en", "here": "show_pause"})
    assert "My page" in inside.show()
    with reading() as session:
        assert identity(session, hospital.patient.id).language == "nb"
    inside.client.post("/me/language", data={"language": "nn"})
    assert "Mi side" in inside.show()
    with reading() as session:
        assert identity(session, hospital.patient.id).language == "nn"


@pytest.mark.parametrize("number", ["", "x", "22000001"])
def test_what_is_no_mobile_number_becomes_nobodys(inside: Phone, number: str) -> None:
    assert inside.client.post("/me/contact/number", data={"phone": number}).status_code == 422
    assert len(codes_sent()) == 1


def test_a_number_is_hers_only_with_the_code_that_was_sent_to_it(inside: Phone, hospital: Hospital) -> None:
    assert inside.client.post("/me/contact/number", data={"phone": "90000077"}).status_code == 200
    sent = codes_sent()[-1]
    assert sent.to == "+4790000077"
    for mobile, code in (("+4790000077", WRONG_CODE), ("+4790000078", sent.code), ("x", sent.code), ("", sent.code)):
        answer = inside.client.post("/me/contact/confirm", data={"mobile": mobile, "code": code})
        assert answer.status_code in (303, 422)
        with reading() as session:
            assert mobile_of(session, hospital.patient.id) == "+4790000001"
    assert inside.enter(sent.code).status_code == 422  # nor does it open a page
    inside.client.post("/me/contact/confirm", data={"mobile": "+4790000077", "code": sent.code})
    with reading() as session:
        assert mobile_of(session, hospital.patient.id) == "+4790000077"
    assert "contact.change" in logged(hospital)


def test_the_old_number_is_told_of_the_change_and_of_nothing_else(inside: Phone, hospital: Hospital) -> None:
    inside.client.post("/me/contact/number", data={"phone": "90000077"})
    before = codes_sent()
    inside.client.post("/me/contact/confirm", data={"mobile": "+4790000077", "code": before[-1].code})
    told = codes_sent()[len(before) :]
    assert [each.to for each in told] == ["+4790000001"]
    assert told[0].body == (
        "Mobilnummeret ditt er byttet, og dette nummeret får ikke flere meldinger fra oss. "
        "Var det ikke deg, ring 22 00 00 01."
    )
    assert len(told[0].body) <= 160


def test_a_code_that_opens_the_page_changes_no_number(inside: Phone, hospital: Hospital) -> None:
    inside.ask()
    code = codes_sent()[-1].code
    inside.client.post("/me/contact/confirm", data={"mobile": "+4790000077", "code": code})
    with reading() as session:
        assert mobile_of(session, hospital.patient.id) == "+4790000001"


def test_no_more_than_three_codes_an_hour_go_to_other_numbers(inside: Phone) -> None:
    for last in range(4):
        answer = inside.client.post("/me/contact/number", data={"phone": f"9000008{last}"})
    assert answer.status_code == 429
    assert count(OneTimeCode) == codes.MOST


def test_sms_is_turned_off_and_on_and_the_unit_is_told(inside: Phone, hospital: Hospital) -> None:
    inside.client.post("/me/contact/messages", data={"wanted": "no"})
    with reading() as session:
        assert contact.is_opted_out(session, hospital.patient.id)
        problems = contact.open_problems(session, [hospital.patient.id])[hospital.patient.id]
        assert [problem.code for problem in problems] == ["opted-out"]
    assert "Koder til Min side kommer likevel" in inside.show("/contact")
    inside.client.post("/me/contact/messages", data={"wanted": "yes"})
    with reading() as session:
        assert not contact.is_opted_out(session, hospital.patient.id)
        assert contact.open_problems(session, [hospital.patient.id]) == {}


def test_her_own_link_is_shown_once_and_another_takes_its_place(inside: Phone) -> None:
    first, second = (
        re.findall(r'href="(http[^"]*/r#[^"]+)"', inside.client.post("/me/link").text)[0] for _ in range(2)
    )
    assert first != second
    assert "/r#" not in inside.show("/link")
    assert count(PersonalLink, PersonalLink.ended_at.is_(None)) == 1
    inside.client.post("/me/link/end")
    assert count(PersonalLink, PersonalLink.ended_at.is_(None)) == 0
