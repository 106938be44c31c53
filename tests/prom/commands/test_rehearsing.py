"""`prom rules backtest`, refusals first."""

from pathlib import Path

from sqlalchemy import select

from prom.audit.models import AuditRecord
from prom.config import Settings
from questionnaires.documents import dumps
from tests.conftest import Hospital
from tests.prom.commands.conftest import Prom, answer
from tests.prom.rehearsal.rules_at_hand import document_in_force, in_force
from tests.prom.steps import FEVER, WELL, ask, rows, send


def test_an_unknown_rule_set_is_refused_by_name(hospital: Hospital, prom: Prom) -> None:
    result = prom("rules", "backtest", "unheard-of", "--since", "2026-01-01")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "unheard-of" in result.stderr


def test_what_is_no_day_or_has_not_come_is_refused(hospital: Hospital, prom: Prom) -> None:
    for day in ("yesterday", "2030-01-01"):
        result = prom("rules", "backtest", "symptom-check", "--since", day)
        assert result.exit_code in (1, 2)
        assert "since" in result.stderr


def test_a_file_that_reads_an_unknown_item_is_refused_by_name(
    hospital: Hospital, database: Settings, prom: Prom, tmp_path: Path
) -> None:
    ask(database)
    (tmp_path / "mine.json").write_text(dumps(document_in_force()).replace('"temperature"', '"tempersture"'))
    result = prom("rules", "backtest", str(tmp_path / "mine.json"), "--since", "2026-01-01")
    assert result.exit_code == 1
    assert "tempersture" in result.stderr


def test_a_file_is_held_against_what_was_raised(
    hospital: Hospital, database: Settings, prom: Prom, tmp_path: Path
) -> None:
    send(ask(database), FEVER)
    document = document_in_force()
    document.pop("examples")  # which expect the rule that is left out
    document["rules"] = [each for each in document["rules"] if each["id"] != "fever"]
    (tmp_path / "mine.json").write_text(dumps(document))
    result = prom("rules", "backtest", str(tmp_path / "mine.json"), "--since", "2026-10-01", "--json")
    made = answer(result)
    assert (made["current"]["alerts"], made["these"]["alerts"]) == (1, 0)
    assert made["gone"] == {"alerts": 1, "bySeverity": {"emergency": 1}, "ended": {"open": 1}}
    (record,) = rows(select(AuditRecord).where(AuditRecord.action == "response.backtest"))
    assert record.actor_kind == "operator"


def test_without_json_it_is_a_table_and_what_is_stored_is_found_by_its_address(
    hospital: Hospital, database: Settings, prom: Prom
) -> None:
    send(ask(database), {**WELL, "shivering": "now"})
    result = prom("rules", "backtest", in_force().canonical, "--since", "2026-10-01")
    lines = {line[:24].strip(): line[24:].split() for line in result.stdout.splitlines()}
    assert lines["alerts"] == ["1", "1", "0", "0", "0", "0"]
    assert lines["emergency"] == ["1", "1", "0", "0"]
    assert lines["shivering"] == ["1", "1", "0", "0", "0", "0"]
    assert "gone" not in lines
