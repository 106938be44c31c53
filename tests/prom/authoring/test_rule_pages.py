"""The pages of rule sets: who may, what they would have raised, and that a physician signs."""

import uuid

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from prom.audit.models import AuditRecord
from prom.catalogue.models import Definition
from prom.catalogue.service import take_in
from prom.config import Settings
from prom.db import reading, transaction
from tests.conftest import Hospital, SignIn
from tests.prom.rehearsal.rules_at_hand import document_in_force
from tests.prom.steps import FEVER, ask, rows, send

SINCE = "?since=2026-10-01"


def draft(author: str = "author", left_out: str = "fever") -> uuid.UUID:
    """Put forward the rules in force without one of them, as a new version, and return its id."""
    document = document_in_force()
    document["rules"] = [each for each in document["rules"] if each["id"] != left_out]
    document["examples"] = [
        each for each in document["examples"] if all(expected["rule"] != left_out for expected in each["expect"])
    ]
    document["version"] = "9.9.9"
    with transaction() as session:
        made = take_in(session, "rule-set", document["url"], "9.9.9", document["name"], document, author)
        session.flush()
        return made.id


def status_of(definition_id: uuid.UUID) -> tuple[str, str | None]:
    """The status of a version, and who has signed it."""
    with reading() as session:
        row = session.get_one(Definition, definition_id)
        return row.status, row.signed_by


def read_in_backtest() -> int:
    """How often answers were read for it."""
    return len(rows(select(AuditRecord).where(AuditRecord.action == "response.backtest")))


@pytest.fixture
def rules(hospital: Hospital, database: Settings) -> uuid.UUID:
    """A draft without the rule on fever, over a history with one fever."""
    send(ask(database), FEVER)
    return draft()


# Refusals


def test_nobody_looks_without_signing_in(client: FlaskClient, rules: uuid.UUID) -> None:
    for place in ("/rules", f"/rules/{rules}"):
        assert client.get(place).headers["Location"] == "/sign-in"
    assert client.post(f"/rules/{rules}/publish").status_code == 401


def test_an_administrator_does_not_look(client: FlaskClient, sign_in: SignIn, rules: uuid.UUID) -> None:
    sign_in(client, "administrator")
    assert [client.get(place).status_code for place in ("/rules", f"/rules/{rules}{SINCE}")] == [403, 403]
    assert read_in_backtest() == 0


def test_what_is_no_rule_set_is_not_found(client: FlaskClient, sign_in: SignIn, rules: uuid.UUID) -> None:
    sign_in(client, "physician")
    other = rows(select(Definition.id).where(Definition.kind == "questionnaire"))[0]
    for wrong in (uuid.uuid4(), other):
        assert client.get(f"/rules/{wrong}").status_code == 404
        assert client.post(f"/rules/{wrong}/publish").status_code == 404


@pytest.mark.hazard("H42")
@pytest.mark.parametrize("username,status", [("nurse", 422), ("quality", 403)])
def test_only_a_physician_signs(
    client: FlaskClient, sign_in: SignIn, rules: uuid.UUID, username: str, status: int
) -> None:
    sign_in(client, username)
    assert "/publish" not in client.get(f"/rules/{rules}{SINCE}").text
    assert client.post(f"/rules/{rules}/publish").status_code == status
    assert status_of(rules) == ("draft", None)


def test_the_physician_who_put_it_forward_does_not_sign(
    client: FlaskClient, sign_in: SignIn, hospital: Hospital, database: Settings
) -> None:
    ask(database)
    mine = draft(author="physician")
    sign_in(client, "physician")
    assert "/publish" not in client.get(f"/rules/{mine}{SINCE}").text
    assert client.post(f"/rules/{mine}/publish").status_code == 422
    assert status_of(mine) == ("draft", None)


@pytest.mark.parametrize("since", ["yesterday", "2030-01-01", ""])
def test_a_day_that_has_not_been_is_said_to_be_wrong_and_nothing_is_read(
    client: FlaskClient, sign_in: SignIn, rules: uuid.UUID, since: str
) -> None:
    sign_in(client, "physician")
    page = client.get(f"/rules/{rules}?since={since}").text
    assert 'aria-invalid="true"' in page
    assert read_in_backtest() == 0


def test_nothing_is_read_before_somebody_asks(client: FlaskClient, sign_in: SignIn, rules: uuid.UUID) -> None:
    sign_in(client, "physician")
    assert "/publish" not in client.get(f"/rules/{rules}").text
    assert read_in_backtest() == 0


def test_other_units_are_not_read(client: FlaskClient, sign_in: SignIn, rules: uuid.UUID) -> None:
    sign_in(client, "other-nurse")
    assert 'data-severity="emergency" x=' not in client.get(f"/rules/{rules}{SINCE}").text


def test_rules_that_do_not_fit_are_shown_with_what_is_wrong(
    client: FlaskClient, sign_in: SignIn, hospital: Hospital, database: Settings
) -> None:
    ask(database)
    wrong = draft(left_out="nothing")
    with transaction() as session:
        row = session.get_one(Definition, wrong)
        row.document = row.document.replace('"temperature"', '"tempersture"')
    sign_in(client, "physician")
    assert "tempersture" in client.get(f"/rules/{wrong}{SINCE}").text
    assert client.get("/rules").status_code == 200
    assert client.post(f"/rules/{wrong}/publish").status_code == 422


# What it shows


def test_the_list_names_every_version(client: FlaskClient, sign_in: SignIn, rules: uuid.UUID) -> None:
    sign_in(client, "quality")
    page = client.get("/rules").text
    assert f"/rules/{rules}" in page
    assert "9.9.9" in page
    assert "/rules" in client.get("/questionnaires").text


@pytest.mark.hazard("H42")
def test_what_would_be_gone_is_shown_with_a_plot_before_a_physician_signs(
    client: FlaskClient, sign_in: SignIn, rules: uuid.UUID
) -> None:
    sign_in(client, "physician")
    page = client.get(f"/rules/{rules}{SINCE}").text
    assert page.count('data-severity="emergency" x="0.0" width="200.0"') == 1
    assert page.index('<svg class="bar"') < page.index("/publish")
    assert read_in_backtest() == 1


def test_a_physician_signs_a_version_that_another_put_forward(
    client: FlaskClient, sign_in: SignIn, hospital: Hospital, database: Settings
) -> None:
    ask(database)
    harmless = draft(left_out="silence")
    sign_in(client, "physician")
    answer = client.post(f"/rules/{harmless}/publish")
    assert (answer.status_code, status_of(harmless)) == (303, ("active", "physician"))
    (record,) = rows(
        select(AuditRecord).where(AuditRecord.action == "definition.publish", AuditRecord.entity_id == harmless)
    )
    assert record.actor_kind == "clinician"
