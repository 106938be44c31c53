"""The standing personal link: it can only write, asks who she is, bears few tries, and is taken back when she wants."""

from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from prom.assignments import episodes, links, personal
from prom.assignments.models import Assignment, PersonalLink, Visit
from prom.audit.queries import log_of
from prom.config import Settings
from prom.db import reading, transaction
from prom.errors import DeadLink
from prom.pathways.queries import episode
from prom.responses import drafts
from tests.conftest import REGISTRATION, Hospital
from tests.prom.responses.walking import BORN
from tests.prom.steps import PATIENT, WELL, ask, count, later, rows, send

BIRTH_DATE = REGISTRATION.birth_date
WRONG = date(1950, 1, 1)


def made(hospital: Hospital) -> str:
    """A link of hers."""
    with transaction() as session:
        return personal.make(session, hospital.patient.id, hospital.nurse_actor)


def come_in(token: str, given: date | None = BIRTH_DATE) -> str | None:
    """Use a link; returns the visit's token."""
    with transaction() as session:
        return personal.come_in(session, token, given)


def reports() -> list[Assignment]:
    """What she opened on her own initiative."""
    return rows(select(Assignment).where(Assignment.origin == "patient").order_by(Assignment.id))


def test_an_unknown_link_is_dead(hospital: Hospital) -> None:
    for token in ("", "x", made(hospital) + "x"):
        with pytest.raises(DeadLink):
            come_in(token)
    assert reports() == []


def test_a_link_that_was_taken_back_or_replaced_is_dead(hospital: Hospital) -> None:
    first, second = made(hospital), made(hospital)
    with pytest.raises(DeadLink):
        come_in(first)
    with transaction() as session:
        assert personal.take_back(session, hospital.patient.id, PATIENT)
        assert not personal.take_back(session, hospital.patient.id, PATIENT)
    with pytest.raises(DeadLink):
        come_in(second)


def test_a_link_of_somebody_on_no_pathway_is_dead(hospital: Hospital) -> None:
    token = made(hospital)
    with transaction() as session:
        episodes.end(session, episode(session, hospital.episode.id), "finished", hospital.nurse_actor)
    with pytest.raises(DeadLink):
        come_in(token)


@pytest.mark.parametrize("given", [WRONG, None])
def test_a_wrong_birth_date_opens_nothing_and_five_end_the_link(hospital: Hospital, given: date | None) -> None:
    token = made(hospital)
    for _ in range(personal.WRONG_BIRTH_DATES):
        assert come_in(token, given) is None
    with pytest.raises(DeadLink):
        come_in(token)
    assert (reports(), count(Visit)) == ([], 0)


def test_a_right_birth_date_begins_the_count_anew(hospital: Hospital) -> None:
    token = made(hospital)
    for _ in range(3):
        for _ in range(personal.WRONG_BIRTH_DATES - 1):
            assert come_in(token, WRONG) is None
        assert come_in(token) is not None


def test_no_more_than_twelve_reports_a_day_are_opened(hospital: Hospital, database: Settings) -> None:
    send(ask(database), WELL)
    token = made(hospital)
    for _ in range(personal.REPORTS):
        begin(come_in(token))
    with pytest.raises(DeadLink):
        come_in(token)
    later(hours=24, seconds=1)
    assert come_in(token) is not None


def begin(visit_token: str | None) -> None:
    """Answer the first question of a visit."""
    with transaction() as session:
        drafts.save_answer(session, links.find_visit(session, visit_token), "temperature-measured", "no", "nb")


def test_an_untouched_report_is_used_and_one_that_was_begun_is_not_shown(
    hospital: Hospital, database: Settings
) -> None:
    send(ask(database), WELL)
    token = made(hospital)
    visits = [come_in(token), come_in(token)]
    assert len(reports()) == 1
    begin(visits[0])
    come_in(token)
    first, second = reports()
    assert (first.begun_at is None, second.begun_at) == (False, None)


def test_this_weeks_questions_are_answered_by_it_when_they_are_the_same(hospital: Hospital, database: Settings) -> None:
    assignment_id = ask(database)
    come_in(made(hospital))
    assert [row.assignment_id for row in rows(select(Visit))] == [assignment_id]


def test_only_a_hash_is_kept_and_all_is_on_record(hospital: Hospital) -> None:
    token = made(hospital)
    come_in(token, WRONG)
    come_in(token)
    (link,) = rows(select(PersonalLink))
    assert token.encode() not in link.token_hash
    with reading() as session:
        log = [(row.action, row.actor_kind) for row in log_of(session, hospital.patient.id)]
    for entry in (
        ("personal-link.make", "clinician"),
        ("personal-link.refuse", "patient"),
        ("personal-link.use", "patient"),
    ):
        assert entry in log


def test_the_address_carries_the_token_behind_the_hash_sign() -> None:
    assert personal.address("https://prom.example", "abc") == "https://prom.example/r#abc"


def test_on_the_page_a_wrong_birth_date_is_asked_again_and_the_right_one_leads_to_the_first_question(
    client: FlaskClient, hospital: Hospital
) -> None:
    token = made(hospital)
    refused = client.post("/r", data={"token": token, **BORN, "day": "11"})
    assert refused.status_code == 422
    assert f'value="{token}"' in refused.text  # in the form, for the next try
    assert client.post("/r", data={"token": token, **BORN, "day": ""}).status_code == 422
    dead = client.post("/r", data={"token": "x", **BORN})
    assert dead.status_code == 404
    assert "Lenken kan ikke brukes" in dead.text
    assert client.post("/r", data={"token": token, **BORN}).location == "/a/birth-date"
    assert client.get("/a/birth-date").location == "/a/question/1"
