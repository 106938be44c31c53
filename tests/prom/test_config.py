"""Settings: a wrong one stops the program with a sentence that names the variable; what is not given has a default."""

from pathlib import Path

import pytest

from prom.config import PROJECT, from_environment
from prom.errors import StartRefused

TWILIO = {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "secret", "TWILIO_SENDER": "+4759446000"}


@pytest.mark.parametrize("port", ["0", "65536", "http", "80.0", "-1", "٨٠"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    with pytest.raises(StartRefused, match=r"PORT .* whole number from 1 to 65535"):
        from_environment({"PORT": port})


@pytest.mark.parametrize(
    "url", ["mysql://prom@db/prom", "postgresql://prom@db/prom", "postgresql+psycopg2://prom@db/prom"]
)
def test_a_database_that_prom_does_not_run_on_is_refused(url: str) -> None:
    with pytest.raises(StartRefused, match=r"PROM_DATABASE_URL .* sqlite and postgresql\+psycopg"):
        from_environment({"PROM_DATABASE_URL": url})


def test_an_address_that_cannot_be_read_is_refused_without_repeating_its_password() -> None:
    with pytest.raises(StartRefused, match="PROM_DATABASE_URL cannot be read") as refused:
        from_environment({"PROM_DATABASE_URL": "postgresql+psycopg//prom:planted-password@db"})
    assert "planted-password" not in str(refused.value)


@pytest.mark.parametrize("absent", sorted(TWILIO))
def test_twilio_that_is_half_configured_is_refused_by_what_is_absent(absent: str) -> None:
    given = {name: value for name, value in TWILIO.items() if name != absent}
    with pytest.raises(StartRefused, match=f"half configured: {absent} is not set"):
        from_environment(given)


@pytest.mark.parametrize("form", ["xml", "JSON", " json"])
def test_a_log_format_that_is_none_is_refused(form: str) -> None:
    with pytest.raises(StartRefused, match=r"PROM_LOG_FORMAT .* json or text"):
        from_environment({"PROM_LOG_FORMAT": form})


@pytest.mark.parametrize("limit", ["-1", "fast", "0.5", "600001"])
def test_a_limit_for_slow_statements_that_is_none_is_refused(limit: str) -> None:
    with pytest.raises(StartRefused, match=r"PROM_SLOW_QUERY_MS .* whole number"):
        from_environment({"PROM_SLOW_QUERY_MS": limit})


def test_statements_are_watched_from_the_limit_that_is_given_on() -> None:
    limits = [from_environment({"PROM_SLOW_QUERY_MS": given}).slow_query_ms for given in ("", "0", "50")]
    assert limits == [None, 0, 50]


def test_nothing_given_means_an_embedded_database_and_no_vendor() -> None:
    settings = from_environment({})
    assert settings.home == PROJECT / "var"
    assert settings.database_url == f"sqlite:///{PROJECT / 'var' / 'prom.sqlite'}"
    assert settings.owner_url == settings.database_url
    assert settings.key_file == PROJECT / "var" / "keys" / "master.key"
    assert (settings.port, settings.public_address) == (8000, "http://localhost:8000")
    assert (settings.demo, settings.twilio, settings.master_key) == (False, None, None)
    assert settings.is_sqlite
    assert not settings.secure_cookies


def test_an_empty_variable_is_as_good_as_none() -> None:
    names = ("PORT", "PROM_HOME", "PROM_DATABASE_URL", "PROM_MASTER_KEY", "PROM_KEY_FILE", *TWILIO)
    assert from_environment(dict.fromkeys(names, "")) == from_environment({})


def test_home_moves_database_and_keys_and_may_be_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = from_environment({"PROM_HOME": "clinic"})
    assert settings.database_url == f"sqlite:///{tmp_path / 'clinic' / 'prom.sqlite'}"
    assert settings.key_file == tmp_path / "clinic" / "keys" / "master.key"


def test_each_setting_is_taken_from_its_variable() -> None:
    settings = from_environment(
        {
            "PORT": "8080",
            "PROM_DATABASE_URL": "postgresql+psycopg://app@db/prom",
            "PROM_OWNER_DATABASE_URL": "postgresql+psycopg://owner@db/prom",
            "PROM_KEY_FILE": "/keys/master.key",
            "PROM_MASTER_KEY": "ab" * 32,
            "PROM_PUBLIC_ADDRESS": "https://prom.example/",
            "PROM_DEMO": "1",
            **TWILIO,
        }
    )
    assert (settings.database_url, settings.owner_url) == (
        "postgresql+psycopg://app@db/prom",
        "postgresql+psycopg://owner@db/prom",
    )
    assert (settings.key_file, settings.master_key) == (Path("/keys/master.key"), "ab" * 32)
    assert (settings.port, settings.public_address) == (8080, "https://prom.example")
    assert settings.demo
    assert settings.secure_cookies
    assert not settings.is_sqlite
    assert settings.twilio is not None
    assert (settings.twilio.account, settings.twilio.token, settings.twilio.sender) == ("AC1", "secret", "+4759446000")


def test_the_demo_is_on_only_by_the_number_one() -> None:
    assert not any(from_environment({"PROM_DEMO": word}).demo for word in ("0", "no", "false", "true"))
