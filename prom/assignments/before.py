"""What was made of an episode's plans before: what planning anew must not ask again."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom.assignments.courses import Before
from prom.assignments.models import Assignment


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
        select(Assignment)
        .where(Assignment.episode_id == episode_id, Assignment.origin.in_(("planned", "staff")))
        .order_by(Assignment.opens_at)
    )
    rows = defaultdict[str, list[Assignment]](list)
    for row in found:
        rows[split(row.occurrence)[0]].append(row)
    return {key: _of_plan(of_key) for key, of_key in rows.items() if key in keys}


def _of_plan(rows: Sequence[Assignment]) -> Past:
    return Past(
        names=frozenset(split(row.occurrence)[1] for row in rows),
        before=tuple(Before(row.opens_at, row.completed_at or row.begun_at) for row in rows if was_asked(row)),
        urls=frozenset(row.questionnaire.partition("|")[0] for row in rows),
    )


def was_asked(row: Assignment) -> bool:
    """Whether it was ever put before her: not what a pause or a standstill passed over, nor what was withdrawn."""
    if row.status == "expired":
        return row.begun_at is not None or row.silence_raised_at is not None
    return row.status != "cancelled"


def is_planned(name: str) -> bool:
    """Whether an occurrence's own name is one of a plan's: a day, or the number that a counted one once had."""
    return name[4:5] == "-" or name.isdecimal()
