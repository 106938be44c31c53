"""Opening what is planned: many plans at a time, in a number of statements that does not grow with them.

What plans of one item at one moment share is worked out once. Messages are put into the outbox without words, which are
made as they are sent, so that nothing has to be opened or sealed here.
"""

import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, or_, select, true
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from prom import bulk, clock
from prom.assignments import missed, rows, same
from prom.assignments.deciding import Decision, Desk, Make
from prom.assignments.models import Assignment, Information, Plan
from prom.assignments.rows import Subject
from prom.audit import service as audit
from prom.config import Settings
from prom.db import new_ids
from prom.messaging.models import Message
from prom.pathways.models import Episode

#: How many plans one transaction opens: on SQLite nobody else writes meanwhile.
AT_ONCE = 2000
#: What changes of a plan that moves on.
_MOVES = ("next_day", "next_opens_at", "opened", "last_opened_at")
#: What is read of a plan that is due, and of its episode. What stands before the key is its own; plans that have all
#: the rest in common are decided alike.
_READ: tuple[Any, ...] = (
    *(Plan.id, Episode.tenant_id, Episode.patient_id, Episode.id.label("episode_id")),
    *(Plan.key, Plan.next_day, Plan.next_opens_at, Plan.opened, Plan.last_opened_at, Episode.unit_id, Episode.status),
    *(Episode.pathway_url, Episode.pathway_version, Episode.anchor, Episode.paused_from, Episode.paused_until),
)
_ITS_EPISODE = (Episode, Episode.id == Plan.episode_id)
_LONGEST_DUE = (Plan.next_opens_at, Plan.id)


def due_plans(session: Session, without: Collection[uuid.UUID] = ()) -> list[uuid.UUID]:
    """Return the ids of plans that should have opened by now and are not paused, the longest due first.

    At most AT_ONCE, beside those `without` which: they were tried already, and stand before the others still.
    """
    first = due_at(clock.now(), AT_ONCE + len(without))
    return [each for each in session.scalars(first) if each not in without][:AT_ONCE]


def due_at(now: datetime, limit: int) -> Select[uuid.UUID]:
    """Return the query for the plans that are due at an instant: one look into the index of those that are planned."""
    return select(Plan.id).join(*_ITS_EPISODE).where(*_is_due(now)).order_by(*_LONGEST_DUE).limit(limit)


def _is_due(now: datetime) -> Sequence[ColumnElement[bool]]:
    return (Plan.next_opens_at <= now, or_(Episode.paused_until.is_(None), Episode.paused_until <= now))


def open_due(session: Session, without: Collection[uuid.UUID] = ()) -> Sequence[uuid.UUID]:
    """Open as `open_together` does what is due by now, at most AT_ONCE plans and none of those `without` which.

    Workers that do this at once each take plans of their own.
    """
    which = Plan.id.not_in(without) if without else true()
    return _open(session, which, AT_ONCE).plans


def open_planned(session: Session, plan_id: uuid.UUID, _settings: Settings | None = None) -> Assignment | None:
    """Open one plan as `open_together` does, and return the newest assignment that it made; None where it made none."""
    made = _open(session, Plan.id == plan_id).made
    return session.get_one(Assignment, made[-1].id) if made else None


def open_together(
    session: Session, plan_ids: Collection[uuid.UUID], _settings: Settings | None = None
) -> Sequence[uuid.UUID]:
    """Make what each plan asks by now, with its messages, and move the plans on; returns the plans that moved.

    Idempotent: what is not due any more, or held by another worker, is passed over. Of several occurrences of one plan
    the newest is asked. One whose window is over already (Prom was down), or that a newer one has overtaken, is stored
    as expired and the unit is told once; one that a pause passed over is stored as cancelled.
    """
    return _open(session, bulk.among(session, Plan.id, plan_ids)).plans


class _Made(NamedTuple):
    """One assignment that is made."""

    id: uuid.UUID
    whose: Subject
    make: Make


class _Written:
    """What is to be written for one batch of plans; the rows themselves are made as they are written."""

    def __init__(self) -> None:
        self.plans: list[uuid.UUID] = []
        self.made: list[_Made] = []
        self.informed: list[tuple[Subject, Decision]] = []
        self.information: list[tuple[Any, ...]] = []
        self.moves: list[tuple[Any, ...]] = []
        self.not_asked: list[tuple[Subject, uuid.UUID | None]] = []


