"""What the rules need of a patient's past: kept per episode and questionnaire, rebuilt from the responses."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.observation import DAYS, LATEST, History, Snapshot
from prom.assignments.models import Assignment
from prom.crypto import CannotOpen
from prom.db import insert, new_id, update
from prom.patients import sealing
from prom.responses.models import COUNTS, WHOLE, PatientState, Response

log = structlog.get_logger()

EMPTY = History(baseline={}, previous=())


def state_of(session: Session, assignment: Assignment) -> PatientState | None:
    """Return the stored state of the assignment's episode and questionnaire."""
    url = assignment.questionnaire.partition("|")[0]
    return session.scalars(
        select(PatientState).where(
            PatientState.episode_id == assignment.episode_id, PatientState.questionnaire_url == url
        )
    ).first()


def read(session: Session, state: PatientState | None) -> History:
    """Open a state's history; nothing stored is an empty one."""
    return EMPTY if state is None else _from_document(sealing.open_column(session, state, "history"))


def read_or_rebuild(session: Session, assignment: Assignment, state: PatientState | None) -> History:
    """Open the assignment's history; what cannot be read is rebuilt: a broken past must not keep an answer out.

    So is one that was kept when less was kept than now, since a trend would look for what is not there.
    """
    if state is None:
        return EMPTY
    try:
        document = sealing.open_column(session, state, "history")
        if document.get("days") == DAYS:
            return _from_document(document)
        return rebuilt(session, responses_in(session, assignment))
    except (CannotOpen, ValueError, LookupError, TypeError, AttributeError) as failure:
        log.error("history rebuilt", failure=type(failure).__name__)
        return rebuilt(session, responses_in(session, assignment))


def keep(session: Session, assignment: Assignment, state: PatientState | None, history: History) -> None:
    """Store the history of the assignment's episode and questionnaire."""
    if state is not None:
        update(session, state, history_sealed=sealing.sealed(session, state, "history", as_document(history)))
        return
    state = PatientState(
        id=new_id(),
        tenant_id=assignment.tenant_id,
        patient_id=assignment.patient_id,
        episode_id=assignment.episode_id,
        questionnaire_url=assignment.questionnaire.partition("|")[0],
    )
    sealing.seal(session, state, "history", as_document(history))
    insert(session, state)


def followed_by(history: History, snapshot: Snapshot) -> History:
    """Return the history with one more report, the newest last; the first of each source is its baseline.

    A report without any score (its scoring failed) adds nothing to compare with.
    """
    if not snapshot.scores:
        return history
    baseline = dict(history.baseline)
    first = baseline.get(snapshot.source)
    if first is None or snapshot.authored < first.authored:
        baseline[snapshot.source] = snapshot
    ordered = sorted((*history.previous, snapshot), key=lambda each: each.authored)
    others = [each for each in ordered if each.source != snapshot.source]
    ours = kept([each for each in ordered if each.source == snapshot.source])
    return History(baseline=baseline, previous=tuple(sorted((*others, *ours), key=lambda each: each.authored)))


def kept(ours: Sequence[Snapshot]) -> Sequence[Snapshot]:
    """Return what is kept of one source's reports, given oldest first: the latest, and all of the last days."""
    start = ours[-1].authored - timedelta(days=DAYS)
    return [each for place, each in enumerate(ours, start=1) if place > len(ours) - LATEST or each.authored >= start]


def responses_in(session: Session, assignment: Assignment) -> list[Response]:
    """Return all responses that count in the assignment's episode and questionnaire (any version), oldest first."""
    url = assignment.questionnaire.partition("|")[0]
    rows = session.scalars(
        select(Response)
        .where(Response.episode_id == assignment.episode_id, COUNTS)
        .order_by(Response.authored_at, Response.id)
    )
    return [row for row in rows if row.questionnaire.partition("|")[0] == url]


def is_followed(session: Session, response: Response) -> bool:
    """Whether another response in the same episode was answered later and counts."""
    later = select(Response.id).where(
        Response.patient_id == response.patient_id,
        Response.authored_at > response.authored_at,
        Response.episode_id == response.episode_id,
        COUNTS,
    )
    return session.scalars(later.limit(1)).first() is not None


def rebuilt(session: Session, rows: Iterable[Response]) -> History:
    """Make the history anew from completed responses, oldest first."""
    history = EMPTY
    for row in rows:
        if row.status in WHOLE:
            history = followed_by(history, snapshot_of_row(session, row))
    return history


def snapshot_of_row(session: Session, row: Response) -> Snapshot:
    """Return what a stored response contributes to the history."""
    scores = sealing.open_column(session, row, "scores")["scores"]
    known = {scale: score["value"] for scale, score in scores.items() if score["value"] is not None}
    return Snapshot(row.authored_at, known, row.source)


def as_document(history: History) -> dict[str, Any]:
    """Write a history as the JSON document that is sealed."""
    return {
        "days": DAYS,
        "baseline": {source: _snapshot_document(each) for source, each in history.baseline.items()},
        "previous": [_snapshot_document(each) for each in history.previous],
    }


def _snapshot_document(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "authored": snapshot.authored.isoformat(),
        "scores": dict(snapshot.scores),
        "source": snapshot.source,
    }


def _from_document(document: dict[str, Any]) -> History:
    return History(
        baseline={source: _snapshot(each) for source, each in document["baseline"].items()},
        previous=tuple(_snapshot(each) for each in document["previous"]),
    )


def _snapshot(document: dict[str, Any]) -> Snapshot:
    return Snapshot(datetime.fromisoformat(document["authored"]), document["scores"], document["source"])
