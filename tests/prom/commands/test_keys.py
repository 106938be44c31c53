"""`prom keys`: the master key is changed while everything goes on, and a change that was stopped can be ended."""

from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from prom import create_app, crypto, master_key
from prom.audit.models import AuditRecord
from prom.commands import keys
from prom.config import Settings
from prom.db import reading
from prom.errors import StartRefused
from prom.patients.queries import identity
from prom.schema import open_installation
from tests.conftest import Hospital, SignIn
from tests.prom.commands.conftest import Prom, answer


def lines(settings: Settings) -> list[str]:
    """The keys in the key file, the first one first."""
    return settings.key_file.read_text().split()


def opens(settings: Settings, hospital: Hospital) -> bool:
    """Whether a process that starts now can read the patient."""
    open_installation(settings)
    with reading() as session:
        return identity(session, hospital.patient.id).name == "Testine Syntetisk"


def keys_seen(client: FlaskClient) -> str:
    """What the watch of a running process says of its keys."""
    checks = client.get("/health/watch").get_json()["checks"]
    return next(str(check["seen"]) for check in checks if check["name"] == "keys")


def test_a_key_in_the_environment_is_changed_there_and_wrapped_by_afterwards(
    hospital: Hospital, prom: Prom, settings: Settings
) -> None:
    old, new = lines(settings)[0], "cd" * 32
    refused = prom("keys", "rotate", PROM_MASTER_KEY=old)
    assert (refused.exit_code, "PROM_MASTER_KEY, which Prom cannot change" in refused.stderr) == (1, True)
    assert answer(prom("keys", "status", "--json", PROM_MASTER_KEY=f"{new} {old}"))["waiting"] == 1
    assert answer(prom("keys", "rewrap", "--json", PROM_MASTER_KEY=f"{new} {old}"))["wrapped"] == 1
    assert opens(replace(settings, master_key=new), hospital)
    with pytest.raises(StartRefused, match="not the one that this database was sealed with"):
        open_installation(settings)


def test_two_changes_at_once_are_refused_before_anything_is_changed(
    hospital: Hospital, prom: Prom, settings: Settings
) -> None:
    before = lines(settings)
    settings.key_file.with_name("master.key.new").touch()
    refused = prom("keys", "rotate")
    assert (refused.exit_code, "another command is changing the keys" in refused.stderr) == (1, True)
    assert lines(settings) == before
    assert opens(settings, hospital)


def test_a_key_that_stands_twice_is_refused_without_being_repeated(settings: Settings) -> None:
    with pytest.raises(StartRefused, match="stands twice in PROM_MASTER_KEY") as refused:
        master_key.read(replace(settings, master_key="ab" * 32 + " " + "ab" * 32))
    assert "ab" * 32 not in str(refused.value)


def test_after_a_change_the_new_key_opens_alone_and_the_old_one_no_more(
    hospital: Hospital, prom: Prom, settings: Settings
) -> None:
    old = lines(settings)
    made = answer(prom("keys", "rotate", "--json"))
    assert (made["wrapped"], lines(settings)[1:]) == (1, old)
    assert settings.key_file.stat().st_mode & 0o777 == 0o600
    status = answer(prom("keys", "status", "--json"))
    assert (status["masterKeys"][0], len(status["masterKeys"]), status["waiting"]) == (made["newest"], 2, 0)
    assert answer(prom("keys", "remove", "--json"))["removed"] == status["masterKeys"][1:]
    assert len(lines(settings)) == 1
    assert opens(settings, hospital)
    with pytest.raises(StartRefused, match="not the one"):
        open_installation(replace(settings, master_key=old[0]))
    with reading() as session:
        actions = [row.action for row in session.scalars(select(AuditRecord)) if row.action.startswith("keys.")]
    assert sorted(actions) == ["keys.remove", "keys.rewrap"]


def test_no_key_is_shown_by_any_of_the_commands(hospital: Hospital, prom: Prom, settings: Settings) -> None:
    told = [prom("keys", name) for name in ("status", "rotate", "status", "rewrap", "remove", "remove", "status")]
    assert {result.exit_code for result in told} == {0}
    known = lines(settings)
    assert not [result for result in told if any(key in result.output for key in known)]


def test_a_change_that_was_stopped_half_way_goes_on_opening_and_is_ended_by_wrapping_again(
    hospital: Hospital, prom: Prom, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as killed:
        killed.setattr(keys, "_rewrap", lambda _as_json: (_ for _ in ()).throw(SystemExit(137)))
        assert prom("keys", "rotate").exit_code == 137
    assert opens(settings, hospital)
    for command in ("rotate", "remove"):
        refused = prom("keys", command)
        assert (refused.exit_code, "prom keys rewrap" in refused.stderr) == (1, True)
    assert len(lines(settings)) == 2
    assert answer(prom("keys", "rewrap", "--json"))["wrapped"] == 1
    assert answer(prom("keys", "rewrap", "--json"))["wrapped"] == 0
    prom("keys", "remove")
    assert opens(settings, hospital)


def test_who_is_signed_in_stays_so_and_a_process_that_runs_finds_nothing_wrong(
    hospital: Hospital, prom: Prom, settings: Settings, client: FlaskClient, sign_in: SignIn
) -> None:
    sign_in(client, "nurse")
    ring = crypto.keyring()  # of the web process, which was there before the change
    for command in ("rotate", "remove"):
        prom("keys", command)
        crypto._keyring = ring
        assert keys_seen(client) == "open"
        assert client.get("/worklist").status_code == 200
    later = create_app(settings).test_client()
    later.set_cookie("prom", client.get_cookie("prom").value)  # type: ignore[union-attr]
    assert later.get("/worklist").status_code == 200


def test_a_key_file_that_is_gone_is_told_before_the_next_start(client: FlaskClient, settings: Settings) -> None:
    assert keys_seen(client) == "open"
    settings.key_file.unlink()
    assert "gone" in keys_seen(client)
    assert client.get("/health/live").status_code == 200


def test_a_key_that_came_after_the_look_is_never_removed_with_the_others(
    hospital: Hospital, prom: Prom, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    prom("keys", "rotate")

    def none_and_then_another_key() -> int:
        master_key.change(settings, lambda now: (b"k" * 32, *now))
        return 0

    monkeypatch.setattr(keys, "_waiting", none_and_then_another_key)
    refused = prom("keys", "remove")
    assert (refused.exit_code, "Nothing was removed" in refused.stderr) == (1, True)
    assert len(lines(settings)) == 3
    assert not settings.key_file.with_name("master.key.new").exists()
    assert opens(settings, hospital)


def test_behind_a_link_the_file_itself_is_changed(hospital: Hospital, prom: Prom, settings: Settings) -> None:
    mounted = settings.key_file.with_name("mounted")
    settings.key_file.rename(mounted)
    settings.key_file.symlink_to(mounted)
    prom("keys", "rotate")
    assert settings.key_file.is_symlink()
    assert len(mounted.read_text().split()) == 2
