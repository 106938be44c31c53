"""Signing in: wrong passwords lock an account for a while, and sessions end by time, by idleness and by hand."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from prom import clock
from prom.db import reading, transaction
from prom.staff import sign_in
from prom.staff.models import Clinician, StaffSession
from prom.staff.permissions import PERMISSIONS, Permission, Role
from prom.staff.sign_in import SignedIn
from tests.conftest import MONDAY, PASSWORD, Hospital
from tests.prom.steps import later, rows


def attempt(password: str, username: str = "nurse") -> bool:
    """Try a password in a transaction of its own."""
    with transaction() as session:
        return sign_in.check_password(session, username, password) is not None


def begin(username: str = "nurse") -> str:
    """Sign in and return the session's token."""
    with transaction() as session:
        clinician = sign_in.check_password(session, username, PASSWORD)
        assert clinician is not None
        return sign_in.begin_session(session, clinician)


def who(token: str) -> SignedIn | None:
    """Ask who holds a token."""
    with reading() as session:
        return sign_in.find_session(session, token)


def is_locked(username: str = "nurse") -> bool:
    """Whether an account is locked now."""
    with reading() as session:
        return sign_in.is_locked(session, username)


@pytest.mark.parametrize("password", ["", "wrong horse battery", PASSWORD.upper(), PASSWORD + " ", PASSWORD[:-1]])
def test_a_wrong_password_signs_nobody_in(hospital: Hospital, password: str) -> None:
    assert not attempt(password)


@pytest.mark.parametrize("username", ["", "nobody", "NURSE", "nurse ", "' OR 1=1 --"])
def test_an_unknown_name_signs_nobody_in_and_locks_nothing(hospital: Hospital, username: str) -> None:
    for _ in range(6):
        assert not attempt(PASSWORD, username)
    assert not is_locked(username)
    assert not is_locked()


def test_an_account_that_is_no_longer_active_neither_signs_in_nor_goes_on(hospital: Hospital) -> None:
    token = begin()
    with transaction() as session:
        session.get_one(Clinician, hospital.nurse.id).active = False
    assert not attempt(PASSWORD)
    assert who(token) is None


def test_after_five_wrong_passwords_the_right_one_is_refused_for_a_quarter_of_an_hour(hospital: Hospital) -> None:
    for number in range(5):
        assert not is_locked(), number
        assert not attempt("wrong")
    assert is_locked()
    assert not attempt(PASSWORD)
    clock.move_to(MONDAY + timedelta(minutes=15) - timedelta(seconds=1))
    assert not attempt(PASSWORD)
    later(seconds=1)
    assert not is_locked()
    assert attempt(PASSWORD)


def test_trying_on_while_locked_does_not_make_it_longer(hospital: Hospital) -> None:
    """Or anyone could keep a nurse out for good."""
    for _ in range(5):
        attempt("wrong")
    later(minutes=14)
    for _ in range(5):
        attempt("wrong")
    later(minutes=1)
    assert attempt(PASSWORD)


def test_a_right_password_forgets_the_wrong_ones_before_it(hospital: Hospital) -> None:
    for _ in range(3):
        for _ in range(4):
            attempt("wrong")
        assert attempt(PASSWORD)


def test_one_locked_account_locks_no_other(hospital: Hospital) -> None:
    for _ in range(5):
        attempt("wrong")
    assert attempt(PASSWORD, "physician")


def test_a_token_that_is_none_belongs_to_nobody(hospital: Hospital) -> None:
    begin()
    assert who("") is None
    assert who("not a token") is None


def test_a_session_ends_after_an_hour_without_use(hospital: Hospital) -> None:
    token = begin()
    later(minutes=59)
    assert who(token) is not None
    later(minutes=1)
    assert who(token) is None


def test_a_session_in_use_goes_on_but_never_over_twelve_hours(hospital: Hospital) -> None:
    token = begin()
    for _ in range(15):
        later(minutes=45)
        found = who(token)
        assert found is not None
        with transaction() as session:
            sign_in.mark_seen(session, found)
    later(minutes=45)
    assert who(token) is None


def test_use_is_written_down_once_a_minute_at_most(hospital: Hospital) -> None:
    found = who(begin())
    assert found is not None
    with transaction() as session:
        assert not sign_in.needs_seen(session, found)
        later(seconds=60)
        assert sign_in.needs_seen(session, found)
        sign_in.mark_seen(session, found)
        assert not sign_in.needs_seen(session, found)


def test_an_ended_session_opens_nothing_and_others_go_on(hospital: Hospital) -> None:
    first, second = begin(), begin()
    found = who(first)
    assert found is not None
    with transaction() as session:
        sign_in.end_session(session, found)
    assert who(first) is None
    assert who(second) is not None


def test_of_a_session_only_its_tokens_hash_is_kept(hospital: Hospital) -> None:
    token = begin()
    (row,) = rows(select(StaffSession))
    assert token.encode() not in row.token_hash
    assert len(row.token_hash) == 32


def test_who_is_signed_in_is_known_with_role_and_units(hospital: Hospital) -> None:
    found = who(begin("other-nurse"))
    assert found is not None
    assert (found.clinician_id, found.role, found.tenant_id) == (
        hospital.other_nurse.id,
        Role.NURSE,
        hospital.tenant.id,
    )
    assert found.unit_ids == {hospital.other_unit.id}
    assert (found.actor.kind, found.actor.id, found.actor.role) == ("clinician", hospital.other_nurse.id, "nurse")


#: What each role may do, written a second time.
MAY: dict[Role, set[str]] = {
    Role.NURSE: {
        "read worklist",
        "read patient",
        "register patient",
        "change episode",
        "handle alert",
        "record response",
        "correct response",
        "read audit",
        "read response",
        "read questionnaire",
        "author questionnaire",
        "publish questionnaire",
        "read assignment",
        "read alert",
        "read figures",
        "read outbox",
        "own session",
    },
    Role.PHYSICIAN: {
        "read worklist",
        "read patient",
        "register patient",
        "change episode",
        "handle alert",
        "record response",
        "correct response",
        "read audit",
        "read response",
        "read questionnaire",
        "author questionnaire",
        "publish questionnaire",
        "read assignment",
        "read alert",
        "read figures",
        "own session",
    },
    Role.QUALITY: {"export answers", "read figures", "author questionnaire", "own session"},
    Role.ADMINISTRATOR: {"read outbox", "change settings", "read safety problems", "own session"},
}


def test_each_role_holds_exactly_the_permissions_that_are_written_here() -> None:
    assert {role: {str(each) for each in held} for role, held in PERMISSIONS.items()} == MAY


@pytest.mark.parametrize("role", Role)
def test_a_signed_in_person_may_what_her_role_may(role: Role) -> None:
    nobody = uuid.UUID(int=0)
    person = SignedIn(nobody, nobody, "Test", role, "nb", frozenset(), nobody)
    assert {str(each) for each in Permission if person.may(each)} == MAY[role]
