"""A vendor in a process of its own, which outlives the workers that are killed, and the transport to it."""

import http.client
import os
import random
import signal
import time
from dataclasses import dataclass
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from prom import clock
from prom.messaging.transport import Letter, Sent
from tests.journeys.forking import forked


class Vendor:
    """The vendor, a process of its own: a file is the list of what it accepted, which it can be asked about."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.touch()
        server = ThreadingHTTPServer(("127.0.0.1", 0), _answering(path))
        self.port: int = server.server_address[1]
        self._pid = forked(server.serve_forever)
        server.server_close()

    @property
    def accepted(self) -> list[tuple[str, datetime]]:
        """What it got, in order, with the instants."""
        lines = (line.split() for line in self._path.read_text().splitlines())
        return [(message_id, datetime.fromisoformat(at)) for message_id, at in lines]

    def close(self) -> None:
        """End it."""
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)


def _answering(path: Path) -> type[BaseHTTPRequestHandler]:
    """What answers: it takes a letter for good before it says so, and says so slowly, as vendors do."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            with path.open("a") as file:
                file.write(f"{self.path[1:]} {clock.now().isoformat()}\n")
            time.sleep(random.uniform(0.02, 0.3))
            self._say(200)

        def do_GET(self) -> None:
            self._say(200 if self.path[1:] in path.read_text() else 404)

        def _say(self, status: int) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *_: object) -> None:
            """Write nothing."""

    return Answer


@dataclass(frozen=True)
class OverTheLine:
    """The transport to that vendor."""

    port: int

    def _ask(self, method: str, letter: Letter) -> int:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            line.request(method, f"/{letter.message_id}")
            return line.getresponse().status
        finally:
            line.close()

    def send(self, letter: Letter) -> Sent:
        """Hand the letter over."""
        self._ask("POST", letter)
        return Sent(f"vendor-{letter.message_id}")

    def find(self, letter: Letter, since: datetime) -> str | None:
        """Ask for it in the list."""
        return f"vendor-{letter.message_id}" if self._ask("GET", letter) == 200 else None
