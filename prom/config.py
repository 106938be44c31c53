"""Settings from the environment, read once and checked at start: a wrong one stops the program with a sentence."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from prom.errors import StartRefused
from prom.logs import Form

#: The door at which Twilio tells how a message fares; the message's id follows it.
TWILIO_CALLBACK = "/hooks/twilio/status"
PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Twilio:
    """What the SMS vendor needs: account, secret and the sender (a number or a messaging service)."""

    account: str
    token: str
    sender: str
    #: Where the vendor tells how a message fares, without the message's id; None where it cannot reach us.
    callback: str | None = None


@dataclass(frozen=True)
class Settings:
    """Everything that an installation can choose. `home` holds the embedded database, the keys and the files."""

    home: Path
    database_url: str
    #: The owner's address for migrations; on SQLite the same as `database_url`.
    owner_url: str
    key_file: Path
    #: The master key in hex when the environment gives it (PROM_MASTER_KEY); it wins over the key file.
    master_key: str | None
    port: int
    #: Scheme and host that links in messages begin with, without a slash at the end.
    public_address: str
    demo: bool
    #: What one caller of the machine's doors may ask in a minute, over all processes.
    requests_per_minute: int
    #: How log lines are written; None leaves it to where they go.
    log_format: Form | None
    #: Statements that take this many milliseconds or more are logged; None watches none.
    slow_query_ms: int | None
    twilio: Twilio | None
    #: The mail server for messages to staff, `smtp://...` or `smtps://...`; None prints them.
    mail: str | None = None
    #: The register of persons, `file:PATH` or `fhir:ADDRESS`, and the token it asks for; None asks nobody.
    persons: str | None = None
    persons_token: str | None = None
    #: The folder that notes for the record are filed in, `folder:/PATH`; None where they are pasted by hand.
    record: Path | None = None

    @property
    def is_sqlite(self) -> bool:
        """Whether the embedded database is in use."""
        return self.database_url.startswith("sqlite")

    @property
    def metrics_folder(self) -> Path:
        """Where the processes of this host add up what they count."""
        return self.home / "metrics"

    @property
    def secure_cookies(self) -> bool:
        """Whether pages are reached over https, so that cookies may be marked Secure."""
        return self.public_address.startswith("https://")


def from_environment(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; raises StartRefused naming the variable that is wrong and what would be right."""
    given = os.environ if environment is None else environment
    home = Path(given.get("PROM_HOME") or PROJECT / "var").expanduser().absolute()
    port = _whole(given, "PORT", 8000, 1, 65535)
    database_url = given.get("PROM_DATABASE_URL") or f"sqlite:///{home / 'prom.sqlite'}"
    _check_database(database_url)
    return Settings(
        home=home,
        database_url=database_url,
        owner_url=given.get("PROM_OWNER_DATABASE_URL") or database_url,
        key_file=Path(given.get("PROM_KEY_FILE") or home / "keys" / "master.key"),
        master_key=given.get("PROM_MASTER_KEY") or None,
        port=port,
        public_address=_public_address(given, port),
        demo=given.get("PROM_DEMO", "") == "1",
        requests_per_minute=_whole(given, "PROM_REQUESTS_PER_MINUTE", 6000, 1, 10_000_000),
        log_format=_log_format(given.get("PROM_LOG_FORMAT") or None),
        slow_query_ms=_whole(given, "PROM_SLOW_QUERY_MS", 0, 0, 600_000) if given.get("PROM_SLOW_QUERY_MS") else None,
        twilio=_twilio(given, _public_address(given, port)),
        mail=_mail(given.get("PROM_SMTP_URL") or None),
        persons=_persons(given.get("PROM_PERSONS") or None),
        persons_token=given.get("PROM_PERSONS_TOKEN") or None,
        record=_record(given.get("PROM_RECORD") or None),
    )


def _public_address(given: Mapping[str, str], port: int) -> str:
    return (given.get("PROM_PUBLIC_ADDRESS") or f"http://localhost:{port}").rstrip("/")


def _mail(text: str | None) -> str | None:
    parts = urlsplit(text or "")
    if text is not None and not (parts.scheme in ("smtp", "smtps") and parts.hostname):
        raise StartRefused("PROM_SMTP_URL cannot be read; write smtp://HOST:PORT or smtps://USER:PASSWORD@HOST.")
    return text


def _persons(text: str | None) -> str | None:
    """A register over a plain connection would tell everybody on the way who is a patient; one on this host may."""
    if text is None or text.startswith(("file:/", "fhir:https://", "fhir:http://localhost:", "fhir:http://127.0.0.1:")):
        return text
    raise StartRefused("PROM_PERSONS is neither file:/PATH nor fhir:https://ADDRESS.")


def _record(text: str | None) -> Path | None:
    """A folder that is not there yet is made by nobody: a note must not fill the disk below a missing mount."""
    if text is None:
        return None
    path = Path(text.removeprefix("folder:"))
    if not text.startswith("folder:/") or not path.is_dir() or not os.access(path, os.W_OK | os.X_OK):
        raise StartRefused("PROM_RECORD is not folder:/PATH of a folder that Prom may write to.")
    return path


def _log_format(text: str | None) -> Form | None:
    if text in (None, "json", "text"):
        return cast(Form | None, text)
    raise StartRefused(f"PROM_LOG_FORMAT is {text!r}; it must be json or text.")


def _whole(given: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = given.get(name) or str(default)
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(most))) or not least <= int(text) <= most:
        raise StartRefused(f"{name} is {text!r}; it must be a whole number from {least} to {most}.")
    return int(text)


def _check_database(url: str) -> None:
    try:
        name = make_url(url).drivername
    except ArgumentError:
        raise StartRefused(
            "PROM_DATABASE_URL cannot be read; write sqlite:///FILE or postgresql+psycopg://..."
        ) from None
    if name not in ("sqlite", "postgresql+psycopg"):
        raise StartRefused(f"PROM_DATABASE_URL names {name!r}; Prom runs on sqlite and postgresql+psycopg.")


def _twilio(given: Mapping[str, str], public_address: str) -> Twilio | None:
    names = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_SENDER")
    present = [name for name in names if given.get(name)]
    if not present:
        return None
    if len(present) < len(names):
        absent = ", ".join(sorted(set(names) - set(present)))
        raise StartRefused(f"Twilio is half configured: {absent} is not set. Set all three, or none of them.")
    # The vendor takes no address that it cannot reach, and no message with one.
    callback = f"{public_address}{TWILIO_CALLBACK}" if public_address.startswith("https://") else None
    account, token, sender = (given[name] for name in names)
    return Twilio(account, token, sender, callback)
