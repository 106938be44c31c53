"""An answer that asks for one more question, until what it found is gone."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from prom import clock
from prom.assignments.adherence import adherence, fell_silent
from prom.assignments.models import Plan
from prom.assignments.opening import open_together
from prom.assignments.service import report_again
from prom.config import Settings
from prom.db import reading, transaction
from prom.errors import DeadLink
from prom.pathways.models import Episode
from prom.responses import service as responses
from prom.responses.drafts import save_answer
from prom.responses.models import Response
from tests.conftest import Hospital
from tests.prom.assignments.courses import CHECK, Stay, begin, item, publish
from tests.prom.steps import FEVER, PATIENT, WELL, alerts, later, response_of, rows, send, visit_of

TODAY = date(2026, 11, 2)


def nine(day: int) -> datetime:
    """09:00 in Oslo."""
    return datetime(2026, 11, day, 8, 0, tzinfo=UTC)


@pytest.fixture
def stay(hospital: Hospital, database: Settings) -> Stay:
    """Asked every Monday, and the day after each answer that told of a fever, three times at most."""
    ask: dict[str, Any] = {**CHECK, "afterDays": 1, "at": "09:00"}
    chosen = publish(item(), afterAnswers=[{"key": "fever", "finding": "fever", "ask": ask, "most": 3}])
    made = begin(hospital, database, chosen, TODAY)
    made.tick()
    return made


def followed(stay: Stay) -> list[tuple[datetime, str]]:
    """What answers asked for: when it was to open, and what became of it."""
    return [(each.opens_at, each.status) for each in stay.asked() if each.origin == "answer"]


def report_fever_again(stay: Stay) -> Any:
    """An hour later she reports a fever of her own accord; returns the assignment's id."""
    later(hours=1)
    with transaction() as session:
        made = report_again(session, session.get_one(Episode, stay.id), PATIENT).id
    send(made, FEVER)
    return made


def wrong(stay: Stay, hospital: Hospital, assignment_id: Any) -> None:
    """Enter in error what answered an assignment."""
    with transaction() as session:
        row = session.scalars(select(Response).where(Response.assignment_id == assignment_id)).one()
        responses.enter_in_error(session, row, hospital.nurse_actor)


@pytest.mark.parametrize("which", [0, 1])
def test_of_two_reports_of_fever_one_entered_in_error_leaves_what_the_other_asks_for(
    stay: Stay, hospital: Hospital, which: int
) -> None:
    first = stay.asked()[-1].id
    send(first, FEVER)
    reports = [first, report_fever_again(stay)]
    wrong(stay, hospital, reports[which])
    clock.move_to(nine(3))
    stay.tick()
    assert followed(stay) == [(nine(3), "open")]


def test_when_both_reports_of_fever_are_entered_in_error_nothing_is_asked(stay: Stay, hospital: Hospital) -> None:
    first = stay.asked()[-1].id
    send(first, FEVER)
    for each in (first, report_fever_again(stay)):
        wrong(stay, hospital, each)
    clock.move_to(nine(3))
    stay.tick()
    assert followed(stay) == []


@pytest.mark.parametrize("is_amended", [False, True])
def test_what_was_opened_stays_open_where_a_second_report_had_a_fever_too(
    stay: Stay, hospital: Hospital, is_amended: bool
) -> None:
    first = stay.asked()[-1].id
    send(first, FEVER)
    report_fever_again(stay)
    clock.move_to(nine(3))
    stay.tick()
    if is_amended:
        with transaction() as session:
            row = session.scalars(select(Response).where(Response.assignment_id == first)).one()
            by = responses.Authorship("patient", hospital.nurse_actor, "nb", row.authored_at)
            responses.amend(session, row, response_of(WELL), by, row.version)
    else:
        wrong(stay, hospital, first)
    assert followed(stay) == [(nine(3), "open")]


def test_a_version_that_asks_nothing_after_an_answer_ends_what_waits(stay: Stay) -> None:
    send(stay.asked()[-1].id, FEVER)
    moved = stay.verb("change_version", publish(item(), version="2.0.0"))
    assert [(each.key, each.before, each.now) for each in moved] == [("after:fever", nine(3), None)]
    clock.move_to(nine(3))
    stay.tick()
    assert followed(stay) == []


def test_a_plan_that_its_version_does_not_know_ends_and_the_unit_is_told_while_others_open(stay: Stay) -> None:
    send(stay.asked()[-1].id, FEVER)
    with transaction() as session:
        session.query(Plan).filter_by(key="after:fever").update({"key": "after:no-such"})
    clock.move_to(nine(9))
    with transaction() as session:
        plans = rows(select(Plan.id).where(Plan.episode_id == stay.id))
        assert len(open_together(session, plans)) == 2
    assert stay.next("after:no-such") is None
    assert [each.opens_at for each in stay.asked()] == [nine(2), nine(9)]
    assert len(alerts("not-asked")) == 1


