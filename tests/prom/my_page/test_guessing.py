"""Whoever guesses numbers and birth dates learns nothing: not by what is answered, not by when, and not by trying."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from prom.my_page import attempts
from prom.my_page.models import CodeAttempt
from prom.my_page.pages import entering
from tests.prom.my_page.phones import NUMBER, Phone, codes_sent
from tests.prom.steps import count, later, rows

STRANGER = "90000099"


def test_all_are_answered_at_the_same_time_whoever_was_found(
    phone: Phone, waited: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = iter((10.0, 10.014, 20.0, 20.003, 30.0, 30.0012, 40.0, 41.0))
    monkeypatch.setattr(entering, "monotonic", lambda: next(seconds))
    phone.ask()
    phone.ask(day="11")
    phone.ask(STRANGER)
    phone.ask(STRANGER)  # one that took longer than that waits no more
    took = [0.014, 0.003, 0.0012]
    assert waited[:3] == pytest.approx([entering.ANSWERS_AFTER - each for each in took])
    assert waited[3:] == [0]


@pytest.mark.parametrize("number, born", [(NUMBER, {}), (NUMBER, {"day": "11"}), (STRANGER, {})])
def test_each_asking_is_counted_alike_whether_it_sends_something_or_not(
    phone: Phone, number: str, born: dict[str, str]
) -> None:
    for _ in range(attempts.MOST + 2):
        phone.ask(number, **born)
    assert count(CodeAttempt) == attempts.MOST


def test_a_strangers_wrong_birth_dates_take_no_try_from_her(phone: Phone) -> None:
    told = {(page.status_code, page.location, page.text) for page in (phone.ask(day=day) for day in ("11", "12") * 3)}
    assert codes_sent() == []
    page = phone.ask()
    assert told == {(page.status_code, page.location, page.text)}
    assert len(codes_sent()) == 1


def test_whoever_knows_number_and_birth_date_does_not_lock_her_own_browser_out(phone: Phone) -> None:
    phone.come_in()
    later(minutes=21)
    stranger = Phone(FlaskClient(phone.client.application))
    for _ in range(attempts.MOST + 2):
        stranger.ask()
    later(minutes=1)
    before = len(codes_sent())
    assert before <= attempts.MOST
    assert phone.ask().status_code == 303
    assert len(codes_sent()) == before + 1
    assert phone.enter(codes_sent()[-1].code).status_code == 303


def test_guessing_at_one_number_takes_nothing_from_another(phone: Phone) -> None:
    for _ in range(attempts.MOST + 1):
        phone.ask(STRANGER)
    phone.ask()
    assert len(codes_sent()) == 1


def test_numbers_that_were_given_are_kept_as_a_keyed_hash_and_for_an_hour(phone: Phone) -> None:
    phone.ask(STRANGER)
    (first,) = rows(select(CodeAttempt))
    assert (len(first.number_hash), STRANGER.encode() in first.number_hash) == (32, False)
    later(hours=1)
    phone.ask()
    assert [row.id for row in rows(select(CodeAttempt)) if row.id == first.id] == []
    assert count(CodeAttempt) == 1
