"""The shipped pathways as they run: what an answer asks for the next day, and what a patient is asked after surgery."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from prom import clock
from prom.assignments import service as assignments
from prom.audit.service import Actor
from prom.catalogue.queries import newest
from prom.config import Settings
from prom.db import transaction
from prom.pathways.definition import Pathway
from prom.pathways.queries import episode, pathway
from prom.pathways.service import publish_pathway
from prom.responses import service as responses
from prom.responses.service import Authorship
from questionnaires.library import load
from questionnaires.response import build
from tests.conftest import Hospital
from tests.prom.assignments.courses import Stay, begin
from tests.prom.steps import FEVER, WELL

TODAY = date(2026, 11, 2)
WARM = {"temperature-measured": "yes", "temperature": 38.2, "shivering": "no", "contact": "no"}
COOL = {**WARM, "temperature": 36.9}
WELL_AFTER_SURGERY: dict[str, Any] = {
    "fever": "no",
    "chest-breath": "no",
    "alarm-signs": ["none"],
    **dict.fromkeys(("wound", "pain-severity", "stomach-severity", "walking"), "0"),
    "contact": "no",
}


def nine(day: int) -> datetime:
    """09:00 in Oslo on a day of November."""
    return datetime(2026, 11, day, 8, 0, tzinfo=UTC)


def published(name: str) -> Pathway:
    """Publish the newest version of a shipped pathway."""
    with transaction() as session:
        publish_pathway(session, name, "physician")
        found = newest(session, "pathway", name)
        return pathway(session, found.url, found.version)


def answer(stay: Stay, answers: dict[str, Any]) -> tuple[str, set[str]]:
    """Answer what opened last; returns which check it was, and the severities of its findings."""
    last = [each for each in stay.asked() if each.status == "open"][-1]
    name = last.questionnaire.split(":")[-1].partition("|")[0]
    with transaction() as session:
        response = build(load(name).questionnaire, answers, language="nb")
        receipt = responses.submit(session, last.id, response, Authorship("patient", Actor("patient"), "nb", None))
        return name, {finding.severity.word for finding in receipt.findings}


def asked_on(stay: Stay, instant: datetime) -> list[str]:
    """Let the clock come to an instant; returns what opened then."""
    before = {each.id for each in stay.asked()}
    clock.move_to(instant)
    stay.tick()
    return sorted(each.questionnaire.split(":")[-1] for each in stay.asked() if each.id not in before)


@pytest.fixture
def treatment(hospital: Hospital, database: Settings) -> Stay:
    """On systemic treatment from today, with the first check open."""
    made = begin(hospital, database, published("systemic-treatment"), TODAY)
    made.tick()
    return made


def test_a_fever_is_asked_about_the_next_day_until_it_is_gone(treatment: Stay) -> None:
    assert answer(treatment, FEVER) == ("symptom-check", {"emergency"})
    assert asked_on(treatment, nine(3)) == ["fever-check|1.0.0"]
    assert answer(treatment, WARM) == ("fever-check", {"emergency"})
    assert asked_on(treatment, nine(4)) == ["fever-check|1.0.0"]
    assert answer(treatment, COOL) == ("fever-check", set())
    assert asked_on(treatment, nine(5)) == []
    assert asked_on(treatment, nine(9)) == ["symptom-check|1.0.0"]


def test_who_is_well_is_asked_nothing_more_than_the_plan_says(treatment: Stay) -> None:
    assert answer(treatment, WELL) == ("symptom-check", set())
    assert asked_on(treatment, nine(3)) == []


@pytest.mark.parametrize("level, offered", [("4", []), ("6", ["late-effects-check|1.0.0"])])
def test_frailty_offers_another_instrument_from_level_5(
    treatment: Stay, hospital: Hospital, level: str, offered: list[str]
) -> None:
    with transaction() as session:
        of = episode(session, treatment.id)
        chosen = pathway(session, of.pathway_url, of.pathway_version)
        frailty = next(each for each in chosen.recorded if each.key == "frailty")
        made = assignments.assign(session, of, frailty, "staff", hospital.nurse_actor)
        response = build(load("clinical-frailty").questionnaire, {"frailty-level": level}, language="nb")
        by = Authorship("staff", hospital.nurse_actor, "nb", None)
        responses.submit(session, made.id, response, by)
    assert asked_on(treatment, datetime(2026, 11, 3, 9, 0, tzinfo=UTC)) == offered


def test_after_an_operation_she_is_asked_every_day_and_told_at_once_whom_to_call(
    hospital: Hospital, database: Settings
) -> None:
    stay = begin(hospital, database, published("surgery"), TODAY)
    # Registered late: what staff score can still be scored, but the days before the operation are over.
    assert asked_on(stay, nine(2)) == ["clinical-frailty|1.0.0"]
    for day in (3, 4, 5):
        assert asked_on(stay, nine(day)) == ["recovery-check|1.0.0"]
        assert answer(stay, WELL_AFTER_SURGERY) == ("recovery-check", set())
    assert asked_on(stay, nine(6)) == ["recovery-check|1.0.0"]
    assert answer(stay, {**WELL_AFTER_SURGERY, "alarm-signs": ["leg-swelling"]}) == ("recovery-check", {"emergency"})
