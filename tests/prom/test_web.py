"""What every page shares: a fault of ours is logged without its values, and nobody is left with a bare error."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from prom import create_app, db
from prom.config import Settings
from prom.errors import NotFound, Refused, StaleVersion, TooMany
from prom.staff.access import public
from tests.conftest import Hospital

PLANTED = "planted 39.8 of Testine"


def failing(settings: Settings, fault: Callable[[], Exception], path: str = "/fails") -> FlaskClient:
    """A browser on an application with a page that fails."""
    app: Flask = create_app(settings)
    app.config["WTF_CSRF_ENABLED"] = False

    @public
    def fail() -> str:
        raise fault()

    app.add_url_rule(path, "fails", fail, methods=["GET", "POST"])
    return app.test_client()


def test_a_fault_is_told_by_kind_and_place_and_never_by_its_words(
    hospital: Hospital, database: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = failing(database, lambda: LookupError(PLANTED)).get("/fails?weight=71")
    printed = "".join(capfd.readouterr())
    assert answer.status_code == 500
    assert PLANTED not in answer.text
    assert PLANTED not in printed
    assert "71" not in [part.strip("'") for part in printed.split()]
    assert "LookupError" in printed
    assert "test_web.py:" in printed


@pytest.mark.parametrize("refused, status", [(NotFound, 404), (StaleVersion, 409), (TooMany, 429), (Refused, 400)])
def test_a_refusal_is_answered_with_its_status_and_words(
    hospital: Hospital, database: Settings, refused: type[Refused], status: int
) -> None:
    answer = failing(database, lambda: refused(PLANTED)).get("/fails")
    assert answer.status_code == status
    assert f"error.{refused.code}" not in answer.text
    assert PLANTED not in answer.text


def test_a_view_that_names_no_permission_is_refused(hospital: Hospital, database: Settings) -> None:
    app = create_app(database)
    app.add_url_rule("/forgotten", "forgotten", lambda: "health data")
    answer = app.test_client().get("/forgotten")
    assert answer.status_code == 403
    assert "health data" not in answer.text


def test_too_large_a_form_and_a_wrong_verb_are_pages_of_ours(client: FlaskClient) -> None:
    large = client.post("/sign-in", data={"username": "x" * (1024 * 1024 + 1)})
    assert large.status_code == 413
    wrong = client.delete("/sign-in")
    assert (wrong.status_code, "GET" in wrong.headers["Allow"]) == (405, True)
    assert all("<h1" in page.text for page in (large, wrong))


@pytest.mark.hazard("H27")
def test_a_patient_is_told_whom_to_call_whatever_fails(hospital: Hospital, database: Settings) -> None:
    answer = failing(database, lambda: LookupError(PLANTED), path="/a/fails").get("/a/fails")
    assert answer.status_code == 500
    assert all(number in answer.text for number in ("113", "tel:116117", "tel:+4722000001"))


@pytest.mark.hazard("H27")
def test_a_patient_is_told_whom_to_call_also_without_a_database(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down() -> None:
        raise OperationalError("SELECT 1", {}, LookupError(PLANTED))

    for door in ("readers", "writers"):
        monkeypatch.setattr(db._database, door, down)
    for path in ("/a", "/a/question/1", "/a/new-link"):
        answer = client.get(path)
        assert all(number in answer.text for number in ("113", "116")), path
        assert PLANTED not in answer.text


def test_a_static_file_is_kept_for_good_and_an_absent_one_is_not(client: FlaskClient) -> None:
    page = client.get("/sign-in").text
    address = page.partition('href="/static/page.css')[2].partition('"')[0]
    with client.get(f"/static/page.css{address}") as found:
        assert (found.status_code, "immutable" in found.headers["Cache-Control"]) == (200, True)
    absent = client.get("/static/absent.css")
    assert (absent.status_code, absent.headers["Cache-Control"]) == (404, "no-store")


@pytest.mark.parametrize(
    "asked, used", [("nn", "nn"), ("no", "nb"), ("en-GB,en;q=0.9", "en"), ("de", "nb"), ("se", "se"), ("", "nb")]
)
def test_a_page_comes_in_the_language_that_the_browser_asks_for(client: FlaskClient, asked: str, used: str) -> None:
    assert f'<html lang="{used}"' in client.get("/a", headers={"Accept-Language": asked}).text
