"""The worklist for programs: the same order and the same words as on the page, and cheap to ask for again."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from prom.db import transaction
from prom.worklist.models import Evidence
from tests.conftest import Hospital, SignIn
from tests.prom.api.door import Door
from tests.prom.clinic.ward import (
    NAUSEA,
    NUMBERS,
    another_patient,
    audited,
    open_alerts,
    report,
    statements,
    words_of,
)
from tests.prom.steps import FEVER, RASH, later


def test_an_empty_list_is_a_list(nurse: Door) -> None:
    listed = nurse.read("/worklist")
    assert listed["items"] == []
    assert set(listed["counts"].values()) == {0}


def test_a_seal_that_does_not_open_hides_nobody(nurse: Door, hospital: Hospital) -> None:
    _, episode = another_patient(hospital, NUMBERS[0], "Annen")
    report(hospital, hospital.episode, NAUSEA)
    report(hospital, episode, NAUSEA)
    with transaction() as session:
        broken = session.scalars(select(Evidence).where(Evidence.patient_id == episode.patient_id)).first()
        assert broken is not None
        broken.finding_sealed = broken.finding_sealed[:-1] + bytes([broken.finding_sealed[-1] ^ 1])
    rows = {row["patient"]: row for row in nurse.read("/worklist")["items"]}
    assert rows[str(hospital.patient.id)]["name"] == "Testine Syntetisk"
    assert (rows[str(episode.patient_id)]["name"], rows[str(episode.patient_id)]["age"]) == (None, None)


def test_the_sickest_stands_first_with_why_and_who_has_her(nurse: Door, hospital: Hospital) -> None:
    _, mild = another_patient(hospital, NUMBERS[0], "Mild")
    _, severe = another_patient(hospital, NUMBERS[1], "Alvorlig")
    report(hospital, mild, RASH["2"])
    report(hospital, severe, NAUSEA)
    report(hospital, hospital.episode, FEVER)
    listed = nurse.get("/worklist", Accept_Language="nb").get_json()
    first, second, third = listed["items"]
    assert [first["severity"], second["severity"], third["severity"]] == ["emergency", "same-day", "next-working-day"]
    assert first["reasons"] == ["Feber: 39,8 °C (grense 38 °C)"]
    assert (first["name"], first["age"], first["owners"], first["section"]) == ("Testine Syntetisk", 70, [], "contact")
    assert second["chips"][0]["level"]["value"] == 3
    assert listed["counts"]["same-day"] == 1


def test_what_stands_on_a_row_is_enough_to_take_the_alert(nurse: Door, hospital: Hospital) -> None:
    report(hospital, hospital.episode, FEVER)
    (alert,) = nurse.read("/worklist")["items"][0]["alerts"]
    taken = nurse.post(f"/alerts/{alert['id']}/acknowledge", If_Match=f'"{alert["version"]}"')
    assert taken.status_code == 200
    assert nurse.read("/worklist")["items"][0]["owners"] == ["nurse (test)"]


def test_the_filters_show_their_part(nurse: Door, hospital: Hospital) -> None:
    _, other = another_patient(hospital, NUMBERS[0], "Annen")
    report(hospital, hospital.episode, NAUSEA)
    report(hospital, other, NAUSEA)
    (alert,) = open_alerts(hospital.patient.id)
    nurse.post(f"/alerts/{alert.id}/acknowledge", If_Match=f'"{alert.version}"')
    assert patients(nurse, "mine=true") == {str(hospital.patient.id)}
    assert patients(nurse, "unassigned=true") == {str(other.patient_id)}
    assert len(patients(nurse, f"mine=false&unit={hospital.unit.id}")) == 2
    assert patients(nurse, f"unit={hospital.other_unit.id}") == set()


def patients(door: Door, query: str) -> set[str]:
    """Who stands on a part of the list."""
    return {row["patient"] for row in door.read(f"/worklist?{query}")["items"]}


def test_an_unchanged_list_is_304_and_reads_nobody(program: Door, hospital: Hospital) -> None:
    report(hospital, hospital.episode, NAUSEA)
    mark = program.get("/worklist").headers["ETag"]
    later(minutes=1)
    with statements() as sent:
        answer = program.get("/worklist", If_None_Match=mark)
    assert (answer.status_code, answer.get_data(), answer.headers["ETag"]) == (304, b"", mark)
    assert len(audited("worklist.read")) == 1
    assert not [each for each in sent if re.search(r"FROM (evidence|patient |patient_key)", each)]


@pytest.mark.parametrize("changed", ["report", "language", "filter"])
def test_whatever_changes_the_list_changes_its_mark(nurse: Door, hospital: Hospital, changed: str) -> None:
    report(hospital, hospital.episode, NAUSEA)
    mark = nurse.get("/worklist", Accept_Language="nb").headers["ETag"]
    if changed == "report":
        report(hospital, hospital.episode, FEVER)
    spoken = "nn" if changed == "language" else "nb"
    path = "/worklist?unassigned=true" if changed == "filter" else "/worklist"
    answer = nurse.get(path, If_None_Match=mark, Accept_Language=spoken)
    assert answer.status_code == 200
    assert answer.headers["ETag"] != mark


def test_one_record_names_everybody_on_the_list(program: Door, hospital: Hospital) -> None:
    _, other = another_patient(hospital, NUMBERS[0], "Annen")
    report(hospital, hospital.episode, NAUSEA)
    report(hospital, other, NAUSEA)
    program.read("/worklist")
    assert audited("worklist.read") == [frozenset({hospital.patient.id, other.patient_id})]


def test_it_says_the_same_as_the_page(client: FlaskClient, nurse: Door, hospital: Hospital, sign_in: SignIn) -> None:
    report(hospital, hospital.episode, {**FEVER, "chest-pain": "now"})
    reasons = nurse.get("/worklist", Accept_Language="nb").get_json()["items"][0]["reasons"]
    sign_in(client, "nurse")
    page = words_of(client.get("/worklist"))
    assert len(reasons) == 2
    assert [reason for reason in reasons if reason not in page] == []
