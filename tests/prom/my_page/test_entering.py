"""Coming in: what she is told never depends on what was given; a code bears few tries, in one browser, for a while."""

import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from prom import clock
from prom.audit.queries import log_of
from prom.db import reading, transaction
from prom.my_page import codes
from prom.my_page.models import OneTimeCode, PatientSession
from prom.patients import contact
from prom.patients.models import Patient
from prom.patients.queries import points_of
from prom.patients.sealing import sealed
from prom.patients.service import register
from tests.conftest import REGISTRATION, Hospital
from tests.prom.my_page.phones import NUMBER, WRONG_CODE, Phone, codes_sent
from tests.prom.steps import PATIENT, count, later, rows

OTHER = replace(REGISTRATION, given="Prøve", national_number="50846202355", birth_date=REGISTRATION.birth_date)


def bare(page: str) -> str:
    """A page without what differs from one request to the next."""
    return re.sub(r'name="csrf_token" value="[^"]*"', "", page)


@pytest.mark.parametrize("given", ["", "hei", "22000001", "123"])
def test_what_is_no_mobile_number_is_asked_for_again(phone: Phone, given: str) -> None:
    page = phone.ask(given)
    assert page.status_code == 422
    assert "Skriv et mobilnummer" in page.text
    assert codes_sent() == []


@pytest.mark.parametrize("wrong", [{"day": ""}, {"month": "13"}, {"year": "55"}])
def test_what_is_no_date_is_asked_for_again_and_keeps_the_number(phone: Phone, wrong: dict[str, str]) -> None:
    page = phone.ask(**wrong)
    assert page.status_code == 422
    assert 'value="90 00 00 01"' in page.text
    assert codes_sent() == []


def test_who_is_not_known_is_told_the_same_and_gets_no_code(phone: Phone, hospital: Hospital) -> None:
    known = phone.ask()
    shown = bare(phone.show("/code"))
    for given, born in ((NUMBER, {"day": "11"}), ("90000099", {})):
        phone.client.delete_cookie("prom_code", path="/me")
        other = phone.ask(given, **born)
        assert (other.status_code, other.location, other.text) == (known.status_code, known.location, known.text)
        assert bare(phone.show("/code")) == shown
        refused = phone.enter(WRONG_CODE)
        assert refused.status_code == 422
    assert len(codes_sent()) == 1


def test_a_wrong_code_is_told_of_in_the_same_words_whether_there_was_one_or_not(phone: Phone) -> None:
    nobody = bare(phone.enter(WRONG_CODE).text)
    phone.ask()
    assert bare(phone.enter(WRONG_CODE).text) == nobody
    for _ in range(codes.TRIES):
        assert bare(phone.enter(WRONG_CODE).text) == nobody
    later(minutes=11)
    assert bare(phone.enter(codes_sent()[0].code).text) == nobody


def test_somebody_who_has_died_gets_no_code(phone: Phone, hospital: Hospital) -> None:
    with transaction() as session:
        she = session.get_one(Patient, hospital.patient.id)
        session.execute(
            update(Patient)
            .where(Patient.id == she.id)
            .values(stopped_at=clock.now(), stop_sealed=sealed(session, she, "stop", {"reason": "died"}))
        )
    assert phone.ask().status_code == 303
    assert codes_sent() == []


def test_the_code_of_another_browser_opens_nothing(phone: Phone) -> None:
    phone.ask()
    other = FlaskClient(phone.client.application)
    assert other.post("/me/enter", data={"code": codes_sent()[0].code}).status_code == 422
    assert other.post("/me/code", data={"phone": NUMBER, "day": "1", "month": "1", "year": "1950"}).status_code == 303
    assert other.post("/me/enter", data={"code": codes_sent()[0].code}).status_code == 422
    assert phone.enter(codes_sent()[0].code).status_code == 303


def test_a_code_is_good_for_ten_minutes(phone: Phone) -> None:
    phone.ask()
    later(minutes=9, seconds=59)
    (sent,) = codes_sent()
    later(seconds=1)
    assert phone.enter(sent.code).status_code == 422


def test_a_code_opens_once(phone: Phone) -> None:
    phone.come_in()
    phone.client.post("/me/sign-out")
    phone.client.delete_cookie("prom_me", path="/me")
    assert phone.enter(codes_sent()[0].code).status_code == 422


def test_after_five_wrong_tries_the_right_code_is_wrong_too(phone: Phone) -> None:
    phone.ask()
    for _ in range(codes.TRIES):
        assert phone.enter(WRONG_CODE).status_code == 422
    assert phone.enter(codes_sent()[0].code).status_code == 422
    (code,) = rows(select(OneTimeCode))
    assert (code.tries, code.used_at) == (codes.TRIES, None)


def test_there_are_three_codes_an_hour_and_then_again(phone: Phone) -> None:
    for _ in range(5):
        assert phone.ask().status_code == 303
    assert len(codes_sent()) == codes.MOST
    later(hours=1, seconds=1)
    phone.ask()
    assert len(codes_sent()) == codes.MOST + 1


def test_an_earlier_code_of_the_same_browser_still_works_when_the_sms_come_late(phone: Phone) -> None:
    phone.ask()
    later(minutes=1)
    phone.ask()
    assert len({sent.code for sent in codes_sent()}) == 2
    assert phone.enter(codes_sent()[0].code).status_code == 303


