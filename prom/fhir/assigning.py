"""Which assignment a response is the answer to: the Task it names, else the one its subject can answer now."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import clock
from prom.assignments import links
from prom.assignments.models import Assignment
from prom.errors import Conflict, NotFound
from prom.fhir.head import Person
from prom.fhir.incoming import Incoming
from prom.fhir.refusals import refuse
from prom.patients.queries import find_by_national_number
from prom.responses import intake
from prom.responses.identifiers import Identifier, find_by_identifier
from prom.responses.models import Response
from prom.responses.service import Authorship
from prom.staff.access import Caller

#: How far another machine's clock may be ahead of ours; what lies within is taken as now.
CLOCK_SLACK = timedelta(minutes=5)
#: How long before its assignment opened an answer may have been given.
EARLIEST = timedelta(days=1)


def assignment_of(session: Session, incoming: Incoming, caller: Caller) -> Assignment:
    """Return the assignment of the caller's units that a response answers.

    Raises InvalidResponse for none, and for a response that contradicts it; Conflict for an identifier that stands on
    another response. What lies at other units, and what does not exist, look the same.
    """
    if incoming.task_id is not None:  # submitting looks for its identifier itself
        found = _of_task(session, incoming.task_id, caller)
    elif (first := named_by(session, incoming.identifier, caller)) is not None:  # a retry: its task is completed now
        found = session.get_one(Assignment, first.assignment_id)
        if not means(session, incoming.subject, found, caller):
            raise Conflict("identifier")
    else:
        found = _of_subject(session, incoming, caller)
    check(session, incoming, found, caller)
    return found


def named_by(session: Session, identifier: Identifier | None, caller: Caller) -> Response | None:
    """Return the response of the caller's units that bears an identifier; raises Conflict where it lies elsewhere."""
    found = find_by_identifier(session, caller.tenant_id, identifier) if identifier else None
    if found is not None and found.unit_id not in caller.unit_ids:
        raise Conflict("identifier")
    return found


def check(session: Session, incoming: Incoming, assignment: Assignment, caller: Caller) -> None:
    """Raise InvalidResponse where a response contradicts its assignment: in whom, or in what was asked."""
    if not means(session, incoming.subject, assignment, caller):
        raise refuse("subject", "other-subject")
    if not means(session, incoming.source_patient, assignment, caller):
        raise refuse("source", "other-source")
    if not fits(incoming.answers.questionnaire, assignment.questionnaire):
        raise refuse("questionnaire", "other-questionnaire", expected=assignment.questionnaire)


def fits(given: str, asked: str) -> bool:
    """Whether a canonical means the version that was asked; one without a version means any."""
    url, _, version = given.partition("|")
    return url == asked.partition("|")[0] and version in ("", asked.partition("|")[2])


def means(session: Session, person: Person | None, assignment: Assignment, caller: Caller) -> bool:
    """Whether a reference means the assignment's own patient; no reference contradicts nothing."""
    if person is None:
        return True
    return _patient_id(session, person, caller) == assignment.patient_id


def authorship(incoming: Incoming, assignment: Assignment, caller: Caller, language: str) -> Authorship:
    """Return who answered and when; raises InvalidResponse for a time that cannot be."""
    return Authorship(
        source=incoming.source,
        actor=caller.actor,
        language=incoming.answers.language or language,
        authored_at=_authored(incoming.authored_at, assignment),
        identifier=incoming.identifier,
    )


def _authored(given: datetime | None, assignment: Assignment) -> datetime | None:
    now = clock.now()
    if given is None:
        return None
    if given > now + CLOCK_SLACK:
        raise refuse("authored", "authored-in-future")
    if given < assignment.opens_at - EARLIEST:
        raise refuse("authored", "authored-too-early", earliest=(assignment.opens_at - EARLIEST).isoformat())
    return min(given, now)


def _of_task(session: Session, task_id: uuid.UUID, caller: Caller) -> Assignment:
    try:
        found = intake.lock(session, task_id).assignment  # as submitting does next: one statement for both
    except NotFound:
        raise refuse("basedOn", "unknown-task") from None
    if found.unit_id not in caller.unit_ids:
        raise refuse("basedOn", "unknown-task")
    return found


@dataclass(frozen=True)
class _Candidates:
    """The assignments of one patient and one questionnaire whose window lasts, that due first in front."""

    rows: Sequence[Assignment]
    now: datetime

    def best(self, canonical: str) -> Assignment | None:
        """One that can be answered now, else one that was answered; of the version named before any other."""
        open_now = [row for row in self.rows if links.is_answerable(row, self.now)]
        answered = [row for row in self.rows if row.status == "completed"]
        fitting = [row for row in open_now if fits(canonical, row.questionnaire)]
        return next(iter([*fitting, *open_now, *answered]), None)


def _of_subject(session: Session, incoming: Incoming, caller: Caller) -> Assignment:
    if incoming.subject is None:
        raise refuse("subject", "no-subject")
    canonical, now = incoming.answers.questionnaire, clock.now()
    rows = session.scalars(
        select(Assignment)
        .where(
            Assignment.patient_id == _patient_id(session, incoming.subject, caller),
            Assignment.unit_id.in_(caller.unit_ids),
            Assignment.origin != "staff",
            Assignment.opens_at <= now,
            Assignment.begun_expires_at > now,
            Assignment.status.in_(("open", "completed")),
            Assignment.questionnaire.startswith(canonical.partition("|")[0] + "|", autoescape=True),
        )
        .order_by(Assignment.due_at, Assignment.id)
    ).all()
    found = _Candidates(rows, now).best(canonical)
    if found is None:
        raise refuse("subject", "nothing-to-answer")
    return found


def _patient_id(session: Session, person: Person, caller: Caller) -> uuid.UUID | None:
    """Return whom a reference means, by id, by number, or by both where they agree; None for nobody."""
    if person.national_number is None:
        return person.patient_id
    found = find_by_national_number(session, caller.tenant_id, person.national_number)
    if found is None or person.patient_id not in (None, found.id):
        return None
    return found.id
