"""What a pathway version is made of: anchors and phases, what it asks and in which window, what it tells. PURE."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta

from prom.pathways.timings import Offset, Timing
from questionnaires.definition import Texts

#: Who may answer: the patient herself, somebody on her behalf, a clinician.
PATIENT, PROXY, STAFF = ANSWERERS = ("patient", "proxy", "staff")


@dataclass(frozen=True)
class Anchor:
    """A day that the pathway is reckoned from. The first is the episode's own; others may become known later."""

    code: str
    title: Texts


@dataclass(frozen=True)
class Phase:
    """A stretch of the pathway, such as treatment or follow-up."""

    code: str
    title: Texts
    start: Offset
    #: Its last day: its own end, else the day before the next phase begins; None for a last phase without end.
    until: Offset | None

    def lasts_on(self, day: date, anchors: Mapping[str, date]) -> bool:
        """Whether a local day lies in it; an end whose anchor is not known yet is none."""
        begins = self.start.on(anchors)
        ends = self.until.on(anchors) if self.until else None
        return begins is not None and begins <= day and (ends is None or day <= ends)


@dataclass(frozen=True)
class Window:
    """How long an assignment is due, overdue and open, counted from its opening."""

    due: timedelta
    overdue: timedelta
    expires: timedelta
    #: For one that was begun.
    begun_expires: timedelta


@dataclass(frozen=True)
class Asked:
    """A questionnaire with the rules that judge it and its window. `timing` is None for what is asked on demand."""

    key: str
    questionnaire: str
    #: None where nobody judges the answers (a patient-experience form); a missing one is never meant.
    rules: str | None
    window: Window
    timing: Timing | None
    title: Texts | None = None
    #: How long after its opening she is reminded, as often as there are times; ascending, and before it expires.
    reminders: tuple[timedelta, ...] = ()
    #: Asked only of patients who are at least so old on the day.
    minimum_age: int | None = None
    answered_by: tuple[str, ...] = (PATIENT,)
    #: The code of its phase; None for what belongs to none (on demand, recorded).
    phase: str | None = None


@dataclass(frozen=True)
class AfterAnswer:
    """One more question that an answer asks for: whenever `finding` fires, until it does not, or `most` were asked."""

    key: str
    #: The id of a rule in the set that judged the answer.
    finding: str
    ask: Asked
    after_days: int
    at: time
    most: int

    @property
    def plan_key(self) -> str:
        """The key of its plan, beside those of the pathway's items."""
        return f"after:{self.key}"


@dataclass(frozen=True)
class InformationItem:
    """A short text that is given at a point of the pathway, and marked as read."""

    key: str
    start: Offset
    at: time
    title: Texts
    text: Texts
    #: For how long it is worth giving; None where the document does not say.
    lasts: timedelta | None = None
