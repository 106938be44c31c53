"""Settings of the installation and its units: an administrator's alone, each with what it overrides and by whom."""

import pytest
from flask.testing import FlaskClient

from prom.db import new_id, reading
from prom.settings.queries import effective
from tests.conftest import MONDAY, Hospital, SignIn
from tests.prom.clinic.ward import Nurse, audited, said, words_of


@pytest.fixture
def administrator(client: FlaskClient, hospital: Hospital, sign_in: SignIn) -> Nurse:
    """The hospital's administrator, signed in."""
    sign_in(client, "administrator")
    return Nurse(client)


def test_without_a_session_there_are_no_settings(client: FlaskClient, hospital: Hospital) -> None:
    for path in ("/settings", f"/settings/units/{hospital.unit.id}"):
        assert client.get(path).headers["Location"] == "/sign-in"
        assert client.post(path).status_code == 401


@pytest.mark.parametrize("role", ["nurse", "physician", "quality"])
def test_settings_are_an_administrators(client: FlaskClient, hospital: Hospital, sign_in: SignIn, role: str) -> None:
    sign_in(client, role)
    for path in ("/settings", f"/settings/units/{hospital.unit.id}"):
        assert client.get(path).status_code == 403
        assert client.post(path, data={"name": "remindersOn", "value": "no"}).status_code == 403


def test_a_unit_that_does_not_exist_has_none(administrator: Nurse) -> None:
    path = f"/settings/units/{new_id()}"
    assert administrator.get(path).status_code == 404
    assert administrator.post(path, {"name": "remindersOn", "value": "no"}).status_code == 404


@pytest.mark.parametrize(
    "name, value, words",
    [
        ("quietHours", "late", "setting.wrong.hours"),
        ("smsPerHour", "many", "setting.wrong.number"),
        ("senderMail", "prom", "setting.wrong.mail"),
    ],
)
def test_a_wrong_value_is_refused_beside_its_field(administrator: Nurse, name: str, value: str, words: str) -> None:
    answer = administrator.post("/settings", {"name": name, "value": value})
    assert answer.status_code == 422
    assert said(words) in words_of(answer)


def test_what_somebody_else_chose_meanwhile_is_seen_first(administrator: Nurse, hospital: Hospital) -> None:
    path = f"/settings/units/{hospital.unit.id}"
    assert administrator.post(path, {"name": "remindersOn", "value": "no"}).status_code == 303
    answer = administrator.post(path, {"name": "remindersOn", "value": "yes"})
    assert answer.status_code == 409
    assert said("settings.stale") in words_of(answer)


def test_a_unit_says_what_it_overrides_and_who_chose_it(administrator: Nurse, hospital: Hospital) -> None:
    path = f"/settings/units/{hospital.unit.id}"
    assert administrator.post("/settings", {"name": "quietHours", "value": "20:00-07:00"}).status_code == 303
    assert "20:00-07:00" in administrator.page(path)
    assert administrator.post(path, {"name": "quietHours", "value": "22:00-06:00"}).status_code == 303
    page = administrator.page(path)
    assert said("setting.overrides", value="20:00-07:00", level=said("setting.level.installation")) in page
    assert "administrator (test)" in page
    assert said("setting.name.smsperhour") not in page
    again = {"name": "quietHours", "value": "inherit", "seen": MONDAY.isoformat()}
    assert administrator.post(path, again).status_code == 303
    with reading() as session:
        found = effective(session, "quietHours", tenant_id=hospital.tenant.id, unit_id=hospital.unit.id)
        assert (found.value, found.level) == ("20:00-07:00", "installation")
    assert audited("setting.choose") == [frozenset(), frozenset()]


def test_no_quiet_hours_are_a_choice_too(administrator: Nurse, hospital: Hospital) -> None:
    assert administrator.post("/settings", {"name": "quietHours", "value": ""}).status_code == 303
    with reading() as session:
        found = effective(session, "quietHours", tenant_id=hospital.tenant.id)
        assert (found.value, found.level) == (None, "installation")
