"""What the way in reads before it judges: everything, in two statements, since each one costs more than the judging.

The first locks the assignment and its episode and brings along all that is looked up by its id afterwards: whatever
asks the session for one of these rows gets it without asking the database. The second looks, under that lock, what
there is besides; what there is nothing of need not be fetched.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import BindParameter, bindparam, exists, select, text
from sqlalchemy.orm import Session

from prom.assignments.models import Assignment, Plan
from prom.catalogue import queries as catalogue
from prom.db import Instant
from prom.decisions.models import Decision
from prom.errors import NotFound
from prom.messaging.models import IS_OPEN, Message
from prom.pathways.models import Episode
from prom.patients.models import Patient, PatientKey
from prom.responses.identifiers import Identifier
from prom.responses.models import COUNTS, Draft, PatientState, Response
from prom.worklist import service as worklist
from prom.worklist.models import IS_OPEN as STILL_OPEN
from prom.worklist.models import Alert, Evidence

#: Not FOR UPDATE: rows that only point at the two, such as a visit, may be written meanwhile.
_LOCK = (
    select(Assignment, Patient, PatientKey, Episode, *catalogue.STAMP)
    .join(Episode, Episode.id == Assignment.episode_id)
    .join(Patient, Patient.id == Assignment.patient_id)
    .outerjoin(PatientKey, PatientKey.patient_id == Assignment.patient_id)
    .where(Assignment.id == bindparam("assignment"))
    .with_for_update(key_share=True, of=[Assignment, Episode])
    .execution_options(populate_existing=True)
)
#: Everything by parameter and nothing joined: each part is one look into an index, and planned once a connection.
_ASSIGNMENT: BindParameter[uuid.UUID] = bindparam("assignment")
_EPISODE: BindParameter[uuid.UUID] = bindparam("episode")
_PATIENT: BindParameter[uuid.UUID] = bindparam("patient")
_STATE = (PatientState.episode_id == _EPISODE) & (PatientState.questionnaire_url == bindparam("url"))
_LATER = (
    (Response.patient_id == _PATIENT)
    & (Response.authored_at > bindparam("authored", type_=Instant))
    & (Response.episode_id == _EPISODE)
    & COUNTS
)
_RAISED = (Evidence.assignment_id == _ASSIGNMENT) & Evidence.response_id.is_(None) & Evidence.withdrawn_at.is_(None)
_LOOK = select(
    select(PatientState.id).where(_STATE).scalar_subquery().label("state_id"),
    select(PatientState.history_sealed).where(_STATE).scalar_subquery().label("history_sealed"),
    exists().where(Response.assignment_id == _ASSIGNMENT, COUNTS).label("answered"),
    exists().where(Draft.assignment_id == _ASSIGNMENT).label("begun"),
    exists().where(_RAISED).label("has_evidence"),
    exists().where(Message.assignment_id == _ASSIGNMENT, text(IS_OPEN)).label("has_messages"),
    exists().where(Alert.episode_id == _EPISODE, STILL_OPEN).label("has_alerts"),
    exists().where(_LATER).label("followed"),
    exists().where(Decision.episode_id == _EPISODE).label("has_decisions"),
    exists().where(Plan.episode_id == _EPISODE, Plan.cause_id.is_not(None)).label("asks_again"),
    exists()
    .where(Response.tenant_id == bindparam("tenant"), Response.identifier_hash == bindparam("identifier"))
    .label("named"),
)


@dataclass(frozen=True)
class Locked:
    """An assignment that is locked with its episode, and the rows that came with it: the session forgets others."""

    assignment: Assignment
    rows: tuple[object, ...]


def lock(session: Session, assignment_id: uuid.UUID) -> Locked:
    """Lock an assignment and its episode; raises NotFound. A second time in a transaction asks the database nothing."""
    transaction, known = session.info.get("intake", (None, None))
    if known is not None and transaction is session.get_transaction() and known.assignment.id == assignment_id:
        return cast(Locked, known)
    found = session.execute(_LOCK, {"assignment": assignment_id}).first()
    if found is None:
        raise NotFound("assignment")
    catalogue.remember_stamp(session, tuple(found[4:]))
    locked = Locked(found[0], tuple(found[:4]))
    session.info["intake"] = session.get_transaction(), locked
    return locked


@dataclass(frozen=True)
class Intake:
    """An assignment that is locked with its episode, and what there is besides.

    `answered`: it has a response that counts. `begun`: she has begun it herself. `has_evidence`: red flags that were
    saved, or silence, have raised something. `has_messages`: some are not sent yet. `followed`: the episode has a
    response that was answered later. `has_decisions`: clinicians have decided something for her. `asks_again`: some
    answer has asked for one more question. `named`: some response bears the identifier that was asked about.
    """

    assignment: Assignment
    state: PatientState | None
    answered: bool
    begun: bool
    has_evidence: bool
    has_messages: bool
    followed: bool
    has_decisions: bool
    asks_again: bool
    named: bool
    locked: Locked


def take(
    session: Session, assignment_id: uuid.UUID, authored: datetime, identifier: Identifier | None = None
) -> Intake:
    """Lock an assignment and its episode with its open alerts, and look what there is; raises NotFound."""
    locked = lock(session, assignment_id)
    assignment = locked.assignment
    url = assignment.questionnaire.partition("|")[0]
    looked_up = {
        "assignment": assignment.id,
        "episode": assignment.episode_id,
        "patient": assignment.patient_id,
        "url": url,
        "authored": authored,
        "tenant": assignment.tenant_id,
        "identifier": identifier.hashed(assignment.tenant_id) if identifier else None,
    }
    seen = session.connection().execute(_LOOK, looked_up).one()
    worklist.hold_alerts(session, assignment.episode_id, has_alerts=seen.has_alerts)
    return Intake(
        assignment=assignment,
        state=_state(assignment, url, seen.state_id, seen.history_sealed),
        answered=seen.answered,
        begun=seen.begun,
        has_evidence=seen.has_evidence,
        has_messages=seen.has_messages,
        followed=seen.followed,
        has_decisions=seen.has_decisions,
        asks_again=seen.asks_again,
        named=seen.named,
        locked=locked,
    )


def _state(assignment: Assignment, url: str, state_id: uuid.UUID | None, sealed: bytes | None) -> PatientState | None:
    if state_id is None or sealed is None:
        return None
    return PatientState(
        id=state_id,
        tenant_id=assignment.tenant_id,
        patient_id=assignment.patient_id,
        episode_id=assignment.episode_id,
        questionnaire_url=url,
        history_sealed=sealed,
    )
