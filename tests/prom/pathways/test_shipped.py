"""The shipped pathways: they publish as they stand, guard every emergency, ask when they say, and tell nobody else."""

from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from alerts.library import load as rules_called
from alerts.rules import Severity
from prom.assignments.timing import occurrences
from prom.catalogue.queries import definitions, instrument, newest, rule_set
from prom.catalogue.safety import unguarded
from prom.catalogue.service import PATHWAYS, publish
from prom.db import transaction
from prom.errors import Invalid
from prom.pathways.checks import problems, sms_of, telling
from prom.pathways.definition import Asked, Pathway, parse
from prom.pathways.queries import offered
from prom.pathways.service import publish_pathway
from questionnaires.documents import read
from questionnaires.library import versions
from tests.conftest import Hospital

OSLO = ZoneInfo("Europe/Oslo")
NEW = ("follow-up-late-effects", "palliative-near-home", "surgery", "systemic-treatment")
START = date(2026, 11, 4)
END = date(2027, 5, 5)
A_LINK = 75


def the_pathway(name: str) -> Pathway:
    """The newest shipped version of a pathway."""
    path = max(PATHWAYS.glob(f"{name}/*.yaml"))
    return parse(read(path), name)


def item(pathway: Pathway, key: str) -> Asked:
    """One item of a pathway."""
    return next(each for each in pathway.items if each.key == key)


def days(pathway: Pathway, key: str, anchors: dict[str, date], most: int = 500) -> list[date]:
    """The days on which an item is asked."""
    timing = item(pathway, key).timing
    assert timing is not None
    return [each.day for each in islice(occurrences(timing, anchors, OSLO), most)]


def used(pathway: Pathway) -> set[str]:
    """The ids of the rules that judge what the pathway asks."""
    names = {asked.rules.split(":")[-1].partition("|")[0] for asked in pathway.asked if asked.rules}
    return {rule.id for name in names for rule in rules_called(name).rules}


@pytest.mark.parametrize("name", NEW)
def test_it_is_not_published_without_a_second_person(hospital: Hospital, name: str) -> None:
    with transaction() as session, pytest.raises(Invalid):
        publish(session, newest(session, "pathway", name), "prom")


@pytest.mark.parametrize("name", NEW)
def test_it_publishes_with_all_that_it_asks_and_judges_by(hospital: Hospital, name: str) -> None:
    with transaction() as session:
        published = publish_pathway(session, name, "physician")
        assert {row.status for row in published} == {"active"}
        assert publish_pathway(session, name, "physician") == []  # nothing became published by it
        found = next(
            each for each in offered(session) if (each.name, each.version) == (name, the_pathway(name).version)
        )
        for asked in found.asked:
            rules = rule_set(session, asked.rules) if asked.rules else None
            assert unguarded(instrument(session, asked.questionnaire), rules) == ()
            assert (rules is None) == ("patient-experience" in asked.questionnaire)


def test_all_can_be_published_beside_each_other(hospital: Hospital) -> None:
    with transaction() as session:
        for name in NEW:
            publish_pathway(session, name, "physician")
        assert {each.name for each in offered(session)} == set(NEW)
        assert {row.status for row in definitions(session, "questionnaire")} == {"active"}


@pytest.mark.parametrize("name", NEW)
def test_nothing_is_wrong_and_nothing_is_worth_a_warning(name: str) -> None:
    pathway = the_pathway(name)
    assert [problem.text for problem in problems(pathway, used(pathway))] == []


@pytest.mark.parametrize("name", NEW)
def test_every_message_is_one_sms_that_tells_of_nothing(name: str) -> None:
    pathway = the_pathway(name)
    assert set(pathway.texts) == {"sms", "reminder", "information", "ended"}
    for sms in sms_of(pathway, A_LINK):
        assert (sms.measured.segments, sms.measured.alphabet) == (1, "GSM-7"), sms.text
    for texts in pathway.texts.values():
        assert [word for language, words in texts.by_language.items() for word in telling(words, language)] == []


@pytest.mark.parametrize("name", NEW)
def test_at_its_end_it_tells_that_nobody_reads_and_whom_to_call(name: str) -> None:
    for language, nobody in (("nb", "ingen leser"), ("nn", "ingen les"), ("en", "nobody reads")):
        words, spoken = the_pathway(name).texts["ended"].read(language)
        assert spoken == language
        assert nobody in words
        assert all(number in words for number in ("{phone}", "116 117", "113."))
        assert "{link}" not in words


@pytest.mark.parametrize("name", NEW)
def test_it_has_quiet_hours_reminders_and_no_answers_by_sms(name: str) -> None:
    settings = the_pathway(name).settings
    assert set(settings) == {"quietHours", "remindersOn", "smsAnswers"}
    assert settings["remindersOn"] is True
    assert settings["smsAnswers"] is False


