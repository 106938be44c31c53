"""Findings that a clinician expected: kept as evidence under no alert, to be seen and nobody's duty."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.findings import Finding
from prom import clock
from prom.db import insert
from prom.patients import sealing
from prom.worklist import evidence
from prom.worklist.evidence import Origin, as_document, over_answers
from prom.worklist.models import Evidence


def hold_back(session: Session, origin: Origin, held: Iterable[tuple[Finding, uuid.UUID]]) -> None:
    """Keep findings of a report under the decisions that expected them; what the report has given already is not new.

    The caller holds the episode.
    """
    known = {over_answers(sealing.open_column(session, row, "finding")) for row in _of_report(session, origin)}
    made = [
        evidence.held(session, origin, finding, decision_id)
        for finding, decision_id in held
        if over_answers(as_document(finding)) not in known
    ]
    insert(session, *made)


def let_go(session: Session, origin: Origin, raised: Iterable[Finding]) -> None:
    """What is raised after all, since a report is judged anew, is held back no longer."""
    names = {over_answers(as_document(finding)) for finding in raised}
    for row in _of_report(session, origin):
        if row.alert_id is None and over_answers(sealing.open_column(session, row, "finding")) in names:
            row.withdrawn_at = clock.now()
    session.flush()


def _of_report(session: Session, origin: Origin) -> Sequence[Evidence]:
    """What one report or begun form has given, and still counts."""
    return session.scalars(
        select(Evidence).where(
            Evidence.assignment_id == origin.assignment_id,
            Evidence.response_id == origin.response_id,
            Evidence.withdrawn_at.is_(None),
        )
    ).all()


def held_since(session: Session, decision_ids: Iterable[uuid.UUID], since: datetime) -> Sequence[Evidence]:
    """Return what these decisions have held back since then, the newest first. Whoever shows it writes the record."""
    return session.scalars(
        select(Evidence)
        .where(Evidence.held_by.in_(list(decision_ids)), Evidence.found_at >= since, Evidence.withdrawn_at.is_(None))
        .order_by(Evidence.found_at.desc(), Evidence.id)
    ).all()
