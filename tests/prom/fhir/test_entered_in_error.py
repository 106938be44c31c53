"""What was entered in error: reading it leaves a trace, and a retry of it is not told that all is well."""

import uuid
from typing import Any

from sqlalchemy import select

from prom.audit.models import AuditRecord
from prom.responses.models import Response
from tests.conftest import Hospital
from tests.prom.fhir.door import Door, codes, document_of, instructions
from tests.prom.steps import FEVER, RASH, WELL, ask_again, count, later, rows

OWN = {"system": "urn:example:app", "value": "report-1"}


def wrong(door: Door, document: dict[str, Any]) -> dict[str, Any]:
    """Store a response and mark it as entered in error."""
    made: dict[str, Any] = door.create(document).json
    assert door.update({**made, "status": "entered-in-error"}).status_code == 200
    return made


def test_marking_it_a_second_time_reads_it_and_stands_on_record(door: Door, task: uuid.UUID) -> None:
    made = wrong(door, document_of(WELL, task=task))
    assert door.update({**made, "status": "entered-in-error"}).status_code == 200
    actions = rows(select(AuditRecord.action).where(AuditRecord.entity_id == uuid.UUID(made["id"])))
    assert actions.count("response.read") == 1
    assert actions.count("response.enter-in-error") == 1


def test_a_retry_of_what_no_longer_counts_is_a_conflict(door: Door, task: uuid.UUID) -> None:
    document = document_of(FEVER, task=task, identifier=OWN)
    wrong(door, document)
    header = f"identifier={OWN['system']}|{OWN['value']}"
    for answer in (door.create(document), door.create(document_of(FEVER, task=task), If_None_Exist=header)):
        assert (answer.status_code, codes(answer)) == (409, ["conflict"])
    assert count(Response) == 1


def test_an_instruction_is_never_left_to_a_cache(door: Door, task: uuid.UUID) -> None:
    made = door.create(document_of(FEVER, task=task)).json
    answer = door.get(f"QuestionnaireResponse/{made['id']}", If_None_Match='W/"1"')
    assert answer.status_code == 200
    assert instructions(answer.json)


def test_what_a_correction_raises_for_a_later_response_makes_that_new(
    door: Door, task: uuid.UUID, hospital: Hospital
) -> None:
    first = door.create(document_of(RASH["3"], task=task)).json
    later(hours=1)
    second = door.create(document_of(RASH["2"], task=ask_again(hospital))).json
    later(hours=1)
    changed = {**first, "status": "amended", "item": document_of(WELL)["item"]}
    assert door.update(changed).status_code == 200
    again = door.get(f"QuestionnaireResponse/{second['id']}").json
    assert again["meta"]["lastUpdated"] > second["meta"]["lastUpdated"]
