"""Other questionnaires than the symptom check: whole numbers, a clinician's own score, and one that nobody judges."""

import uuid
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from prom.assignments import service as assignments
from prom.catalogue.service import take_in
from prom.config import Settings
from prom.db import reading, transaction
from prom.errors import InvalidResponse
from prom.pathways.definition import Asked
from prom.pathways.queries import episode
from prom.responses.drafts import opened
from prom.responses.models import Response
from prom.responses.service import Authorship, submit
from questionnaires.answers import QuestionnaireResponse
from questionnaires.parsing import parse
from questionnaires.problems import Problem
from questionnaires.response import build
from tests.conftest import Hospital
from tests.prom.steps import count, response_of, short

COUNTS: dict[str, Any] = {
    "resourceType": "Questionnaire",
    "url": "urn:prom:test:counts",
    "version": "1",
    "status": "active",
    "language": "nb",
    "title": "Antall",
    "item": [
        {"linkId": "times", "type": "integer", "text": "Hvor mange ganger?", "required": True},
        {"linkId": "since", "type": "date", "text": "Siden når?"},
        {"linkId": "alone", "type": "boolean", "text": "Er du alene?"},
    ],
}


def assigned(hospital: Hospital, asked: Asked, origin: str = "staff") -> uuid.UUID:
    """Make an assignment of a questionnaire that the pathway may not hold."""
    with transaction() as session:
        of = episode(session, hospital.episode.id)
        return assignments.assign(session, of, asked, origin, hospital.nurse_actor).id


def counts(hospital: Hospital) -> uuid.UUID:
    """Store the questionnaire of counts and assign it; returns the assignment."""
    with transaction() as session:
        take_in(session, "questionnaire", COUNTS["url"], "1", "counts", COUNTS, "author")
    window = hospital.pathway.on_demand.window
    return assigned(hospital, Asked("counts", "urn:prom:test:counts|1", None, window, None))


def give(hospital: Hospital, assignment_id: uuid.UUID, given: QuestionnaireResponse) -> uuid.UUID:
    """Submit what the nurse has recorded; returns the response."""
    with transaction() as session:
        by = Authorship("staff", hospital.nurse_actor, "nb")
        return submit(session, assignment_id, given, by).response_id


@pytest.mark.parametrize(
    "item, wrong, code",
    [
        ("times", 5.9, "not-an-integer"),
        ("times", Decimal("5.0"), "not-an-integer"),
        ("times", "5", "wrong-type"),
        ("times", True, "wrong-type"),
        ("since", "2026-11-02", "wrong-type"),
        ("since", 20261102, "wrong-type"),
        ("alone", "true", "wrong-type"),
        ("alone", 1, "wrong-type"),
    ],
)
def test_a_value_of_another_kind_is_refused_by_its_item(
    hospital: Hospital, database: Settings, item: str, wrong: Any, code: str
) -> None:
    assignment_id = counts(hospital)
    given = build(parse(COUNTS), {"times": 5, item: wrong})
    with pytest.raises(InvalidResponse) as refused:
        give(hospital, assignment_id, given)
    problems = [each for each in refused.value.problems if isinstance(each, Problem)]
    assert [(each.link_id, each.code) for each in problems] == [(item, code)]
    assert count(Response) == 0


def test_a_value_of_the_right_kind_is_kept_as_it_is(hospital: Hospital, database: Settings) -> None:
    given = build(parse(COUNTS), {"times": 5, "since": date(2026, 11, 2), "alone": True})
    response_id = give(hospital, counts(hospital), given)
    with reading() as session:
        assert opened(session, session.get_one(Response, response_id)) == given


def test_what_nobody_judges_raises_nothing_and_says_so(hospital: Hospital, database: Settings) -> None:
    asked = next(each for each in hospital.pathway.recorded if each.key == "experience")
    response_id = give(hospital, assigned(hospital, asked), response_of({}, "patient-experience"))
    with reading() as session:
        assert session.get_one(Response, response_id).rules is None
    assert short() == set()


def test_a_frailty_of_five_is_shown_before_the_next_consultation(hospital: Hospital, database: Settings) -> None:
    asked = next(each for each in hospital.pathway.recorded if each.key == "frailty")
    give(hospital, assigned(hospital, asked), response_of({"frailty-level": "5"}, "clinical-frailty"))
    assert short() == {("frailty", 1, "open")}
    with reading() as session:
        row = session.scalars(select(Response)).one()
        assert (row.source, row.author, row.author_id) == ("staff", "clinician", hospital.nurse.id)