@pytest.mark.parametrize("name", NEW)
def test_frailty_is_scored_by_staff_from_65_years_and_experience_is_asked_by_plan(name: str) -> None:
    pathway = the_pathway(name)
    (frailty,) = [each for each in pathway.items if "clinical-frailty" in each.questionnaire]
    assert (frailty.minimum_age, frailty.answered_by) == (65, ("staff",))
    experience = [each for each in pathway.items if "patient-experience" in each.questionnaire]
    assert experience
    assert {"frailty", "experience"} <= {each.key for each in pathway.recorded}


@pytest.mark.parametrize("name, first", [("surgery", -7), ("systemic-treatment", -7)])
def test_frailty_is_scored_a_week_before_treatment(name: str, first: int) -> None:
    pathway = the_pathway(name)
    key = next(each.key for each in pathway.items if "clinical-frailty" in each.questionnaire)
    assert days(pathway, key, {pathway.anchors[0].code: START}) == [START + timedelta(days=first)]


@pytest.mark.parametrize("name", NEW)
def test_what_is_asked_of_a_patient_can_be_asked_again_the_moment_she_is_worse(name: str) -> None:
    """On demand asks what judges emergencies, and a fever is asked about again until it is gone."""
    pathway = the_pathway(name)
    rules = rules_called((pathway.on_demand.rules or "").split(":")[-1].partition("|")[0])
    assert any(rule.severity is Severity.EMERGENCY for rule in rules.rules)
    (again,) = [each for each in pathway.after_answers if each.finding == "fever"]
    assert "fever" in {rule.id for rule in rules_called("fever-check").rules}
    assert (again.after_days, again.ask.rules) == (1, "urn:prom:rules:fever-check|1.0.0")


def test_surgery_asks_daily_for_ten_days_then_weekly_then_after_3_and_12_months() -> None:
    pathway, known = the_pathway("surgery"), {"operation": START}
    assert days(pathway, "daily-recovery-check", known) == [START + timedelta(days=each) for each in range(1, 11)]
    assert days(pathway, "weekly-recovery-check", known) == [START + timedelta(days=each) for each in (17, 24, 31, 38)]
    assert days(pathway, "daily-life-before-operation", known) == [START - timedelta(days=7)]
    assert days(pathway, "daily-life-3-months", known) == [date(2027, 2, 4)]
    assert days(pathway, "daily-life-12-months", known) == [date(2027, 11, 4)]


def test_treatment_asks_every_monday_until_its_end_is_known_and_nothing_after_it_before() -> None:
    pathway = the_pathway("systemic-treatment")
    weekly = days(pathway, "weekly-symptom-check", {"treatment-start": START})
    assert len(weekly) == 500
    assert {each.weekday() for each in weekly} == {0}
    for key in ("symptom-check-after-treatment", "late-effects-3-monthly", "late-effects-yearly"):
        assert days(pathway, key, {"treatment-start": START}) == []


def test_after_treatment_it_asks_weekly_for_six_weeks_then_quarterly_then_yearly_to_ten_years() -> None:
    pathway, known = the_pathway("systemic-treatment"), {"treatment-start": START, "treatment-end": END}
    assert days(pathway, "weekly-symptom-check", known)[-1] <= END
    assert len(days(pathway, "symptom-check-after-treatment", known)) == 6
    _is_followed_to_ten_years(pathway, known)


def test_follow_up_asks_quarterly_for_two_years_then_yearly_to_ten() -> None:
    _is_followed_to_ten_years(the_pathway("follow-up-late-effects"), {"treatment-end": END})


def _is_followed_to_ten_years(pathway: Pathway, known: dict[str, date]) -> None:
    quarterly, yearly = (days(pathway, f"late-effects-{each}", known) for each in ("3-monthly", "yearly"))
    assert [len(quarterly), len(yearly)] == [8, 8]
    assert [(each.year - END.year) for each in yearly] == list(range(3, 11))
    assert quarterly[-1] < yearly[0]
    assert all(each.weekday() < 5 for each in (*quarterly, *yearly))


def test_palliative_care_asks_twice_a_week_whoever_can_answer() -> None:
    pathway = the_pathway("palliative-near-home")
    assert {each.weekday() for each in days(pathway, "comfort-check", {"start": START})} == {0, 3}
    for asked in (item(pathway, "comfort-check"), pathway.on_demand):
        assert asked.answered_by == ("patient", "proxy", "staff")


def test_frailty_of_5_or_more_offers_another_instrument_once() -> None:
    (offer,) = [each for each in the_pathway("systemic-treatment").after_answers if each.finding == "frail"]
    assert (offer.most, offer.ask.questionnaire) == (1, "urn:prom:questionnaire:late-effects-check|1.0.0")


@pytest.mark.parametrize("path", sorted(PATHWAYS.glob("*/*.yaml")), ids=lambda path: f"{path.parent.name} {path.stem}")
def test_all_that_a_pathway_asks_is_shipped_with_it(path: Path) -> None:
    shipped = {each.questionnaire.canonical for each in versions()}
    assert {asked.questionnaire for asked in parse(read(path), path.parent.name).asked} <= shipped
