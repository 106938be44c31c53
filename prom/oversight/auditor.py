"""The auditor: judges each stored answer again, from the documents alone, and compares with what was raised.

It trusts neither the kept history nor the moment of submitting: it reads the sealed answers, rebuilds the past from the
earlier responses, evaluates, and looks for each finding among the evidence. A difference turns the watch red and puts
the missing alert on the list.
"""

import uuid

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.evaluation import could_not_be_assessed
from alerts.findings import Finding
from prom import clock
from prom.assignments.models import Assignment
from prom.assignments.service import lock, origin_of
from prom.audit import service as audit
from prom.audit.service import SYSTEM
from prom.crypto import CannotOpen
from prom.db import new_id, reading, transaction
from prom.oversight.models import Disagreement
from prom.patients import sealing
from prom.responses import drafts, history
from prom.responses.judging import instrument_of, judge
from prom.responses.models import WHOLE, Response
from prom.sweeping import until_stopped
from prom.worklist import service as worklist
from prom.worklist.models import Evidence

log = structlog.get_logger()

#: How many responses one run judges at most; the next run takes the rest.
AT_ONCE = 200


class SomeFailed(Exception):
    """Responses could not be looked at, each by itself; the others were."""


def recheck() -> int:
    """Judge every response again that nobody has looked at twice; returns how many disagree. Each is a transaction.

    One that fails holds up no other; raises SomeFailed at the end.
    """
    with reading() as session:
        waiting = session.scalars(
            select(Response.id).where(Response.rechecked_at.is_(None)).order_by(Response.received_at).limit(AT_ONCE)
        ).all()
    disagree, failed = 0, 0
    for response_id in until_stopped(waiting):
        try:
            disagree += _recheck_one(response_id)
        except Exception as failure:
            log.error("response not rechecked", response=str(response_id), failure=type(failure).__name__)
            failed += 1
    if failed:
        raise SomeFailed
    return disagree


def _recheck_one(response_id: uuid.UUID) -> bool:
    with transaction() as session:
        assignment = lock(session, session.get_one(Response, response_id).assignment_id)
        response = session.get_one(Response, response_id, populate_existing=True)
        response.rechecked_at = clock.now()
        if response.status == "entered-in-error":
            return False
        worklist.hold_episode(session, response.episode_id)  # a correction in this moment changes what is to be found
        missing = _missing_or_unassessed(session, response)
        if missing:
            log.error("alerts were missing", count=len(missing))
            session.add(
                Disagreement(id=new_id(), tenant_id=response.tenant_id, response_id=response.id, found_at=clock.now())
            )
            worklist.raise_alerts(session, origin_of(assignment, response.id), missing)
        return bool(missing)


def _missing_or_unassessed(session: Session, response: Response) -> list[Finding]:
    """Look for what is missing, and put on record that the answers were read; what cannot be read is missing too."""
    audit.record(
        session,
        SYSTEM,
        "response.recheck",
        tenant_id=response.tenant_id,
        entity="response",
        entity_id=response.id,
        subjects=[response.patient_id],
        unit_id=response.unit_id,
        reason="tick",
    )
    try:
        return missing_findings(session, response)
    except (CannotOpen, ValueError, LookupError, TypeError) as failure:
        log.error("response could not be assessed", response=str(response.id), failure=type(failure).__name__)
        return [could_not_be_assessed("auditor", clock.now())]


def missing_findings(session: Session, response: Response) -> list[Finding]:
    """Return what a response should have raised and did not."""
    assignment = session.get_one(Assignment, response.assignment_id)
    earlier = [
        row
        for row in history.responses_in(session, assignment)
        if (row.authored_at, row.received_at, row.id) < (response.authored_at, response.received_at, response.id)
    ]
    judged = judge(
        session,
        assignment,
        instrument_of(session, assignment),
        drafts.opened(session, response),
        history.rebuilt(session, earlier),
        source=response.source,
        authored=response.authored_at,
        complete=response.status in WHOLE,
    )
    raised = _raised(session, response)
    return [finding for finding in judged.findings if worklist.identity_of(finding) not in raised]


def _raised(session: Session, response: Response) -> set[worklist.FindingIdentity]:
    rows = session.scalars(select(Evidence).where(Evidence.response_id == response.id, Evidence.withdrawn_at.is_(None)))
    return {worklist.identity_in(sealing.open_column(session, row, "finding")) for row in rows}
