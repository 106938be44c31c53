"""What could not be calculated is a finding: it may be what keeps a red flag from being asked."""

import copy
import uuid
from typing import Any

import pytest
from sqlalchemy import select

from prom.assignments.models import Assignment
from prom.catalogue.service import publish, publish_questionnaire
from prom.config import Settings
from prom.db import reading, transaction
from prom.oversight.recomputing import compare
from prom.responses import completing
from prom.responses import service as responses
from prom.responses.models import Response
from prom.responses.service import Authorship
from prom.worklist.models import Evidence
from questionnaires.parsing import parse
from questionnaires.response import build
from tests.conftest import Hospital
from tests.prom.authoring.drafts_on_stage import FORM, RULES, URL, put_forward
from tests.prom.steps import PATIENT, ask
from tests.questionnaires.expressed_samples import calculated, enabled_by
from tests.questionnaires.samples import item, when

#: The danger is asked about where ln(a) is above 1, and there is no ln(0).
RISK = calculated("%resource.item.where(linkId='a').answer.value.ln() > 1")
BY = Authorship("patient", PATIENT, "nb")


@pytest.fixture
def form() -> dict[str, Any]:
    """A form whose red flag hangs on what is calculated from an optional number."""
    made = copy.deepcopy(FORM)
    danger = made["item"][0] | {"enableWhen": [when("risk", answerBoolean=True)], "required": True}
    made["item"] = [item("a", "integer"), item("risk", "boolean", readOnly=True, extension=RISK), danger]
    return made


@pytest.fixture
def asked(hospital: Hospital, database: Settings, form: dict[str, Any]) -> uuid.UUID:
    """The assignment that asks it."""
    return published(form, ask(database))


def published(form: dict[str, Any], assignment_id: uuid.UUID) -> uuid.UUID:
    """Publish a form with its rules and let an assignment ask it; returns the assignment."""
    with transaction() as session:
        put_forward(session, "questionnaire", form)
        publish(session, put_forward(session, "rule-set", copy.deepcopy(RULES)), "physician")
        publish_questionnaire(session, URL, "physician")
        assignment = session.get_one(Assignment, assignment_id)
        assignment.questionnaire, assignment.rules = f"{URL}|1", f"{RULES['url']}|1"
    return assignment_id


def unassessed(asked: uuid.UUID, form: dict[str, Any], **answers: Any) -> tuple[uuid.UUID, list[Any]]:
    """Send the form; returns the response and which steps could not be assessed."""
    with transaction() as session:
        receipt = responses.submit(session, asked, build(parse(form), answers), BY)
        unknown = [each for each in receipt.findings if each.rule == "could-not-be-assessed"]
        return receipt.response_id, [each.reason.values["detail"] for each in unknown]


def test_a_calculation_that_fails_could_not_be_assessed(asked: uuid.UUID, form: dict[str, Any]) -> None:
    assert unassessed(asked, form, a=0)[1] == ["calculation"]


def test_no_answer_is_lost_to_a_calculation_that_breaks(
    asked: uuid.UUID, form: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise ArithmeticError("as no calculation should")

    monkeypatch.setattr(completing, "completed", breaks)
    assert unassessed(asked, form, a=1)[1] == ["calculation"]
    with reading() as session:
        assert len(session.scalars(select(Response)).all()) == 1


def test_a_calculation_without_its_input_is_no_failure(asked: uuid.UUID, form: dict[str, Any]) -> None:
    assert unassessed(asked, form)[1] == []
    with transaction() as session:
        (row,) = session.scalars(select(Response))
        assert not compare(session, row)


def test_the_auditor_finds_the_same(asked: uuid.UUID, form: dict[str, Any]) -> None:
    response_id, _ = unassessed(asked, form, a=0)
    with transaction() as session:
        assert not compare(session, session.get_one(Response, response_id))


def test_a_correction_raises_and_withdraws_it(asked: uuid.UUID, form: dict[str, Any]) -> None:
    response_id, _ = unassessed(asked, form, a=1)
    assert raised(response_id) == 0
    for number, expected in ((0, 1), (2, 0)):
        with transaction() as session:
            row = session.get_one(Response, response_id)
            responses.amend(session, row, build(parse(form), {"a": number}), BY, row.version)
        assert raised(response_id) == expected


def raised(response_id: uuid.UUID) -> int:
    """How many findings a response has raised that still stand."""
    with reading() as session:
        standing = select(Evidence).where(Evidence.response_id == response_id, Evidence.withdrawn_at.is_(None))
        return len(session.scalars(standing).all())


def test_a_red_flag_that_is_asked_for_want_of_an_answer_to_its_condition_could_not_be_assessed(
    hospital: Hospital, database: Settings
) -> None:
    form = copy.deepcopy(FORM)
    condition = enabled_by("%resource.item.where(linkId='a').answer.value.ln() > 1")
    form["item"] = [item("a", "integer"), form["item"][0] | {"extension": condition}]
    asked = published(form, ask(database))
    assert unassessed(asked, form, a=0)[1] == ["calculation"]
