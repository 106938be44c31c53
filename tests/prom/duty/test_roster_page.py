"""The roster on a page: an administrator sees who is on duty and where nobody is, and puts phones on and off."""

import uuid

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from prom.audit.models import AuditRecord
from prom.audit.service import SYSTEM
from prom.db import transaction
from prom.duty import service as duty
from prom.duty.models import Shift
from prom.duty.service import Planned
from tests.conftest import Hospital, SignIn
from tests.prom.steps import later, rows

SHIFT = {
    "starts": "2026-11-01T00:00",
    "ends": "2026-11-08T00:00",
    "level": "1",
    "phone": "900 00 061",
    "name": "Vakt <1>",
}


def path(hospital: Hospital) -> str:
    return f"/roster/{hospital.unit.id}"


def shift_ids() -> list[uuid.UUID]:
    return list(rows(select(Shift.id)))


# Refusals


@pytest.mark.parametrize("username", ["nurse", "physician", "quality"])
def test_only_administrators_see_or_change_it(
    client: FlaskClient, sign_in: SignIn, hospital: Hospital, username: str
) -> None:
    sign_in(client, username)
    assert [client.get(each).status_code for each in ("/roster", path(hospital))] == [403, 403]
    assert client.post(path(hospital), data=SHIFT).status_code == 403
    assert shift_ids() == []


@pytest.mark.parametrize(
    "field, given",
    [
        ("starts", ""),
        ("starts", "2026-13-01T00:00"),
        ("ends", "2026-11-01T00:00"),
        ("ends", "2027-11-08T00:00"),
        ("level", "4"),
        ("phone", "22 00 00 01"),
        ("name", " "),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(
    client: FlaskClient, sign_in: SignIn, hospital: Hospital, field: str, given: str
) -> None:
    sign_in(client, "administrator")
    answer = client.post(path(hospital), data={**SHIFT, field: given})
    assert answer.status_code == 422
    assert f'id="{field}-wrong"' in answer.text
    assert answer.text.count('aria-invalid="true"') == 1
    kept = {name: value for name, value in SHIFT.items() if name not in (field, "level", "name")}
    assert all(f'value="{value}"' in answer.text for value in kept.values())
    assert shift_ids() == []


def test_a_shift_of_another_unit_is_not_there(client: FlaskClient, sign_in: SignIn, hospital: Hospital) -> None:
    sign_in(client, "administrator")
    client.post(path(hospital), data=SHIFT)
    [shift] = shift_ids()
    assert client.post(f"/roster/{hospital.other_unit.id}/shifts/{shift}/remove").status_code == 404
    assert client.post(f"/roster/{uuid.uuid4()}/shifts/{shift}/remove").status_code == 404
    assert shift_ids() == [shift]


# What it does


def test_an_administrators_work_begins_at_the_units_and_their_holes(
    client: FlaskClient, sign_in: SignIn, hospital: Hospital
) -> None:
    sign_in(client, "administrator")
    assert client.get("/").headers["Location"] == "/roster"
    assert "Ingen på trinn" not in client.get("/roster").text  # no roster has no holes
    client.post(path(hospital), data=SHIFT)
    page = client.get("/roster").text
    assert hospital.unit.name in page
    assert "Ingen på trinn 1 fra 8. nov. 2026 00:00" in page


def test_a_shift_is_put_on_and_taken_off_and_both_are_on_record(
    client: FlaskClient, sign_in: SignIn, hospital: Hospital
) -> None:
    sign_in(client, "administrator")
    assert client.post(path(hospital), data=SHIFT).status_code == 303
    page = client.get(path(hospital)).text
    assert "Vakt &lt;1&gt;" in page
    assert "+4790000061" in page
    assert "på vakt nå" in page
    assert "Ingen på trinn 1 fra 8. nov. 2026 00:00" in page
    [shift] = shift_ids()
    assert client.post(f"{path(hospital)}/shifts/{shift}/remove").status_code == 303
    page = client.get(path(hospital)).text
    assert "Ingen står på listen." in page
    assert hospital.unit.on_call_phone in page  # the last recipient is always left
    actions = rows(select(AuditRecord.action).where(AuditRecord.action.startswith("roster.")).order_by(AuditRecord.id))
    assert list(actions) == ["roster.add", "roster.remove"]


def test_a_nurse_reads_of_the_holes_of_her_own_units_below_her_list(
    client: FlaskClient, sign_in: SignIn, hospital: Hospital
) -> None:
    sign_in(client, "administrator")
    for unit in (hospital.unit, hospital.other_unit):
        client.post(f"/roster/{unit.id}", data=SHIFT)
    sign_in(client, "nurse")
    page = client.get("/worklist").text
    assert f"{hospital.unit.name}: Ingen på trinn 1 fra 8. nov. 2026 00:00" in page
    assert f"{hospital.other_unit.name}: Ingen" not in page


def test_an_open_list_hears_of_a_hole_that_came_or_was_mended_and_not_of_one_that_only_goes_on(
    client: FlaskClient, sign_in: SignIn, hospital: Hospital
) -> None:
    def roster(ends: str) -> None:
        with transaction() as session:
            duty.add(session, hospital.unit, Planned("2026-11-02 08:00", ends, "1", "90000061", "Vakt"), SYSTEM)

    def polls(mark: str) -> int:
        return client.get("/worklist", headers={"If-None-Match": mark}).status_code

    sign_in(client, "nurse")
    without = client.get("/worklist").headers["ETag"]
    roster("2026-11-02 09:31")
    assert polls(without) == 200
    later(minutes=2)
    lacking = client.get("/worklist").headers["ETag"]
    later(minutes=2)
    assert polls(lacking) == 304
    roster("2026-12-01 08:00")
    assert polls(lacking) == 200


@pytest.mark.parametrize("language, words", [("nn", "Legg til ei vakt"), ("en", "Add a shift")])
def test_the_page_speaks_each_language_of_the_staff(
    client: FlaskClient, sign_in: SignIn, hospital: Hospital, language: str, words: str
) -> None:
    sign_in(client, "administrator")
    client.post("/language", data={"language": language, "back": "/"})
    assert words in client.get(path(hospital)).text
