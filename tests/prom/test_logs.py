"""The log: health data cannot reach it, and every line of a request or a run carries its id."""

import ast
import json
import logging
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

import prom
from prom import db, jobs, logs, statements, traffic
from prom.config import Settings
from prom.logs import KEYS, Form
from tests.conftest import Hospital, Machine, SignIn
from tests.prom.test_jobs import job

#: What nobody may ever find in a log.
SECRETS = ("10915596784", "38.9 grader", "feber siden i natt", "+4790000001", "Testine Syntetisk", "2026-11-02T08:30")

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Leave the form of the log as it was."""
    yield
    logs.end_request()
    logs.configure()


@pytest.fixture
def as_json() -> None:
    """Write the log as JSON."""
    logs.configure(form="json")


def told(capture: Capture, event: str | None = None) -> list[dict[str, Any]]:
    """The lines logged since this was last asked, of one event or of all."""
    lines = [json.loads(line) for line in capture.readouterr().err.splitlines()]
    return [line for line in lines if event in (None, line["event"])]


# What a line may hold


@pytest.mark.parametrize("form", ["json", "text"])
@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_under_any_key_is_left_out(secret: str, form: Form, capsys: Capture) -> None:
    logs.configure(form=form)
    log = structlog.get_logger()
    for key in {*KEYS, "answer", "name", "request", "job", "message"} - {"event"}:
        log.info("planted", **{key: secret})
        log.info("planted", **{key: ["clean", secret]})
        log.info("planted", **{key: {"inside": secret}})
    printed = capsys.readouterr().err
    assert printed.count("planted") > 30
    assert secret not in printed


@pytest.mark.usefixtures("as_json")
def test_an_event_with_a_value_in_it_is_left_out(capsys: Capture) -> None:
    structlog.get_logger().info("temperature 38.9")
    assert told(capsys)[0]["event"] == logs.LEFT_OUT


@pytest.mark.usefixtures("as_json")
def test_an_unknown_key_is_named_without_its_value(capsys: Capture) -> None:
    structlog.get_logger().info("planted", answer="feber")
    assert told(capsys)[0]["left_out"] == ["answer"]


@pytest.mark.usefixtures("as_json")
def test_of_what_a_library_logs_only_the_place_is_written(capsys: Capture) -> None:
    record = logging.LogRecord("vendor.client", logging.WARNING, "/x/client.py", 7, "To %s", ("+4790000001",), None)
    try:
        raise LookupError("feber siden i natt")
    except LookupError as failure:
        record.exc_info = (LookupError, failure, failure.__traceback__)
    line = json.loads(logs.LibraryLines().format(record))
    assert (line["logger"], line["failure"]) == ("vendor.client", "LookupError")
    assert line["at"][0].startswith("test_logs.py:")
    assert "feber" not in str(line)
    assert "4790000001" not in str(line)


@pytest.mark.parametrize(
    "said,written",
    [
        ("Listening at: http://127.0.0.1:8000 (17)", "Listening at: http://127.0.0.1:8000 (17)"),
        ("Error handling request /a?born=1955", "Error handling request /a"),
        ("Invalid request from ip=10.1.2.3: Invalid HTTP Header: 'Bearer x'", "Invalid request from"),
    ],
)
@pytest.mark.usefixtures("as_json")
def test_of_what_the_server_says_nothing_is_written_that_came_from_outside(said: str, written: str) -> None:
    record = logging.LogRecord("gunicorn.error", logging.WARNING, "/x/base.py", 7, said, (), None)
    assert json.loads(logs.LibraryLines().format(record))["message"] == written


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Every call of a logger in prom, with where it stands."""
    levels = ("debug", "info", "warning", "error", "exception", "critical")
    for path in sorted(Path(prom.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(called, ast.Attribute) and called.attr in levels and ast.unparse(called.value) == "log":
                assert isinstance(node, ast.Call)
                yield f"{path.name}:{node.lineno}", node


def test_every_line_that_the_code_logs_is_a_constant_with_known_keys() -> None:
    found = list(calls())
    assert len(found) > 15
    for place, call in found:
        event = call.args[0]
        assert isinstance(event, ast.Constant), place
        assert logs.PHRASE(str(event.value)), place
        assert len(call.args) == 1, place
        assert {keyword.arg for keyword in call.keywords} <= set(KEYS), place


# Requests


@pytest.fixture
def app() -> Flask:
    """A small app that is watched."""
    app = Flask("watched")
    traffic.watch(app)

    @app.get("/show/<int:number>")
    def show(number: int) -> str:
        structlog.get_logger().info("shown", count=number)
        return "shown"

    return app


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "feber;38", "10915596784", "<script>", "å-1"])
@pytest.mark.usefixtures("as_json")
def test_a_request_id_that_may_mean_something_is_replaced(app: Flask, given: str, capsys: Capture) -> None:
    answer = app.test_client().get("/show/1", headers={"X-Request-Id": given.encode().decode("latin-1")})
    made = answer.headers["X-Request-Id"]
    assert made != given
    assert len(made) == 16
    assert {line["request"] for line in told(capsys)} == {made}


