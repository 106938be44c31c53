"""Reading and searching: only what the caller's units have, page by page, each reading on record."""

import base64
import uuid
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select

from prom.audit.models import AuditRecord, AuditSubject
from prom.db import reading
from prom.responses.models import Response
from tests.conftest import Hospital
from tests.prom.fhir.door import SYMPTOM_CHECK, Door, codes, document_of, instructions, issues
from tests.prom.steps import FEVER, WELL, ask_again, later, rows

ANSWERS = "QuestionnaireResponse"


@pytest.fixture
def stored(door: Door, task: uuid.UUID, hospital: Hospital) -> list[dict[str, Any]]:
    """Five responses, a day apart, the first with a fever, the last with an identifier."""
    own = {"system": "urn:example:app", "value": "5|5"}
    made = [door.create(document_of(FEVER, task=task)).json]
    for day in range(4):
        later(days=1)
        more = {"identifier": own} if day == 3 else {}
        made.append(door.create(document_of(WELL, task=ask_again(hospital), **more)).json)
    return made


def ids(found: list[dict[str, Any]]) -> list[str]:
    """The ids of resources, in their order."""
    return [each["id"] for each in found]


def test_what_cannot_be_understood_is_refused_by_name(door: Door, task: uuid.UUID) -> None:
    for query in (
        "authored=yesterday",
        "authored=ap2026-11-02",
        "authored=2026-13",
        "authored=9999",
        "authored=2026-11T08:00",
        "_lastUpdated=ne2026",
        "identifier=5",
        "identifier=|5",
        "_count=0",
        "_count=many",
        "_count=-1",
        "_sort=status",
        "_sort=_id,authored",
        "_cursor=x",
        "_cursor=fA==",
        "patient:identifier=x",
        "patient:missing=true",
        "status:not=completed",
        "status=%00",
    ):
        answer = door.get(f"{ANSWERS}?{query}")
        assert (answer.status_code, codes(answer)) == (400, ["bad-request"]), query


def test_a_cursor_of_another_order_is_refused(door: Door, stored: list[dict[str, Any]]) -> None:
    following = door.get(f"{ANSWERS}?_count=2").json["link"][1]["url"]
    assert door.get(f"{following}&_sort=authored").status_code == 400


def test_an_unknown_parameter_is_refused_to_the_strict_and_passed_over_for_the_lenient(
    door: Door, stored: list[dict[str, Any]]
) -> None:
    path = f"{ANSWERS}?patiant=1&_count=2&_include=x"
    answer = door.get(path, Prefer="handling=strict")
    assert (answer.status_code, codes(answer), issues(answer)[0]["diagnostics"]) == (
        400,
        ["unknown-parameter"],
        "patiant",
    )
    found = door.get(path, Prefer="handling=lenient").json
    assert found["link"][0]["url"].endswith("/QuestionnaireResponse?_count=2")
    (told,) = [each["resource"] for each in found["entry"] if each["search"]["mode"] == "outcome"]
    assert "patiant, _include" in told["issue"][0]["details"]["text"]


def test_another_unit_finds_nothing(other_door: Door, stored: list[dict[str, Any]], task: uuid.UUID) -> None:
    for query in ("", f"?_id={stored[0]['id']}", f"?based-on=Task/{task}"):
        assert other_door.found(f"{ANSWERS}{query}") == []
    assert other_door.found("Task") == []


def test_each_parameter_finds_what_it_says(
    door: Door, stored: list[dict[str, Any]], task: uuid.UUID, hospital: Hospital
) -> None:
    patient, every = hospital.patient.id, range(5)
    for parameter, value, wanted in (
        ("_id", stored[1]["id"], [1]),
        ("_id", f"{stored[1]['id']},{stored[3]['id']}", [1, 3]),
        ("_id", "nothing", []),
        ("patient", str(patient), every),
        ("patient", f"Patient/{patient}", every),
        ("subject", f"http://localhost:8000/fhir/R4/Patient/{patient}", every),
        ("subject:Patient", str(patient), every),
        ("patient", str(uuid.UUID(int=0)), []),
        ("patient", "10915596784", []),
        ("questionnaire", SYMPTOM_CHECK, every),
        ("questionnaire", f"{SYMPTOM_CHECK}|1.0.0", every),
        ("questionnaire", f"{SYMPTOM_CHECK}|2", []),
        ("questionnaire", SYMPTOM_CHECK[:-1], []),
        ("status", "completed", every),
        ("status", "amended,http://hl7.org/fhir/questionnaire-answers-status|completed", every),
        ("status", "nothing", []),
        ("based-on", f"Task/{task}", [0]),
        ("identifier", "urn:example:app|5|5", [4]),
        ("identifier", "urn:example:app|5", []),
        ("authored", "2026", every),
        ("authored", "2026-11", every),
        ("authored", "2026-11-03", [1]),
        ("authored", "gt2026-11-03", [2, 3, 4]),
        ("authored", "ge2026-11-03", [1, 2, 3, 4]),
        ("authored", "lt2026-11-03", [0]),
        ("authored", "le2026-11-03", [0, 1]),
        ("authored", "2026-11-03T09:30", [1]),
        ("authored", "2026-11-03T08:30:00Z", [1]),
        ("authored", "eq2026-11-03T09:30:00.000+01:00", [1]),
        ("authored", "2026-11-03T08:30:00", []),
        ("_lastUpdated", "ge2026-11-05", [3, 4]),
        ("patient", "", every),
    ):
        found = door.found(f"{ANSWERS}?{urlencode({parameter: value})}")
        assert ids(found) == [stored[place]["id"] for place in wanted], (parameter, value)


