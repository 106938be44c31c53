"""What came of a day: who was asked twice, who was missed, and how late, by the vendor's list and the database."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from prom.assignments.models import Assignment
from prom.db import reading
from prom.messaging.models import Message


@dataclass
class Outcome:
    """What came of the day. Seconds are the clock's own."""

    patients: int
    #: All of them, and those between the statements of an opening.
    kills: int = 0
    died_in_openings: int = 0
    #: Messages that one worker had in hand when it was killed, and another took up.
    taken_up: int = 0
    leaders: set[str] = field(default_factory=set)
    duplicates: int = 0
    missed: int = 0
    #: Of all messages, from the due instant; and from then or the last kill before it, whichever is later.
    late: float = 0.0
    late_after_recovery: float = 0.0
    #: Seconds until the last worker had stopped after SIGTERM.
    stopped_after: float = 0.0

    @property
    def clean(self) -> bool:
        """Whether everybody was asked once, and no later than a minute after the last kill."""
        return not (self.duplicates or self.missed) and self.late_after_recovery <= 60


def reckon(outcome: Outcome, accepted: Sequence[tuple[str, datetime]], killed_at: Sequence[datetime]) -> None:
    """Hold what the vendor accepted (message and instant) against the patients; each is to be asked once that day."""
    with reading() as session:
        opened = session.scalars(select(Assignment).where(Assignment.origin.in_(("planned", "staff")))).all()
        rows = session.scalars(select(Message)).all()
    asked = {row.id: row for row in opened if row.origin == "planned"}
    messages = {str(row.id): row for row in rows if row.kind == "assignment"}
    got = Counter(message_id for message_id, _ in accepted)
    outcome.kills, outcome.taken_up = len(killed_at), sum(row.attempts > 1 for row in rows)
    outcome.duplicates = sum(count - 1 for count in got.values())
    outcome.duplicates += len(messages) - len({row.assignment_id for row in messages.values()})
    # What only staff fill in sends nothing, and is opened once all the same.
    outcome.duplicates += len(opened) - len({(row.patient_id, row.questionnaire) for row in opened})
    outcome.missed = outcome.patients - len({messages[each].patient_id for each in got if each in messages})
    out = {str(row.id): row for row in rows}
    for message_id, at in accepted:
        row = out[message_id]
        due = asked[row.assignment_id].opens_at if row.assignment_id in asked else row.send_after
        back = max([due, *(killed for killed in killed_at if killed <= at)])
        outcome.late = max(outcome.late, (at - due).total_seconds())
        outcome.late_after_recovery = max(outcome.late_after_recovery, (at - back).total_seconds())
