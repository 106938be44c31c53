"""Links: a token that is unknown, expired, locked or used opens nothing, and five wrong birth dates lock it."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from prom.assignments import links
from prom.assignments.models import Assignment, Link, Visit
from prom.config import Settings
from prom.crypto import new_token
from prom.db import reading, transaction
from prom.errors import DeadLink
from prom.responses.service import expire
from tests.conftest import MONDAY, REGISTRATION, Hospital
from tests.prom.steps import WELL, ask, later, rows, send

BORN = REGISTRATION.birth_date
WRONG = date(1955, 11, 11)


class Phone:
    """A patient's phone with a link to an assignment that has just opened."""

    def __init__(self, settings: Settings) -> None:
        self.assignment_id = ask(settings)
        self.token = self.new_link()

    def new_link(self) -> str:
        """Get one more link to the same assignment."""
        with transaction() as session:
            return links.mint(session, session.get_one(Assignment, self.assignment_id))

    def start(self) -> str:
        """Press "start"; returns the visit's token."""
        with transaction() as session:
            return links.start_visit(session, self.token)

    def confirm(self, visit: str, given: date | None) -> bool:
        """Give a birth date."""
        with transaction() as session:
            return links.confirm_birth_date(session, links.find_visit(session, visit), given)


@pytest.fixture
def phone(hospital: Hospital, database: Settings) -> Phone:
    """The hospital's patient with her link."""
    return Phone(database)


def use(phone: Phone) -> None:
    """Answer the assignment."""
    send(phone.assignment_id, WELL)


def lock(phone: Phone) -> None:
    """Give five wrong birth dates."""
    visit = phone.start()
    for _ in range(5):
        assert not phone.confirm(visit, WRONG)


def let_expire(phone: Phone) -> None:
    """Wait until the window is over, and let the sweep close it."""
    later(hours=120)
    with transaction() as session:
        expire(session, phone.assignment_id)


def wait(phone: Phone) -> None:
    """Wait until the window is over, before any sweep."""
    later(hours=120)


def wait_long(phone: Phone) -> None:
    """Wait until the link itself is over."""
    later(hours=132)


def change(phone: Phone) -> None:
    """Mistype the token."""
    phone.token = new_token()


def forget(phone: Phone) -> None:
    """Come without one."""
    phone.token = ""


@pytest.mark.parametrize("spoil", [change, forget, use, lock, wait, wait_long, let_expire])
def test_a_link_that_is_dead_opens_nothing_and_does_not_say_why(phone: Phone, spoil: Callable[[Phone], None]) -> None:
    spoil(phone)
    visits = len(rows(select(Visit)))
    with pytest.raises(DeadLink) as refused:
        phone.start()
    assert (refused.value.code, refused.value.field, refused.value.values) == ("dead-link", None, {})
    assert len(rows(select(Visit))) == visits


def test_a_visit_that_is_unknown_or_over_is_dead_too(phone: Phone) -> None:
    visit = phone.start()
    later(hours=2)
    for token in (visit, phone.token, new_token(), "", None):
        with reading() as session, pytest.raises(DeadLink):
            links.find_visit(session, token)


def test_a_wrong_birth_date_confirms_nothing_and_is_counted_over_all_links(phone: Phone) -> None:
    first = phone.start()
    assert not phone.confirm(first, WRONG)
    assert not phone.confirm(first, None)
    phone.token = phone.new_link()
    second = phone.start()
    assert not phone.confirm(second, WRONG)
    (row,) = rows(select(Assignment).where(Assignment.id == phone.assignment_id))
    assert (row.wrong_birth_dates, row.locked_at) == (3, None)
    assert all(visit.confirmed_at is None for visit in rows(select(Visit)))


@pytest.mark.hazard("H24")
def test_after_five_wrong_birth_dates_the_right_one_no_longer_helps_on_any_link(phone: Phone) -> None:
    other = phone.new_link()
    visit = phone.start()
    for _ in range(4):
        assert not phone.confirm(visit, WRONG)
    assert phone.confirm(visit, BORN)
    assert not phone.confirm(visit, WRONG)
    with pytest.raises(DeadLink):
        phone.confirm(visit, BORN)
    phone.token = other
    with pytest.raises(DeadLink):
        phone.start()
    (row,) = rows(select(Assignment).where(Assignment.id == phone.assignment_id))
    assert row.locked_at == MONDAY


def test_the_right_birth_date_opens_it(phone: Phone) -> None:
    visit = phone.start()
    later(minutes=1)
    assert phone.confirm(visit, BORN)
    (row,) = rows(select(Visit))
    assert row.confirmed_at == MONDAY + timedelta(minutes=1)


def test_every_link_of_an_assignment_works_until_it_is_answered(phone: Phone) -> None:
    tokens = [phone.token, phone.new_link(), phone.new_link()]
    for token in tokens * 2:
        phone.token = token
        phone.start()
    use(phone)
    for token in tokens:
        phone.token = token
        with pytest.raises(DeadLink):
            phone.start()


def test_of_a_token_only_its_hash_is_kept(phone: Phone) -> None:
    visit = phone.start()
    stored = [*rows(select(Link.token_hash)), *rows(select(Visit.token_hash))]
    assert all(len(each) == 32 for each in stored)
    assert not any(token.encode() in each for token in (phone.token, visit) for each in stored)


@pytest.mark.hazard("H25")
def test_the_token_stands_in_the_fragment_which_no_server_sees() -> None:
    assert links.address("https://prom.example", "the-token") == "https://prom.example/a#the-token"
