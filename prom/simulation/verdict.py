"""What went wrong in a simulation, if anything: what Prom did, held against what the simulation itself knows.

The rows are read as they lie, and what should have been asked is worked out anew (`reckoning.py`).
"""

from collections import Counter

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from alerts.rules import Severity
from prom.messaging.models import Kind
from prom.simulation.asking import judge_asking
from prom.simulation.book import Book, Told, open_book
from prom.simulation.faults import LATE, Verdict
from prom.simulation.hours import earliest, is_quiet
from prom.simulation.judging_left import judge_left
from prom.simulation.lives import Life, Stay
from prom.simulation.trial import Run
from prom.worklist.models import OPEN, Alert, Evidence

#: What is about what is asked by plan. She gets the others at any hour, and whatever stands in the way of these.
PLANNED = (Kind.ASSIGNMENT, Kind.REMINDER, Kind.INFORMATION)


def judge(run: Run, session: Session) -> Verdict:
    """Hold everything against everything; reads rows, and writes none."""
    verdict, book = Verdict(), open_book(session, run.ward.phones.received)
    for life in run.ward.lives.values():
        for stay in life.stays:
            judge_asking(verdict, run.trial.end, life, stay, book)
        _judge_red_flags(verdict, life, session)
        judge_left(verdict, run.trial.end, life, book, session)
    _judge_messages(verdict, run, book)
    for alert_id in session.scalars(select(Alert.id).where(text(OPEN), Alert.next_action_at.is_(None))):
        verdict.blame("open alert without a next action", str(alert_id))
    for at, name, error in run.worker.failed:
        verdict.blame("job failed", f"{name} at {at:%Y-%m-%d %H:%M}: {error}")
    return verdict


def _judge_red_flags(verdict: Verdict, life: Life, session: Session) -> None:
    for response_id, at in life.red_flags:
        found = session.scalars(
            select(Alert.severity)
            .join(Evidence, Evidence.alert_id == Alert.id)
            .where(Evidence.response_id == response_id)
        ).all()
        if Severity.EMERGENCY not in found:
            verdict.blame("red flag without an emergency", f"response {response_id} of {at:%Y-%m-%d %H:%M}")


def _judge_messages(verdict: Verdict, run: Run, book: Book) -> None:
    """Judge what came: whether it might come then, and once."""
    for key, times in Counter(told.key for told in book.told).items():
        for _ in range(times - 1):
            verdict.blame("message doubled", key)
    for told in book.told:
        life = run.ward.lives.get(told.patient_id)
        if life is not None and told.kind in PLANNED:
            _judge_message(verdict, life, told, book)


def _judge_message(verdict: Verdict, life: Life, told: Told, book: Book) -> None:
    of = book.assignments.get(told.assignment_id) if told.assignment_id is not None else None
    what = f"{told.kind} {told.id} at {told.at:%Y-%m-%d %H:%M}"
    if of is not None and of.id in life.answered and told.at > life.answered[of.id]:
        verdict.blame("message after an answer", what)
    if life.died_at is not None and told.at > life.died_at:
        verdict.blame("message after a death", what)
    if life.opted_out_at is not None and told.at > life.opted_out_at:
        verdict.blame("message after an opt-out", what)
    stay = next((each for each in life.stays if of is not None and each.episode_id == of.episode_id), None)
    if stay is not None:
        _judge_in_stay(verdict, stay, told, what)


def _judge_in_stay(verdict: Verdict, stay: Stay, told: Told, what: str) -> None:
    if stay.paused(told.at):
        verdict.blame("message in a pause", what)
    if stay.ended_at is not None and told.at > stay.ended_at:
        verdict.blame("message after the end", what)
    if is_quiet(told.at, stay):
        verdict.blame("sent in quiet hours", what)
    late = told.at - earliest(told.send_after, stay)
    verdict.sent_late = max(verdict.sent_late, late)
    if late > LATE:
        verdict.blame("sent late", f"{what}, due {told.send_after:%Y-%m-%d %H:%M}")
