"""`prom outbox`: what waits, since when and why, and trying one anew."""

import json
import uuid

import pytest
from click.testing import CliRunner, Result

from prom import clock, schema
from prom.cli import main
from prom.config import Settings
from prom.messaging import outbox
from tests.conftest import Hospital
from tests.fake_transport import Does, FakeTransport
from tests.prom.messaging.letters import MOBILE, later, message, put


@pytest.fixture(autouse=True)
def _this_installation(database: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command find the test's own database and keys."""
    monkeypatch.setenv("PROM_HOME", str(database.home))
    monkeypatch.setenv("PROM_DATABASE_URL", database.database_url)
    monkeypatch.setenv("PROM_OWNER_DATABASE_URL", database.owner_url)


def run(*given: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, ["outbox", *given])


def test_a_message_that_is_not_there_is_not_sent_again(hospital: Hospital) -> None:
    result = run("--resend", str(uuid.uuid4()))
    assert result.exit_code == 1
    assert "There is no message with this id." in result.output


def test_an_empty_outbox_says_so(hospital: Hospital) -> None:
    assert run().output == "Nothing waits.\n"


def test_what_waits_is_shown_with_its_reason_and_without_number_or_patient(
    hospital: Hospital, database: Settings
) -> None:
    made = put(hospital)
    outbox.deliver_due(FakeTransport([Does.REFUSE_FOR_NOW]))
    later(minutes=7)
    shown = run().output
    assert shown.split()[:3] == [str(made), "assignment", "failed-for-now"]
    assert shown.split()[-1] == "busy"
    found = json.loads(run("--json").output)
    assert [(each["message"], each["reason"], each["attempts"]) for each in found] == [(str(made), "busy", 1)]
    assert MOBILE not in shown
    assert str(hospital.patient.id) not in shown


def test_a_message_is_brought_forward(hospital: Hospital, database: Settings) -> None:
    made = put(hospital)
    outbox.deliver_due(FakeTransport([Does.REFUSE_FOR_NOW]))
    assert run("--resend", str(made)).exit_code == 0
    schema.open_installation(database)
    assert message(made).try_at == clock.now()