def test_an_answer_without_it_asks_for_nothing(stay: Stay) -> None:
    stay.answer()
    assert [*stay.days(2)]
    assert followed(stay) == []


def test_it_is_asked_day_by_day_until_it_is_gone(stay: Stay) -> None:
    send(stay.asked()[-1].id, FEVER)
    clock.move_to(nine(3))
    stay.tick()
    send(stay.asked()[-1].id, FEVER)
    clock.move_to(nine(4))
    stay.tick()
    stay.answer()
    assert [*stay.days(4)]
    assert followed(stay) == [(nine(3), "completed"), (nine(4), "completed")]


def test_after_the_most_it_is_asked_no_more(stay: Stay) -> None:
    send(stay.asked()[-1].id, FEVER)
    for day in (3, 4, 5, 6):
        clock.move_to(nine(day))
        stay.tick()
        send(stay.asked()[-1].id, FEVER)
    assert [opens for opens, _ in followed(stay)] == [nine(3), nine(4), nine(5)]


def test_an_answer_entered_in_error_takes_back_what_it_asked_for(stay: Stay, hospital: Hospital) -> None:
    send(stay.asked()[-1].id, FEVER)
    with transaction() as session:
        row = session.scalars(select(Response)).one()
        responses.enter_in_error(session, row, hospital.nurse_actor)
    clock.move_to(nine(3))
    stay.tick()
    assert followed(stay) == []


def test_what_was_opened_for_an_answer_that_is_corrected_is_cancelled(stay: Stay, hospital: Hospital) -> None:
    send(stay.asked()[-1].id, FEVER)
    clock.move_to(nine(3))
    stay.tick()
    with transaction() as session:
        row = session.scalars(select(Response)).one()
        by = responses.Authorship("patient", hospital.nurse_actor, "nb", row.authored_at)
        responses.amend(session, row, response_of(WELL), by, row.version)
    assert followed(stay) == [(nine(3), "cancelled")]


def test_whoever_is_answering_when_the_window_ends_is_not_thrown_out(stay: Stay) -> None:
    asked = stay.asked()[-1]
    clock.move_to(asked.expires_at - timedelta(minutes=5))
    with transaction() as session:
        visit = visit_of(session, asked.id)
        session.expunge(visit)
    later(minutes=10)
    with transaction() as session:
        assert not responses.expire(session, asked.id)
        save_answer(session, session.merge(visit), "contact", ["no"], "nb")
    clock.move_to(asked.begun_expires_at + timedelta(minutes=1))
    with transaction() as session:
        visit = visit_of(session, asked.id)  # as if she had saved a minute ago
    send(asked.id, WELL, actor=PATIENT)
    assert [each.status for each in stay.asked()] == ["completed"]


def test_two_hours_after_the_window_it_is_over_for_everybody(stay: Stay) -> None:
    asked = stay.asked()[-1]
    clock.move_to(asked.expires_at + timedelta(hours=2))
    with transaction() as session:
        visit_of(session, asked.id)
    with pytest.raises(DeadLink):
        send(asked.id, WELL)
    with transaction() as session:
        assert responses.expire(session, asked.id)


def test_how_she_keeps_up_is_counted_and_who_falls_silent_is_found(stay: Stay, hospital: Hospital) -> None:
    stay.answer()
    clock.move_to(nine(9))
    stay.tick()
    clock.move_to(nine(9) + timedelta(hours=13))
    stay.answer()
    for day in (16, 23):
        clock.move_to(nine(day))
        stay.tick()
        clock.move_to(nine(day) + timedelta(hours=20))
        stay.tick()
    with reading() as session:
        (found,) = adherence(session, [stay.id])
        assert (found.key, found.asked, found.on_time, found.late, found.missed, found.open) == ("check", 4, 1, 1, 2, 0)
        (silent,) = fell_silent(session, [hospital.unit.id])
        assert (silent.unanswered, silent.since, silent.last_answered_at) == (2, nine(16), nine(9))
        assert fell_silent(session, [hospital.unit.id], at_least=3) == fell_silent(session, []) == []


def test_an_ended_or_paused_episode_is_not_silent(stay: Stay, hospital: Hospital) -> None:
    for day in (2, 9):
        clock.move_to(nine(day))
        stay.tick()
        clock.move_to(nine(day) + timedelta(hours=20))
        stay.tick()
    stay.verb("pause", nine(30), "wish")
    with reading() as session:
        assert fell_silent(session, [hospital.unit.id]) == []
