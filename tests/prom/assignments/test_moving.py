"""Days that are moved: what becomes of what was asked, in each case of the table in docs/pathways.md."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from prom import clock
from prom.assignments import links, personal
from prom.assignments.models import Assignment, Information
from prom.config import Settings
from prom.db import transaction
from prom.errors import Invalid
from prom.responses.silence import raise_silence
from tests.conftest import Hospital
from tests.fake_transport import FakeTransport
from tests.prom.assignments.courses import Stay, begin, episode_of, item, publish
from tests.prom.steps import PATIENT, WELL, alerts, later, rows, send

AFTER = {"every": 1, "unit": "day", "count": 5, "at": "09:00", "from": {"anchor": "treatment-start", "days": 1}}
WEEK_LONG = {"dueHours": 24, "overdueHours": 36, "expiresHours": 120, "begunExpiresHours": 132}
ONCE_BEFORE = {"every": 1, "unit": "day", "count": 1, "at": "09:00", "from": {"anchor": "treatment-start", "days": -7}}


def at(day: int, hour: int = 9, month: int = 11) -> datetime:
    """A local hour in Oslo of 2026, in winter."""
    return datetime(2026, month, day, hour - 1, tzinfo=UTC)


def november(day: int) -> date:
    """A day of November 2026."""
    return date(2026, 11, day)


def move(stay: Stay, day: int) -> None:
    """Move the day of the operation, and let the sweep come by."""
    stay.verb("set_anchor", "treatment-start", november(day))
    stay.tick()


def seen(stay: Stay) -> list[tuple[datetime, str]]:
    """When each was to open, and what became of it."""
    return [(each.opens_at, each.status) for each in stay.asked()]


@pytest.fixture
def stay(hospital: Hospital, database: Settings) -> Stay:
    """Every day for five days after an operation that was on 2 November; on the 3rd at noon the first is open."""
    found = begin(hospital, database, publish(item(timing=AFTER, reminders={"afterHours": [6]})), november(2))
    clock.move_to(at(3, 12))
    found.tick()
    assert seen(found) == [(at(3), "open")]
    return found


def begun(stay: Stay) -> None:
    """Let her have saved her first answer."""
    with transaction() as session:
        session.get_one(Assignment, stay.asked()[-1].id).begun_at = clock.now()


def test_a_first_day_beyond_a_last_day_that_is_set_is_refused(hospital: Hospital, database: Settings) -> None:
    anchors = [{"code": each, "title": {"nb": "D", "nn": "D", "en": "D"}} for each in ("treatment-start", "end")]
    stay = begin(hospital, database, publish(item(timing=AFTER), anchors=anchors), november(2))
    stay.verb("set_anchor", "end", november(20))
    with pytest.raises(Invalid):
        stay.verb("set_anchor", "treatment-start", november(21))
    assert episode_of(stay).anchor == november(2)
    stay.verb("set_anchor", "treatment-start", november(20))


def test_moved_later_every_day_after_the_real_one_is_asked_also_where_its_number_was_answered(stay: Stay) -> None:
    stay.answer()
    move(stay, 6)
    assert [*stay.days(12)]
    assert seen(stay) == [(at(3), "completed"), *[(at(day), "completed") for day in range(7, 12)]]
    assert alerts("not-asked") == []


def test_an_untouched_form_of_a_day_that_is_wrong_now_is_withdrawn_with_its_messages(stay: Stay) -> None:
    vendor = FakeTransport()
    stay.deliver(vendor)
    move(stay, 6)
    assert [each[1] for each in seen(stay)] == ["cancelled"]
    later(hours=7)
    assert stay.deliver(vendor) == []
    assert {(each.state, each.failure) for each in stay.messages("reminder")} == {("cancelled", "moved")}


def test_a_silence_over_a_form_that_is_withdrawn_is_settled(stay: Stay) -> None:
    clock.move_to(at(4, 7))
    with transaction() as session:
        raise_silence(session, stay.asked()[0].id)
    move(stay, 6)
    assert [each.verbs for each in alerts("silence")] == [("raise", "withdraw")]


@pytest.mark.parametrize("how", ["begun", "before the first question"])
def test_somebody_who_is_answering_is_never_thrown_out(stay: Stay, how: str) -> None:
    if how == "begun":
        begun(stay)
    else:
        with transaction() as session:
            links.begin_visit(session, session.get_one(Assignment, stay.asked()[0].id), confirmed=True)
    move(stay, 6)
    assert seen(stay) == [(at(3), "open")]
    assert stay.answer()
    assert stay.next() == at(7)


def test_moved_to_and_fro_the_same_day_is_asked_anew(stay: Stay) -> None:
    move(stay, 6)
    move(stay, 2)
    assert sorted(status for _, status in seen(stay)) == ["cancelled", "open"]
    assert stay.next() == at(4)


def test_moved_earlier_the_form_of_today_stays_and_one_is_open(hospital: Hospital, database: Settings) -> None:
    stay = begin(hospital, database, publish(item(timing=AFTER)), november(5))
    clock.move_to(at(6, 12))
    stay.tick()
    move(stay, 3)
    assert seen(stay) == [(at(6), "open")]
    assert stay.answer()
    assert [*stay.days(6)]
    assert seen(stay) == [(at(6), "completed"), (at(7), "completed"), (at(8), "completed")]
    assert alerts("not-asked") == []


def test_what_was_missed_by_the_old_days_is_told(stay: Stay) -> None:
    stay.answer()
    clock.move_to(at(6, 12))
    stay.verb("set_anchor", "treatment-start", november(10))
    stay.tick()
    assert [each.topic for each in alerts("not-asked")] == ["not-asked"]


def test_a_weekly_form_that_lies_near_the_new_day_stays_and_stands_for_it(
    hospital: Hospital, database: Settings
) -> None:
    weekly = {"every": 1, "unit": "week", "count": 4, "at": "09:00", "from": "anchor"}
    stay = begin(hospital, database, publish(item(timing=weekly, window=WEEK_LONG)), november(2))
    stay.tick()
    move(stay, 3)
    assert seen(stay) == [(at(2), "open")]
    assert stay.next() == at(10)


def test_what_is_asked_once_is_not_asked_again_within_four_weeks_of_its_answer(
    hospital: Hospital, database: Settings
) -> None:
    stay = begin(hospital, database, publish(item(timing=ONCE_BEFORE)), november(9))
    clock.move_to(at(2, 12))
    stay.tick()
    stay.answer()
    move(stay, 23)
    assert stay.next() is None
    stay.verb("set_anchor", "treatment-start", date(2026, 12, 20))
    assert stay.next() == at(13, month=12)


def test_an_answer_from_before_the_real_day_does_not_stand_for_what_is_asked_once_after_it(
    hospital: Hospital, database: Settings
) -> None:
    once = {**AFTER, "count": 1}
    stay = begin(hospital, database, publish(item(timing=once)), november(2))
    clock.move_to(at(3, 12))
    stay.tick()
    stay.answer()
    move(stay, 9)
    assert stay.next() == at(10)


def test_who_is_registered_within_several_windows_is_asked_the_newest_and_nobody_is_told_of_the_others(
    hospital: Hospital, database: Settings
) -> None:
    clock.move_to(at(5, 12))
    stay = begin(hospital, database, publish(item(timing=AFTER, window=WEEK_LONG)), november(2))
    stay.tick()
    assert seen(stay) == [(at(5), "open")]
    assert alerts("not-asked") == []


SELDOM = {"every": 3, "unit": "month", "at": "09:00", "from": {"anchor": "treatment-start", "days": 7}}


@pytest.mark.parametrize("more", [{}, {"count": 1}])
def test_what_comes_seldom_and_lay_in_a_pause_is_asked_after_it(
    hospital: Hospital, database: Settings, more: dict[str, Any]
) -> None:
    stay = begin(hospital, database, publish(item(timing={**SELDOM, **more})), november(2))
    stay.verb("pause", at(20), "admitted")
    clock.move_to(at(20, 10))
    stay.tick()
    (row,) = stay.asked()
    assert (row.status, row.opens_at, row.occurrence) == ("open", at(20, 10), "check:2026-11-09")
    assert row.expires_at - row.opens_at == timedelta(hours=20)


def test_what_belongs_before_the_day_is_not_asked_after_it_for_a_pause(hospital: Hospital, database: Settings) -> None:
    stay = begin(hospital, database, publish(item(timing=ONCE_BEFORE)), november(12))
    stay.verb("pause", at(13), "admitted")
    clock.move_to(at(13, 10))
    stay.tick()
    assert seen(stay) == [(at(5), "cancelled")]


TEXT = {"title": {"nb": "T", "nn": "T", "en": "T"}, "text": {"nb": "O", "nn": "O", "en": "W"}}
EVENING_BEFORE = {"key": "fast", "from": {"anchor": "treatment-start", "days": -1}, "at": "18:00", **TEXT}
AT_HOME = {"key": "at-home", "from": {"anchor": "treatment-start", "days": 2}, "at": "10:00", **TEXT}


def told(stay: Stay) -> list[tuple[str, datetime]]:
    """The texts that were given, and when."""
    given = rows(select(Information).where(Information.episode_id == stay.id).order_by(Information.given_at))
    return [(each.key, each.given_at) for each in given]


def test_a_text_from_before_the_day_is_not_given_from_that_day_on(hospital: Hospital, database: Settings) -> None:
    stay = begin(hospital, database, publish(item(), information=[EVENING_BEFORE]), november(5))
    stay.verb("pause", at(5, 7), "admitted")
    clock.move_to(at(5, 8))
    stay.tick()
    assert told(stay) == []
    assert stay.next("information:fast") is None


def test_its_message_is_not_sent_from_that_day_on_either(hospital: Hospital, database: Settings) -> None:
    stay = begin(hospital, database, publish(item(), information=[EVENING_BEFORE]), november(5))
    clock.move_to(at(4, 18))
    stay.tick()
    assert [each.expires_at for each in stay.messages("information")] == [at(4, 24)]


def test_a_text_that_says_how_long_it_lasts_is_given_until_then(hospital: Hospital, database: Settings) -> None:
    stay = begin(hospital, database, publish(item(), information=[{**AT_HOME, "lastsHours": 48}]), november(2))
    stay.verb("pause", at(6, 11), "admitted")
    clock.move_to(at(6, 11))
    stay.tick()
    assert told(stay) == []


def test_a_text_is_given_again_on_its_new_day_and_not_on_its_old(hospital: Hospital, database: Settings) -> None:
    stay = begin(hospital, database, publish(item(), information=[EVENING_BEFORE, AT_HOME]), november(5))
    clock.move_to(at(4, 19))
    stay.tick()
    move(stay, 12)
    for day in range(5, 20):
        clock.move_to(at(day, 18))
        stay.tick()
    assert told(stay) == [("fast", at(4, 19)), ("fast", at(11, 18)), ("at-home", at(14, 18))]
    assert len(stay.messages("information")) == 3


def test_a_text_that_a_moved_day_leaves_behind_is_not_given_on_the_old_one(
    hospital: Hospital, database: Settings
) -> None:
    stay = begin(hospital, database, publish(item(), information=[EVENING_BEFORE]), november(10))
    move(stay, 2)
    assert stay.next("information:fast") is None


def test_what_was_passed_over_for_her_own_report_is_not_asked_again_after_a_move(
    hospital: Hospital, database: Settings
) -> None:
    once = {**AFTER, "count": 1, "from": {"anchor": "treatment-start", "days": 5}}
    stay = begin(hospital, database, publish(item(timing=once, window=WEEK_LONG)), november(2))
    clock.move_to(at(7, 7))
    with transaction() as session:
        form = personal.report(session, episode_of(stay), PATIENT).id
    send(form, WELL)
    clock.move_to(at(7, 17))
    move(stay, 3)
    assert stay.next() is None
    assert [each.origin for each in stay.asked() if each.status != "cancelled"] == ["patient"]
