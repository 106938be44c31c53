"""A FHIR server on this machine that behaves as it is told, and remembers what it was asked."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

Answer = Callable[[BaseHTTPRequestHandler], None]

SYSTEM = "urn:oid:2.16.578.1.12.4.1.4.1"


class Register:
    """The server: `answer` says what the next requests get."""

    def __init__(self) -> None:
        self.answer: Answer = says(bundle())
        #: Method, path, form and headers of each request.
        self.asked: list[tuple[str, str, dict[str, list[str]], dict[str, str]]] = []
        register = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = self.rfile.read(int(self.headers["Content-Length"])).decode()
                register.asked.append(("POST", self.path, parse_qs(form), dict(self.headers)))
                register.answer(self)

            def do_GET(self) -> None:
                register.asked.append(("GET", self.path, {}, dict(self.headers)))
                register.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True

    @property
    def address(self) -> str:
        """The base address."""
        return f"http://127.0.0.1:{self.server.server_port}/fhir"


@contextmanager
def running() -> Iterator[Register]:
    """Run the server for the length of a block."""
    register = Register()
    thread = threading.Thread(target=register.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield register
    finally:
        register.server.shutdown()
        thread.join()
        register.server.server_close()


def person(number: str, **more: Any) -> dict[str, Any]:
    """A Patient of the register."""
    return {"resourceType": "Patient", "identifier": [{"system": SYSTEM, "value": number}], **more}


def bundle(*resources: dict[str, Any]) -> dict[str, Any]:
    """What a search finds."""
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": each} for each in resources]}


def says(document: Any, status: int = 200, **headers: str) -> Answer:
    """Answer with a document."""
    return says_bytes(json.dumps(document).encode(), status, **headers)


def says_bytes(body: bytes, status: int = 200, **headers: str) -> Answer:
    """Answer with bytes."""

    def do(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return do


def hangs(handler: BaseHTTPRequestHandler) -> None:
    """Say nothing for longer than anybody waits here."""
    time.sleep(1)
    handler.close_connection = True


def drips(handler: BaseHTTPRequestHandler) -> None:
    """Say a little at a time, each piece soon enough, and never come to an end."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000000")
    handler.end_headers()
    try:
        for _ in range(100):
            handler.wfile.write(b" " * 40_000)
            time.sleep(0.05)
    except OSError:
        pass
