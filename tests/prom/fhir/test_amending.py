"""A response is changed: amended and judged again, or marked as entered in error; never made by an update."""

import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from prom.responses.models import Response
from tests.conftest import Hospital, Machine
from tests.prom.fhir.door import Door, codes, document_of, instructions, issues, of
from tests.prom.steps import FEVER, WELL, alerts, ask_again, count, later, rows

OWN = {"system": "urn:example:app", "value": "report-1"}


@pytest.fixture
def made(door: Door, task: uuid.UUID) -> dict[str, Any]:
    """A response with a fever, as the door gave it back."""
    document: dict[str, Any] = door.create(document_of(FEVER, task=task, identifier=OWN)).json
    return document


def changed(made: dict[str, Any], answers: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The same response with other answers."""
    return {**made, "status": "amended", "item": document_of(answers)["item"], **more}


def test_an_update_makes_nothing_new(door: Door, task: uuid.UUID) -> None:
    answer = door.update(document_of(WELL, task=task, id=str(uuid.UUID(int=5))))
    assert (answer.status_code, count(Response)) == (404, 0)


def test_the_id_in_the_document_must_be_that_of_the_address(door: Door, made: dict[str, Any]) -> None:
    for document in (changed(made, WELL, id=str(uuid.UUID(int=5))), {"resourceType": "QuestionnaireResponse"}):
        answer = door.send("PUT", f"QuestionnaireResponse/{made['id']}", document)
        assert (answer.status_code, codes(answer)) == (422, ["other-id"])


def test_an_older_version_cannot_be_changed(door: Door, made: dict[str, Any]) -> None:
    assert door.update(changed(made, WELL), If_Match='W/"1"').status_code == 200
    for version in ('W/"1"', '"3"', "1", 'W/"x"'):
        for status in ("amended", "entered-in-error"):
            answer = door.update(changed(made, FEVER, status=status), If_Match=version)
            assert (answer.status_code, codes(answer)) == (412, ["precondition-failed"]), (version, status)
    assert rows(select(Response))[0].version == 2


def test_a_change_that_contradicts_what_is_stored_is_refused(
    door: Door, made: dict[str, Any], hospital: Hospital
) -> None:
    nobody = of(uuid.UUID(int=5))
    based_on = [{"reference": f"Task/{ask_again(hospital)}"}]
    for more, code in (
        ({"subject": nobody}, "other-subject"),
        ({"source": nobody}, "other-source"),
        ({"questionnaire": "urn:x"}, "other-questionnaire"),
        ({"extension": [], "basedOn": based_on}, "other-task"),
        ({"identifier": {**OWN, "value": "report-2"}}, "other-identifier"),
        ({"status": "in-progress"}, "status"),
    ):
        answer = door.update(changed(made, WELL, **more))
        assert (answer.status_code, codes(answer)) == (422, [code])


def test_wrong_answers_change_nothing_and_are_named(door: Door, made: dict[str, Any]) -> None:
    answer = door.update(changed(made, {**WELL, "temperature": 37.0}))
    assert (answer.status_code, codes(answer)) == (422, ["disabled-item-answered"])
    assert issues(answer)[0]["expression"][0].endswith(".item.where(linkId='temperature')")
    assert door.get(f"QuestionnaireResponse/{made['id']}").json == made


def test_an_amended_response_is_judged_again(door: Door, made: dict[str, Any]) -> None:
    assert instructions(made)
    later(hours=1)
    answer = door.update(changed(made, WELL, status="completed"), If_Match='W/"1"')
    assert (answer.status_code, answer.headers["ETag"], answer.json["status"]) == (200, 'W/"2"', "amended")
    assert instructions(answer.json) == []
    assert answer.json["identifier"] == OWN
    # An open emergency is closed by a nurse only: she finds there that its reason was taken back.
    assert [(seen.alert.state, seen.verbs) for seen in alerts()] == [("open", ("raise", "evidence-withdrawn"))]
    assert door.get(f"QuestionnaireResponse/{made['id']}").json == answer.json


def test_an_amendment_that_shows_a_fever_raises_it(door: Door, task: uuid.UUID) -> None:
    made = door.create(document_of(WELL, task=task)).json
    answer = door.update(changed(made, FEVER), Prefer="return=minimal")
    assert (answer.status_code, codes(answer)) == (200, ["instruction", "changed"])
    assert [seen.alert.state for seen in alerts("fever")] == ["open"]


def test_what_stood_there_before_can_still_be_read(door: Door, made: dict[str, Any]) -> None:
    later(hours=1)
    door.update(changed(made, WELL))
    path = f"QuestionnaireResponse/{made['id']}/_history"
    first, second = door.get(f"{path}/1"), door.get(f"{path}/2")
    assert (first.json["item"], first.json["status"]) == (made["item"], "completed")
    assert (first.headers["ETag"], first.json["meta"]) == ('W/"1"', made["meta"])
    assert second.json == door.get(f"QuestionnaireResponse/{made['id']}").json
    assert {door.get(f"{path}/{version}").status_code for version in (0, 3, 99)} == {404}


@pytest.mark.hazard("H41")
def test_entered_in_error_leaves_an_emergency_to_a_nurse_and_the_task_is_open_again(
    door: Door, made: dict[str, Any], task: uuid.UUID
) -> None:
    answer = door.update({**made, "status": "entered-in-error"})
    assert (answer.status_code, answer.json["status"], answer.headers["ETag"]) == (200, "entered-in-error", 'W/"2"')
    assert [(seen.alert.state, seen.verbs) for seen in alerts()] == [("open", ("raise", "evidence-withdrawn"))]
    assert door.get(f"Task/{task}").json["status"] == "requested"
    assert door.create(document_of(WELL, task=task)).status_code == 201


def test_entered_in_error_twice_is_a_retry_and_cannot_be_taken_back(door: Door, made: dict[str, Any]) -> None:
    wrong = {**made, "status": "entered-in-error"}
    assert door.update(wrong).json == door.update(wrong).json
    answer = door.update(changed(made, WELL))
    assert (answer.status_code, codes(answer)) == (409, ["conflict"])


def test_a_program_that_may_only_amend_is_not_shown_the_answers_of_others(
    client: FlaskClient, machine: Machine, made: dict[str, Any]
) -> None:
    amending = Door(client, machine("system/QuestionnaireResponse.u"))
    answer = amending.update({**made, "status": "entered-in-error"})
    assert (answer.status_code, answer.data) == (200, b"")
