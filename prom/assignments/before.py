"""What was made of an episode's plans before: what planning anew must not ask again."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom.assignments.courses import JUST_NOW, Before
from prom.assignments.models import Assignment

#: The origins of what a plan makes.
BY_PLAN = ("planned", "staff")


@dataclass(frozen=True)
class Past:
    """What was made of a plan: the occurrences' names, and those of them that were asked of her."""

    names: frozenset[str] = frozenset()
    before: tuple[Before, ...] = ()
    #: The questionnaires that were asked, without their versions.
    urls: frozenset[str] = frozenset()


def split(occurrence: str) -> tuple[str, str]:
    """Return the plan's key and the occurrence's own name of an assignment's `occurrence`."""
    parts = occurrence.split(":", 2)
    return (f"{parts[0]}:{parts[1]}", parts[2]) if len(parts) == 3 and parts[0] == "after" else _halves(occurrence)


def _halves(occurrence: str) -> tuple[str, str]:
    key, _, name = occurrence.partition(":")
    return key, name


def past_of(session: Session, episode_id: uuid.UUID, keys: Collection[str]) -> Mapping[str, Past]:
    """What was made by each plan of an episode, of her or of staff; what staff recorded beside it is left out."""
    found = session.scalars(
        select(Assignment).where(Assignment.episode_id == episode_id).order_by(Assignment.opens_at)
    ).all()
    rows = defaultdict[str, list[Assignment]](list)
    for row in found:
        if row.origin in BY_PLAN:
            rows[split(row.occurrence)[0]].append(row)
    elsewhere = [row for row in found if row.origin not in BY_PLAN and was_asked(row)]
    return {key: _of_plan(of_key, elsewhere) for key, of_key in rows.items() if key in keys}


def _of_plan(rows: Sequence[Assignment], elsewhere: Sequence[Assignment]) -> Past:
    stands = [(row, row if was_asked(row) else _in_its_place(row, elsewhere)) for row in rows]
    return Past(
        names=frozenset(split(row.occurrence)[1] for row in rows),
        before=tuple(Before(row.opens_at, form.completed_at or form.begun_at) for row, form in stands if form),
        urls=frozenset(row.questionnaire.partition("|")[0] for row in rows),
    )


def _in_its_place(row: Assignment, elsewhere: Sequence[Assignment]) -> Assignment | None:
    """Return the form for which the plan's own was passed over or closed (`same.py`); None where it was for nothing."""
    if row.status != "cancelled" or "withdrawn" in row.occurrence.split(":"):
        return None
    for form in elsewhere:
        is_the_same = question_of(form.questionnaire, form.rules) == question_of(row.questionnaire, row.rules)
        since = form.completed_at or (form.opens_at if form.origin != "patient" else None)
        if is_the_same and since is not None and row.opens_at - JUST_NOW <= since < row.expires_at:
            return form
    return None


def question_of(questionnaire: str, rules: str | None) -> tuple[str, str]:
    """Return what is asked, without the versions."""
    return questionnaire.partition("|")[0], (rules or "").partition("|")[0]


def was_asked(row: Assignment) -> bool:
    """Whether it was ever put before her: not what a pause or a standstill passed over, nor what was withdrawn."""
    if row.status == "expired":
        return row.begun_at is not None or row.silence_raised_at is not None
    return row.status != "cancelled"


def is_planned(name: str) -> bool:
    """Whether an occurrence's own name is one of a plan's: a day, or the number that a counted one once had."""
    return name[4:5] == "-" or name.isdecimal()
