"""What the door refuses before it looks at answers: who calls, what for, in which form."""

import uuid

import pytest
from flask.testing import FlaskClient

from prom.db import transaction
from prom.responses.models import Response
from prom.staff.sign_in import begin_session
from tests.conftest import Hospital, Machine, SignIn
from tests.prom.fhir.door import EVERYTHING, Door, codes, document_of, issues
from tests.prom.steps import WELL, count, later

READ = ("QuestionnaireResponse", "Questionnaire", "Task")
NOBODY = uuid.UUID(int=0)


def test_without_a_token_nothing_is_read(client: FlaskClient) -> None:
    for path in (
        *READ,
        *(f"{name}/{NOBODY}" for name in READ),
    ):
        answer = Door(client).get(path)
        assert (answer.status_code, codes(answer)) == (401, ["not-signed-in"])
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_an_unknown_token_is_nobodys(client: FlaskClient, task: uuid.UUID) -> None:
    for token in (
        "Bearer wrong",
        "Bearer",
        "Basic a2FyaTprYXJp",
        "bearer \u00e6",
    ):
        answer = Door(client, {"Authorization": token}).create(document_of(WELL, task=task))
        assert answer.status_code == 401
        assert count(Response) == 0


def test_a_browsers_session_counts_nothing_at_this_door(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, "nurse")
    assert Door(client).get("Task").status_code == 401


def test_a_token_that_has_expired_is_nobodys(client: FlaskClient, machine: Machine) -> None:
    door = Door(client, machine(EVERYTHING, days=1))
    assert door.get("Task").status_code == 200
    later(days=1)
    assert door.get("Task").status_code == 401


@pytest.mark.parametrize(
    "scope,path",
    [
        ("system/Task.rs", "QuestionnaireResponse"),
        ("system/QuestionnaireResponse.cu", "QuestionnaireResponse"),
        ("system/QuestionnaireResponse.curs", "Task"),
        ("system/Task.rs", "Questionnaire"),
    ],
)
def test_a_scope_opens_only_what_it_names(client: FlaskClient, machine: Machine, scope: str, path: str) -> None:
    answer = Door(client, machine(scope)).get(path)
    assert (answer.status_code, codes(answer)) == (403, ["not-permitted"])


def test_whoever_may_read_may_not_write(client: FlaskClient, machine: Machine, task: uuid.UUID) -> None:
    reader = Door(client, machine("system/QuestionnaireResponse.rs system/Task.rs"))
    assert reader.create(document_of(WELL, task=task)).status_code == 403
    assert reader.update(document_of(WELL, id=str(NOBODY))).status_code == 403
    assert count(Response) == 0


def test_whoever_may_create_may_not_amend(client: FlaskClient, machine: Machine, task: uuid.UUID) -> None:
    writer = Door(client, machine("system/QuestionnaireResponse.c"))
    made = writer.create(document_of(WELL, task=task))
    assert made.status_code == 201
    assert writer.update({**made.json, "status": "amended"}).status_code == 403


def test_a_clinicians_own_token_reads_what_she_may_and_submits_nothing(
    client: FlaskClient, hospital: Hospital, task: uuid.UUID
) -> None:
    with transaction() as session:
        headers = {"Authorization": f"Bearer {begin_session(session, hospital.nurse)}"}
    assert str(task) in {each["id"] for each in Door(client, headers).found("Task")}
    assert Door(client, headers).create(document_of(WELL, task=task)).status_code == 403


def test_what_does_not_exist_is_not_found(door: Door) -> None:
    for path in (
        *(f"{name}/{NOBODY}" for name in READ),
        *(f"{name}/nothing" for name in READ),
    ):
        answer = door.get(path)
        assert (answer.status_code, codes(answer)) == (404, ["not-found"])


def test_what_lies_at_another_unit_is_not_found(door: Door, other_door: Door, task: uuid.UUID) -> None:
    made = door.create(document_of(WELL, task=task)).json
    for path in (
        f"Task/{task}",
        f"QuestionnaireResponse/{made['id']}",
        f"QuestionnaireResponse/{made['id']}/_history/1",
    ):
        assert door.get(path).status_code == 200
        assert other_door.get(path).status_code == 404
    assert other_door.update({**made, "status": "amended"}).status_code == 404
    assert other_door.update({**made, "status": "entered-in-error"}).status_code == 404
    assert door.get(f"QuestionnaireResponse/{made['id']}").json["status"] == "completed"


def test_what_the_door_does_not_have_is_said_in_fhirs_own_words(door: Door) -> None:
    elsewhere = ("Patient", "Patient/1", "Observation", "QuestionnaireResponse/$process")
    for path in (*elsewhere, ".well-known/smart-configuration", ""):
        answer = door.get(path)
        assert (answer.status_code, issues(answer)[0]["code"]) == (404, "not-found")
        assert answer.content_type == "application/fhir+json"


