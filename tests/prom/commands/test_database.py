import stat
from pathlib import Path

from click.testing import CliRunner

from prom import db
from prom.catalogue.queries import definitions
from prom.cli import main
from prom.config import Settings
from prom.staff.queries import the_tenant
from tests import databases
from tests.conftest import Hospital
from tests.prom.commands.conftest import Environment, Prom, answer


def test_a_database_with_data_never_gets_a_new_key(hospital: Hospital, prom: Prom, settings: Settings) -> None:
    settings.key_file.rename(settings.key_file.with_suffix(".away"))
    result = prom("db", "upgrade")
    assert result.exit_code == 1
    assert "Put the key back" in result.stderr
    assert not settings.key_file.exists()


def test_another_key_is_refused_in_words(hospital: Hospital, prom: Prom) -> None:
    result = prom("worklist", PROM_MASTER_KEY="11" * 32)
    assert result.exit_code == 1
    assert "not the one that this database was sealed with" in result.stderr


def test_without_a_key_nothing_starts(prom: Prom, settings: Settings) -> None:
    settings.key_file.unlink()
    for command in ("serve", "worker", "worklist"):
        result = prom(command, PORT="1023")
        assert result.exit_code == 1
        assert "Error: " in result.stderr


def test_a_database_that_does_not_answer_is_told_in_words(nowhere: Prom) -> None:
    result = CliRunner().invoke(
        main,
        ["worklist"],
        env={"PROM_DATABASE_URL": "postgresql+psycopg://x@127.0.0.1:1/x", "PROM_MASTER_KEY": "11" * 32},
    )
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: The database ")
    assert "Traceback" not in result.output


def test_a_new_installation_gets_schema_key_hospital_and_drafts(tmp_path: Path) -> None:
    home = tmp_path / "new"
    addresses = databases.empty_database(tmp_path)
    environment: Environment = {
        "PROM_HOME": str(home),
        "PROM_DATABASE_URL": addresses.application,
        "PROM_OWNER_DATABASE_URL": addresses.owner,
        "PROM_MASTER_KEY": None,
    }
    try:
        runner = CliRunner(env=environment)
        first = runner.invoke(main, ["db", "upgrade", "--hospital", "Syntetisk sykehus", "--json"])
        assert first.exit_code == 0
        key = home / "keys" / "master.key"
        assert answer(first)["newKey"] == str(key)
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
        again = answer(runner.invoke(main, ["db", "upgrade", "--hospital", "Another", "--json"]))
        assert again == {"hospital": "Syntetisk sykehus", "definitions": answer(first)["definitions"], "newKey": None}
    finally:
        db.dispose()
        databases.remove_database(addresses)


def test_what_prom_ships_is_stored_as_drafts(prom: Prom) -> None:
    assert prom("db", "upgrade").exit_code == 0
    with db.reading() as session:
        assert the_tenant(session).name == "Hospital"
        assert {row.status for row in definitions(session, "questionnaire")} == {"draft"}
        pathways = {"systemic-treatment", "surgery", "palliative-near-home", "follow-up-late-effects"}
        assert {row.name for row in definitions(session, "pathway")} == pathways
