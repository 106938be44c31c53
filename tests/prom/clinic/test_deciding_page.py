"""What is decided for one patient alone: refused by name, seen on her page, and everybody else is judged as before."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from prom import clock
from prom.clinic.charts import HEIGHT, MARGIN
from prom.decisions.models import Decision
from prom.oversight import auditor
from tests.conftest import Hospital, SignIn
from tests.prom.clinic.ward import HIDDEN, NUMBERS, Nurse, another_patient, audited, report, said, words_of
from tests.prom.steps import RASH, WELL, alerts, count, later, rows, short

SCALE = "urn:prom:questionnaire:symptom-check|skin-rash"
RULES = "urn:prom:rules:symptom-check"
WHY = "Kjent siden første kur"


def decide(nurse: Nurse, hospital: Hospital, verb: str, **fields: Any) -> TestResponse:
    """Send one of the page's forms, with the decisions that stand."""
    sent: dict[str, Any] = {
        "expect": {"scale": SCALE, "level": "2", "until": (clock.now() + timedelta(days=14)).date().isoformat()},
        "limit": {"rule": f"{RULES}|fever", "limit": "37,5"},
    }.get(verb, {})
    standing = [str(row.id) for row in rows(select(Decision).where(Decision.ended_at.is_(None)))]
    nurse.comes_back()
    path = f"/patients/{hospital.patient.id}/decisions/{verb}"
    return nurse.post(path, {"reason": WHY, "seen": standing, **sent, **fields})


def page(nurse: Nurse, hospital: Hospital) -> str:
    nurse.comes_back()
    return nurse.page(f"/patients/{hospital.patient.id}/decisions")


@pytest.mark.parametrize("verb", ["expect", "limit", "baseline", "take-back"])
def test_who_does_not_look_after_her_decides_nothing(
    client: FlaskClient, hospital: Hospital, sign_in: SignIn, verb: str
) -> None:
    path = f"/patients/{hospital.patient.id}/decisions"
    assert client.post(f"{path}/{verb}").status_code == 401
    for username, status in (("other-nurse", 404), ("quality", 403), ("administrator", 403)):
        sign_in(client, username)
        assert client.post(f"{path}/{verb}", data={"reason": WHY}).status_code == status
        assert client.get(path).status_code == status
    assert count(Decision) == 0


@pytest.mark.parametrize(
    "verb, field, value",
    [
        ("expect", "scale", ""),
        ("expect", "level", "3"),
        ("expect", "level", "1.5"),
        ("expect", "level", "much"),
        ("expect", "until", "2027-01-01"),
        ("expect", "until", ""),
        ("expect", "reason", " "),
        ("limit", "rule", f"{RULES}|no-such"),
        ("limit", "limit", "38,5"),
        ("limit", "limit", "warm"),
        ("limit", "limit", "NaN"),
        ("limit", "reason", ""),
        ("baseline", "response", "none"),
    ],
)
def test_a_wrong_field_is_named_and_what_was_typed_stays(
    nurse: Nurse, hospital: Hospital, verb: str, field: str, value: str
) -> None:
    answer = decide(nurse, hospital, verb, **{"reason": "Skrevet av meg", field: value})
    assert answer.status_code == 422
    assert said(f"error.for-her.{field}") in words_of(answer)
    assert field == "reason" or "Skrevet av meg" in words_of(answer)
    assert count(Decision) == 0


def test_a_page_that_was_older_is_refused_and_shows_what_stands(nurse: Nurse, hospital: Hospital) -> None:
    assert decide(nurse, hospital, "expect").status_code == 303
    answer = decide(nurse, hospital, "expect", seen=[], level="1")
    assert answer.status_code == 409
    assert said("for-her.stale") in words_of(answer)
    assert "Utslett: nivå 2 er forventet" in words_of(answer)
    assert decide(nurse, hospital, "take-back", decision=str(uuid.uuid4())).status_code == 404


def test_her_page_says_what_is_expected_until_when_by_whom_why_and_what_it_held_back(
    nurse: Nurse, hospital: Hospital
) -> None:
    decide(nurse, hospital, "expect")
    later(hours=1)
    report(hospital, hospital.episode, RASH["2"])
    nurse.comes_back()
    for path in ("", "/decisions"):
        shown = nurse.page(f"/patients/{hospital.patient.id}{path}")
        for words in ("Utslett: nivå 2 er forventet", "17. nov. 2026", "nurse (test)", WHY, said("for-her.held")):
            assert words in shown, (path, words)
    assert said("alerts.none") in nurse.page(f"/patients/{hospital.patient.id}")
    assert frozenset({hospital.patient.id}) in audited("patient.read")


