"""The pages for signing in, and what guards every other page: 401, 403, CSRF, and no way out to another site."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from prom import create_app
from prom.config import Settings
from tests.conftest import PASSWORD, Hospital, SignIn
from tests.prom.steps import later


@pytest.fixture
def guarded(hospital: Hospital, database: Settings) -> FlaskClient:
    """A browser on the application as it runs: forms need their CSRF field."""
    return create_app(database).test_client()


def field(page: str) -> str:
    """The CSRF field's value in a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_a_form_without_its_csrf_field_is_refused_and_signs_nobody_in(guarded: FlaskClient) -> None:
    given = {"username": "nurse", "password": PASSWORD}
    assert guarded.post("/sign-in", data=given).status_code == 400
    assert guarded.post("/sign-in", data={**given, "csrf_token": "made-up"}).status_code == 400
    assert guarded.get("/worklist").status_code == 303


def test_a_csrf_field_of_another_browser_is_refused(hospital: Hospital, database: Settings) -> None:
    app = create_app(database)
    theirs = field(app.test_client().get("/sign-in").text)
    ours = app.test_client()
    ours.get("/sign-in")
    given = {"username": "nurse", "password": PASSWORD, "csrf_token": theirs}
    assert ours.post("/sign-in", data=given).status_code == 400


def test_with_its_csrf_field_the_form_signs_in(guarded: FlaskClient) -> None:
    given = {"username": "nurse", "password": PASSWORD, "csrf_token": field(guarded.get("/sign-in").text)}
    assert guarded.post("/sign-in", data=given).status_code == 303
    assert guarded.get("/worklist").status_code == 200


def test_every_form_that_writes_refuses_a_post_without_its_field(
    hospital: Hospital, database: Settings, sign_in: SignIn
) -> None:
    app = create_app(database)
    client = app.test_client()
    app.config["WTF_CSRF_ENABLED"] = False
    sign_in(client, "nurse")
    app.config["WTF_CSRF_ENABLED"] = True
    posts = [path for path in _paths(app) if not path.startswith(("/static/", *MACHINES, *SIGNED))]
    assert len(posts) > 10
    assert {path: client.post(path).status_code for path in posts} == dict.fromkeys(posts, 400)


def test_a_browser_that_is_signed_in_is_nobody_at_the_doors_for_machines(
    hospital: Hospital, database: Settings, sign_in: SignIn
) -> None:
    """So no form of another site can act there, although no field is asked for."""
    app = create_app(database)
    client = app.test_client()
    app.config["WTF_CSRF_ENABLED"] = False
    sign_in(client, "nurse")
    app.config["WTF_CSRF_ENABLED"] = True
    posts = [path for path in _paths(app) if path.startswith(MACHINES) and path != "/api/v1/sessions"]
    assert len(posts) > 5
    assert {path: client.post(path, json={}).status_code for path in posts} == dict.fromkeys(posts, 401)


MACHINES = ("/api/", "/fhir/")
#: What the vendor calls: each call bears its signature instead.
SIGNED = ("/hooks/",)


def _paths(app: Flask) -> list[str]:
    """Every address that takes a POST, with something for each of its parts."""
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        return [
            adapter.build(rule.endpoint, _values(rule.arguments), method="POST")
            for rule in app.url_map.iter_rules()
            if "POST" in (rule.methods or ())
        ]


def _values(arguments: set[str]) -> dict[str, object]:
    anything = "00000000-0000-7000-8000-000000000000"
    return {name: 1 if name in ("position", "number") else anything for name in arguments}


def _without(username: str, page: str) -> str:
    """The page without what differs each time: the name that was typed, and the form's own token."""
    return re.sub(r'name="csrf_token" value="[^"]*"', "", page.replace(f'value="{username}"', ""))


@pytest.mark.parametrize("username, password", [("nurse", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(
    client: FlaskClient, username: str, password: str
) -> None:
    answer = client.post("/sign-in", data={"username": username, "password": password})
    reference = client.post("/sign-in", data={"username": "physician", "password": "wrong"})
    assert answer.status_code == reference.status_code == 422
    assert _without(username, answer.text) == _without("physician", reference.text)
    assert not password or password not in answer.text


def test_a_locked_account_is_told_so_and_takes_no_password(client: FlaskClient) -> None:
    for _ in range(5):
        client.post("/sign-in", data={"username": "nurse", "password": "wrong"})
    assert client.post("/sign-in", data={"username": "nurse", "password": PASSWORD}).status_code == 429
    later(minutes=15)
    assert client.post("/sign-in", data={"username": "nurse", "password": PASSWORD}).status_code == 303


def test_who_is_not_signed_in_is_asked_to_and_a_post_is_refused(client: FlaskClient) -> None:
    answer = client.get("/worklist")
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert client.post("/sign-out").status_code == 401


def test_who_lacks_the_permission_is_refused(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, "quality")
    assert client.get("/worklist").status_code == 403
    assert client.get("/exports").status_code == 200
    sign_in(client, "nurse")
    assert client.get("/exports").status_code == 403


def test_after_an_hour_of_nothing_one_signs_in_again(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, "nurse")
    later(minutes=59)
    assert client.get("/worklist").status_code == 200
    later(minutes=59)
    assert client.get("/worklist").status_code == 200
    later(minutes=60)
    assert client.get("/worklist").status_code == 303


def test_after_twelve_hours_one_signs_in_again_however_busy(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, "nurse")
    for _ in range(12):
        later(minutes=59)
        assert client.get("/worklist").status_code == 200
    later(minutes=12)  # twelve hours after signing in
    assert client.get("/worklist").status_code == 303


def test_signing_out_ends_the_session_on_the_server_too(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, "nurse")
    stolen = client.get_cookie("prom")
    assert stolen is not None
    assert client.post("/sign-out").status_code == 303
    client.set_cookie("prom", stolen.value)
    assert client.get("/worklist").status_code == 303


def test_the_cookie_is_for_our_own_site_and_no_script(client: FlaskClient, sign_in: SignIn) -> None:
    answer = client.post("/sign-in", data={"username": "nurse", "password": PASSWORD})
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize(
    "back",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)", ""],
)
def test_choosing_a_language_leads_to_no_other_site(client: FlaskClient, back: str) -> None:
    answer = client.post("/language", data={"language": "en", "back": back})
    assert (answer.status_code, answer.location) == (303, "/sign-in")


def test_choosing_a_language_leads_back_and_is_remembered(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, "nurse")
    answer = client.post("/language", data={"language": "nn", "back": "/worklist?unit=all"})
    assert answer.location == "/worklist?unit=all"
    assert '<html lang="nn"' in client.get("/worklist").text
    client.post("/language", data={"language": "xx", "back": "/worklist"})
    assert '<html lang="nn"' in client.get("/worklist").text


def test_every_page_forbids_what_it_does_not_need_and_is_kept_by_nobody(client: FlaskClient) -> None:
    for path in ("/sign-in", "/no-such-page", "/health/live"):
        headers = client.get(path).headers
        assert "script-src 'self'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"


def test_an_unknown_address_is_a_page_of_ours(client: FlaskClient) -> None:
    answer = client.get("/no-such-page")
    assert answer.status_code == 404
    assert '<html lang="' in answer.text