def test_another_version_of_fhir_has_no_door(door: Door) -> None:
    answer = door.get("/fhir/R5/Task")
    assert (answer.status_code, answer.content_type) == (404, "application/fhir+json")


@pytest.mark.parametrize(
    "method,path,allowed",
    [
        ("DELETE", "QuestionnaireResponse", {"GET", "POST"}),
        ("PUT", "QuestionnaireResponse", {"GET", "POST"}),
        ("PUT", "Task", {"GET", "POST"}),
        ("PATCH", f"QuestionnaireResponse/{NOBODY}", {"GET", "PUT"}),
        ("DELETE", f"Task/{NOBODY}", {"GET"}),
    ],
)
def test_a_method_that_is_not_offered_is_refused_with_those_that_are(
    door: Door, method: str, path: str, allowed: set[str]
) -> None:
    answer = door.send(method, path, "{}")
    assert (answer.status_code, codes(answer)) == (405, ["not-allowed"])
    assert set(answer.headers["Allow"].split(", ")) - {"HEAD", "OPTIONS"} == allowed


def test_options_and_head_answer_without_a_body(door: Door, task: uuid.UUID) -> None:
    answer = door.send("OPTIONS", "Task", b"")
    assert (answer.status_code, answer.data) == (200, b"")
    assert "GET" in answer.headers["Allow"]
    answer = door.send("HEAD", f"Task/{task}", b"")
    assert (answer.status_code, answer.data, answer.content_type) == (200, b"", "application/fhir+json")


def test_only_json_can_be_had(door: Door) -> None:
    for accept in (
        "application/fhir+xml",
        "application/xml",
        "text/html",
        "application/fhir+json;q=0, text/turtle",
    ):
        answer = door.get("Task", Accept=accept)
        assert (answer.status_code, codes(answer)) == (406, ["not-acceptable"])


def test_json_can_be_asked_for_by_any_of_its_names(door: Door) -> None:
    named = ("*/*", "application/*", "application/json", "application/fhir+json;fhirVersion=4.0")
    for accept in (*named, "text/html,*/*;q=0.1"):
        assert door.get("Task", Accept=accept).status_code == 200


def test_the_format_in_the_address_stands_above_the_header(door: Door) -> None:
    for format in ("json", "application/fhir%2Bjson", "application/fhir+json", "application/json"):
        assert door.get(f"Task?_format={format}", Accept="text/html").status_code == 200
    assert door.get("Task?_format=xml").status_code == 406
    assert door.get("metadata?_format=ttl").status_code == 406


def test_what_is_sent_has_to_be_called_json(door: Door, task: uuid.UUID) -> None:
    for media in (
        "application/fhir+xml",
        "text/plain",
        "",
        "application/fhir+json; fhirVersion=5.0",
        "application/json; charset=latin1",
    ):
        answer = door.create(document_of(WELL, task=task), Content_Type=media)
        assert (answer.status_code, codes(answer)) == (415, ["unsupported-media"])
        assert count(Response) == 0


@pytest.mark.parametrize("media", ["application/json", "application/fhir+json; charset=UTF-8; fhirVersion=4.0"])
def test_json_may_come_under_any_of_its_names(door: Door, task: uuid.UUID, media: str) -> None:
    assert door.create(document_of(WELL, task=task), Content_Type=media).status_code == 201


def test_what_is_no_json_is_refused_before_anything_else(door: Door) -> None:
    twice = '{"resourceType": "x", "resourceType": "y"}'
    for body in ("", "{", '{"a": NaN}', twice, b"\xff\xfe{}", "[" * 5000, "\ufeff{}"):
        answer = door.create(body)
        assert (answer.status_code, codes(answer)) == (400, ["unreadable"]), body[:20]


def test_json_that_is_no_response_cannot_be_taken(door: Door) -> None:
    for document in (
        "[]",
        '"text"',
        "5",
        "null",
        "{}",
        '{"resourceType": "Patient"}',
    ):
        answer = door.create(document)
        assert (answer.status_code, codes(answer)) == (422, ["not-a-resource"])


def test_more_than_a_form_can_hold_is_refused(door: Door) -> None:
    answer = door.create(b" " * (1024 * 1024 + 1))
    assert (answer.status_code, codes(answer)) == (413, ["too-large"])


def test_a_fault_of_ours_shows_nothing_of_itself(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("prom.fhir.fetching.search", fail)
    answer = door.get("Task")
    assert (answer.status_code, issues(answer)[0]["severity"], codes(answer)) == (500, "fatal", ["failed"])
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
