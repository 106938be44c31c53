"""Whatever clinicians and patients do in whichever order: nothing is asked twice, and nothing is dropped in silence."""

import threading
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from prom import clock
from prom.assignments import service as assignments
from prom.assignments.models import Assignment, Plan
from prom.assignments.opening import due_plans, open_together
from prom.audit.service import SYSTEM
from prom.config import Settings
from prom.db import transaction
from prom.errors import Conflict
from prom.messaging.models import Message
from tests.conftest import MONDAY, Hospital
from tests.prom.assignments.courses import Stay, begin, item, publish
from tests.prom.properties import sized_with_database
from tests.prom.steps import count, later, rows

#: How far ahead of today an anchor is set at most.
AHEAD = 3
STEPS = st.one_of(
    st.tuples(st.just("days"), st.integers(1, 9), st.booleans()),
    st.tuples(st.just("pause"), st.integers(1, 20)),
    st.tuples(st.just("resume")),
    st.tuples(st.just("anchor"), st.integers(-20, AHEAD)),
    st.tuples(st.just("version"), st.sampled_from(["1.0.0", "2.0.0"])),
    st.tuples(st.just("stand still"), st.integers(1, 20)),
)


@dataclass
class Run:
    """What was done to a stay, and when its plans were made anew."""

    stay: Stay
    replanned: list[datetime]

    def do(self, step: tuple[Any, ...]) -> None:
        """Do one step; what cannot be done now is left."""
        try:
            match step:
                case ("days", count, answers):
                    for _ in range(count):
                        later(days=1)
                        self.tick()
                        if answers:
                            self.answer()
                case ("pause", days):
                    self.stay.verb("pause", clock.now() + timedelta(days=days, hours=1), "wish")
                case ("resume",):
                    self.stay.verb("resume")
                case ("anchor", days):
                    self.stay.verb("set_anchor", "treatment-start", clock.now().date() + timedelta(days=days))
                    self.replanned.append(clock.now())
                case ("version", version):
                    self.stay.verb("change_version", VERSIONS[version])
                    self.replanned.append(clock.now())
                case ("stand still", days):
                    later(days=days)
        except Conflict:
            pass
        self.tick()

    def tick(self) -> None:
        with transaction() as session:
            while (due := due_plans(session)) and open_together(session, due):
                pass
            for each in session.scalars(select(Assignment).where(Assignment.episode_id == self.stay.id)):
                if assignments.is_over(each):
                    each.status, each.silence_raised_at = "expired", clock.now()

    def answer(self) -> None:
        with transaction() as session:
            for each in session.scalars(select(Assignment).where(Assignment.episode_id == self.stay.id)):
                if each.status == "open":
                    assignments.complete(session, each, SYSTEM)


VERSIONS: dict[str, Any] = {}


def _check(run: Run, period: timedelta) -> None:
    asked = run.stay.asked()
    assert len({each.occurrence for each in asked}) == len(asked)
    for earlier, following in pairwise(each for each in asked if each.status != "cancelled"):
        was_asked = following.status != "expired" or following.silence_raised_at is not None
        if earlier.status == "completed" and was_asked:
            assert following.opens_at - earlier.opens_at >= period / 2
    instants = [each.opens_at for each in asked]
    ahead = run.stay.next()
    assert ahead is not None
    for first, second in pairwise([*instants, ahead]):
        verbs = sum(first <= each <= second for each in run.replanned)
        assert second - first <= period * 1.5 + verbs * (2 * period + timedelta(days=AHEAD))


@sized_with_database
@given(steps=st.lists(STEPS, min_size=1, max_size=12))
def test_no_order_of_verbs_and_answers_asks_twice_or_drops_in_silence(
    hospital: Hospital, database: Settings, steps: list[tuple[Any, ...]]
) -> None:
    clock.move_to(MONDAY)
    weekly = {"every": 1, "unit": "week", "at": "09:00", "from": "anchor"}
    VERSIONS["1.0.0"] = publish(item(timing=weekly))
    VERSIONS["2.0.0"] = publish(item(timing={**weekly, "weekdays": ["thursday"]}), version="2.0.0")
    run = Run(begin(hospital, database, VERSIONS["1.0.0"], date(2026, 11, 2)), [])
    run.tick()
    for step in steps:
        run.do(step)
    _check(run, timedelta(days=7))


def test_sixteen_at_once_open_each_of_many_plans_once(hospital: Hospital, database: Settings) -> None:
    daily = {"every": 1, "unit": "day", "at": "09:00", "from": "anchor"}
    stay = begin(hospital, database, publish(*(item(f"check-{n}", timing=daily) for n in range(40))), MONDAY.date())
    opened: list[int] = []

    def work() -> None:
        while True:
            with transaction() as session:
                due = due_plans(session)[:7]
                if not due:
                    return
                opened.append(len(open_together(session, due)))

    threads = [threading.Thread(target=work) for _ in range(16)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sum(opened) == len(stay.asked()) == count(Message, Message.kind == "assignment") == 40
    assert len(rows(select(Plan).where(Plan.episode_id == stay.id, Plan.opened == 1))) == 40
