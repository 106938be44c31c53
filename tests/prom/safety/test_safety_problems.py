"""A safety problem: whoever is signed in reports it, the watch is red until an administrator has looked."""

import uuid

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from prom.audit.models import AuditRecord
from prom.audit.service import SYSTEM
from prom.config import Settings
from prom.db import reading, transaction
from prom.messaging.models import Message
from prom.oversight import watch
from prom.patients import sealing
from prom.safety.models import SafetyProblem
from prom.settings.service import choose
from tests.conftest import Hospital, SignIn
from tests.prom.steps import rows

WORDS = "Feber ble ikke varslet <b>mandag</b>"


def is_green() -> bool:
    """Whether the watch is content with what staff have reported."""
    with reading() as session:
        return next(check for check in watch.watch(session) if check.name == "safety problems").well


def reported(client: FlaskClient, sign_in: SignIn) -> uuid.UUID:
    """Let the nurse report something, and return its id."""
    sign_in(client, "nurse")
    assert client.post("/safety-problem", data={"words": WORDS}).headers["Location"] == "/safety-problem/received"
    return rows(select(SafetyProblem.id))[0]


# Refusals


def test_nobody_reports_without_signing_in(client: FlaskClient) -> None:
    assert client.get("/safety-problem").headers["Location"] == "/sign-in"
    assert client.post("/safety-problem", data={"words": WORDS}).status_code == 401
    assert rows(select(SafetyProblem.id)) == []


@pytest.mark.parametrize("words", ["", "  \n", "x" * 4001])
def test_no_words_and_too_many_are_refused_and_kept_for_her_to_mend(
    client: FlaskClient, sign_in: SignIn, words: str
) -> None:
    sign_in(client, "nurse")
    answer = client.post("/safety-problem", data={"words": words})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert words.strip()[:20] in answer.text
    assert rows(select(SafetyProblem.id)) == []


@pytest.mark.parametrize("username", ["nurse", "physician", "quality"])
def test_only_administrators_read_what_was_reported(client: FlaskClient, sign_in: SignIn, username: str) -> None:
    problem = reported(client, sign_in)
    sign_in(client, username)
    assert client.get("/safety-problems").status_code == 403
    assert client.post(f"/safety-problems/{problem}/seen").status_code == 403
    assert not is_green()


def test_what_was_never_reported_is_not_found(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, "administrator")
    assert client.post(f"/safety-problems/{uuid.uuid4()}/seen").status_code == 404


# What becomes of it


@pytest.mark.hazard("H44")
@pytest.mark.parametrize(
    "username,own",
    [("nurse", "/worklist"), ("physician", "/rules"), ("quality", "/exports"), ("administrator", "/settings")],
)
def test_every_role_finds_the_way_from_her_own_page(
    client: FlaskClient, sign_in: SignIn, username: str, own: str
) -> None:
    sign_in(client, username)
    assert 'href="/safety-problem"' in client.get(own).text
    assert client.get("/safety-problem").status_code == 200


@pytest.mark.hazard("H44")
def test_it_is_sealed_and_on_record_and_the_watch_is_red(client: FlaskClient, sign_in: SignIn) -> None:
    assert is_green()
    problem = reported(client, sign_in)
    (row,) = rows(select(SafetyProblem))
    assert b"Feber" not in row.problem_sealed
    with reading() as session:
        assert sealing.open_column(session, session.get_one(SafetyProblem, problem), "problem") == {"words": WORDS}
    (record,) = rows(select(AuditRecord).where(AuditRecord.action == "safety-problem.report"))
    assert (record.entity_id, record.actor_kind) == (problem, "clinician")
    assert not is_green()
    assert rows(select(Message).where(Message.kind == "staff")) == []


def test_an_administrator_reads_it_and_says_so_and_the_watch_is_content(
    client: FlaskClient, sign_in: SignIn, hospital: Hospital
) -> None:
    problem = reported(client, sign_in)
    sign_in(client, "administrator")
    page = client.get("/safety-problems").text
    assert "&lt;b&gt;mandag&lt;/b&gt;" in page
    assert f"/safety-problems/{problem}/seen" in page
    for _ in range(2):  # pressing twice changes nothing
        assert client.post(f"/safety-problems/{problem}/seen").status_code == 303
    assert is_green()
    assert f"/safety-problems/{problem}/seen" not in client.get("/safety-problems").text
    assert len(rows(select(AuditRecord).where(AuditRecord.action == "safety-problem.see"))) == 1
    (row,) = rows(select(SafetyProblem))
    assert row.seen_by == hospital.administrator.id


def test_an_address_that_is_set_gets_a_mail_that_tells_nothing_of_it(
    client: FlaskClient, sign_in: SignIn, hospital: Hospital, database: Settings
) -> None:
    with transaction() as session:
        choose(session, "installation", hospital.tenant.id, "safetyMail", "trygg@sykehus.example", SYSTEM)
    problem = reported(client, sign_in)
    (letter,) = rows(select(Message).where(Message.kind == "staff"))
    with reading() as session:
        opened = sealing.open_column(session, session.get_one(Message, letter.id), "letter")
    assert str(problem) in letter.key
    assert "Feber" not in str(opened)
    assert f"{database.public_address}/safety-problems" in str(opened)
