"""What can go wrong in a simulation, by name, and how often it did. PURE."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

#: Opened and sent so much after its time is late: what is promised of a worker that was killed and followed.
LATE = timedelta(seconds=60)
#: Named per kind of fault; all are counted.
NAMED = 5

FAULTS = (
    "asked twice",
    "message doubled",
    "never asked",
    "not asked after a pause",
    "not asked again after an answer",
    "asked and not planned",
    "text never given",
    "never told",
    "never reminded",
    "silence not told",
    "opened late",
    "sent late",
    "sent too soon",
    "sent in quiet hours",
    "message after an answer",
    "message after a death",
    "message after an opt-out",
    "message in a pause",
    "message after the end",
    "red flag without an emergency",
    "begun form never judged",
    "begun form judged late",
    "open alert without a next action",
    "job failed",
)


@dataclass
class Verdict:
    """How often each thing went wrong, with the first of each; and the largest lateness seen."""

    faults: Counter[str] = field(default_factory=Counter)
    named: list[str] = field(default_factory=list)
    #: How much had to be asked, reminded of and given.
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
