"""How Prom logs: one line for each event on standard error, as JSON or as text, with the id of its request or job run.

No health data, by structure: a line holds only the keys that KEYS names, and under each only what has that key's shape
(a count, an id, a class or state). Anything else is left out, and the line says under which key. Of what libraries log
we keep the place, since their words can hold anything.
"""

import json
import logging
import re
import secrets
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from traceback import extract_tb
from typing import Any, Final, Literal

import structlog

Form = Literal["json", "text"]

NUMBER: Final = None  # no text at all
#: Words that stand in the code: no digit, so no value that was put between them.
PHRASE: Final = re.compile(r"[A-Za-z][A-Za-z ,'-]{0,79}").fullmatch
#: A class, a state, an endpoint: it begins with a letter and has no spaces.
CODE: Final = re.compile(r"[A-Za-z][\w.:+-]{0,79}").fullmatch
ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch
CALLER: Final = re.compile(r"[a-z]+(:[0-9a-f-]{36})?").fullmatch
PLACE: Final = re.compile(r"([\w-]{1,60}\.pyx?|<[\w. ]{1,60}>):\d{1,6}").fullmatch
#: An address as the code has it, with names where ids stand.
ROUTE: Final = re.compile(r"/[\w./<>:$-]{0,120}").fullmatch
#: SQL with places for its values; without the quotes that a value in it would have.
STATEMENT: Final = re.compile(r"[A-Z]{3,}( [^'\n]{1,2000})?").fullmatch

KEYS: Mapping[str, Any] = {
    **dict.fromkeys(
        ("count", "missing", "surplus", "jobs", "status", "ms", "bytes", "statements", "row_count"), NUMBER
    ),
    **dict.fromkeys(("endpoint", "error", "failure", "kind", "logger", "method", "outcome", "signal", "step"), CODE),
    **dict.fromkeys(("message_id", "patient_id", "response", "row"), ID),
    "at": PLACE,
    "event": PHRASE,
    "route": ROUTE,
    "statement": STATEMENT,
    "who": CALLER,
}
LEFT_OUT = "[left out]"

#: The server's own lines are read by people; they are cut before anything that came from outside.
OF_THE_SERVER = "gunicorn.error"
FROM_OUTSIDE = re.compile(r"[?'\"\n]|\bip=")

_form: Form = "text"
_level = logging.INFO
_dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


@dataclass
class Origin:
    """What the present thread is at: a request, or a run of a job. Its stamps stand on every line."""

    stamps: Mapping[str, str]
    #: For the lines that tell it.
    endpoint: str | None = None
    started: float = field(default_factory=perf_counter)
    #: Statements sent to the database so far; None where nobody counts them (see prom.statements).
    statements: int | None = None


_origin: ContextVar[Origin | None] = ContextVar("origin", default=None)


def origin() -> Origin | None:
    """Return what the present thread is at, or None."""
    return _origin.get()


def begin_request(request_id: str, endpoint: str | None) -> Origin:
    """Stamp all lines of this thread with a request, until `end_request()` or the next one."""
    begun = Origin({"request": request_id}, endpoint)
    _origin.set(begun)
    return begun


def end_request() -> None:
    """Stamp no further lines."""
    _origin.set(None)


def new_id() -> str:
    """Make an id for a request or a run: 64 random bits are enough to tell the lines of a few days apart."""
    return secrets.token_hex(8)


@contextmanager
def job_run(job: str) -> Iterator[Origin]:
    """Stamp all lines of this thread with a run of a job, for the length of a block."""
    begun = Origin({"run": new_id(), "job": job})
    token = _origin.set(begun)
    try:
        yield begun
    finally:
        _origin.reset(token)


def configure(level: int = logging.INFO, form: Form | None = None) -> None:
    """Send all log lines from a level on to standard error, so that standard output stays what a command answers.

    Without a form it is text on a terminal, and JSON for whatever collects the lines elsewhere.
    """
    global _form, _level
    _level = level
    _form = form or ("text" if sys.stderr.isatty() else "json")
    libraries = logging.StreamHandler(sys.stderr)
    libraries.setFormatter(LibraryLines())
    logging.basicConfig(handlers=[libraries], level=logging.WARNING)
    structlog.configure(
        processors=[render],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_to_standard_error,
        cache_logger_on_first_use=False,
    )


def _to_standard_error(*_: object) -> structlog.WriteLogger:
    # Asked for with each logger, so that it is the stream of now and not that of when this was set up.
    return structlog.WriteLogger(sys.stderr)


def tell_request(**values: Any) -> None:
    """Log the line of a request that was answered. Past structlog, whose way costs more than the line itself."""
    if _level <= logging.INFO:
        _to_standard_error().msg(render(None, "info", {"event": "request", **values}))


def render(_logger: object, level: str, values: MutableMapping[str, Any]) -> str:
    """Write an event as its line."""
    return _written(_line(level, values))


def _line(level: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Time, level, event, whose it is, and what KEYS allows of the rest."""
    begun = _origin.get()
    line: dict[str, Any] = {
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),  # noqa: TID251  the log's time never moves
        "level": level,
        "event": None,
        **(begun.stamps if begun is not None else {}),
    }
    for key, value in values.items():
        if key not in KEYS:
            line.setdefault("left_out", []).append(key)
        elif value is not None:
            line[key] = value if _fits(KEYS[key], value) else LEFT_OUT
    return line


def _written(line: dict[str, Any]) -> str:
    return _dumps(line) if _form == "json" else _as_text(line)


def _fits(shape: Any, value: Any) -> bool:
    if isinstance(value, str):
        return shape is not NUMBER and shape(value) is not None
    if isinstance(value, list | tuple):
        return all(isinstance(each, str) and _fits(shape, each) for each in value)
    return shape is NUMBER and isinstance(value, int | float)


def _as_text(line: dict[str, Any]) -> str:
    head = f"{line.pop('timestamp')} {line.pop('level'):<7} {line.pop('event')}"
    return " ".join((head, *(f"{key}={_word(value)}" for key, value in line.items())))


def _word(value: Any) -> str:
    text = ",".join(value) if isinstance(value, list | tuple) else str(value)
    return f'"{text}"' if " " in text else text


def places(failure: BaseException) -> list[str]:
    """Return where something was raised, innermost last: an error's kind and place are logged, its words never."""
    return [f"{Path(frame.filename).name}:{frame.lineno}" for frame in extract_tb(failure.__traceback__)][-6:]


class LibraryLines(logging.Formatter):
    """Writes what libraries log through `logging` in our form: their place alone; of the server also what it says."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one line."""
        values: dict[str, Any] = {"event": "library", "logger": record.name, "at": f"{record.filename}:{record.lineno}"}
        if record.exc_info and record.exc_info[1] is not None:
            values |= {"failure": type(record.exc_info[1]).__name__, "at": places(record.exc_info[1])}
        line = _line(record.levelname.lower(), values)
        if record.name == OF_THE_SERVER:
            words = record.msg if record.exc_info else record.getMessage()
            line["message"] = FROM_OUTSIDE.split(str(words), maxsplit=1)[0].strip()[:200]
        return _written(line)
