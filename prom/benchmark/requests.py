"""Requests as bytes, made before anything is measured; and the FHIR door called inside this process."""

import io
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from typing import Any, TextIO

from prom.assignments.models import Assignment
from prom.benchmark import answers
from prom.benchmark.hospital import Hospital
from prom.clock import now
from prom.config import Settings
from questionnaires.answers import QuestionnaireResponse
from questionnaires.documents import dumps
from questionnaires.response import to_fhir

PATH = "/fhir/R4/QuestionnaireResponse"
IDENTIFIERS = "urn:prom:benchmark"
ASSIGNMENT, PATIENT, AUTHORED = "[assignment]", "[patient]", "[authored]"


class Refused(Exception):
    """A request of the benchmark was refused: nothing can be said of what it costs."""


def template(response: QuestionnaireResponse) -> bytes:
    """Return the FHIR document of a response, with marks where its assignment and its patient are to stand."""
    document = to_fhir(response) | {
        "identifier": {"system": IDENTIFIERS, "value": ASSIGNMENT},
        "basedOn": [{"reference": f"Task/{ASSIGNMENT}"}],
        "subject": {"reference": f"Patient/{PATIENT}"},
        "authored": AUTHORED,
    }
    return dumps(document).encode()


def filled(made: bytes, assignment: Assignment) -> bytes:
    """Return a template's document as the answer to an assignment, given now."""
    values = {ASSIGNMENT: str(assignment.id), PATIENT: str(assignment.patient_id), AUTHORED: now().isoformat()}
    for mark, value in values.items():
        made = made.replace(mark.encode(), value.encode())
    return made


def bodies(hospital: Hospital, assignments: Sequence[Assignment], seed: int) -> list[bytes]:
    """Return answers to assignments, in the benchmark's mix."""
    templates = {id(each): template(each.response) for group in hospital.variants.values() for each in group}
    given = answers.drawn(hospital.variants, len(assignments), seed)
    return [filled(templates[id(variant)], each) for each, variant in zip(assignments, given, strict=True)]


def post(token: str, content: bytes) -> bytes:
    """Return the whole request that posts a response."""
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/fhir+json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def get(path: str, cookie: str, mark: str | None = None) -> bytes:
    """Return the whole request for a page, as a signed-in browser sends it; `mark` is the ETag that it has."""
    known = f"If-None-Match: {mark}\r\n" if mark else ""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n{known}\r\n".encode()


@dataclass(frozen=True)
class Door:
    """The application, called as a server calls it, without a server; what it logs goes where a server's log does."""

    app: Callable[..., Any]
    log: TextIO

    def post(self, token: str, content: bytes) -> None:
        """Post a response; raises Refused unless it was created."""
        statuses: list[str] = []
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": PATH,
            "SCRIPT_NAME": "",
            "QUERY_STRING": "",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": "application/fhir+json",
            "CONTENT_LENGTH": str(len(content)),
            "HTTP_HOST": "localhost",
            "HTTP_AUTHORIZATION": f"Bearer {token}",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(content),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        with redirect_stderr(self.log):
            answer = self.app(environ, lambda status, _headers, *_: statuses.append(status))
            said = b"".join(answer)
            if hasattr(answer, "close"):
                answer.close()
        if not statuses[0].startswith("201"):
            raise Refused(f"{statuses[0]}: {said[:300]!r}")


@contextmanager
def door(settings: Settings, make_app: Callable[[Settings], Callable[..., Any]]) -> Iterator[Door]:
    """Open the application's FHIR door in this process."""
    with (settings.home / "door.log").open("a") as log:
        yield Door(make_app(settings), log)
