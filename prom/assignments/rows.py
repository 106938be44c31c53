"""The rows of what is asked: assignments, and the messages that bring them, which get their words as they are sent."""

import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from prom.assignments.models import Assignment
from prom.audit import service as audit
from prom.audit.service import SYSTEM, Actor
from prom.db import new_id
from prom.messaging.models import Kind, State
from prom.messaging.outbox import Letter
from prom.pathways.definition import Asked
from prom.pathways.models import Episode

#: The columns of the rows that are written many at a time, in the order in which they are made.
ASSIGNMENT = (
    *("id", "tenant_id", "patient_id", "episode_id", "unit_id", "origin", "occurrence", "questionnaire", "rules"),
    *("status", "opens_at", "due_at", "overdue_at", "expires_at", "begun_expires_at", "wrong_birth_dates"),
    "silence_checked_at",
)
MESSAGE = (
    *("id", "tenant_id", "patient_id", "unit_id", "assignment_id", "kind", "key", "state"),
    *("created_at", "send_after", "try_at", "expires_at", "lease", "attempts"),
)
INFORMATION = ("id", "tenant_id", "patient_id", "episode_id", "key", "pathway", "given_at")
#: Read once: an enumeration's value costs more than the rest of a row.
_PENDING, _INFORMATION = State.PENDING.value, Kind.INFORMATION.value
#: An opening that is later than this is due, overdue and reminded as counted from the moment of its message.
LATE = timedelta(hours=1)
#: For how long it is said that a text waits, or that nobody reads any more.
WORDS_LAST = timedelta(days=7)


class Subject(NamedTuple):
    """Whose rows they are."""

    tenant_id: uuid.UUID
    patient_id: uuid.UUID
    episode_id: uuid.UUID
    unit_id: uuid.UUID


def subject(of: Episode) -> Subject:
    """Return whose an episode is."""
    return Subject(of.tenant_id, of.patient_id, of.id, of.unit_id)


def row(of: Episode, asked: Asked, origin: str, occurrence: str, opens: datetime) -> Assignment:
    """Make an assignment's row, which `store` writes: open, with its whole window."""
    values = (new_id(), *subject(of), *asked_at(asked, origin, occurrence, opens, "open"))
    return Assignment(**dict(zip(ASSIGNMENT, values, strict=True)))


def asked_at(
    asked: Asked, origin: str, occurrence: str, opens: datetime, status: str, now: datetime | None = None
) -> tuple[Any, ...]:
    """Return what all assignments of one questionnaire at one instant share: the columns from `origin` on.

    What only staff fill in gets the origin `staff`, whoever asks for it: it is never hers to open, nor her silence.
    `now` is when it really opens, where that is not `opens`. What is expired from the beginning was never put before
    her, so that there is no silence for the auditor to look at.
    """
    whose = origin if brings(asked) else "staff"
    ends = ends_of(asked, opens, now if now is not None and status == "open" else opens)
    return (
        whose,
        occurrence,
        asked.questionnaire,
        asked.rules,
        status,
        opens,
        *ends,
        0,
        now if status == "expired" else None,
    )


def ends_of(asked: Asked, opens: datetime, now: datetime) -> tuple[datetime, datetime, datetime, datetime]:
    """Return when it is due, overdue, expires, and expires once begun, where it is opened at `now`.

    Opened late, it is due and overdue as long after as it would have been, and can be answered until then at least.
    """
    window, since = asked.window, counted_from(opens, now)
    overdue = since + window.overdue
    expires = max(opens + window.expires, overdue)
    return since + window.due, overdue, expires, max(opens + window.begun_expires, expires)


def counted_from(opens: datetime, now: datetime) -> datetime:
    """Return when she can know of it: when it opens, or the moment of its message where that is late."""
    return opens if now - opens < LATE else now


def store(session: Session, made: Sequence[Assignment], actor: Actor) -> None:
    """Write new assignments with their audit records."""
    session.add_all(made)
    session.flush()
    for assignment in made:
        audit.about(session, actor, "assignment.open", assignment)


def brings(asked: Asked) -> bool:
    """Whether the patient is told of it: she may answer, or somebody on her behalf."""
    return bool({"patient", "proxy"} & set(asked.answered_by))


@dataclass(frozen=True, slots=True)
class Sending:
    """One message that goes with an assignment: kind, the end of its key, and between which instants."""

    kind: str
    suffix: str
    send_after: datetime
    expires_at: datetime


def sendings(asked: Asked, opens: datetime, now: datetime) -> Iterator[Sending]:
    """Yield the message of an assignment that opens, and its reminders, counted from when she can know of it."""
    if not brings(asked):
        return
    _, _, ends, begun_ends = ends_of(asked, opens, now)
    yield Sending(Kind.ASSIGNMENT.value, "", now, begun_ends)
    since = counted_from(opens, now)
    for number, after in enumerate(asked.reminders, 1):
        if since + after < ends:
            yield Sending(Kind.REMINDER.value, f":{number}", since + after, ends)


def message(
    row_id: uuid.UUID, whose: Subject, assignment_id: uuid.UUID, sending: Sending, now: datetime
) -> tuple[Any, ...]:
    """Return a message's row; its key names the assignment, so that there is one of each."""
    kind, key = sending.kind, f"{sending.kind}:{assignment_id}{sending.suffix}"
    whom = (row_id, whose.tenant_id, whose.patient_id, whose.unit_id, assignment_id, kind, key)
    return (*whom, _PENDING, now, sending.send_after, sending.send_after, sending.expires_at, 0, 0)


def information_message(
    row_id: uuid.UUID, whose: Subject, information_id: uuid.UUID, now: datetime, ends: datetime | None = None
) -> tuple[Any, ...]:
    """Return the row of the message that says that a text waits."""
    key = f"{_INFORMATION}:{information_id}"
    whom = (row_id, whose.tenant_id, whose.patient_id, whose.unit_id, None, _INFORMATION, key)
    until = now + WORDS_LAST if ends is None else min(now + WORDS_LAST, ends)
    return (*whom, _PENDING, now, now, now, until, 0, 0)


def letters(assignment: Assignment, asked: Asked, now: datetime) -> list[Letter]:
    """Return the messages of one assignment, to be put into the outbox one by one."""
    return [
        Letter(
            tenant_id=assignment.tenant_id,
            kind=each.kind,
            key=f"{each.kind}:{assignment.id}{each.suffix}",
            patient_id=assignment.patient_id,
            unit_id=assignment.unit_id,
            assignment_id=assignment.id,
            send_after=each.send_after,
            expires_at=each.expires_at,
        )
        for each in sendings(asked, assignment.opens_at, now)
    ]


def record(session: Session, made: Sequence[tuple[uuid.UUID, Subject]], action: str) -> None:
    """Write the audit records of many rows: one for each unit, with its subjects; it names the row where there is one.

    `action` is such as `assignment.open`; what it names first is the kind of row.
    """
    by_unit = defaultdict[tuple[uuid.UUID, uuid.UUID], list[tuple[uuid.UUID, Subject]]](list)
    for each in made:
        by_unit[each[1].tenant_id, each[1].unit_id].append(each)
    for (tenant_id, unit_id), of_unit in by_unit.items():
        audit.record(
            session,
            SYSTEM,
            action,
            tenant_id=tenant_id,
            entity=action.partition(".")[0],
            entity_id=of_unit[0][0] if len(of_unit) == 1 else None,
            subjects=[whose.patient_id for _, whose in of_unit],
            unit_id=unit_id,
            reason="tick",
        )
