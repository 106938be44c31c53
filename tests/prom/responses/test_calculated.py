"""Answers that Prom works out itself: whatever a client sends for them, ours is stored, also when it comes again."""

import uuid
from decimal import Decimal
from typing import Any

import pytest

from prom.audit.service import Actor
from prom.catalogue.service import take_in
from prom.config import Settings
from prom.db import reading, transaction
from prom.errors import Conflict
from prom.pathways.definition import Asked
from prom.responses.drafts import opened
from prom.responses.identifiers import Identifier
from prom.responses.models import Response
from prom.responses.service import Authorship, Receipt, amend, submit_once
from questionnaires.parsing import parse
from questionnaires.response import build
from tests.conftest import Hospital
from tests.prom.responses.test_kinds import assigned
from tests.questionnaires.expressed_samples import calculated
from tests.questionnaires.samples import item

URL = "urn:prom:test:calculated"
DOUBLE: dict[str, Any] = {
    "resourceType": "Questionnaire",
    "url": URL,
    "version": "1",
    "status": "active",
    "language": "nb",
    "title": "Dobbelt",
    "item": [
        item("a", "decimal", required=True),
        item("b", "decimal", extension=calculated("%resource.item.where(linkId='a').answer.value * 2")),
    ],
}
MACHINE = Actor("client", uuid.UUID(int=7))
FIRST = Identifier("urn:test:engine", "1")


@pytest.fixture
def asked(hospital: Hospital, database: Settings) -> uuid.UUID:
    """An assignment of the questionnaire that doubles."""
    with transaction() as session:
        take_in(session, "questionnaire", URL, "1", "calculated", DOUBLE, "author")
    return assigned(hospital, Asked("calculated", f"{URL}|1", None, hospital.pathway.on_demand.window, None))


def post(assignment_id: uuid.UUID, **answers: Decimal) -> Receipt:
    """Submit as a machine, in a transaction of its own."""
    with transaction() as session:
        by = Authorship("patient", MACHINE, "nb", identifier=FIRST)
        return submit_once(session, assignment_id, build(parse(DOUBLE), answers), by)


def stored(receipt: Receipt) -> dict[str, Any]:
    """What stands in the database."""
    with reading() as session:
        row = session.get_one(Response, receipt.response_id)
        return {link_id: values[0] for link_id, values in opened(session, row).flat().items()}


def test_other_answers_under_the_same_identifier_are_still_a_conflict(asked: uuid.UUID) -> None:
    post(asked, a=Decimal("1.5"))
    with pytest.raises(Conflict):
        post(asked, a=Decimal("2.5"))


def test_what_is_calculated_is_stored_as_prom_works_it_out(asked: uuid.UUID) -> None:
    assert stored(post(asked, a=Decimal("1.5"), b=Decimal(7))) == {"a": Decimal("1.5"), "b": Decimal(3)}


def test_the_same_answers_again_are_a_retry_with_and_without_what_is_calculated(asked: uuid.UUID) -> None:
    first = post(asked, a=Decimal("1.5"))
    assert [post(asked, a=Decimal("1.5")).again, post(asked, a=Decimal("1.5"), b=Decimal(3)).again] == [True, True]
    assert stored(first) == {"a": Decimal("1.5"), "b": Decimal(3)}


def test_a_correction_is_calculated_anew(hospital: Hospital, asked: uuid.UUID) -> None:
    receipt = post(asked, a=Decimal("1.5"))
    with transaction() as session:
        row = session.get_one(Response, receipt.response_id)
        by = Authorship("staff", hospital.nurse_actor, "nb")
        amend(session, row, build(parse(DOUBLE), {"a": Decimal(4), "b": Decimal(3)}), by, row.version)
    assert stored(receipt) == {"a": Decimal(4), "b": Decimal(8)}
