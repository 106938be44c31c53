"""Tokens: a link that opens an assignment for writing, and the visit that begins with it.

A token stands in the URL's fragment, which browsers send to no server and no log; only its hash is stored.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import clock, crypto
from prom.assignments.models import Assignment, Link, Visit
from prom.audit import service as audit
from prom.audit.service import Actor
from prom.db import new_id
from prom.errors import DeadLink
from prom.pathways.models import Episode
from prom.patients.queries import identity

#: How long a browser may go on after it came through a link.
VISIT_LASTS = timedelta(hours=2)
#: How long after its window whoever is in the middle may still answer.
GRACE = VISIT_LASTS
WRONG_BIRTH_DATES = 5


def mint(session: Session, assignment: Assignment) -> str:
    """Make a link and return its token."""
    link, token = minted(assignment)
    session.add(link)
    return token


def minted(assignment: Assignment) -> tuple[Link, str]:
    """Make a link's row, for the caller to write, and its token; it lives as long as the assignment can be answered."""
    token = crypto.new_token()
    link = Link(
        id=new_id(),
        tenant_id=assignment.tenant_id,
        patient_id=assignment.patient_id,
        assignment_id=assignment.id,
        token_hash=crypto.token_hash(token),
        created_at=clock.now(),
        expires_at=assignment.begun_expires_at,
    )
    return link, token


def address(public_address: str, token: str) -> str:
    """Return the URL that stands in the message."""
    return f"{public_address}/a#{token}"


def is_answerable(assignment: Assignment, now: datetime) -> bool:
    """Whether an assignment can still be answered: open, not locked, and in its window (longer once it is begun)."""
    ends = assignment.begun_expires_at if assignment.begun_at else assignment.expires_at
    return assignment.status == "open" and assignment.locked_at is None and assignment.opens_at <= now < ends


def can_go_on(session: Session, assignment: Assignment, now: datetime) -> bool:
    """Whether it can be answered now, also by somebody who was answering when its window ended."""
    return is_answerable(assignment, now) or is_being_answered(session, assignment, now)


def is_being_answered(session: Session, assignment: Assignment, now: datetime) -> bool:
    """Whether the window has ended, not long ago, under somebody who is answering: nobody is thrown out in the middle.

    A visit lasts from its last saved page, so it is over by itself when she has gone; after GRACE it is over anyway.
    """
    ends = assignment.begun_expires_at if assignment.begun_at else assignment.expires_at
    if assignment.status != "open" or assignment.locked_at is not None or not ends <= now < ends + GRACE:
        return False
    going_on = select(Visit.id).where(
        Visit.assignment_id == assignment.id, Visit.confirmed_at.is_not(None), Visit.expires_at > now
    )
    return session.scalars(going_on.limit(1)).first() is not None


def is_paused(episode: Episode, now: datetime) -> bool:
    """Whether nothing opens and nothing is sent in an episode at an instant."""
    return episode.paused_until is not None and now < episode.paused_until


def start_visit(session: Session, token: str) -> str:
    """Begin a visit by a link's token and return the visit's own; raises DeadLink whatever is wrong with it."""
    link = session.scalars(select(Link).where(Link.token_hash == crypto.token_hash(token))).first()
    now = clock.now()
    if link is None or link.expires_at <= now:
        raise DeadLink
    assignment = session.get_one(Assignment, link.assignment_id)
    if not is_answerable(assignment, now):
        raise DeadLink
    return begin_visit(session, assignment, confirmed=False)


def begin_visit(session: Session, assignment: Assignment, *, confirmed: bool) -> str:
    """Begin a visit to an assignment and return its token; `confirmed` where the birth date was just confirmed."""
    token, now = crypto.new_token(), clock.now()
    visit = Visit(
        id=new_id(),
        tenant_id=assignment.tenant_id,
        patient_id=assignment.patient_id,
        assignment_id=assignment.id,
        token_hash=crypto.token_hash(token),
        created_at=now,
        expires_at=now + VISIT_LASTS,
        confirmed_at=now if confirmed else None,
    )
    session.add(visit)
    _record(session, visit, "visit.begin")
    return token


def find_visit(session: Session, token: str | None) -> Visit:
    """Return the visit of a browser; raises DeadLink for none, or one that is over."""
    found = None
    if token:
        found = session.scalars(select(Visit).where(Visit.token_hash == crypto.token_hash(token))).first()
    if found is None or found.expires_at <= clock.now():
        raise DeadLink
    return found


def go_on(visit: Visit) -> None:
    """Let a visit last on from now: whoever is answering is not thrown out."""
    visit.expires_at = clock.now() + VISIT_LASTS


def confirm_birth_date(session: Session, visit: Visit, given: date | None) -> bool:
    """Confirm that the right person holds the phone; counts wrong tries over all links of the assignment.

    At the limit the assignment is locked: whoever calls sees `locked_at` and tells the clinic. The count must be
    committed although the try failed: do not raise inside the same transaction. Raises DeadLink for one locked before.
    """
    assignment = session.get_one(Assignment, visit.assignment_id, with_for_update=True)
    if not is_answerable(assignment, clock.now()):
        raise DeadLink
    if given is not None and given == identity(session, visit.patient_id).birth_date:
        visit.confirmed_at = clock.now()
        _record(session, visit, "visit.confirm")
        return True
    assignment.wrong_birth_dates += 1
    if assignment.wrong_birth_dates >= WRONG_BIRTH_DATES:
        assignment.locked_at = clock.now()
    _record(session, visit, "visit.refuse")
    return False


def actor_of(visit: Visit) -> Actor:
    """Return the visitor as the audit log knows her."""
    return Actor("patient", visit.id)


def _record(session: Session, visit: Visit, action: str) -> None:
    audit.record(
        session,
        actor_of(visit),
        action,
        tenant_id=visit.tenant_id,
        entity="assignment",
        entity_id=visit.assignment_id,
        subjects=[visit.patient_id],
    )
