"""Each kind of wrong that a simulation looks for is planted here by itself, and found; and what is right is let be."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from prom import clock
from prom.assignments.models import Assignment, Information
from prom.db import new_id
from prom.pathways.definition import Pathway, parse
from prom.simulation.asking import judge_asking
from prom.simulation.book import Book, Told
from prom.simulation.crowd import crowd
from prom.simulation.faults import Verdict
from prom.simulation.hours import earliest
from prom.simulation.lives import Answer, Life, Stay
from questionnaires.trees import yaml_tree

PAGE = (Path(__file__).parents[3] / "docs" / "pathways.md").read_text(encoding="utf-8")
#: The pathway in docs/pathways.md: a weekly check on Mondays with a reminder after a day, a text on the first day, and
#: one more question the day after a fever.
PATHWAY: Pathway = parse(yaml_tree.load(PAGE.split("```yaml\n")[1].split("```")[0]), "example")
OSLO = ZoneInfo("Europe/Oslo")
#: A Thursday; the Monday after it is the first that is asked on.
BEGINS, ANCHOR = datetime(2026, 11, 5, 7, tzinfo=UTC), date(2026, 11, 5)
MONDAY, END = datetime(2026, 11, 9, 8, tzinfo=UTC), datetime(2026, 11, 15, 12, tzinfo=UTC)
URL, RULES = "urn:prom:questionnaire:symptom-check", "urn:prom:rules:symptom-check"
WEEKLY = "weekly-symptom-check:2026-11-09"
HOUR = timedelta(hours=1)


def at(instant: datetime) -> uuid.UUID:
    """The id of a row that was made then."""
    with clock.moved_to(instant):
        return new_id()


@dataclass
class Course:
    """Ten days of one patient in which all went right, to be made wrong."""

    rows: dict[str, Assignment] = field(default_factory=dict)
    told: dict[str, datetime] = field(default_factory=dict)
    texts: dict[str, Information] = field(default_factory=dict)
    stay: Stay = field(
        default_factory=lambda: Stay(
            uuid.uuid4(), PATHWAY, 0, OSLO, BEGINS, {"treatment-start": ANCHOR}, {"treatment-start": BEGINS}
        )
    )
    life: Life = field(init=False)

    def __post_init__(self) -> None:
        young = next(each for each in crowd(50, 10, 1) if each.person.age(ANCHOR) < 60)
        self.life = Life(young, uuid.uuid4(), [self.stay])
        given = BEGINS.replace(hour=9)
        self.texts["welcome"] = Information(id=at(given), key="welcome", given_at=given)
        self.told[f"information:{self.texts['welcome'].id}"] = given
        self.ask(WEEKLY, MONDAY)

    def ask(self, occurrence: str, opens: datetime, made: datetime | None = None) -> Assignment:
        """Let something open, with its message, its reminder, and the call list for her silence."""
        hours = 4, 5, 22, 23
        if not occurrence.startswith("after:"):
            hours = 24, 36, 120, 132
        due, overdue, ends, begun_ends = (opens + each * HOUR for each in hours)
        row = Assignment(
            id=at(made or opens), occurrence=occurrence, origin="planned", status="open", opens_at=opens, due_at=due,
            overdue_at=overdue, expires_at=ends, begun_expires_at=begun_ends, silence_raised_at=overdue,
        )  # fmt: skip
        self.rows[occurrence] = row
        self.told[f"assignment:{row.id}"] = made or opens
        if not occurrence.startswith("after:"):
            self.told[f"reminder:{row.id}:1"] = opens + 24 * HOUR
        return row

    def key(self, kind: str) -> str:
        """The key of the first message of a kind."""
        return next(each for each in self.told if each.startswith(kind))

    def answer(self, when: datetime, *findings: str) -> None:
        """Let her answer of herself."""
        self.life.answers.append(Answer(when, self.stay.episode_id, URL, RULES, frozenset(findings)))

    def judged(self) -> Verdict:
        """What the verdict is."""
        told = [
            Told(uuid.uuid4(), self.life.patient_id, key.partition(":")[0], key, when, when, None)
            for key, when in self.told.items()
        ]
        book = Book(
            {self.stay.episode_id: list(self.rows.values())}, {}, {self.stay.episode_id: self.texts}, told,
            {each.key: each for each in told}, {self.life.patient_id: told},
        )  # fmt: skip
        verdict = Verdict()
        judge_asking(verdict, END, self.life, self.stay, book)
        return verdict


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
    never_ask, ask_late, ask_beside_the_plan, never_tell, never_remind, remind_late, remind_early, never_give_the_text,
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
