"""What went wrong in a simulation, if anything: what Prom did, held against what the simulation itself knows.

The rows are read as they lie, and what should have been asked is worked out anew (`reckoning.py`).
"""

import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from alerts.rules import Severity
from prom.assignments.models import Assignment
from prom.messaging.models import Kind, Message
from prom.pathways.definition import Asked
from prom.simulation.lives import Life, Stay
from prom.simulation.reckoning import Due, due_between, instant
from prom.simulation.trial import Run
from prom.worklist.models import OPEN, Alert, Evidence

#: Opened and sent so much after its time is late: what is promised of a worker that was killed and followed.
LATE = timedelta(seconds=60)
#: What is about what is asked by plan. She gets the others at any hour, and whatever stands in the way of these.
PLANNED = (Kind.ASSIGNMENT, Kind.REMINDER, Kind.INFORMATION)
#: The default quiet hours, in the unit's zone.
QUIET_FROM, QUIET_UNTIL = time(21), time(8)
#: Named per kind of fault; all are counted.
NAMED = 5

FAULTS = (
    "asked twice",
    "message doubled",
    "never asked",
    "asked and not planned",
    "opened late",
    "sent late",
    "sent in quiet hours",
    "message after an answer",
    "message after a death",
    "message after an opt-out",
    "message in a pause",
    "message after the end",
    "red flag without an emergency",
    "open alert without a next action",
    "job failed",
)


@dataclass
class Verdict:
    """How often each thing went wrong, with the first of each; and the largest lateness seen."""

    faults: Counter[str] = field(default_factory=Counter)
    named: list[str] = field(default_factory=list)
    expected: int = 0
    opened_late: timedelta = timedelta()
    sent_late: timedelta = timedelta()

    @property
    def clean(self) -> bool:
        """Whether nothing was wrong."""
        return not self.faults

    def __add__(self, other: "Verdict") -> "Verdict":
        """Judge two parts of one clinic together."""
        return Verdict(
            self.faults + other.faults,
            self.named + other.named,
            self.expected + other.expected,
            max(self.opened_late, other.opened_late),
            max(self.sent_late, other.sent_late),
        )

    def blame(self, fault: str, what: str) -> None:
        """Count a fault, and name it while few of its kind are named."""
        self.faults[fault] += 1
        if self.faults[fault] <= NAMED:
            self.named.append(f"{fault}: {what}")


def judge(run: Run, session: Session) -> Verdict:
    """Hold everything against everything; reads rows, and writes none."""
    verdict, asked = Verdict(), _asked(session)
    for life in run.ward.lives.values():
        for stay in life.stays:
            _judge_stay(verdict, run, life, stay, asked.get(stay.episode_id, []))
        _judge_red_flags(verdict, life, session)
    _judge_messages(verdict, run, session)
    for alert_id in session.scalars(select(Alert.id).where(text(OPEN), Alert.next_action_at.is_(None))):
        verdict.blame("open alert without a next action", str(alert_id))
    for at, name, error in run.worker.failed:
        verdict.blame("job failed", f"{name} at {at:%Y-%m-%d %H:%M}: {error}")
    return verdict


def _asked(session: Session) -> dict[uuid.UUID, list[Assignment]]:
    found: dict[uuid.UUID, list[Assignment]] = {}
    for row in session.scalars(select(Assignment).where(Assignment.origin.in_(("planned", "staff")))):
        found.setdefault(row.episode_id, []).append(row)
    return found


def _judge_stay(verdict: Verdict, run: Run, life: Life, stay: Stay, rows: Sequence[Assignment]) -> None:
    counts = Counter(row.occurrence for row in rows)
    for occurrence, count in counts.items():
        if count > 1:
            verdict.blame("asked twice", f"{occurrence} in episode {stay.episode_id}")
    by_name = {row.occurrence: row for row in rows}
    known = set()
    for item, due in _due(run, stay):
        name = f"{item.key}:{due.name}"
        known.add(name)
        if (why := _excused(life, stay, item, due)) is None:
            verdict.expected += 1
            row = by_name.get(name)
            if row is None:
                verdict.blame("never asked", f"{name} in episode {stay.episode_id}, due {due.instant:%Y-%m-%d %H:%M}")
            else:
                _judge_opening(verdict, row, due.instant)
        elif why == "for another age" and name in by_name:
            verdict.blame("asked and not planned", f"{name} in episode {stay.episode_id}: {why}")
    for name in by_name.keys() - known:
        if not name.startswith("after:"):
            verdict.blame("asked and not planned", f"{name} in episode {stay.episode_id}")


def _due(run: Run, stay: Stay) -> Iterator[tuple[Asked, Due]]:
    for item in stay.pathway.items:
        if item.timing is not None:
            yield from ((item, due) for due in due_between(item.timing, stay.anchors, stay.zone, run.trial.end))


