"""A patient's own link on the staff's side: made, shown once, replaced, taken back; the unit is told of guesses."""

import re

from flask.testing import FlaskClient
from sqlalchemy import select

from alerts.rules import Severity
from prom.assignments import personal
from prom.assignments.models import PersonalLink
from prom.db import transaction
from prom.language import text
from prom.patients.phone import as_spoken
from prom.patients.service import change_language
from tests.conftest import Hospital, SignIn
from tests.prom.clinic.ward import Nurse, audited, open_alerts, said, words_of
from tests.prom.steps import PATIENT, rows


def address(hospital: Hospital) -> str:
    """The page."""
    return f"/patients/{hospital.patient.id}/own-link"


def made(nurse: Nurse, hospital: Hospital) -> str:
    """Make a link, and return the token that is shown."""
    answer = nurse.post(address(hospital))
    assert answer.status_code == 200
    return str(re.findall(r"/r#([\w-]+)", answer.text)[0])


def guess(client: FlaskClient, token: str) -> int:
    """Give a wrong birth date on the link's page."""
    sent = {"token": token, "day": "1", "month": "1", "year": "1950"}
    return client.post("/r", data=sent).status_code


def test_nobody_makes_or_ends_one_for_whom_she_is_not_there(
    client: FlaskClient, hospital: Hospital, sign_in: SignIn
) -> None:
    for path in (address(hospital), f"{address(hospital)}/end"):
        assert client.post(path).status_code == 401
    for name, status in (("administrator", 403), ("other-nurse", 404)):
        sign_in(client, name)
        for path in (address(hospital), f"{address(hospital)}/end"):
            assert client.post(path).status_code == status
        assert client.get(address(hospital)).status_code == status
    assert rows(select(PersonalLink)) == []


def test_a_link_is_shown_once_and_another_ends_it(nurse: Nurse, hospital: Hospital) -> None:
    assert said("own-link.make") in nurse.page(address(hospital))
    first = made(nurse, hospital)
    page = nurse.get(address(hospital))
    assert first not in page.text
    assert said("own-link.again") in words_of(page)
    second = made(nurse, hospital)
    assert guess(nurse.client, first) == 404
    assert guess(nurse.client, second) == 422
    assert nurse.post(f"{address(hospital)}/end").status_code == 303
    assert nurse.post(f"{address(hospital)}/end").status_code == 303  # a second press changes nothing
    assert guess(nurse.client, second) == 404
    assert audited("personal-link.make") == [frozenset({hospital.patient.id})] * 2


def test_the_card_says_whom_to_call_in_her_language(nurse: Nurse, hospital: Hospital) -> None:
    with transaction() as session:
        change_language(session, hospital.patient.id, "nn", PATIENT)
    card = nurse.post(address(hospital)).text.partition('class="own-address"')[2].partition("</ul>")[0]
    assert card.index("113") < card.index("116 117") < card.index(as_spoken(hospital.unit.phone))
    for whose in ("call.113", "call.116117", "call.unit"):
        assert text(whose, "nn") in card


def test_the_last_wrong_birth_date_ends_it_and_stands_on_the_units_list_once(nurse: Nurse, hospital: Hospital) -> None:
    token = made(nurse, hospital)
    for _ in range(personal.WRONG_BIRTH_DATES - 1):
        guess(nurse.client, token)
    assert open_alerts(hospital.patient.id) == []
    guess(nurse.client, token)
    assert guess(nurse.client, token) == 404
    assert [each.severity for each in open_alerts(hospital.patient.id)] == [Severity.NEXT_WORKING_DAY]
    assert text("wrong-person.title", "nb") in nurse.page(f"/patients/{hospital.patient.id}")
