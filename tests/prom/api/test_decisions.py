"""Decisions for one patient through the API: a person's, over the list that she saw, and on record."""

from typing import Any
from uuid import UUID

import pytest

from prom.db import new_id
from prom.decisions.models import Decision
from tests.conftest import Hospital
from tests.prom.api.door import Door, faults, person, refusal
from tests.prom.clinic.ward import audited, report
from tests.prom.steps import RASH, count, later, short

VERBS = ("expect", "limit", "baseline")
SOUND: dict[str, Any] = {
    "expect": {
        "questionnaire": "urn:prom:questionnaire:symptom-check",
        "scale": "skin-rash",
        "level": 2,
        "until": "2026-11-16",
        "reason": "Known",
    },
    "limit": {"rules": "urn:prom:rules:symptom-check", "rule": "fever", "limit": 37.5, "reason": "Neutropenic"},
    "baseline": {"response": str(new_id()), "reason": "Was ill then"},
}


def do(door: Door, hospital: Hospital, verb: str, document: Any = None, **headers: str) -> Any:
    """Decide something over the list as it is now."""
    path = f"/episodes/{hospital.episode.id}/decisions"
    seen = headers or {"If_Match": str(door.get(path).headers["ETag"])}
    return door.post(f"{path}/{verb}", SOUND.get(verb) if document is None else document, **seen)


@pytest.mark.parametrize("verb", [*VERBS, f"{UUID(int=1)}/take-back"])
def test_nobody_else_decides(program: Door, stranger: Door, nurse: Door, hospital: Hospital, verb: str) -> None:
    refusal(do(stranger, hospital, verb, If_Match='"x"'), 404, "not-found")
    for username in ("quality", "administrator"):
        refusal(do(person(program.client, username), hospital, verb, If_Match='"x"'), 403, "not-permitted")
    assert do(program, hospital, verb, If_Match='"x"').status_code == 403
    path = f"/episodes/{hospital.episode.id}/decisions"
    refusal(nurse.post(f"{path}/{verb}", SOUND.get(verb)), 428, "precondition-required")
    refusal(do(nurse, hospital, verb, If_Match='"older"'), 412, "precondition-failed")
    refusal(stranger.get(path), 404, "not-found")
    assert count(Decision) == 0


@pytest.mark.parametrize(
    "verb, changed, wrong",
    [
        ("expect", {"level": 3}, {"level": "out-of-range"}),
        ("expect", {"scale": "fever"}, {"scale": "wrong"}),
        ("expect", {"until": "2026-12-24"}, {"until": "wrong"}),
        ("expect", {"reason": ""}, {"reason": "length"}),
        ("expect", {"reason": "   "}, {"reason": "wrong"}),
        ("limit", {"rule": "no-such"}, {"rule": "wrong"}),
        ("limit", {"limit": 38.1}, {"limit": "wrong"}),
        ("limit", {"severity": "at-visit"}, {"severity": "unknown"}),
    ],
)
def test_what_cannot_be_decided_is_named(
    nurse: Door, hospital: Hospital, verb: str, changed: dict[str, Any], wrong: dict[str, str]
) -> None:
    assert faults(do(nurse, hospital, verb, {**SOUND[verb], **changed})) == wrong
    assert count(Decision) == 0


def test_what_is_not_hers_is_not_there(nurse: Door, hospital: Hospital) -> None:
    refusal(do(nurse, hospital, "baseline"), 404, "not-found")
    refusal(do(nurse, hospital, f"{new_id()}/take-back"), 404, "not-found")


def test_what_is_expected_is_listed_with_what_it_held_back_and_is_taken_back(nurse: Door, hospital: Hospital) -> None:
    made = do(nurse, hospital, "expect").get_json()
    (item,) = made["items"]
    assert (item["kind"], item["isStanding"], item["reason"]) == ("expected-level", True, "Known")
    assert (item["endsAt"], item["madeBy"]["name"]) == ("2026-11-16T23:00:00+00:00", "nurse (test)")
    assert item["details"]["scale"] == "skin-rash"
    later(minutes=5)
    report(hospital, hospital.episode, RASH["2"])
    assert short() == set()
    path = f"/episodes/{hospital.episode.id}/decisions"
    (item,) = nurse.read(path)["items"]
    assert [each["words"] for each in item["held"]] != []
    (item,) = do(nurse, hospital, f"{item['id']}/take-back").get_json()["items"]
    assert (item["isStanding"], item["endedBecause"], item["endedBy"]["name"]) == (False, "taken-back", "nurse (test)")
    refusal(do(nurse, hospital, f"{item['id']}/take-back"), 409, "stale-version")
    assert audited("expected-level.take-back") == [frozenset({hospital.patient.id})]
