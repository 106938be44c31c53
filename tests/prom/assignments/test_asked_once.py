"""One question has one open form for each patient, whoever asks: plan, clinician, machine, or she herself."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from prom import clock
from prom.assignments import links, personal
from prom.assignments.models import Assignment
from prom.config import Settings
from prom.db import transaction
from prom.errors import Conflict
from prom.pathways.queries import episode
from prom.responses import drafts
from tests.conftest import Hospital
from tests.prom.assignments.courses import Stay, begin, item, publish
from tests.prom.steps import FEVER, PATIENT, WELL, alerts, later, rows, send

WEEKLY = {"every": 1, "unit": "week", "weekday": "monday", "at": "09:00", "from": "anchor"}
TODAY = date(2026, 11, 2)
NEXT_MONDAY = datetime(2026, 11, 9, 8, tzinfo=UTC)
LONG = {"dueHours": 24, "overdueHours": 36, "expiresHours": 120, "begunExpiresHours": 132}


@pytest.fixture
def weekly(hospital: Hospital, database: Settings) -> Stay:
    """Every Monday at 09:00 with a window of five days; it is Monday, and the first is open."""
    items = [item(timing=WEEKLY, window=LONG, reminders={"afterHours": [24, 48]})]
    stay = begin(hospital, database, publish(*items), TODAY)
    stay.tick()
    return stay


def opens(stay: Stay, **more: Any) -> Any:
    """She says that she is worse; returns the form that she gets."""
    with transaction() as session:
        return personal.report(session, episode(session, stay.id), PATIENT, **more).id


def start(form_id: Any) -> None:
    """She answers the first question of a form."""
    with transaction() as session:
        form = session.get_one(Assignment, form_id)
        visit = links.find_visit(session, links.begin_visit(session, form, confirmed=True))
        drafts.save_answer(session, visit, "temperature-measured", "no", "nb")


def standing(stay: Stay) -> list[tuple[str, str]]:
    """Who asked, and what became of it, oldest first."""
    return [(each.origin, each.status) for each in stay.asked()]


def test_what_the_plan_asks_now_is_not_asked_by_a_clinician_though_the_sweep_is_late(weekly: Stay) -> None:
    weekly.answer()
    clock.move_to(NEXT_MONDAY + timedelta(seconds=5))
    with pytest.raises(Conflict):
        weekly.verb("ask_now", "check", "clinician")


@pytest.mark.hazard("H22")
def test_worse_hands_her_what_the_plan_asks_now_though_the_sweep_is_late(weekly: Stay) -> None:
    weekly.answer()
    clock.move_to(NEXT_MONDAY + timedelta(seconds=5))
    given = opens(weekly)
    weekly.tick()
    assert standing(weekly) == [("planned", "completed"), ("planned", "open")]
    assert given == weekly.asked()[-1].id


def test_worse_hands_her_the_open_form_also_where_another_one_was_opened_after_it(
    hospital: Hospital, database: Settings
) -> None:
    other = item(
        "experienced",
        timing={**WEEKLY, "at": "10:00"},
        questionnaire="urn:prom:questionnaire:patient-experience|1.0.0",
        rules=None,
        window=LONG,
    )
    stay = begin(hospital, database, publish(item(timing=WEEKLY, window=LONG), other), TODAY)
    later(hours=2)
    stay.tick()
    check = next(each for each in stay.asked() if each.occurrence.startswith("check"))
    assert opens(stay) == check.id
    start(check.id)
    assert opens(stay) == check.id


def test_what_nobody_judges_is_not_handed_to_her_who_is_worse(hospital: Hospital, database: Settings) -> None:
    stay = begin(hospital, database, publish(item(timing=WEEKLY, window=LONG, rules=None)), TODAY)
    stay.tick()
    assert opens(stay) != stay.asked()[0].id


def test_a_begun_form_that_her_own_link_may_not_show_ends_and_is_judged(weekly: Stay) -> None:
    start(opens(weekly))
    given = opens(weekly, shows_draft=False)
    assert given != weekly.asked()[0].id
    assert opens(weekly) == given
    clock.move_to(clock.now() + timedelta(hours=3))  # who was in the middle could go on until here
    weekly.tick()
    assert standing(weekly) == [("planned", "expired"), ("patient", "open")]


@pytest.mark.hazard("H22")
def test_the_plan_takes_the_place_of_what_was_asked_beside_it_and_nobody_answered(weekly: Stay) -> None:
    weekly.answer()
    clock.move_to(NEXT_MONDAY - timedelta(days=1))
    weekly.verb("ask_now", "check", "clinician")
    clock.move_to(NEXT_MONDAY)
    weekly.tick()
    assert standing(weekly) == [("planned", "completed"), ("clinician", "cancelled"), ("planned", "open")]
    still = [each for each in weekly.messages("reminder") if each.state == "pending"]
    assert {each.assignment_id for each in still} == {weekly.asked()[-1].id}


def test_whoever_is_in_the_middle_as_the_plan_opens_goes_on_and_is_not_asked_again(weekly: Stay) -> None:
    weekly.answer()
    clock.move_to(NEXT_MONDAY - timedelta(minutes=3))
    hers = opens(weekly)
    start(hers)
    clock.move_to(NEXT_MONDAY)
    weekly.tick()
    send(hers, WELL)
    assert standing(weekly) == [("planned", "completed"), ("patient", "completed"), ("planned", "cancelled")]
    assert [each.failure for each in weekly.messages("assignment")][-1] == "answered"


@pytest.mark.hazard("H22")
def test_what_she_has_just_answered_is_passed_over_with_a_trace_and_the_next_is_asked(weekly: Stay) -> None:
    weekly.answer()
    clock.move_to(NEXT_MONDAY - timedelta(minutes=30))
    send(opens(weekly), WELL)
    assert [*weekly.days(8, answers=False)]
    assert standing(weekly) == [
        ("planned", "completed"),
        ("patient", "completed"),
        ("planned", "cancelled"),
        ("planned", "open"),
    ]
    assert weekly.asked()[-1].opens_at == NEXT_MONDAY + timedelta(days=7)
    assert alerts("not-asked") == []


def test_a_report_of_the_day_before_does_not_keep_the_plan_from_asking(weekly: Stay) -> None:
    weekly.answer()
    clock.move_to(NEXT_MONDAY - timedelta(hours=12))
    send(opens(weekly), WELL)
    clock.move_to(NEXT_MONDAY)
    weekly.tick()
    assert standing(weekly)[-1] == ("planned", "open")


def test_a_report_that_she_only_opened_does_not_keep_the_plan_from_asking(weekly: Stay) -> None:
    weekly.answer()
    clock.move_to(NEXT_MONDAY - timedelta(minutes=30))
    opens(weekly)
    clock.move_to(NEXT_MONDAY)
    weekly.tick()
    assert standing(weekly)[1:] == [("patient", "cancelled"), ("planned", "open")]


def test_what_a_clinician_asks_half_an_hour_before_the_plan_stands_in_its_place(weekly: Stay) -> None:
    weekly.answer()
    clock.move_to(NEXT_MONDAY - timedelta(minutes=30))
    weekly.verb("ask_now", "check", "clinician")
    clock.move_to(NEXT_MONDAY)
    weekly.tick()
    assert sorted(standing(weekly)[1:]) == [("clinician", "open"), ("planned", "cancelled")]


@pytest.mark.parametrize("first", ["planned", "answer"])
def test_what_fever_asked_for_and_the_plan_of_the_same_day_are_answered_once(
    hospital: Hospital, database: Settings, first: str
) -> None:
    ask = {key: value for key, value in item().items() if key in ("questionnaire", "rules", "window")}
    after = {"key": "fever-again", "finding": "fever", "ask": {**ask, "afterDays": 1, "at": "09:00"}, "most": 14}
    stay = begin(hospital, database, publish(item(timing=WEEKLY, window=LONG), afterAnswers=[after]), TODAY)
    clock.move_to(NEXT_MONDAY - timedelta(days=1))
    stay.tick()
    send(opens(stay), FEVER)
    clock.move_to(NEXT_MONDAY)
    stay.tick()
    asked = [each for each in stay.asked() if each.status == "open"]
    assert sorted(each.origin for each in asked) == ["answer", "planned"]
    send(next(each.id for each in asked if each.origin == first), WELL)
    assert [each.origin for each in stay.asked() if each.status == "open"] == []


def test_a_form_of_the_same_that_lies_with_another_unit_stays(hospital: Hospital, weekly: Stay) -> None:
    with transaction() as session:
        form = session.get_one(Assignment, weekly.asked()[0].id)
        form.unit_id = hospital.other_unit.id
    weekly.verb("ask_now", "check", "clinician")
    mine = rows(select(Assignment).where(Assignment.origin == "clinician"))
    send(mine[0].id, WELL)
    assert standing(weekly)[0] == ("planned", "open")


def test_whoever_stands_before_the_first_question_is_not_thrown_out_by_what_the_plan_opens(weekly: Stay) -> None:
    weekly.answer()
    clock.move_to(NEXT_MONDAY - timedelta(seconds=10))
    own = opens(weekly)
    with transaction() as session:
        token = links.begin_visit(session, session.get_one(Assignment, own), confirmed=True)
    clock.move_to(NEXT_MONDAY + timedelta(seconds=10))
    weekly.tick()
    with transaction() as session:
        visit = links.find_visit(session, token)
        assert links.can_go_on(session, session.get_one(Assignment, own), clock.now())
        drafts.save_answer(session, visit, "temperature-measured", "no", "nb")
    send(own, WELL)
    assert standing(weekly)[1:] == [("patient", "completed"), ("planned", "cancelled")]


def test_nor_by_an_answer_that_was_sent_in_another_form(weekly: Stay) -> None:
    weekly.answer()
    clock.move_to(NEXT_MONDAY - timedelta(seconds=10))
    own = opens(weekly)
    with transaction() as session:
        links.begin_visit(session, session.get_one(Assignment, own), confirmed=True)
    clock.move_to(NEXT_MONDAY + timedelta(seconds=10))
    weekly.tick()
    (planned,) = rows(select(Assignment).where(Assignment.status == "open", Assignment.origin == "planned"))
    with transaction() as session:
        token = links.begin_visit(session, session.get_one(Assignment, planned.id), confirmed=True)
    send(own, FEVER)
    with transaction() as session:
        visit = links.find_visit(session, token)
        assert links.can_go_on(session, session.get_one(Assignment, planned.id), clock.now())
        drafts.save_answer(session, visit, "temperature-measured", "no", "nb")
    send(planned.id, WELL)
    assert [status for _, status in standing(weekly)] == ["completed", "completed", "completed"]
