"""Submitting by machine: a retry is harmless, a second answer is refused, and an identifier stands on one response."""

import uuid

import pytest
from sqlalchemy import select

from prom.audit.service import Actor
from prom.config import Settings
from prom.db import new_id, reading, transaction
from prom.errors import AlreadyCompleted, Conflict, InvalidResponse, NotFound
from prom.responses.drafts import identifier_of
from prom.responses.identifiers import Identifier, find_by_identifier
from prom.responses.models import Response
from prom.responses.service import Authorship, Receipt, submit_once
from tests.conftest import Hospital
from tests.prom.steps import FEVER, RASH, WELL, ask, ask_again, count, later, response_of, rows, short

MACHINE = Actor("client", uuid.UUID(int=7))
FIRST = Identifier("urn:test:engine", "1")


def post(assignment_id: uuid.UUID, answers: dict[str, object], identifier: Identifier | None = None) -> Receipt:
    """Submit as a machine, in a transaction of its own."""
    with transaction() as session:
        by = Authorship("patient", MACHINE, "nb", identifier=identifier)
        return submit_once(session, assignment_id, response_of(answers), by)


def test_an_assignment_that_is_not_there_is_not_found(hospital: Hospital) -> None:
    for identifier in (None, FIRST):
        with pytest.raises(NotFound):
            post(new_id(), WELL, identifier)


def test_a_second_response_is_refused(hospital: Hospital, database: Settings) -> None:
    assignment_id = ask(database)
    post(assignment_id, WELL)
    with pytest.raises(AlreadyCompleted):
        post(assignment_id, WELL)
    with pytest.raises(AlreadyCompleted):
        post(assignment_id, FEVER, FIRST)
    assert count(Response) == 1
    assert short() == set()


def test_an_assignment_whose_window_is_over_is_refused_as_a_conflict(hospital: Hospital, database: Settings) -> None:
    assignment_id = ask(database)
    later(days=30)
    with pytest.raises(Conflict) as refused:
        post(assignment_id, WELL)
    assert refused.value.field == "assignment"


def test_answers_that_are_not_allowed_store_nothing_and_leave_the_identifier_free(
    hospital: Hospital, database: Settings
) -> None:
    assignment_id = ask(database)
    with pytest.raises(InvalidResponse):
        post(assignment_id, {**WELL, "contact": "perhaps"}, FIRST)
    assert count(Response) == 0
    assert not post(assignment_id, WELL, FIRST).again


def test_a_retry_gets_the_first_receipt_and_raises_nothing_twice(hospital: Hospital, database: Settings) -> None:
    assignment_id = ask(database)
    first, second = post(assignment_id, FEVER, FIRST), post(assignment_id, FEVER, FIRST)
    assert (first.again, second.again) == (False, True)
    assert first.response_id == second.response_id
    assert [finding.topic for finding in first.findings] == ["fever"]
    assert len(short()) == 1


@pytest.mark.parametrize("other", [WELL, RASH["2"]], ids=["well", "rash"])
def test_the_same_identifier_with_other_answers_is_a_conflict(
    hospital: Hospital, database: Settings, other: dict[str, object]
) -> None:
    assignment_id = ask(database)
    post(assignment_id, FEVER, FIRST)
    with pytest.raises(Conflict) as refused:
        post(assignment_id, other, FIRST)
    assert refused.value.field == "identifier"


def test_the_same_identifier_on_another_assignment_is_a_conflict(hospital: Hospital, database: Settings) -> None:
    post(ask(database), WELL, FIRST)
    with pytest.raises(Conflict):
        post(ask_again(hospital), WELL, FIRST)
    assert count(Response) == 1


def test_the_identifier_is_found_by_its_hash_and_stands_nowhere_in_clear(
    hospital: Hospital, database: Settings
) -> None:
    receipt = post(ask(database), WELL, FIRST)
    with reading() as session:
        found = find_by_identifier(session, hospital.tenant.id, FIRST)
        assert found is not None
        assert found.id == receipt.response_id
        assert identifier_of(session, found) == FIRST
        assert b"urn:test:engine" not in b"".join(value for value in vars(found).values() if isinstance(value, bytes))
        for other in (Identifier("urn:test:engine", "2"), Identifier("urn:test", "engine1"), Identifier("", "1")):
            assert find_by_identifier(session, hospital.tenant.id, other) is None


def test_a_response_says_which_machine_recorded_it(hospital: Hospital, database: Settings) -> None:
    post(ask(database), WELL)
    (row,) = rows(select(Response))
    assert (row.source, row.author, row.author_id, row.version) == ("patient", "client", MACHINE.id, 1)
    assert row.updated_at == row.received_at
