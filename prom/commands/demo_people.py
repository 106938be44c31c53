"""Who can be in the demonstration: staff with their passwords, and two patients with a fresh link each."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import db
from prom.assignments import links
from prom.assignments import service as assignments
from prom.assignments.models import Assignment
from prom.audit import service as audit
from prom.commands.speaking import operator
from prom.config import Settings
from prom.pathways.queries import active_episode
from prom.patients.models import Patient
from prom.patients.queries import identity
from prom.simulation.clinic import DEMO_PASSWORD
from prom.simulation.people import WORDS

#: How many patients can be tried out by hand.
LINKS = 2


@dataclass(frozen=True)
class SignIn:
    """An account of the demonstration."""

    role: str
    username: str
    password: str

    def as_document(self) -> dict[str, str]:
        """Return it as JSON knows it."""
        return {"role": self.role, "username": self.username, "password": self.password}


@dataclass(frozen=True)
class PatientLink:
    """A synthetic patient to try out: her name, the birth date she is asked for, and a fresh link."""

    name: str
    birth_date: str
    address: str

    def as_document(self) -> dict[str, str]:
        """Return it as JSON knows it."""
        return {"name": self.name, "birthDate": self.birth_date, "address": self.address}


def sign_ins() -> list[SignIn]:
    """Return the demonstration's accounts."""
    return [SignIn(person["role"], person["username"], DEMO_PASSWORD) for person in WORDS["staff"]]


def patient_links(settings: Settings) -> list[PatientLink]:
    """Mint links for patients who can answer now; where there are too few, some begin a report of their own.

    What is due is opened first: the worker would do it a moment later, and take the place of what they lead to.
    """
    with db.transaction() as session:
        while assignments.open_due(session):
            pass
        found = dict.fromkeys(_asked_now(session))
        for patient_id in session.scalars(select(Patient.id).order_by(Patient.id)):
            if len(found) >= LINKS:
                break
            found.setdefault(patient_id)
        made = (_link(session, patient_id, settings) for patient_id in list(found)[:LINKS])
        return [link for link in made if link is not None]


def _asked_now(session: Session) -> Iterator[uuid.UUID]:
    yield from session.scalars(
        select(Assignment.patient_id)
        .where(Assignment.status == "open", Assignment.origin != "staff")
        .order_by(Assignment.opens_at.desc(), Assignment.id)
    )


def _link(session: Session, patient_id: uuid.UUID, settings: Settings) -> PatientLink | None:
    of = active_episode(session, patient_id)
    if of is None:
        return None
    assignment = assignments.answerable(session, patient_id) or assignments.report_again(session, of, operator())
    token = links.mint(session, assignment)
    audit.record(
        session,
        operator(),
        "link.mint",
        tenant_id=assignment.tenant_id,
        entity="assignment",
        entity_id=assignment.id,
        subjects=[patient_id],
        unit_id=assignment.unit_id,
        reason="demonstration",
    )
    who = identity(session, patient_id)
    return PatientLink(who.name, who.birth_date.isoformat(), links.address(settings.public_address, token))
