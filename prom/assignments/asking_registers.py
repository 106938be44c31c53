"""The sweep that asks the register of persons about everybody who is being asked something: death stops all of it.

What else the register says is looked up at sending, and never copied: here it only settles a problem that is over. Each
attempt is written down before it is made, and whoever waits longest for one comes first: one about whom there is never
an answer, or whose row does not open, stands behind all the others afterwards and keeps nobody waiting.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from prom import clock
from prom.assignments import ending
from prom.audit import service as audit
from prom.audit.service import SYSTEM
from prom.crypto import CannotOpen
from prom.db import transaction
from prom.pathways.models import Episode
from prom.patients import contact
from prom.patients.models import Patient
from prom.patients.person_source import NotKnown, Person, PersonSource, Unclear, Unreachable
from prom.patients.queries import identity
from prom.sweeping import until_stopped

ASKED_EVERY = timedelta(hours=24)
#: How many are asked about in one run, and after how many that got no answer the register is left in peace.
AT_ONCE = 300
PATIENCE = 3

log = structlog.get_logger()


class RegisterSilent(Exception):
    """The register gave no answer about somebody; nothing was changed for them. The watch tells of the failed job."""


@dataclass
class _Run:
    """What came of one run: how many were answered, how many not, and how many in a row."""

    answered: int = 0
    silent: int = 0
    in_a_row: int = 0


def ask_about_all(source: PersonSource, limit: int = AT_ONCE) -> int:
    """Ask about those whose last answer is a day old, the longest waiting first; returns how many were answered.

    No transaction is open while the register is asked. Raises RegisterSilent at the end where it gave no answer about
    one of them or more: these are asked about again in later runs, after those who have waited longer.
    """
    run = _Run()
    for patient_id in until_stopped(_due(limit)):
        if run.in_a_row >= PATIENCE:
            break
        number = _begin(patient_id)
        if number is not None:
            _ask_about(source, patient_id, number, run)
    if run.silent:
        raise RegisterSilent
    return run.answered


def _due(limit: int) -> Sequence[uuid.UUID]:
    """With NULLs in front on either database: those about whom nobody has tried to ask yet."""
    active = exists().where(Episode.patient_id == Patient.id, Episode.status == "active")
    stale = or_(Patient.person_checked_at.is_(None), Patient.person_checked_at <= clock.now() - ASKED_EVERY)
    with transaction() as session:
        return session.scalars(
            select(Patient.id)
            .where(Patient.stopped_at.is_(None), active, stale)
            .order_by(Patient.person_tried_at.is_not(None), Patient.person_tried_at, Patient.id)
            .limit(limit)
        ).all()


def _begin(patient_id: uuid.UUID) -> str | None:
    """Write the attempt down and return her national number; None where her row does not open, which is counted."""
    with transaction() as session:
        patient = session.get_one(Patient, patient_id, with_for_update={"key_share": True})
        patient.person_tried_at = clock.now()
        session.flush()
        try:
            number = identity(session, patient_id).national_number
        except CannotOpen:
            log.warning("register not asked about a row that does not open")
            return None
        audit.record(
            session,
            SYSTEM,
            "person.ask",
            tenant_id=patient.tenant_id,
            entity="patient",
            subjects=[patient_id],
            reason="tick",
        )
        return number


def _ask_about(source: PersonSource, patient_id: uuid.UUID, number: str, run: _Run) -> None:
    try:
        person = source.look_up(number)
    except NotKnown:
        person = Person()
    except Unreachable as refused:
        run.silent += 1
        # One person whom it cannot tell apart says nothing of the register.
        run.in_a_row += not isinstance(refused, Unclear)
        log.warning("register gave no answer", failure=refused.code)
        return
    run.answered, run.in_a_row = run.answered + 1, 0
    with transaction() as session:
        _act_on(session, patient_id, person)


def _act_on(session: Session, patient_id: uuid.UUID, person: Person) -> None:
    patient = session.get_one(Patient, patient_id, with_for_update={"key_share": True})
    patient.person_checked_at = clock.now()
    session.flush()
    if person.died:
        ending.stop_person(session, patient_id, "died", SYSTEM)
    over: list[contact.Code] = []
    over += [] if person.reserved else ["reserved"]
    over += [] if person.not_digital else ["not-digital"]
    contact.resolve_problems(session, patient_id, over)