def test_what_was_taken_back_is_kept_with_who_did_it(nurse: Nurse, hospital: Hospital) -> None:
    decide(nurse, hospital, "expect")
    (row,) = rows(select(Decision))
    later(hours=1)
    assert decide(nurse, hospital, "take-back", decision=str(row.id)).status_code == 303
    shown = page(nurse, hospital)
    assert said("for-her.none") in shown
    assert "Avsluttet av nurse (test)" in shown
    assert decide(nurse, hospital, "take-back", decision=str(row.id)).status_code == 409


def test_a_limit_of_her_own_alerts_earlier_for_her_and_for_nobody_else(nurse: Nurse, hospital: Hospital) -> None:
    warm = {**WELL, "temperature-measured": "yes", "temperature": 37.5}
    _, other = another_patient(hospital, NUMBERS[0], "Annen")
    report(hospital, hospital.episode, warm)
    later(hours=1)
    assert decide(nurse, hospital, "limit").status_code == 303
    later(hours=1)
    report(hospital, other, warm)
    assert short() == set()
    report(hospital, hospital.episode, warm)
    assert short() == {("fever", 4, "open")}
    nurse.comes_back()
    shown = nurse.page(f"/patients/{hospital.patient.id}")
    assert "37,5 °C (grense 37,5, pasientens egen; ellers 38" in shown
    assert auditor.recheck() == 0


def test_the_line_of_a_limit_in_the_chart_of_a_symptom_is_her_own_and_says_so(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, RASH["2"])
    path = f"/patients/{hospital.patient.id}"
    nurse.comes_back()
    usual = nurse.get(path).text
    assert decide(nurse, hospital, "limit", rule=f"{RULES}|level-three.skin-rash", limit="1").status_code == 303
    later(hours=1)
    nurse.comes_back()
    hers = nurse.get(path).text
    assert said("grid.own-limit") not in usual
    assert said("grid.own-limit") in hers
    assert (lines_of(usual), lines_of(hers)) == ([2, 3], [1, 2])


def lines_of(page: str) -> list[int]:
    """The levels at which the only chart of a page draws its limits."""
    heights = re.findall(r'class="trend-limit" x1="0" x2="\d+" y1="([\d.]+)"', page)
    return [round((HEIGHT - MARGIN - float(each)) / (HEIGHT - 2 * MARGIN) * 3) for each in heights]


@pytest.mark.hazard("H47")
def test_a_later_limit_of_her_own_alerts_later_and_one_that_nothing_can_reach_is_refused(
    nurse: Nurse, hospital: Hospital
) -> None:
    rule = f"{RULES}|severe.pain"
    for out_of_reach in ("4,5", "5", "0", "-1"):
        assert decide(nurse, hospital, "limit", rule=rule, limit=out_of_reach).status_code == 422
    assert decide(nurse, hospital, "limit", rule=rule, limit="4").status_code == 303
    later(hours=1)
    report(hospital, hospital.episode, HIDDEN)
    assert short() == {("pain", 2, "open")}  # by another rule; the usual limit of this one makes it 3
    report(hospital, hospital.episode, {**HIDDEN, "pain-severity": "4"})
    assert short() == {("pain", 3, "open")}
    assert auditor.recheck() == 0


def test_changes_are_counted_from_the_report_that_was_chosen(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, WELL)
    later(days=1)
    chosen = report(hospital, hospital.episode, RASH["1"])
    assert decide(nurse, hospital, "baseline", response=str(chosen)).status_code == 303
    assert "Utgangspunkt er svaret fra 3. nov." in page(nurse, hospital)
    later(days=1)
    report(hospital, hospital.episode, RASH["2"])
    found = {rule for each in alerts("skin-rash") for rule in each.rules}
    assert "worse-since-baseline.skin-rash" not in found
    assert auditor.recheck() == 0


def test_the_first_report_is_the_baseline_where_nobody_has_chosen(nurse: Nurse, hospital: Hospital) -> None:
    for answers in (WELL, RASH["1"], RASH["2"]):
        report(hospital, hospital.episode, answers)
        later(days=1)
    assert "worse-since-baseline.skin-rash" in alerts("skin-rash")[0].rules
