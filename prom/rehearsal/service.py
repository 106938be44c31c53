"""Running rules over the stored history: nothing is raised and nothing kept but the audit record of who read it."""

import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeAlias

from sqlalchemy.orm import Session

from alerts.evaluation import overdue
from alerts.findings import Finding
from alerts.observation import History
from alerts.rules import RuleSet
from prom import clock
from prom.assignments.models import Assignment
from prom.audit import service as audit
from prom.audit.service import Actor
from prom.db import reading, transaction
from prom.patients import sealing
from prom.rehearsal.comparing import About, Comparison, Raised, as_document
from prom.rehearsal.past import Asked, Stay, stays, stays_in
from prom.rehearsal.raised import Over, standing, would_be
from prom.responses import drafts, history
from prom.responses.judging import instrument_of, judge
from prom.responses.models import WHOLE, Response

#: So many stays are read and judged at a time; memory does not grow with the number of patients.
AT_ONCE = 100
WEEK = timedelta(weeks=1)
#: Told how many stays are done, and of how many.
Progress: TypeAlias = Callable[[int, int], None]


@dataclass
class Backtest:
    """What came out: over whom and how much, and the alerts on both sides."""

    rules: RuleSet
    asked: Asked
    compared: Comparison = field(default_factory=Comparison)
    patients: set[uuid.UUID] = field(default_factory=set)
    #: Stays in the time that were not read, because no more were to be; 0 where all were.
    left_out: int = 0
    followed: timedelta = timedelta()
    reports: int = 0
    silences: int = 0
    #: Reports in a version of the questionnaire that these rules do not read: on neither side.
    other_versions: Counter[str] = field(default_factory=Counter)
    #: Findings over answers that were typed and changed before they were sent: on neither side.
    unsent: int = 0

    @property
    def patient_weeks(self) -> float:
        """How long all of them together were followed within the time."""
        return self.followed / WEEK

    @property
    def document(self) -> dict[str, Any]:
        """All of it as a JSON document."""
        return {
            "rules": self.rules.canonical,
            "name": self.rules.name,
            "since": self.asked.since.isoformat(),
            "until": self.asked.until.isoformat(),
            "patients": len(self.patients),
            "staysLeftOut": self.left_out,
            "patientWeeks": round(self.patient_weeks, 1),
            "reports": self.reports,
            "silences": self.silences,
            "notJudged": {"otherVersions": dict(self.other_versions), "unsent": self.unsent},
            **as_document(self.compared, self.patient_weeks),
        }


def backtest(
    rules: RuleSet, asked: Asked, actor: Actor, progress: Progress | None = None, most: int | None = None
) -> Backtest:
    """Judge the history by these rules and compare with what was raised; `most` stays at most, the newest first.

    One audit record names every patient who is read, and is on disk before the first is. Holds no transaction open for
    longer than a batch, and no lock at all.
    """
    with transaction() as session:
        found = stays_in(session, asked)
        chosen = found if most is None else found[-most:] if most else []
        audit.record(
            session,
            actor,
            "response.backtest",
            tenant_id=asked.tenant_id,
            entity="response",
            subjects=[patient_id for _, patient_id in chosen],
            reason="quality",
        )
    made = Backtest(rules, asked, left_out=len(found) - len(chosen))
    for done, episode_ids in _batches([episode_id for episode_id, _ in chosen]):
        with reading() as session:
            _take(session, made, stays(session, asked, episode_ids))
        if progress:
            progress(done, len(chosen))
    return made


def _batches(ids: Sequence[uuid.UUID]) -> Iterator[tuple[int, Sequence[uuid.UUID]]]:
    for begin in range(0, len(ids), AT_ONCE):
        yield min(begin + AT_ONCE, len(ids)), ids[begin : begin + AT_ONCE]


def _take(session: Session, made: Backtest, read: Sequence[Stay]) -> None:
    """Judge some stays by these rules, and hold what comes out against what was raised over the same."""
    sealing.load_keys(session, [stay.episode.patient_id for stay in read])
    these: dict[About, Raised] = {}
    over = Over()
    for stay in read:
        made.patients.add(stay.episode.patient_id)
        made.followed += stay.followed(made.asked)
        for response, findings in _judged(session, made, stay):
            over.responses.add(response.id)
            over.assignments.add(response.assignment_id)
            these |= would_be(response.id, findings)
        for assignment in stay.silences:
            if made.rules.covers(assignment.questionnaire):
                over.silences.add(assignment.id)
                over.assignments.add(assignment.id)
                these |= would_be(assignment.id, _silent(made.rules, assignment))
    was = standing(session, over)
    made.reports += len(over.responses)
    made.silences += len(over.silences)
    made.unsent += was.unsent
    made.compared.add(was.alerts, these)


def _judged(session: Session, made: Backtest, stay: Stay) -> Iterator[tuple[Response, Sequence[Finding]]]:
    """Go through the reports of a stay as they came, each judged with what was before it."""
    past = history.EMPTY
    for response, assignment in stay.reports:
        if response.authored_at >= made.asked.since:
            if made.rules.covers(response.questionnaire):
                yield response, _findings(session, made.rules, response, assignment, past)
            else:
                made.other_versions[response.questionnaire.partition("|")[2]] += 1
        if response.status in WHOLE:
            past = history.followed_by(past, history.snapshot_of_row(session, response))


def _findings(
    session: Session, rules: RuleSet, response: Response, assignment: Assignment, past: History
) -> Sequence[Finding]:
    return judge(
        session,
        assignment,
        instrument_of(session, assignment),
        drafts.opened(session, response),
        past,
        source=response.source,
        authored=response.authored_at,
        complete=response.status in WHOLE,
        by=rules,
    ).raised


def _silent(rules: RuleSet, assignment: Assignment) -> Sequence[Finding]:
    """What these rules make of a silence: looked at when it was overdue, and once more when its window had ended."""
    begun = assignment.begun_at is not None
    seen = assignment.silence_raised_at or assignment.overdue_at
    if assignment.status == "expired":
        seen = max(seen, assignment.begun_expires_at if begun else assignment.expires_at)
    return overdue(rules, clock.now(), begun=begun, hours=(seen - assignment.due_at) / timedelta(hours=1))
