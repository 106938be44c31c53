"""Who may not, and what is refused: before anything else, and always in the same form."""

import uuid
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from prom.audit.models import AuditRecord
from tests.conftest import Hospital, Machine, SignIn
from tests.prom.api.door import Door, faults, person, refusal
from tests.prom.clinic.ward import count, open_alerts, report
from tests.prom.steps import FEVER, ask

#: Some id that nothing has.
NOTHING = uuid.UUID(int=7)


def operations(app: Flask) -> list[tuple[str, str]]:
    """Every method and path of the API, with an id of nothing in its places."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/v1/")]
    found = []
    for rule in rules:
        path = rule.rule
        for name in rule.arguments:
            path = path.replace(f"<uuid:{name}>", str(NOTHING))
        found += [(method, path) for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})]
    return sorted(found)


def test_nobody_gets_anything_without_a_token(client: FlaskClient) -> None:
    before = count(AuditRecord)
    tried = [each for each in operations(client.application) if each != ("POST", "/api/v1/sessions")]
    assert len(tried) >= 26
    for method, path in tried:
        answer = client.open(path, method=method, json={})
        refusal(answer, 401, "not-signed-in")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert count(AuditRecord) == before


def test_a_signed_in_browser_counts_for_nothing_here(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, "nurse")
    refusal(client.get("/api/v1/worklist"), 401, "not-signed-in")


@pytest.mark.parametrize("token", ["", "nonsense", "Bearer", "Bearer ", "Bearer x y", "Basic bnVyc2U6eA=="])
def test_a_token_that_is_none_is_nobodys(client: FlaskClient, token: str) -> None:
    refusal(client.get("/api/v1/me", headers={"Authorization": token}), 401, "not-signed-in")


def test_administrators_and_quality_people_see_no_patient(client: FlaskClient) -> None:
    for username in ("administrator", "quality"):
        who = person(client, username)
        paths = ("/patients", f"/patients/{NOTHING}", "/worklist", "/alerts", "/responses", "/assignments", "/units")
        for path in paths:
            refusal(who.get(path), 403, "not-permitted")


def test_a_machine_may_do_what_its_scopes_say_and_nothing_else(client: FlaskClient, machine: Machine) -> None:
    door = Door(client, machine("prom/alerts.read"))
    assert door.get("/alerts").status_code == 200
    for path in ("/patients", "/worklist", "/responses", "/assignments", "/exports", "/units", "/pathways"):
        refusal(door.get(path), 403, "not-permitted")
    refusal(door.post("/exports", {"questionnaire": "symptom-check"}), 403, "not-permitted")


@pytest.mark.parametrize("verb", ["acknowledge", "note", "resolve", "enter-in-error", "return"])
def test_only_a_person_takes_an_alert(program: Door, hospital: Hospital, verb: str) -> None:
    report(hospital, hospital.episode, FEVER)
    (alert,) = open_alerts(hospital.patient.id)
    answer = program.post(f"/alerts/{alert.id}/{verb}", {"note": "x"}, If_Match=f'"{alert.version}"')
    assert "person" in refusal(answer, 403, "persons-only")["detail"]
    assert [each.state for each in open_alerts(hospital.patient.id)] == ["open"]


def test_only_a_person_takes_down_a_report_corrects_one_or_has_alerts_of_her_own(
    program: Door, hospital: Hospital
) -> None:
    response = report(hospital, hospital.episode, FEVER)
    refusal(program.post(f"/responses/{response}/enter-in-error", If_Match='"1"'), 403, "persons-only")
    refusal(program.get(f"/patients/{hospital.patient.id}/reports/form"), 403, "persons-only")
    refusal(program.post(f"/patients/{hospital.patient.id}/reports", {}), 403, "persons-only")
    refusal(program.get("/worklist?mine=true"), 403, "persons-only")
    refusal(program.delete("/sessions/current"), 403, "persons-only")


def test_nothing_is_told_of_a_patient_of_another_unit(
    stranger: Door, nurse: Door, hospital: Hospital, database: Any
) -> None:
    assignment, response = ask(database), report(hospital, hospital.episode, FEVER)
    (alert,) = open_alerts(hospital.patient.id)
    before = count(AuditRecord)
    hers = f"/patients/{hospital.patient.id}"
    paths = (
        *(hers, f"{hers}/episodes", f"{hers}/audit", f"{hers}/reports/form", f"/episodes/{hospital.episode.id}"),
        *(f"/assignments/{assignment}", f"/responses/{response}", f"/alerts/{alert.id}"),
    )
    for path in paths:
        refusal(stranger.get(path), 404, "not-found")
        assert nurse.get(path).status_code == 200
    refusal(stranger.post(f"/alerts/{alert.id}/acknowledge", If_Match='"1"'), 404, "not-found")
    refusal(stranger.post(f"/responses/{response}/enter-in-error", If_Match='"1"'), 404, "not-found")
    assert count(AuditRecord) == before + len(paths)  # the nurse's own readings


@pytest.mark.parametrize("path", ["/patients", "/assignments", "/responses", "/alerts", "/worklist"])
def test_a_list_holds_nobody_of_another_unit(stranger: Door, hospital: Hospital, path: str) -> None:
    report(hospital, hospital.episode, FEVER)
    assert stranger.read(path)["items"] == []
    named = f"unit={hospital.unit.id}" if path in ("/patients", "/worklist") else f"patient={hospital.patient.id}"
    assert stranger.read(f"{path}?{named}")["items"] == []


def test_a_machine_of_one_unit_reaches_no_other(client: FlaskClient, machine: Machine, hospital: Hospital) -> None:
    report(hospital, hospital.episode, FEVER)
    scopes = "prom/patients.read prom/alerts.read"
    elsewhere = Door(client, machine(scopes, units=[hospital.other_unit]))
    here = Door(client, machine(scopes, units=[hospital.unit]))
    assert elsewhere.read("/alerts")["items"] == []
    refusal(elsewhere.get(f"/patients/{hospital.patient.id}"), 404, "not-found")
    assert len(here.read("/alerts")["items"]) == 1
    assert here.read(f"/patients/{hospital.patient.id}")["family"] == "Syntetisk"


@pytest.mark.parametrize("path", ["/patients", "/assignments", "/responses", "/alerts", "/worklist"])
def test_a_parameter_that_no_operation_knows_is_refused_by_name(nurse: Door, hospital: Hospital, path: str) -> None:
    assert faults(nurse.get(f"{path}?patiant={hospital.patient.id}")) == {"patiant": "unknown"}


@pytest.mark.parametrize(
    "query, wrong",
    [
        ("limit=0", {"limit": "out-of-range"}),
        ("limit=201", {"limit": "out-of-range"}),
        ("limit=5.9", {"limit": "wrong"}),
        ("limit=-1", {"limit": "wrong"}),
        ("cursor=abc", {"cursor": "wrong"}),
        ("patient=kari", {"patient": "wrong"}),
        ("state=done&severity=red", {"state": "not-offered", "severity": "not-offered"}),
    ],
)
def test_what_cannot_be_read_in_an_address_is_named(nurse: Door, query: str, wrong: dict[str, str]) -> None:
    assert faults(nurse.get(f"/alerts?{query}")) == wrong


@pytest.mark.parametrize("sent", [b"", b"{", b"\xff", b'{"note": ' + b"[" * 100_000, b"9" * 5000])
def test_what_is_no_json_is_refused(nurse: Door, sent: bytes) -> None:
    answer = nurse.client.post(f"/api/v1/alerts/{NOTHING}/note", data=sent, headers=dict(nurse.headers))
    refusal(answer, 400, "unreadable")


@pytest.mark.parametrize("sent", ["[]", "null", "1", '"text"'])
def test_a_document_of_another_shape_is_refused(nurse: Door, sent: str) -> None:
    answer = nurse.client.post(f"/api/v1/alerts/{NOTHING}/note", data=sent, headers=dict(nurse.headers))
    assert faults(answer) == {"body": "wrong"}


@pytest.mark.parametrize("note", ["", "\0", "\ud800", 5, None, ["x"], {"x": 1}, "x" * 4001])
def test_a_text_that_is_none_is_refused(nurse: Door, note: object) -> None:
    assert set(faults(nurse.post(f"/alerts/{NOTHING}/note", {"note": note}))) == {"note"}


def test_too_large_a_document_is_refused(nurse: Door) -> None:
    refusal(nurse.post(f"/alerts/{NOTHING}/note", {"note": "x" * 2_000_000}), 413, "too-large")


def test_what_does_not_exist_is_404_and_a_wrong_method_405_with_what_is_allowed(nurse: Door) -> None:
    refusal(nurse.get("/nonsense"), 404, "not-found")
    refusal(nurse.get("/alerts/not-an-id"), 404, "not-found")
    answer = nurse.client.put("/api/v1/patients", headers=dict(nurse.headers))
    refusal(answer, 405, "not-allowed")
    assert set(answer.headers["Allow"].split(", ")) >= {"GET", "POST"}


@pytest.mark.parametrize(
    "language, words",
    [("nb", "ikke noe gyldig token"), ("nn", "ikkje noko gyldig token"), ("en", "No valid token"), ("fr", "No valid")],
)
def test_a_refusal_speaks_the_callers_language(client: FlaskClient, language: str, words: str) -> None:
    answer = client.get("/api/v1/me", headers={"Accept-Language": language})
    assert words in refusal(answer, 401, "not-signed-in")["detail"]


def test_a_fault_of_ours_says_nothing_of_what_it_was_about(nurse: Door) -> None:
    nurse.client.application.config["PROPAGATE_EXCEPTIONS"] = False
    nurse.client.application.view_functions["api-sessions.show_me"] = _broken
    document = refusal(nurse.get("/me"), 500, "failed")
    assert "39.8" not in str(document)
    assert document["requestId"]


def _broken() -> str:
    raise RuntimeError("temperature 39.8 of Testine")


_broken.permission = None  # type: ignore[attr-defined]
