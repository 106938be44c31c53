"""What a note says, held against independent judges of FHIR, and the pages where it is read."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from alerts.lifecycle import Outcome, Place
from prom.db import reading, transaction
from prom.notes import service
from prom.notes.composing import closing_of
from prom.responses.models import Response
from prom.responses.service import enter_in_error
from prom.worklist import service as worklist
from prom.worklist.models import Alert
from tests.conftest import Hospital, SignIn
from tests.prom.clinic.ward import NAUSEA, Nurse, audited, open_alerts, report, words_of
from tests.prom.fhir.independent import schema_faults, validator_faults
from tests.prom.notes.test_filing import WORDS, Fake, close, notes, write
from tests.prom.steps import later, rows


def documents(hospital: Hospital) -> list[dict[str, Any]]:
    """Close an alert, take it back, and return both documents."""
    alert = close(hospital)
    write()
    with transaction() as session:
        row = session.get_one(Alert, alert.id)
        worklist.enter_in_error(session, row, row.version, hospital.nurse_actor, "Feil pasient.")
    write()
    system = Fake()
    service.file_due(system)
    service.file_due(system)  # what takes a note back waits for it
    return [json.loads(each.document) for each in system.tries]


def test_independent_judges_find_no_fault_with_a_document(hospital: Hospital, tmp_path: Path) -> None:
    made = documents(hospital)
    assert len(made) == 2
    every = [*made, *(entry["resource"] for each in made for entry in each["entry"])]
    assert [schema_faults(each) for each in every] == [[]] * len(every)
    assert validator_faults([json.dumps(each) for each in every], tmp_path) == []


def test_a_document_is_whole_in_itself_and_begins_with_its_composition(hospital: Hospital) -> None:
    document, _ = documents(hospital)
    kinds = [entry["resource"]["resourceType"] for entry in document["entry"]]
    assert (document["type"], kinds[0]) == ("document", "Composition")
    others = {"Patient", "Practitioner", "Organization", "DetectedIssue", "QuestionnaireResponse", "Observation"}
    assert others < {*kinds}
    inside = {entry["fullUrl"] for entry in document["entry"]}
    assert len(inside) == len(kinds)
    assert set(references(document)) <= inside
    of = {entry["resource"]["resourceType"]: entry["resource"] for entry in document["entry"]}
    assert of["DetectedIssue"]["severity"] == "moderate"
    assert WORDS in of["DetectedIssue"]["mitigation"][-1]["action"]["text"]
    assert of["Patient"]["identifier"][0]["system"].endswith(".4.1.4.1")


def references(node: Any) -> list[str]:
    """Every reference in a document, wherever it stands."""
    if isinstance(node, list):
        return [found for each in node for found in references(each)]
    if isinstance(node, dict):
        own = [node["reference"]] if isinstance(node.get("reference"), str) else []
        return own + [found for each in node.values() for found in references(each)]
    return []


def test_a_score_that_could_not_be_worked_out_is_absent_and_never_a_number(hospital: Hospital) -> None:
    document, _ = documents(hospital)
    scores = [each["resource"] for each in document["entry"] if each["resource"]["resourceType"] == "Observation"]
    assert scores
    assert all(("valueQuantity" in each) != ("dataAbsentReason" in each) for each in scores)


def test_the_text_to_paste_is_there_at_once_and_says_who_why_and_what(nurse: Nurse, hospital: Hospital) -> None:
    close(hospital)
    page = nurse.page(f"/patients/{hospital.patient.id}/notes")
    for words in ("Testine Syntetisk", "Kvalme (samme dag)", "Avsluttet: Time eller undersøkelse, på sykehuset", WORDS):
        assert words in page
    assert "nurse (test)" in page
    assert "Kvalme 3, Oppkast 0" in page
    assert notes() == []  # reading writes none
    assert audited("note.read") == [frozenset({hospital.patient.id})]


@pytest.mark.hazard("H53")
def test_what_is_not_in_the_record_is_listed_until_somebody_has_pasted_it(
    nurse: Nurse, hospital: Hospital, sign_in: SignIn, client: FlaskClient
) -> None:
    close(hospital)
    (note,) = write()
    assert "Testine Syntetisk" in nurse.page("/notes")
    assert nurse.get(f"/notes/{note.id}/document").get_json()["resourceType"] == "Bundle"
    assert nurse.post(f"/notes/{note.id}/pasted").status_code == 303
    assert "Testine Syntetisk" not in nurse.page("/notes")
    assert (notes()[0].filed_by, service.file_due(Fake())) == (hospital.nurse.id, 0)
    assert nurse.post(f"/notes/{note.id}/pasted").status_code == 409
    assert "Limt inn av nurse (test)" in nurse.page(f"/patients/{hospital.patient.id}/notes")

    sign_in(client, "other-nurse")
    stranger = Nurse(client)
    assert stranger.get(f"/patients/{hospital.patient.id}/notes").status_code == 404
    assert stranger.get(f"/notes/{note.id}/document").status_code == 404
    assert stranger.post(f"/notes/{note.id}/pasted").status_code == 404
    assert "Syntetisk" not in words_of(stranger.get("/notes"))


def test_a_report_that_was_entered_in_error_is_in_no_note(hospital: Hospital) -> None:
    """The alert stands on two reports; the first of them was another person's."""
    report(hospital, hospital.episode, NAUSEA)
    later(hours=1)
    report(hospital, hospital.episode, {**NAUSEA, "nausea-frequency": "3", "nausea-severity": "3"})
    first, second = rows(select(Response).order_by(Response.received_at))
    (alert,) = open_alerts(hospital.patient.id)
    with transaction() as session:
        enter_in_error(session, session.get_one(Response, first.id), hospital.nurse_actor)
    with transaction() as session:
        row = session.get_one(Alert, alert.id)
        worklist.acknowledge(session, row, row.version, hospital.nurse_actor)
        session.flush()
        worklist.resolve(session, row, row.version, hospital.nurse_actor, Outcome.VISIT, Place.HOSPITAL, WORDS)
    with reading() as session:
        closing = closing_of(session, session.get_one(Alert, alert.id))
    assert [each.row.id for each in closing.reports] == [second.id]
    assert [each for each in closing.reasons if "3 av 4" in each]
    assert not [each for each in closing.reasons if "4 av 4" in each]