@pytest.mark.usefixtures("as_json")
def test_every_line_of_a_request_and_its_answer_carry_the_id_that_came_with_it(app: Flask, capsys: Capture) -> None:
    answer = app.test_client().get("/show/1", headers={"X-Request-Id": "Proxy_1.a-b"})
    assert answer.headers["X-Request-Id"] == "Proxy_1.a-b"
    assert [(line["event"], line["request"]) for line in told(capsys)] == [
        ("shown", "Proxy_1.a-b"),
        ("request", "Proxy_1.a-b"),
    ]
    structlog.get_logger().info("afterwards")
    assert "request" not in told(capsys)[0]


@pytest.mark.usefixtures("as_json")
def test_a_request_leaves_one_line_with_the_route_and_never_the_address(
    client: FlaskClient, hospital: Hospital, sign_in: SignIn, capsys: Capture
) -> None:
    sign_in(client, "nurse")
    capsys.readouterr()
    logs.configure(form="json")
    answer = client.get(f"/patients/{hospital.patient.id}?name=Testine")
    (line,) = told(capsys, "request")
    assert line["route"].startswith("/patients/<uuid:")
    assert (line["method"], line["status"], line["bytes"]) == ("GET", 200, len(answer.data))
    assert line["who"] == f"clinician:{hospital.nurse.id}"
    assert 0 < line["ms"] < 60_000
    assert str(hospital.patient.id) not in json.dumps(line)
    assert "Testine" not in json.dumps(line)
    assert "left_out" not in line


def test_a_request_that_is_refused_nowhere_found_or_failed_has_its_line_too(
    client: FlaskClient, machine: Machine, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise LookupError("feber siden i natt")

    headers = machine("prom/metrics.read")
    logs.configure(form="json")
    capsys.readouterr()
    client.get("/metrics")
    client.get(f"/unheard-of/{uuid.uuid4()}")
    monkeypatch.setattr("prom.oversight.routes.figures", fail)
    client.get("/metrics", headers=headers)
    lines = told(capsys)
    asked = [line for line in lines if line["event"] == "request"]
    assert [(line["status"], line.get("endpoint")) for line in asked] == [
        (401, "api_metrics.show"),
        (404, None),
        (500, "api_metrics.show"),
    ]
    assert asked[-1]["who"].startswith("client:")
    (failed,) = (line for line in lines if line["event"] == "request failed")
    assert (failed["request"], failed["failure"]) == (asked[-1]["request"], "LookupError")
    assert "feber" not in str(lines)


@pytest.mark.usefixtures("as_json")
def test_an_answer_that_is_streamed_has_its_line_when_all_of_it_is_gone(app: Flask, capsys: Capture) -> None:
    @app.get("/streamed")
    def stream() -> Any:
        return (part for part in ("a", "b"))

    answer = app.test_client().get("/streamed", buffered=False)
    assert told(capsys) == []
    assert answer.data == b"ab"
    answer.close()
    (line,) = told(capsys)
    assert line["request"] == answer.headers["X-Request-Id"]


def test_with_warnings_only_no_request_leaves_a_line(app: Flask, capsys: Capture) -> None:
    logs.configure(logging.WARNING)
    app.test_client().get("/show/1")
    assert capsys.readouterr().err == ""


def test_a_line_of_text_is_read_at_a_glance(app: Flask, capsys: Capture) -> None:
    logs.configure(form="text")
    app.test_client().get("/show/1", headers={"X-Request-Id": "Proxy_1"})
    shown, asked = capsys.readouterr().err.splitlines()
    assert shown.endswith("Z info    shown request=Proxy_1 count=1") or "+00:00 info    shown" in shown
    assert " route=/show/<int:number> endpoint=show status=200 bytes=5" in asked


# Jobs


@pytest.mark.usefixtures("as_json", "database")
def test_every_line_of_a_run_carries_its_own_id(settings: Settings, capsys: Capture) -> None:
    def sweep(_settings: Settings) -> int:
        structlog.get_logger().warning("inside")
        return 1

    for _ in range(2):
        jobs.run(job("sweep", sweep), settings)
    lines = told(capsys)
    assert [(line["event"], line["job"]) for line in lines] == [("inside", "sweep"), ("job done", "sweep")] * 2
    runs = [line["run"] for line in lines]
    assert runs[0] == runs[1] != runs[2] == runs[3]


# Slow statements


@pytest.mark.usefixtures("as_json")
def test_a_slow_statement_is_told_without_its_values(settings: Settings, capsys: Capture) -> None:
    engine = db.make_engine(settings.database_url)
    statements.watch(engine, 0)
    logs.begin_request("abc", "clinic.show_patient")
    with engine.connect() as connection:
        connection.execute(text("SELECT id FROM patient\n WHERE 'feber i natt' <> :value"), {"value": "38.9 grader"})
    engine.dispose()
    line = told(capsys, "slow statement")[-1]
    assert line["statement"].startswith("SELECT id FROM patient WHERE ? <> ")
    assert (line["request"], line["endpoint"]) == ("abc", "clinic.show_patient")
    assert "feber" not in str(line)
    assert "38.9" not in str(line)
    begun = logs.origin()
    assert begun is not None
    assert begun.statements == 1


def test_statements_are_watched_only_where_that_is_asked_for(settings: Settings, capsys: Capture) -> None:
    for slow_ms in (None, 600_000):
        engine = db.make_engine(settings.database_url)
        statements.watch(engine, slow_ms)
        begun = logs.begin_request("abc", None)
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        engine.dispose()
        assert begun.statements == (None if slow_ms is None else 1)
    assert "slow statement" not in capsys.readouterr().err