def test_of_two_who_share_a_number_the_birth_date_decides(phone: Phone, hospital: Hospital) -> None:
    with transaction() as session:
        born = REGISTRATION.birth_date.replace(year=1950)
        partner = register(session, hospital.tenant.id, replace(OTHER, birth_date=born), hospital.nurse_actor)
    phone.ask(year="1950")
    (code,) = rows(select(OneTimeCode))
    assert code.patient_id == partner.id
    phone.enter(codes_sent()[0].code)
    assert [row.patient_id for row in rows(select(PatientSession))] == [partner.id]


def test_the_three_codes_are_those_of_the_number_not_of_each_who_shares_it(phone: Phone, hospital: Hospital) -> None:
    with transaction() as session:
        born = REGISTRATION.birth_date.replace(year=1950)
        register(session, hospital.tenant.id, replace(OTHER, birth_date=born), hospital.nurse_actor)
    for year in ("1955", "1950", "1955", "1950"):
        phone.ask(year=year)
    assert len(codes_sent()) == codes.MOST


def test_two_of_one_number_and_one_birthday_are_never_guessed_between(phone: Phone, hospital: Hospital) -> None:
    with transaction() as session:
        register(session, hospital.tenant.id, OTHER, hospital.nurse_actor)
    assert phone.ask().status_code == 303
    assert codes_sent() == []


def test_a_number_that_was_changed_opens_nothing_any_more(phone: Phone, hospital: Hospital) -> None:
    with transaction() as session:
        contact.change_mobile(session, hospital.patient.id, "+4790000077", PATIENT)
    phone.ask()
    assert codes_sent() == []
    phone.ask("90000077")
    assert [sent.to for sent in codes_sent()] == ["+4790000077"]


def test_who_wants_no_messages_gets_a_code_all_the_same(phone: Phone, hospital: Hospital) -> None:
    with transaction() as session:
        point = points_of(session, [hospital.patient.id])[hospital.patient.id]
        contact.opt_out(session, hospital.patient.id, point, PATIENT)
    phone.come_in()
    assert "SMS er slått av" in phone.show()


def test_the_code_is_stored_as_a_keyed_hash_and_the_message_tells_nothing_else(phone: Phone) -> None:
    phone.ask()
    (sent,) = codes_sent()
    (code,) = rows(select(OneTimeCode))
    assert sent.code.encode() not in code.code_hash
    assert len(code.code_hash) == 32
    assert sent.body == f"Koden din er {sent.code}. Den virker i ti minutter. " + (
        "Ikke gi den til noen, vi spør aldri om den på telefon."
    )
    assert len(sent.body) <= 160


def test_the_code_may_be_typed_with_spaces_as_it_is_read(phone: Phone) -> None:
    phone.ask()
    code = codes_sent()[0].code
    assert phone.enter(f" {code[:3]} {code[3:]} ").status_code == 303


def test_coming_in_and_every_try_are_on_record(phone: Phone, hospital: Hospital) -> None:
    phone.ask()
    phone.enter(WRONG_CODE)
    phone.enter(codes_sent()[0].code)
    phone.show()
    phone.client.post("/me/sign-out")
    with reading() as session:
        log = [(row.action, row.actor_kind) for row in log_of(session, hospital.patient.id)][::-1]
    wanted = ["code.send", "message.put", "code.refuse", "code.use", "my-page.begin", "my-page.read", "my-page.end"]
    assert [action for action, _ in log if action in wanted] == wanted
    assert {kind for action, kind in log if action in wanted and action != "message.put"} == {"patient"}


def test_twenty_minutes_without_a_sign_of_her_end_the_session(inside: Phone) -> None:
    later(minutes=19)
    assert "Det du har sendt" in inside.show()
    later(minutes=19)
    assert "Det du har sendt" in inside.show("/reports")
    later(minutes=20)
    assert inside.client.get("/me/reports").location == "/me"
    assert "Send meg en kode" in inside.show()


def test_a_session_ends_after_four_hours_whatever_she_does(inside: Phone) -> None:
    for _ in range(15):
        later(minutes=16)
        page = inside.show()
    assert "Send meg en kode" in page


def test_who_signs_out_is_out_and_the_cookies_are_gone(inside: Phone) -> None:
    token = inside.client.get_cookie("prom_me", path="/me")
    assert inside.client.post("/me/sign-out").location == "/me"
    assert inside.client.get_cookie("prom_me", path="/me") is None
    assert token is not None
    inside.client.set_cookie("prom_me", token.value, path="/me")
    assert "Send meg en kode" in inside.show()
    assert count(PatientSession, PatientSession.ended_at.is_not(None)) == 1


@pytest.mark.parametrize("place", ["reports", "information", "contact", "pause", "language", "link"])
def test_nobody_reads_a_page_without_a_session(phone: Phone, place: str) -> None:
    assert phone.client.get(f"/me/{place}").location == "/me"


@pytest.mark.parametrize(
    "place",
    ["answer", "worse", "contact/number", "contact/messages", "language", "pause", "pause/end", "link", "link/end"],
)
def test_nobody_changes_anything_without_a_session(phone: Phone, hospital: Hospital, place: str) -> None:
    given = {"phone": "90000077", "wanted": "no", "language": "nn", "days": "3"}
    assert phone.client.post(f"/me/{place}", data=given).location == "/me"
    with reading() as session:
        assert log_of(session, hospital.patient.id, limit=1)[0].actor_kind != "patient"
