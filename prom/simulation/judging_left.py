"""What became of forms that were begun and left: judged on what they hold when their time is over, and never lost."""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.rules import Severity
from prom.responses.models import Response
from prom.simulation.book import Book, made_at
from prom.simulation.faults import LATE, Verdict
from prom.simulation.lives import Life
from prom.worklist.models import Alert, Evidence


def judge_left(verdict: Verdict, end: datetime, life: Life, book: Book, session: Session) -> None:
    """Judge each form that she left, up to the trial's end: also an emergency that she typed and never sent."""
    for form_id, left_at in life.left.items():
        what = f"form {form_id}, left {left_at:%Y-%m-%d %H:%M}"
        if form_id in life.left_in_emergency and not _raised(session, form_id):
            verdict.blame("red flag without an emergency", what)
        if form_id in life.answered:
            continue
        ends = book.assignments[form_id].begun_expires_at
        stopped = life.died_at is not None and life.died_at <= ends + LATE  # after a death nothing is judged
        if stopped or ends + LATE >= end:
            continue
        verdict.expected += 1
        kept = session.scalars(select(Response).where(Response.assignment_id == form_id)).all()
        if len(kept) != 1:
            verdict.blame("begun form never judged", f"{what}: {len(kept)} responses")
        elif made_at(kept[0].id) - ends > LATE:
            verdict.blame("begun form judged late", f"{what}, over {ends:%Y-%m-%d %H:%M}")


def _raised(session: Session, form_id: uuid.UUID) -> bool:
    raised = select(Evidence.id).join(Alert, Alert.id == Evidence.alert_id)
    wanted = Evidence.assignment_id == form_id, Alert.severity == Severity.EMERGENCY
    return session.scalars(raised.where(*wanted).limit(1)).first() is not None
