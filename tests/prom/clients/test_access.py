"""The machines' doors: only a valid bearer token opens them, and only as far as its scopes, units and allowance go."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Blueprint, Flask, g
from flask.testing import FlaskClient
from sqlalchemy import select

from prom import clock, create_app, db
from prom.audit.models import AuditRecord
from prom.audit.service import SYSTEM
from prom.clients import limits, service
from prom.clients.models import Client
from prom.config import Settings
from prom.errors import Conflict, Invalid, NotFound, TooMany
from prom.staff import sign_in as sign_in_service
from prom.staff.access import caller, requires, signed_in
from prom.staff.permissions import Permission
from tests.conftest import MONDAY, PASSWORD, Hospital, Machine, SignIn


@pytest.fixture
def door(hospital: Hospital, database: Settings) -> FlaskClient:
    """A browser without a screen on an application with a door for machines beside the real ones."""
    return opened(database)


def opened(settings: Settings) -> FlaskClient:
    """The same for some settings."""
    limits.forget()
    app: Flask = create_app(settings)
    app.config["WTF_CSRF_ENABLED"] = False
    routes = Blueprint("api_test", __name__, url_prefix="/api/test")

    def view(name: str, permission: Permission, tell: Callable[[], str]) -> None:
        routes.add_url_rule(f"/{name}", name, requires(permission)(tell))

    view("who", Permission.READ_ASSIGNMENT, lambda: f"{caller().actor.kind} {len(caller().unit_ids)} {g.language}")
    view("person", Permission.READ_ASSIGNMENT, lambda: str(signed_in().role))
    view("metrics", Permission.READ_METRICS, lambda: "figures")
    app.register_blueprint(routes)
    return app.test_client()


def test_nobody_is_asked_for_a_token(door: FlaskClient) -> None:
    answer = door.get("/api/test/who")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("authorization", ["Bearer", "Bearer x", "Bearer " + "x" * 5000, "Basic bnVyc2U6eA==", "x"])
def test_a_token_that_opens_nothing_is_nobodys(door: FlaskClient, authorization: str) -> None:
    assert door.get("/api/test/who", headers={"Authorization": authorization}).status_code == 401


def test_a_browsers_cookie_counts_nothing_at_a_machines_door(door: FlaskClient, sign_in: SignIn) -> None:
    sign_in(door, "nurse")
    assert door.get("/worklist").status_code == 200
    assert door.get("/api/test/who").status_code == 401


def test_a_token_counts_nothing_on_a_page(door: FlaskClient, machine: Machine) -> None:
    answer = door.get("/worklist", headers=machine("prom/worklist.read"))
    assert answer.status_code == 303


def test_a_scope_that_is_not_held_is_refused(door: FlaskClient, machine: Machine) -> None:
    assert door.get("/api/test/metrics", headers=machine("system/Task.rs")).status_code == 403


def test_a_machine_is_no_person(door: FlaskClient, machine: Machine) -> None:
    assert door.get("/api/test/person", headers=machine("system/Task.rs")).status_code == 403


def test_an_expired_token_opens_nothing(door: FlaskClient, machine: Machine) -> None:
    headers = machine("system/Task.rs", days=30)
    clock.move_to(MONDAY + timedelta(days=30))
    assert door.get("/api/test/who", headers=headers).status_code == 401


def test_a_revoked_token_opens_nothing_any_more(door: FlaskClient, machine: Machine, hospital: Hospital) -> None:
    headers = machine("system/Task.rs")
    assert door.get("/api/test/who", headers=headers).status_code == 200
    with db.transaction() as session:
        service.revoke(session, session.scalars(select(Client)).one(), SYSTEM)
    assert door.get("/api/test/who", headers=headers).status_code == 401


def test_a_machine_reaches_all_units_or_those_it_was_given(
    door: FlaskClient, machine: Machine, hospital: Hospital
) -> None:
    assert door.get("/api/test/who", headers=machine("system/Task.rs")).text == "client 2 en"
    only = machine("system/Task.rs", units=[hospital.unit])
    assert door.get("/api/test/who", headers=only | {"Accept-Language": "nn"}).text == "client 1 nn"


def test_a_persons_session_opens_the_door_by_its_token(door: FlaskClient, hospital: Hospital) -> None:
    headers = {"Authorization": f"Bearer {session_of(hospital)}"}
    assert door.get("/api/test/person", headers=headers).text == "nurse"
    clock.move_to(MONDAY + timedelta(hours=2))
    assert door.get("/api/test/person", headers=headers).status_code == 401


def session_of(hospital: Hospital) -> str:
    """The token of a session that the nurse has just begun."""
    with db.transaction() as session:
        clinician = sign_in_service.check_password(session, "nurse", PASSWORD)
        assert clinician is not None
        return sign_in_service.begin_session(session, clinician)


# How much may be asked


def test_more_than_the_allowance_is_refused_until_the_minute_is_over(database: Settings, machine: Machine) -> None:
    door = opened(replace(database, requests_per_minute=3))
    headers = machine("system/Task.rs")
    assert [door.get("/api/test/who", headers=headers).status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = door.get("/api/test/who", headers=headers)
    assert 1 <= int(refused.headers["Retry-After"]) <= 61
    clock.move_to(MONDAY + timedelta(minutes=1))
    assert door.get("/api/test/who", headers=headers).status_code == 200


def test_the_allowance_is_one_over_all_processes(hospital: Hospital, machine: Machine) -> None:
    spent = 0
    for _ in range(200):
        limits.forget()  # as another process that begins with nothing in its hands
        try:
            limits.spend(hospital.nurse.id, 100)
            spent += 1
        except TooMany:
            break
    assert 1 <= spent <= 100


def test_each_caller_has_an_allowance_of_its_own(hospital: Hospital) -> None:
    limits.forget()
    limits.spend(hospital.nurse.id, 1)
    with pytest.raises(TooMany):
        limits.spend(hospital.nurse.id, 1)
    limits.spend(hospital.physician.id, 1)


def test_whoever_has_used_it_up_costs_the_database_nothing_more(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits.forget()
    limits.spend(hospital.nurse.id, 1)
    with pytest.raises(TooMany):
        limits.spend(hospital.nurse.id, 1)
    monkeypatch.setattr(limits, "transaction", lambda: pytest.fail("the database was asked"))
    with pytest.raises(TooMany):
        limits.spend(hospital.nurse.id, 1)


# Registering


def test_a_name_is_taken_once(hospital: Hospital) -> None:
    assert [registered(hospital, "engine").name] == ["engine"]
    with pytest.raises(Conflict):
        registered(hospital, " engine ")


def test_a_client_without_a_name_or_with_a_past_end_is_refused(hospital: Hospital) -> None:
    with pytest.raises(Invalid) as nameless:
        registered(hospital, " ")
    with pytest.raises(Invalid) as over:
        registered(hospital, "engine", timedelta(0))
    assert (nameless.value.field, over.value.field) == ("name", "expires")


def test_a_client_that_is_not_there_is_not_found(hospital: Hospital) -> None:
    with db.reading() as session, pytest.raises(NotFound):
        service.by_name(session, hospital.tenant.id, "nobody")


def test_the_token_stands_nowhere_and_each_change_is_on_record(hospital: Hospital) -> None:
    client = registered(hospital, "engine")
    with db.transaction() as session:
        service.revoke(session, session.get_one(Client, client.id), SYSTEM)
    with db.reading() as session:
        row = session.get_one(Client, client.id)
        assert len(row.token_hash) == 32
        actions = session.scalars(select(AuditRecord.action).where(AuditRecord.entity == "client"))
        assert sorted(actions) == ["client.add", "client.revoke"]


def registered(hospital: Hospital, name: str, lasts: timedelta = timedelta(days=1)) -> Client:
    """Register a client that may read tasks."""
    with db.transaction() as session:
        client, _ = service.add(
            session,
            hospital.tenant.id,
            name=name,
            scopes=["system/Task.rs"],
            units=[],
            expires_at=clock.now() + lasts,
            actor=SYSTEM,
        )
    return client


def test_another_process_learns_of_a_revocation_within_a_second(
    door: FlaskClient, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = machine("system/Task.rs")
    assert door.get("/api/test/who", headers=headers).status_code == 200
    monkeypatch.setattr(service, "forget", lambda: None)  # as where another process revokes it
    with db.transaction() as session:
        service.revoke(session, session.scalars(select(Client)).one(), SYSTEM)
    clock.move_to(MONDAY + timedelta(seconds=1))
    assert door.get("/api/test/who", headers=headers).status_code == 401