def _open(session: Session, which: ColumnElement[bool], limit: int | None = None) -> _Written:
    session.flush()  # whoever was registered in this very transaction
    now, written = clock.now(), _Written()
    due = select(Plan.id).join(*_ITS_EPISODE).where(which, *_is_due(now)).order_by(*_LONGEST_DUE).limit(limit)
    ids_due = session.scalars(due.with_for_update(of=Plan, skip_locked=True)).all()
    if not ids_due:
        return written
    plans = _read(session, ids_due)
    desk = Desk(session, now, {plan.episode_id for plan in plans})
    taken = [(plan, desk.decide(plan)) for plan in plans]
    if len(taken) == 1:
        taken = [(plan, missed.without_known(session, plan.episode_id, decided)) for plan, decided in taken]
    held = missed.hold(session, [plan.episode_id for plan, decided in taken if decided.misses])
    taken = [(plan, decided) for plan, decided in taken if not decided.misses or plan.episode_id in held]
    ids = new_ids(sum(decided.rows for _, decided in taken))
    for plan, decided in taken:
        _add(written, plan, decided, now, ids)
    with audit.together(session):
        _write(session, written, now, ids)
        missed.tell(session, written.not_asked)
        same.supersede(session, {each.whose.patient_id for each in written.made})
    _tell_session(session, written.moves)
    return written


def _read(session: Session, plan_ids: Collection[uuid.UUID]) -> Sequence[Any]:
    """Read plans that are held. Not with the lock: beside a plan that has just been moved stands its old episode."""
    wanted = select(*_READ).join(*_ITS_EPISODE).where(bulk.among(session, Plan.id, plan_ids))
    return session.execute(wanted.order_by(*_LONGEST_DUE)).all()


def _add(written: _Written, plan: Any, decided: Decision, now: datetime, ids: Iterator[uuid.UUID]) -> None:
    whose = Subject(plan.tenant_id, plan.patient_id, plan.episode_id, plan.unit_id)
    written.plans.append(plan.id)
    for make in decided.makes:
        made = _Made(next(ids), whose, make)
        written.made.append(made)
        if make.is_missed:
            written.not_asked.append((whose, made.id))
    if decided.is_unknown:
        written.not_asked.append((whose, None))
    if decided.information is not None:
        written.information.append((next(ids), *whose[:3], *decided.information, now))
        written.informed.append((whose, decided))
    opened = plan.opened + decided.count
    written.moves.append((plan.id, *decided.stands_at, opened, decided.latest or plan.last_opened_at))


def _write(session: Session, written: _Written, now: datetime, ids: Iterator[uuid.UUID]) -> None:
    connection = session.connection()
    bulk.put(
        connection,
        Assignment,
        rows.ASSIGNMENT,
        ((row_id, *whose, *make.columns) for row_id, whose, make in written.made),
    )
    bulk.put(connection, Information, rows.INFORMATION, written.information)
    bulk.put(connection, Message, rows.MESSAGE, _messages(written, now, ids))
    bulk.change(connection, Plan, _MOVES, written.moves)
    rows.record(session, [(each.id, each.whose) for each in written.made], "assignment.open")
    # Its messages are part of an assignment, and have no words yet; when they are sent, that is recorded by itself.
    given = [(row[0], whose) for row, (whose, _) in zip(written.information, written.informed, strict=True)]
    rows.record(session, given, "information.give")


def _messages(written: _Written, now: datetime, ids: Iterator[uuid.UUID]) -> Iterator[tuple[Any, ...]]:
    for row_id, whose, make in written.made:
        for sending in make.sendings:
            yield rows.message(next(ids), whose, row_id, sending, now)
    for row, (whose, decided) in zip(written.information, written.informed, strict=True):
        yield rows.information_message(next(ids), whose, row[0], now, decided.information_ends)


def _tell_session(session: Session, moves: Iterable[tuple[Any, ...]]) -> None:
    """Let the session's own plans know what was changed behind them."""
    known = {row.id: row for row in session.identity_map.values() if isinstance(row, Plan)}
    for plan_id, *values in moves if known else ():
        if plan_id in known:
            for name, value in zip(_MOVES, values, strict=True):
                set_committed_value(known[plan_id], name, value)
