"""Each kind of wrong that a simulation looks for is planted here by itself, and found; and what is right is let be."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from prom.simulation.hours import earliest
from tests.prom.simulation.ten_days import HOUR, MONDAY, OSLO, WEEKLY, Course, at


def test_what_is_right_is_clean_and_all_of_it_was_reckoned() -> None:
    verdict = Course().judged()
    assert verdict.named == []
    assert verdict.expected == 4  # the question, its message, its reminder, and the text


def never_ask(course: Course) -> str:
    """The sweep passed a question over."""
    del course.rows[WEEKLY]
    return "never asked"


def ask_late(course: Course) -> str:
    """The sweep came two minutes late."""
    course.rows[WEEKLY].id = at(MONDAY + timedelta(minutes=2))
    return "opened late"


def ask_beside_the_plan(course: Course) -> str:
    """Something was asked that no timing plans."""
    course.ask("weekly-symptom-check:2026-11-10", MONDAY + 24 * HOUR)
    return "asked and not planned"


def never_tell(course: Course) -> str:
    """The question opened, and its message was lost."""
    del course.told[course.key("assignment")]
    return "never told"


def never_tell_though_another_came(course: Course) -> str:
    """The message was lost, and in that very minute she got another."""
    course.told["information:another"] = course.told.pop(course.key("assignment"))
    return "never told"


def tell_with_another_that_came_later(course: Course) -> str:
    """It was left out for another message, which came four minutes after it was due."""
    course.together.add(key := course.key("assignment"))
    course.told["information:another"] = course.told.pop(key) + timedelta(minutes=4)
    return "never told"


def never_remind(course: Course) -> str:
    """The reminder was lost."""
    del course.told[course.key("reminder")]
    return "never reminded"


def remind_late(course: Course) -> str:
    """The reminder came, an hour late."""
    course.told[course.key("reminder")] += HOUR
    return "sent late"


def remind_early(course: Course) -> str:
    """The reminder came an hour early."""
    course.told[course.key("reminder")] -= HOUR
    return "sent too soon"


def never_give_the_text(course: Course) -> str:
    """A text of the pathway was forgotten."""
    course.texts.clear()
    return "text never given"


def never_tell_of_the_text(course: Course) -> str:
    """A text waits, and she was not told."""
    del course.told[course.key("information")]
    return "never told"


def never_tell_of_silence(course: Course) -> str:
    """She did not answer, and nobody was told."""
    course.rows[WEEKLY].silence_raised_at = None
    return "silence not told"


def never_ask_about_the_fever(course: Course) -> str:
    """She told of a fever, and was not asked again."""
    course.answer(MONDAY + HOUR, "fever")
    return "not asked again after an answer"


def ask_about_the_fever_of_nobody(course: Course) -> str:
    """She was asked again, and had told of no fever."""
    course.answer(MONDAY + HOUR)
    course.ask("after:fever-again:2026-11-10", MONDAY + 24 * HOUR)
    return "asked and not planned"


def forget_after_a_pause(course: Course) -> str:
    """What a pause held back could still be answered, and was cancelled."""
    course.stay.pauses.append((MONDAY - HOUR, MONDAY + 48 * HOUR))
    course.rows[WEEKLY].status = "cancelled"
    return "not asked after a pause"


def come_late_after_a_pause(course: Course) -> str:
    """What a pause held back was asked an hour after its end."""
    course.stay.pauses.append((MONDAY - HOUR, MONDAY + 24 * HOUR))
    course.ask(WEEKLY, MONDAY, MONDAY + 25 * HOUR)
    return "opened late"


WRONGS: list[Callable[[Course], str]] = [
    never_ask, ask_late, ask_beside_the_plan, never_tell,
    never_tell_though_another_came, tell_with_another_that_came_later, never_remind, remind_late, remind_early,
    never_give_the_text,
    never_tell_of_the_text, never_tell_of_silence, never_ask_about_the_fever, ask_about_the_fever_of_nobody,
    forget_after_a_pause, come_late_after_a_pause,
]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONGS, ids=lambda each: each.__name__)
def test_each_wrong_is_found_by_its_name(wrong: Callable[[Course], str]) -> None:
    course = Course()
    fault = wrong(course)
    assert course.judged().faults[fault] > 0


def test_what_befell_her_excuses_what_was_not_asked() -> None:
    course = Course()
    del course.rows[WEEKLY]
    course.stay.ended_at = MONDAY - HOUR
    assert course.judged().named == []


def test_an_answer_excuses_the_reminder_and_the_call_list() -> None:
    course = Course()
    row = course.rows[WEEKLY]
    course.life.answered[row.id] = MONDAY + HOUR
    row.silence_raised_at = None
    del course.told[course.key("reminder")]
    assert course.judged().named == []


def test_what_went_with_another_message_was_told() -> None:
    course = Course()
    course.together.add(key := course.key("assignment"))
    course.told["information:another"] = course.told.pop(key) + timedelta(seconds=30)
    assert course.judged().named == []


def test_an_opt_out_excuses_messages_and_nothing_else() -> None:
    course = Course()
    course.life.opted_out_at = MONDAY - HOUR
    for kind in ("assignment", "reminder"):
        del course.told[course.key(kind)]
    assert course.judged().named == []
    del course.rows[WEEKLY]
    assert course.judged().faults["never asked"] == 1


def test_a_fever_is_asked_about_until_it_is_gone() -> None:
    course = Course()
    course.answer(MONDAY + HOUR, "fever")
    course.ask("after:fever-again:2026-11-10", MONDAY + 24 * HOUR)
    assert course.judged().named == []
    del course.rows["after:fever-again:2026-11-10"]
    course.answer(MONDAY + 2 * HOUR)
    assert course.judged().named == []


def test_what_a_pause_held_back_for_too_long_need_not_be_asked() -> None:
    course = Course()
    course.stay.pauses.append((MONDAY - HOUR, MONDAY + 121 * HOUR))
    course.rows[WEEKLY].status = "cancelled"
    course.told.pop(course.key("assignment"))
    course.told.pop(course.key("reminder"))
    assert course.judged().named == []


def test_a_message_waits_for_the_pause_and_then_for_the_morning() -> None:
    course = Course()
    course.stay.pauses.append((MONDAY, MONDAY.replace(hour=22)))
    assert earliest(MONDAY + HOUR, course.stay) == datetime.combine(date(2026, 11, 10), time(8), OSLO)


def test_a_message_waits_for_the_morning_of_its_own_pathway() -> None:
    course = Course()
    longer = replace(course.stay.pathway, settings={"quietHours": "20:00-09:00"})
    stay = replace(course.stay, pathway=longer, pauses=[(MONDAY, MONDAY.replace(hour=19, minute=13))])
    assert earliest(MONDAY + HOUR, stay) == datetime.combine(date(2026, 11, 10), time(9), OSLO)
    assert earliest(MONDAY + HOUR, replace(stay, pathway=course.stay.pathway)) == MONDAY.replace(hour=19, minute=13)