def _excused(life: Life, stay: Stay, item: Asked, due: Due) -> str | None:
    """Why this was rightly not asked, by what befell the patient; None where it had to be."""
    if item.timing is None or due.instant < max(stay.begun_at, stay.known_since[item.timing.start.anchor]):
        return "before it was planned"
    if stay.ended_at is not None and due.instant >= stay.ended_at:
        return "after the end"
    if stay.paused(due.instant):
        return "in a pause"
    if item.minimum_age is not None and _age(life, due.instant) < item.minimum_age:
        return "for another age" if _age(life, due.instant) < item.minimum_age - 1 else "near the age"
    return None


def _age(life: Life, at: datetime) -> int:
    born = life.fate.person.birth_date
    return at.year - born.year - ((at.month, at.day) < (born.month, born.day))


def _judge_opening(verdict: Verdict, row: Assignment, due: datetime) -> None:
    late = _made_at(row.id) - due
    verdict.opened_late = max(verdict.opened_late, late)
    if late > LATE or row.opens_at != due:
        verdict.blame("opened late", f"{row.occurrence}: due {due}, opens {row.opens_at}, made {late} late")


def _made_at(row_id: uuid.UUID) -> datetime:
    """When a row was made, by its id, whose first 48 bits are the milliseconds of its making (UUIDv7)."""
    return datetime.fromtimestamp((row_id.int >> 80) / 1000, UTC)


def _judge_red_flags(verdict: Verdict, life: Life, session: Session) -> None:
    for response_id, at in life.red_flags:
        found = session.scalars(
            select(Alert.severity)
            .join(Evidence, Evidence.alert_id == Alert.id)
            .where(Evidence.response_id == response_id)
        ).all()
        if Severity.EMERGENCY not in found:
            verdict.blame("red flag without an emergency", f"response {response_id} of {at:%Y-%m-%d %H:%M}")


def _judge_messages(verdict: Verdict, run: Run, session: Session) -> None:
    rows = {row.id: row for row in session.scalars(select(Message).where(Message.patient_id.is_not(None)))}
    opens = {each.id: each for each in session.scalars(select(Assignment))}
    first_of: Counter[tuple[str, str]] = Counter()
    for received in run.ward.phones.received:
        row = rows.get(received.message_id)
        life = run.ward.lives.get(row.patient_id) if row is not None and row.patient_id is not None else None
        if row is None or life is None:
            continue  # the on-call phone's
        first_of[row.kind, row.key] += 1
        if first_of[row.kind, row.key] > 1:
            verdict.blame("message doubled", row.key)
        if row.kind in PLANNED:
            assignment = opens.get(row.assignment_id) if row.assignment_id is not None else None
            _judge_message(verdict, life, row, received.at, assignment)


def _judge_message(verdict: Verdict, life: Life, row: Message, at: datetime, of: Assignment | None) -> None:
    what = f"{row.kind} {row.id} at {at:%Y-%m-%d %H:%M}"
    if of is not None and of.id in life.answered and at > life.answered[of.id]:
        verdict.blame("message after an answer", what)
    if life.died_at is not None and at > life.died_at:
        verdict.blame("message after a death", what)
    if life.opted_out_at is not None and at > life.opted_out_at:
        verdict.blame("message after an opt-out", what)
    stay = next((each for each in life.stays if of is not None and each.episode_id == of.episode_id), None)
    if stay is None:
        return
    if stay.paused(at):
        verdict.blame("message in a pause", what)
    if stay.ended_at is not None and at > stay.ended_at:
        verdict.blame("message after the end", what)
    _judge_hours(verdict, stay, row, at, what)


def _judge_hours(verdict: Verdict, stay: Stay, row: Message, at: datetime, what: str) -> None:
    local = at.astimezone(stay.zone).time()
    if local >= QUIET_FROM or local < QUIET_UNTIL:
        verdict.blame("sent in quiet hours", what)
    late = at - _earliest(row.send_after, stay)
    verdict.sent_late = max(verdict.sent_late, late)
    if late > LATE:
        verdict.blame("sent late", f"{what}, due {row.send_after:%Y-%m-%d %H:%M}")


def _earliest(due: datetime, stay: Stay) -> datetime:
    """When a message may go at the soonest: not in quiet hours, nor in a pause."""
    earliest = max([due, *(until for begins, until in stay.pauses if begins <= due < until)])
    return _awake(earliest, stay.zone)


def _awake(at: datetime, zone: ZoneInfo) -> datetime:
    local = at.astimezone(zone)
    if QUIET_UNTIL <= local.time() < QUIET_FROM:
        return at
    day = local.date() + timedelta(days=1 if local.time() >= QUIET_FROM else 0)
    return instant(day, QUIET_UNTIL, zone)