def test_several_parameters_must_all_hold(door: Door, stored: list[dict[str, Any]]) -> None:
    found = door.found(f"{ANSWERS}?authored=gt2026-11-02&authored=lt2026-11-05&status=completed")
    assert ids(found) == [stored[1]["id"], stored[2]["id"]]


def test_a_plus_sign_that_nobody_escaped_is_understood(door: Door, stored: list[dict[str, Any]]) -> None:
    assert ids(door.found(f"{ANSWERS}?authored=2026-11-03T09:30:00+01:00")) == [stored[1]["id"]]


def test_pages_follow_each_other_without_a_gap_in_every_order(door: Door, stored: list[dict[str, Any]]) -> None:
    every = ids(stored)
    for sort, wanted in (
        ("", every),
        ("_sort=authored&", every),
        ("_sort=-authored&", every[::-1]),
        ("_sort=-_lastUpdated&", every[::-1]),
        ("_lastUpdated=gt2026-11-01&", every),
    ):
        seen: list[str] = []
        path: str | None = f"{ANSWERS}?{sort}_count=2"
        pages = 0
        while path is not None:
            page = door.get(path).json
            seen += [each["resource"]["id"] for each in page["entry"]]
            path = next((link["url"] for link in page["link"] if link["relation"] == "next"), None)
            pages += 1
        assert (seen, pages) == (wanted, 3), sort


def test_what_is_stored_between_two_pages_is_met_on_the_next(
    door: Door, stored: list[dict[str, Any]], hospital: Hospital
) -> None:
    following = door.get(f"{ANSWERS}?_count=4").json["link"][1]["url"]
    later(days=1)
    made = door.create(document_of(WELL, task=ask_again(hospital))).json
    assert ids(door.found(following)) == [stored[4]["id"], made["id"]]


def test_a_form_searches_as_an_address_does(door: Door, stored: list[dict[str, Any]]) -> None:
    form = "application/x-www-form-urlencoded"
    query = urlencode({"identifier": "urn:example:app|5|5"})
    answer = door.send("POST", f"{ANSWERS}/_search", query, Content_Type=form)
    assert [each["resource"]["id"] for each in answer.json["entry"]] == [stored[4]["id"]]
    both = door.send("POST", f"{ANSWERS}/_search?_count=1", "status=completed", Content_Type=form)
    assert len(both.json["entry"]) == 1
    assert len(door.send("POST", f"{ANSWERS}/_search", b"").json["entry"]) == 5
    refused = door.send("POST", f"{ANSWERS}/_search", "{}", Content_Type="application/json")
    assert refused.status_code == 415


def test_nothing_found_is_a_bundle_without_entries(door: Door, task: uuid.UUID) -> None:
    found = door.get(f"{ANSWERS}?status=amended").json
    assert (found["type"], "entry" in found, "total" in found) == ("searchset", False, False)


def test_the_instruction_stands_in_a_list_too(door: Door, stored: list[dict[str, Any]]) -> None:
    found = door.found(ANSWERS)
    assert [bool(instructions(each)) for each in found] == [True, False, False, False, False]
    assert found[0] == stored[0]


def test_a_reader_that_has_the_version_is_sent_nothing(door: Door, stored: list[dict[str, Any]]) -> None:
    path = f"{ANSWERS}/{stored[1]['id']}"
    for version in ('W/"1"', '"1"', 'W/"7", W/"1"'):
        answer = door.get(path, If_None_Match=version)
        assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", 'W/"1"')
    assert door.get(path, If_None_Match='W/"2"').status_code == 200


def test_each_reading_and_each_search_leaves_one_record_with_its_subjects(
    door: Door, stored: list[dict[str, Any]], task: uuid.UUID, hospital: Hospital
) -> None:
    for path, action, subjects in (
        (f"{ANSWERS}/{stored[0]['id']}", "response.read", 1),
        (f"{ANSWERS}?_count=3", "response.read", 1),
        (f"{ANSWERS}?status=amended", "response.read", 0),
        (f"Task/{task}", "assignment.read", 1),
        ("Task?status=completed", "assignment.read", 1),
    ):
        before = {row.id for row in rows(select(AuditRecord))}
        assert door.get(path).status_code == 200
        (record,) = [row for row in rows(select(AuditRecord)) if row.id not in before]
        assert (record.action, record.actor_kind) == (action, "client"), path
        with reading() as session:
            named = session.scalar(
                select(func.count()).where(
                    AuditSubject.record_id == record.id, AuditSubject.patient_id == hospital.patient.id
                )
            )
        assert named == subjects, path


def test_neither_answers_nor_numbers_stand_in_the_log(
    door: Door, task: uuid.UUID, capfd: pytest.CaptureFixture[str]
) -> None:
    number = {"identifier": {"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": "10915596784"}}
    capfd.readouterr()
    door.create(document_of(FEVER, task=task, subject=number, identifier={"system": "urn:a", "value": "secret"}))
    door.create("{ 10915596784")
    door.get(f"{ANSWERS}?identifier=urn:a|secret&patient=10915596784")
    said = "".join(capfd.readouterr())
    assert "10915596784" not in said
    assert "secret" not in said
    assert "39.8" not in said
    assert rows(select(Response))[0].source == "patient"


def test_a_cursor_outside_of_time_and_a_list_without_end_are_refused(door: Door) -> None:
    cursor = base64.urlsafe_b64encode(b"0001-01-01T00:00:00+10:00|" + str(uuid.UUID(int=5)).encode()).decode()
    for query in (f"_sort=authored&_cursor={cursor}", "status=" + ",".join(["completed"] * 101)):
        answer = door.get(f"QuestionnaireResponse?{query}")
        assert answer.status_code == 400, query[:40]
