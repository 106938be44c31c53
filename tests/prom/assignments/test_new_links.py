""" "Send me a new link": nobody learns whether a number is registered, and no phone is flooded."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from prom.assignments import links
from prom.assignments.composing import compose
from prom.assignments.models import Assignment
from prom.assignments.service import is_locked_out, send_new_links
from prom.config import Settings
from prom.db import reading, transaction
from prom.errors import Invalid
from prom.messaging.models import Message
from prom.messaging.outbox import deliver_due
from prom.pathways.queries import episode
from prom.pathways.service import end_episode
from prom.patients.service import register
from tests.conftest import REGISTRATION, Hospital
from tests.fake_transport import FakeTransport
from tests.prom.steps import WELL, ask, later, rows, send

HERS = "+4790000001"


def request(hospital: Hospital, settings: Settings, phone: str = HERS) -> None:
    """Ask for a new link."""
    with transaction() as session:
        send_new_links(session, hospital.tenant.id, phone, settings)


def new_links() -> list[Message]:
    """The messages with a new link, oldest first."""
    return rows(select(Message).where(Message.kind == "new-link").order_by(Message.id))


def assignments() -> list[Assignment]:
    """All assignments, oldest first."""
    return rows(select(Assignment).order_by(Assignment.opens_at, Assignment.id))


@pytest.mark.parametrize("phone", ["", "abc", "22 00 00 01"])
def test_what_is_no_mobile_number_is_refused_whoever_is_registered(
    hospital: Hospital, database: Settings, phone: str
) -> None:
    with pytest.raises(Invalid):
        request(hospital, database, phone)


def test_an_unknown_number_gets_nothing_and_the_asker_learns_nothing(hospital: Hospital, database: Settings) -> None:
    before = len(assignments())
    request(hospital, database, "+4790000009")
    assert (new_links(), len(assignments())) == ([], before)


def test_no_more_than_three_an_hour_are_sent(hospital: Hospital, database: Settings) -> None:
    ask(database)
    for _ in range(5):
        request(hospital, database)
    assert len(new_links()) == 3
    later(minutes=59)
    request(hospital, database)
    assert len(new_links()) == 3
    later(minutes=2)
    request(hospital, database)
    assert len(new_links()) == 4


def test_after_the_episode_has_ended_nothing_is_sent(hospital: Hospital, database: Settings) -> None:
    with transaction() as session:
        end_episode(session, episode(session, hospital.episode.id), hospital.nurse_actor)
    request(hospital, database)
    assert new_links() == []


def test_who_is_locked_out_gets_no_new_link_until_the_window_is_over(hospital: Hospital, database: Settings) -> None:
    assignment_id = ask(database)
    with transaction() as session:
        visit = links.begin_visit(session, session.get_one(Assignment, assignment_id), confirmed=False)
        session.flush()
        for _ in range(5):
            links.confirm_birth_date(session, links.find_visit(session, visit), None)
        assert is_locked_out(session, hospital.patient.id)
    request(hospital, database)
    assert new_links() == []
    later(hours=132)
    request(hospital, database)
    assert len(new_links()) == 1


@pytest.mark.hazard("H27")
def test_her_new_link_leads_to_what_she_is_asked_at_present(hospital: Hospital, database: Settings) -> None:
    assignment_id = ask(database)
    request(hospital, database, "900 00 001")
    (message,) = new_links()
    assert message.assignment_id == assignment_id
    vendor = FakeTransport()
    deliver_due(vendor, 10, compose(database))
    letter = vendor.has[-1][2]
    assert letter.to == HERS
    with transaction() as session:
        token = letter.body.partition("/a#")[2].partition(" ")[0]
        assert links.find_visit(session, links.start_visit(session, token)).assignment_id == assignment_id


@pytest.mark.hazard("H27")
def test_when_nothing_is_asked_it_leads_to_a_report_of_her_own(hospital: Hospital, database: Settings) -> None:
    send(ask(database), WELL)
    request(hospital, database)
    made = assignments()[-1]
    assert (made.origin, made.status, new_links()[0].assignment_id) == ("patient", "open", made.id)


def test_asking_again_makes_no_second_report(hospital: Hospital, database: Settings) -> None:
    send(ask(database), WELL)
    request(hospital, database)
    request(hospital, database)
    assert [row.origin for row in assignments()].count("patient") == 1
    assert {message.assignment_id for message in new_links()} == {assignments()[-1].id}


def test_a_couple_that_shares_a_phone_gets_a_link_each(hospital: Hospital, database: Settings) -> None:
    ask(database)
    other = replace(REGISTRATION, given="Prøve", national_number="50846202355")
    with transaction() as session:
        spouse = register(session, hospital.tenant.id, other, hospital.nurse_actor)
    request(hospital, database)
    assert [message.patient_id for message in new_links()] == [hospital.patient.id]  # he is on no pathway
    with reading() as session:
        assert not is_locked_out(session, spouse.id)
