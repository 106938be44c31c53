"""The auditor: works out again what each stored answer should have raised, and compares with what was raised.

It trusts neither the engine, nor the kept history, nor the moment of submitting: a second evaluator (plainly.py) reads
the sealed answers and everything before them. A difference turns the watch red; what is missing it puts on the list.
"""

import uuid
from collections.abc import Iterable
from time import monotonic

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.evaluation import could_not_be_assessed
from alerts.findings import Finding, Reason
from alerts.rules import Severity
from prom import clock
from prom.assignments.models import Assignment
from prom.assignments.service import lock, origin_of
from prom.audit import service as audit
from prom.audit.service import SYSTEM
from prom.db import new_id, reading, transaction
from prom.oversight import plainly
from prom.oversight.models import Disagreement
from prom.oversight.plainly import Expected
from prom.oversight.recomputing import UNASSESSED, UNREADABLE, Compared, compare, rules_of
from prom.responses import drafts, history
from prom.responses.judging import instrument_of, judge
from prom.responses.models import WHOLE, Response
from prom.sweeping import until_stopped
from prom.worklist import service as worklist
from questionnaires.definition import Texts

log = structlog.get_logger()

#: So many responses are looked for at a time, for so many seconds: the next run takes the rest.
AT_ONCE = 200
LONGEST_RUN = 40


class SomeFailed(Exception):
    """Responses could not be looked at, each by itself; the others were."""


def recheck() -> int:
    """Look again at every response that nobody has looked at twice; returns how many differ. Each is a transaction.

    One that fails holds up no other; raises SomeFailed at the end.
    """
    until, differ, failed = monotonic() + LONGEST_RUN, 0, set[uuid.UUID]()
    while monotonic() < until and (waiting := _waiting(failed)):
        for response_id in until_stopped(waiting):
            try:
                differ += _recheck_one(response_id)
            except Exception as failure:
                log.error("response not rechecked", response=str(response_id), failure=type(failure).__name__)
                failed.add(response_id)
        if len(waiting) < AT_ONCE:
            break
    if failed:
        raise SomeFailed
    return differ


def _waiting(failed: Iterable[uuid.UUID]) -> list[uuid.UUID]:
    with reading() as session:
        unseen = select(Response.id).where(Response.rechecked_at.is_(None), Response.id.not_in(failed))
        return list(session.scalars(unseen.order_by(Response.received_at).limit(AT_ONCE)))


def _recheck_one(response_id: uuid.UUID) -> bool:
    with transaction() as session:
        assignment = lock(session, session.get_one(Response, response_id).assignment_id)
        response = session.get_one(Response, response_id, populate_existing=True)
        response.rechecked_at = clock.now()
        if response.status == "entered-in-error":
            return False
        worklist.hold_episode(session, response.episode_id)  # a correction in this moment changes what is to be found
        found = differences(session, response)
        if found:
            log.error("alerts differ", missing=len(found.missing), surplus=len(found.surplus))
            session.add(
                Disagreement(id=new_id(), tenant_id=response.tenant_id, response_id=response.id, found_at=clock.now())
            )
            missing = _findings(session, assignment, response, found)
            too_mild = {each[:3] for each in found.surplus}  # known by rule and answers, and yet to be told of anew
            told_anew = [each for each in missing if worklist.identity_of(each) in too_mild]
            worklist.raise_alerts(session, origin_of(assignment, response.id), missing, typed_now=told_anew)
        return bool(found)


def differences(session: Session, response: Response) -> Compared:
    """Compare, and put on record that the answers were read."""
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
    return compare(session, response)


def _findings(session: Session, assignment: Assignment, response: Response, found: Compared) -> list[Finding]:
    """What is missing, in the engine's words where it finds the same today; else in the rule's own."""
    told = {as_expected(each): each for each in _by_engine(session, assignment, response)} if found.missing else {}
    return [told.get(each) or finding_of(session, assignment, each) for each in sorted(found.missing)]


def _by_engine(session: Session, assignment: Assignment, response: Response) -> tuple[Finding, ...]:
    try:
        given = drafts.opened(session, response)
    except UNREADABLE:
        return ()
    own = (response.authored_at, response.received_at, response.id)
    earlier = [
        row for row in history.responses_in(session, assignment) if (row.authored_at, row.received_at, row.id) < own
    ]
    return judge(
        session,
        assignment,
        instrument_of(session, assignment),
        given,
        history.rebuilt(session, earlier),
        source=response.source,
        authored=response.authored_at,
        complete=response.status in WHOLE,
    ).findings


def as_expected(finding: Finding) -> Expected:
    """Return a finding of the engine as the second evaluator says it."""
    return Expected(finding.rule, finding.topic, finding.kind, int(finding.severity))


def finding_of(session: Session, assignment: Assignment, missing: Expected) -> Finding:
    """Make a finding of which nothing is known but that the rule fires, or cannot tell: a nurse reads the answers."""
    if missing == UNASSESSED or assignment.rules is None:
        return could_not_be_assessed("auditor", clock.now())
    asked = instrument_of(session, assignment)
    instruments = [(asked.questionnaire, asked.key)] if asked is not None else []
    written = plainly.written_out(rules_of(session, assignment.rules), instruments)
    title = next(rule["title"] for rule in written if rule["id"] == missing.rule)
    severity = Severity(missing.severity)
    return Finding(
        rule=missing.rule,
        rule_set=assignment.rules,
        topic=missing.topic,
        severity=severity,
        kind="could not be assessed" if missing.kind == plainly.UNKNOWN else "rule",
        title=Texts.of(title),
        instruction=None,
        reason=Reason(
            "failed", {"detail": "second-look", "severity": severity.word, "judged": clock.now().isoformat()}
        ),
    )
