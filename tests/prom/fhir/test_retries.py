"""A program that heard no answer sends again: it gets the first result, and nothing is stored twice."""

import uuid
from concurrent.futures import ThreadPoolExecutor

from flask.testing import FlaskClient

from prom.responses.models import Response
from prom.worklist.models import Alert
from tests.conftest import Hospital, Machine
from tests.prom.fhir.door import Door, codes, document_of, instructions, of
from tests.prom.steps import FEVER, WELL, ask_again, count, later

OWN = {"system": "urn:example:app", "value": "report-1"}
HEADER = "identifier=urn:example:app|report-1"


def test_the_same_identifier_with_other_answers_is_a_conflict(door: Door, task: uuid.UUID) -> None:
    assert door.create(document_of(WELL, task=task, identifier=OWN)).status_code == 201
    answer = door.create(document_of(FEVER, task=task, identifier=OWN))
    assert (answer.status_code, codes(answer)) == (409, ["conflict"])
    assert (count(Response), count(Alert)) == (1, 0)


def test_the_same_identifier_for_another_task_is_a_conflict(door: Door, task: uuid.UUID, hospital: Hospital) -> None:
    assert door.create(document_of(WELL, task=task, identifier=OWN)).status_code == 201
    assert door.create(document_of(WELL, task=ask_again(hospital), identifier=OWN)).status_code == 409
    assert count(Response) == 1


def test_an_identifier_at_another_unit_is_refused_and_nothing_more_is_told(
    door: Door, other_door: Door, task: uuid.UUID
) -> None:
    assert door.create(document_of(WELL, task=task, identifier=OWN)).status_code == 201
    answers = [
        other_door.create(document_of(WELL, task=task, identifier=OWN)),
        other_door.create(document_of(WELL, task=task), If_None_Exist=HEADER),
    ]
    assert [answer.status_code for answer in answers] == [422, 409]  # its task is not there for her; its identifier is
    assert all("Location" not in answer.headers for answer in answers)


def test_a_condition_that_could_mean_several_is_refused(door: Door, task: uuid.UUID) -> None:
    for header in (
        "",
        "patient=Patient/1",
        "identifier=report-1",
        "identifier=|report-1",
        "identifier=urn:example:app|",
        f"{HEADER}&status=completed",
        f"{HEADER},urn:example:app|report-2",
        "identifier:missing=true",
    ):
        answer = door.create(document_of(WELL, task=task), If_None_Exist=header)
        assert (answer.status_code, codes(answer)) == (400, ["bad-request"])
        assert count(Response) == 0


def test_a_retry_gets_the_first_result_with_its_instruction(door: Door, task: uuid.UUID) -> None:
    document = document_of(FEVER, task=task, identifier=OWN)
    first = door.create(document)
    later(hours=2)
    again = door.create(document)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json == first.json
    assert again.headers["Location"] == first.headers["Location"]
    assert instructions(again.json)
    assert (count(Response), count(Alert)) == (1, 1)


def test_a_retry_after_the_window_is_still_a_retry(door: Door, task: uuid.UUID, hospital: Hospital) -> None:
    document = document_of(WELL, subject=of(hospital.patient.id), identifier=OWN)
    first = door.create(document)
    later(days=20)
    assert door.create(document).json == first.json


def test_if_none_exist_alone_makes_a_retry_harmless(door: Door, task: uuid.UUID) -> None:
    document = document_of(FEVER, task=task)
    first = door.create(document, If_None_Exist=HEADER)
    assert (first.status_code, first.json["identifier"]) == (201, OWN)
    for header in (HEADER, f"?{HEADER}", f"QuestionnaireResponse?{HEADER}", HEADER.replace("|", "%7C")):
        again = door.create(document, If_None_Exist=header)
        assert (again.status_code, again.json) == (200, first.json)
    assert count(Response) == 1


def test_what_if_none_exist_finds_is_not_given_to_who_may_only_write(
    client: FlaskClient, machine: Machine, door: Door, task: uuid.UUID
) -> None:
    first = door.create(document_of(FEVER, task=task, identifier=OWN))
    writer = Door(client, machine("system/QuestionnaireResponse.c"))
    answer = writer.create(document_of(FEVER, task=task), If_None_Exist=HEADER)
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["Location"] == first.headers["Location"]


def test_other_answers_are_no_retry_whatever_the_header_names(door: Door, task: uuid.UUID) -> None:
    """Or an app that names all its answers alike would be told that a fever had arrived."""
    door.create(document_of(WELL, task=task, identifier=OWN))
    answer = door.create(document_of(FEVER, task=task), If_None_Exist=HEADER)
    assert (answer.status_code, codes(answer)) == (409, ["conflict"])


def test_a_writer_gets_the_result_of_its_own_retry(client: FlaskClient, machine: Machine, task: uuid.UUID) -> None:
    writer = Door(client, machine("system/QuestionnaireResponse.c"))
    document = document_of(FEVER, task=task, identifier=OWN)
    assert writer.create(document).json == writer.create(document, If_None_Exist=HEADER).json


def test_two_at_once_store_one(door: Door, task: uuid.UUID) -> None:
    document = document_of(FEVER, task=task, identifier=OWN)
    doors = [Door(door.client.application.test_client(), door.headers) for _ in range(2)]
    with ThreadPoolExecutor() as threads:
        answers = list(threads.map(lambda each: each.create(document), doors))
    assert sorted(answer.status_code for answer in answers) == [200, 201]
    assert (count(Response), count(Alert)) == (1, 1)
