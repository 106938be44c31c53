"""Signing in for a token, and what it is worth."""

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient

from prom import clock
from tests.conftest import PASSWORD, Machine
from tests.prom.api.door import Door, faults, person, refusal
from tests.prom.clinic.ward import audited
from tests.prom.steps import later


@pytest.mark.parametrize("username, password", [("nurse", "wrong"), ("who", PASSWORD), ("", ""), ("nurse", "")])
def test_a_wrong_name_or_password_opens_nothing_and_does_not_say_which(
    nobody: Door, username: str, password: str
) -> None:
    answer = nobody.post("/sessions", {"username": username, "password": password})
    document = refusal(answer, 401, "wrong-password")
    assert "errors" not in document


def test_five_wrong_passwords_lock_the_account_also_for_the_right_one(nobody: Door) -> None:
    for _ in range(5):
        answer = nobody.post("/sessions", {"username": "nurse", "password": "wrong"})
    refusal(answer, 429, "too-many")
    answer = nobody.post("/sessions", {"username": "nurse", "password": PASSWORD})
    refusal(answer, 429, "too-many")
    assert answer.headers["Retry-After"] == "900"
    assert len(audited("session.refuse")) == 6


def test_what_is_missing_or_strange_is_named(nobody: Door) -> None:
    answer = nobody.post("/sessions", {"username": 5, "user": "nurse"})
    assert faults(answer) == {"username": "wrong", "password": "missing", "user": "unknown"}


def test_an_ended_session_opens_nothing(nurse: Door) -> None:
    assert nurse.delete("/sessions/current").status_code == 204
    refusal(nurse.get("/me"), 401, "not-signed-in")


def test_a_session_ends_by_itself_without_use(nurse: Door) -> None:
    later(minutes=61)
    refusal(nurse.get("/me"), 401, "not-signed-in")


def test_a_person_gets_a_token_of_her_own_and_no_cookie(client: FlaskClient) -> None:
    answer = client.post("/api/v1/sessions", json={"username": "nurse", "password": PASSWORD})
    document = answer.get_json()
    assert "Set-Cookie" not in answer.headers
    assert document["tokenType"] == "Bearer"
    assert datetime.fromisoformat(document["expiresAt"]) == clock.now() + timedelta(hours=12)


def test_a_person_is_told_who_she_is(nurse: Door) -> None:
    me = nurse.read("/me")
    assert (me["kind"], me["name"], me["role"], me["scopes"]) == ("clinician", "nurse (test)", "nurse", [])
    assert [unit["name"] for unit in me["units"]] == ["Poliklinikk A"]
    assert "handle alert" in me["permissions"]


def test_a_machine_is_told_who_it_is(client: FlaskClient, machine: Machine) -> None:
    me = Door(client, machine("system/Task.rs")).read("/me")
    assert (me["kind"], me["role"], me["scopes"]) == ("client", None, ["system/Task.rs"])
    assert [unit["name"] for unit in me["units"]] == ["Poliklinikk A", "Poliklinikk B"]
    assert set(me["permissions"]) == {"read assignment", "own session"}


def test_sessions_of_one_person_are_apart(client: FlaskClient) -> None:
    first, second = person(client, "nurse"), person(client, "nurse")
    first.delete("/sessions/current")
    assert second.read("/me")["name"] == "nurse (test)"
