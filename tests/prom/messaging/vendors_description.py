"""The real SDK against a mock that is made of Twilio's own API description and refuses what does not fit it.

    python -m tests.prom.messaging.vendors_description [--folder FOLDER]

Needs Node.js and the npm registry, so it stands outside the suite. Installs into the folder (a temporary one unless
given) `@twilio/cli-core`, in which Twilio ships its description, and the mock `@stoplight/prism-cli`, which listens on
this machine only. Run it when the SDK or `prom/messaging/twilio.py` changes.
"""

import argparse
import json
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response

from prom.messaging.transport import Letter, Refused
from prom.messaging.twilio import PROGRESS, Twilio
from tests.prom.messaging.callbacks import ACCOUNT

PACKAGES = ("@twilio/cli-core@9.0.0", "@stoplight/prism-cli@5.16.0")
DESCRIPTION = "node_modules/@twilio/cli-core/src/services/twilio-api/twilio_api_v2010.json"
MOCK = "node_modules/.bin/prism"
VENDOR = "https://api.twilio.com"
STARTS_WITHIN = 60.0
A_LETTER = "SM" + "0" * 32
LETTER = Letter("+4790000001", "Hei! https://prom.example/a#token Takk", uuid.uuid4(), timedelta(hours=3))


class Rerouted(TwilioHttpClient):  # type: ignore[misc]
    """The SDK's own client, with the vendor's host replaced by the mock's; keeps what was asked."""

    def __init__(self, address: str) -> None:
        super().__init__(timeout=10)
        self.address = address
        self.asked: list[tuple[str, str, dict[str, Any]]] = []

    def request(self, method: str, url: str, *rest: Any, **given: Any) -> Response:
        """Ask the mock."""
        if not url.startswith(VENDOR):
            raise ValueError("the SDK would have called another host")
        fields = {**(given.get("params") or {}), **(given.get("data") or {})}
        self.asked.append((method, url.rpartition("/")[2], fields))
        return super().request(method, self.address + url.removeprefix(VENDOR), *rest, **given)


def main() -> int:
    """Install, start the mock, and try each call; returns 1 where something does not fit."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args().folder
    with tempfile.TemporaryDirectory() as temporary:
        folder = given or Path(temporary)
        _install(folder)
        description = json.loads((folder / DESCRIPTION).read_text())
        with _mock(folder) as address:
            faults = [*_calls(address, description), *_words(description)]
    for fault in faults:
        print(f"DOES NOT FIT: {fault}")  # noqa: T201
    print("It fits." if not faults else f"{len(faults)} faults")  # noqa: T201
    return 1 if faults else 0


def _install(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / DESCRIPTION).exists():
        quiet = ("--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")
        subprocess.run(["npm", "install", "--prefix", str(folder), *quiet, *PACKAGES], check=True)


@contextmanager
def _mock(folder: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(folder / MOCK), "mock", "-h", "127.0.0.1", "-p", str(port), str(folder / DESCRIPTION)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.wait(10)


def _wait_for(port: int) -> None:
    ends = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < ends:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise TimeoutError("the mock does not start")


def _calls(address: str, description: dict[str, Any]) -> Iterator[str]:
    """Make every call that Prom makes; yield what the mock refuses, and fields that the description does not know."""
    network = Rerouted(address)
    way, by_service = Twilio(ACCOUNT, network), Twilio(replace(ACCOUNT, sender="MG" + "0" * 32), network)
    tried: dict[str, Callable[[], object]] = {
        "send": lambda: way.send(LETTER),
        "send by a messaging service": lambda: by_service.send(LETTER),
        "find": lambda: way.find(LETTER, datetime(2020, 1, 1, tzinfo=UTC)),
        "copies": lambda: way.copies(LETTER, datetime(2020, 1, 1, tzinfo=UTC)),
        "ask after": lambda: way.ask_after(A_LETTER),
        "erase": lambda: way.erase(A_LETTER),
    }
    for name, call in tried.items():
        try:
            print(f"{name}: {call()}")  # noqa: T201
        except Exception as error:  # whatever it was, this call does not fit
            yield f"{name}: {type(error).__name__} {error}"
    yield from _unknown_fields(network, description)
    try:
        way.ask_after("no id")
        yield "the mock refuses nothing, so that it proves nothing"
    except Refused as refused:
        print(f"what does not fit is refused: {refused.code}")  # noqa: T201


def _unknown_fields(network: Rerouted, description: dict[str, Any]) -> Iterator[str]:
    for method, name, fields in network.asked:
        path = "Messages.json" if name == "Messages.json" else "Messages/{Sid}.json"
        operation = description["paths"][f"/2010-04-01/Accounts/{{AccountSid}}/{path}"][method.lower()]
        known = {each["name"] for each in operation.get("parameters", ())}
        for content in operation.get("requestBody", {}).get("content", {}).values():
            known |= set(content["schema"]["properties"])
        yield from (f"{method} {path}: no field {field}" for field in fields if field not in known)


def _words(description: dict[str, Any]) -> Iterator[str]:
    """Every word of ours for how a letter fared is one of theirs."""
    theirs = set(description["components"]["schemas"]["message_enum_status"]["enum"])
    print("on its way:", ", ".join(sorted(theirs - set(PROGRESS))))  # noqa: T201
    yield from (f"status {word} is none of theirs" for word in set(PROGRESS) - theirs)


if __name__ == "__main__":
    raise SystemExit(main())
