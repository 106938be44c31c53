"""Finding and opening patients. Whoever shows what comes back writes the audit record."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import crypto
from prom.errors import NotFound
from prom.patients import sealing
from prom.patients.models import ContactPoint, Patient


@dataclass(frozen=True)
class Identity:
    """Who a patient is, opened."""

    patient_id: uuid.UUID
    given: str
    family: str
    national_number: str
    birth_date: date
    language: str

    @property
    def name(self) -> str:
        """The whole name as it is read."""
        return f"{self.given} {self.family}"

    def age(self, today: date) -> int:
        """The age in whole years."""
        had_birthday = (today.month, today.day) >= (self.birth_date.month, self.birth_date.day)
        return today.year - self.birth_date.year - (0 if had_birthday else 1)


def find_by_national_number(session: Session, tenant_id: uuid.UUID, number: str) -> Patient | None:
    """Return the patient with this national identity number, through its keyed hash."""
    wanted = crypto.keyed_hash(tenant_id, "national-number", number)
    return session.scalars(
        select(Patient).where(Patient.tenant_id == tenant_id, Patient.national_number_hash == wanted)
    ).first()


def find_by_mobile(session: Session, tenant_id: uuid.UUID, mobile: str) -> Sequence[Patient]:
    """Return the patients of a mobile number (E.164): none, one, or a couple that shares a phone."""
    wanted = crypto.keyed_hash(tenant_id, "phone", mobile)
    return session.scalars(
        select(Patient)
        .join(ContactPoint, ContactPoint.patient_id == Patient.id)
        .where(ContactPoint.tenant_id == tenant_id, ContactPoint.value_hash == wanted, ContactPoint.active)
    ).all()


def patient(session: Session, patient_id: uuid.UUID) -> Patient:
    """Return a patient's row; raises NotFound."""
    found = session.get(Patient, patient_id)
    if found is None:
        raise NotFound("patient")
    return found


def identity(session: Session, patient_id: uuid.UUID) -> Identity:
    """Open a patient's identity; raises NotFound."""
    return _opened(session, patient(session, patient_id))


def identities(session: Session, patient_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Identity]:
    """Open many patients' identities in two queries."""
    wanted = set(patient_ids)
    sealing.load_keys(session, wanted)
    rows = session.scalars(select(Patient).where(Patient.id.in_(wanted)))
    return {row.id: _opened(session, row) for row in rows}


def mobile_of(session: Session, patient_id: uuid.UUID) -> str | None:
    """Return the mobile number (E.164) that messages go to, or None."""
    return mobiles_of(session, [patient_id]).get(patient_id)


def mobiles_of(session: Session, patient_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return patient -> the mobile number (E.164) that her messages go to, for those who have one."""
    wanted = set(patient_ids)
    sealing.load_keys(session, wanted)
    return {
        patient_id: sealing.open_column(session, point, "value")
        for patient_id, point in points_of(session, wanted).items()
    }


def points_of(session: Session, patient_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, ContactPoint]:
    """Return patient -> the contact point that her messages go to (the newest in use), for those who have one."""
    points = session.scalars(
        select(ContactPoint)
        .where(ContactPoint.patient_id.in_(set(patient_ids)), ContactPoint.kind == "sms", ContactPoint.active)
        .order_by(ContactPoint.created_at, ContactPoint.id)
    )
    return {point.patient_id: point for point in points}


def _opened(session: Session, row: Patient) -> Identity:
    document = sealing.open_column(session, row, "identity")
    return Identity(
        patient_id=row.id,
        given=document["given"],
        family=document["family"],
        national_number=document["nationalNumber"],
        birth_date=date.fromisoformat(document["birthDate"]),
        language=document["language"],
    )
