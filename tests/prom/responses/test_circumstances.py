"""Rules are told where in her course a report was written: 37.6 in the nadir days is another matter than before."""

import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from alerts.rules import Severity
from prom import clock
from prom.assignments import service as assignments
from prom.catalogue.queries import from_json, newest
from prom.catalogue.service import take_in
from prom.config import Settings
from prom.db import transaction
from prom.oversight import auditor
from prom.oversight.models import Disagreement
from prom.pathways.queries import episode
from prom.responses.drafts import save_answer
from tests.conftest import Hospital
from tests.prom.assignments.courses import CHECK, Stay, begin, item, publish
from tests.prom.steps import PATIENT, WELL, rows, send, short, the_alert, visit_of

NADIR_RULES = "urn:prom:rules:symptom-check|9.0.0"
#: Day 7 to 14 of a cycle of 21 days; the days are for this test, and are no advice.
NADIR: dict[str, Any] = {
    "id": "fever-in-the-nadir",
    "kind": "all-of",
    "topic": "fever",
    "severity": "emergency",
    "title": {"nb": "Feber", "nn": "Feber", "en": "Fever"},
    "source": "test",
    "rules": [
        {"kind": "threshold", "reads": {"answer": "temperature"}, "unit": "Cel", "compare": ">=", "value": 37.5},
        {"kind": "threshold", "reads": {"circumstance": "day-of-cycle"}, "compare": ">=", "value": 7},
        {"kind": "threshold", "reads": {"circumstance": "day-of-cycle"}, "compare": "<=", "value": 14},
    ],
}
#: Only while she is under treatment.
IN_PHASE = {
    **NADIR,
    "rules": [
        NADIR["rules"][0],
        {"kind": "threshold", "reads": {"circumstance": "phase"}, "compare": "=", "value": "treatment"},
    ],
}
CYCLES = {"every": 1, "unit": "cycle", "cycle": {"length": 21, "days": [1, 8, 15]}, "at": "09:00", "from": "anchor"}
PHASES = [
    {"code": "treatment", "title": {"nb": "Under", "nn": "Under", "en": "During"}, "from": "anchor"},
    {
        "code": "after",
        "title": {"nb": "Etter", "nn": "Etter", "en": "After"},
        "from": {"anchor": "treatment-start", "days": 21},
    },
]
WARM = {**WELL, "temperature-measured": "yes", "temperature": 37.6}
FOUND = ("fever", int(Severity.EMERGENCY), "open")


def asked_by(hers: Stay) -> uuid.UUID:
    """Ask what she asks herself when she reports again, and return its id."""
    with transaction() as session:
        return assignments.report_again(session, episode(session, hers.id), PATIENT).id


def quiet() -> None:
    """The auditor, who counts the days by itself, finds no difference."""
    assert auditor.recheck() == 0
    assert rows(select(Disagreement)) == []


def stay(hospital: Hospital, settings: Settings, rule: Mapping[str, Any], **more: Any) -> Stay:
    """Put the patient on cycles of 21 days from 2 November, judged by one rule more."""
    with transaction() as session:
        document = from_json(newest(session, "rule-set", "symptom-check|1.0.0").document)
        elsewhere = [{**each, "dayOfCycle": 1, "phase": "after"} for each in document["examples"]]
        document = {**document, "version": "9.0.0", "rules": [rule, *document["rules"]], "examples": elsewhere}
        take_in(session, "rule-set", document["url"], "9.0.0", "symptom-check", document, "prom")
    asked = item(**{"timing": CYCLES, "rules": NADIR_RULES, **more.pop("item", {})})
    pathway = publish(asked, onDemand={**CHECK, "rules": NADIR_RULES}, **more)
    return begin(hospital, settings, pathway, date(2026, 11, 2))


def at(day: int, hour: int = 11, minute: int = 0) -> datetime:
    """An instant of a day of the stay, of which 2 November is the first, in UTC."""
    return datetime(2026, 11, 1, hour, minute, tzinfo=UTC) + timedelta(days=day)


@pytest.mark.hazard("H48")
@pytest.mark.parametrize(
    "moment, found",
    [
        (at(6), set()),
        (at(6, 23, 30), {FOUND}),  # half past midnight in Oslo
        (at(7), {FOUND}),
        (at(14), {FOUND}),
        (at(15), set()),
        (at(27), set()),
        (at(28), {FOUND}),
    ],
)
def test_a_slight_fever_is_an_emergency_in_the_nadir_days_of_each_cycle_and_on_no_other(
    hospital: Hospital, database: Settings, moment: datetime, found: set[object]
) -> None:
    hers = stay(hospital, database, NADIR)
    clock.move_to(moment)
    send(asked_by(hers), WARM)
    assert short() == found
    quiet()


@pytest.mark.hazard("H48")
def test_it_is_told_at_the_very_save(hospital: Hospital, database: Settings) -> None:
    hers = stay(hospital, database, NADIR)
    clock.move_to(at(8))
    assignment_id = asked_by(hers)
    with transaction() as session:
        visit = visit_of(session, assignment_id)
        save_answer(session, visit, "temperature-measured", "yes", "nb")
        save_answer(session, visit, "temperature", Decimal("37.6"), "nb")
    assert short() == {FOUND}


@pytest.mark.hazard("H48")
def test_a_course_that_is_not_counted_in_cycles_cannot_be_assessed_and_says_so(
    hospital: Hospital, database: Settings
) -> None:
    weekly = {"every": 1, "unit": "week", "weekday": "monday", "at": "09:00", "from": "anchor"}
    hers = stay(hospital, database, NADIR, item={"timing": weekly})
    clock.move_to(at(8))
    send(asked_by(hers), WARM)
    assert short() == {("fever", int(Severity.SAME_DAY), "open")}
    assert the_alert("fever").findings[0]["kind"] == "could not be assessed"
    quiet()


@pytest.mark.parametrize("day, found", [(21, {FOUND}), (22, set())])
def test_a_rule_for_one_phase_is_quiet_in_the_next(
    hospital: Hospital, database: Settings, day: int, found: set[object]
) -> None:
    hers = stay(hospital, database, IN_PHASE, phases=PHASES)
    clock.move_to(at(day))
    send(asked_by(hers), WARM)
    assert short() == found
    quiet()
