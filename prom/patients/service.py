"""Registering patients and keeping their contact points."""

import uuid
from dataclasses import dataclass
from datetime import date

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from prom import clock, crypto
from prom.audit import service as audit
from prom.audit.service import Actor
from prom.db import new_id
from prom.errors import AlreadyRegistered, Invalid
from prom.language import PATIENT_LANGUAGES
from prom.patients import phone, sealing
from prom.patients.models import ContactPoint, Patient
from prom.patients.national_number import is_valid
from prom.patients.queries import find_by_national_number
from prom.patients.queries import patient as patient_row

OLDEST = 125


@dataclass(frozen=True)
class Registration:
    """What a nurse writes down of a new patient. The birth date stands for itself: it is not read from the number."""

    given: str
    family: str
    national_number: str
    birth_date: date
    mobile: str
    language: str


def checked(registration: Registration) -> Registration:
    """Return it tidied (number without spaces, mobile as E.164); raises Invalid naming the first wrong one."""
    given, family = registration.given.strip(), registration.family.strip()
    if not given:
        raise Invalid("given")
    if not family:
        raise Invalid("family")
    number = "".join(registration.national_number.split())
    if not is_valid(number):
        raise Invalid("national_number")
    today = clock.now().date()
    if not today.year - OLDEST <= registration.birth_date.year or registration.birth_date > today:
        raise Invalid("birth_date")
    if registration.language not in PATIENT_LANGUAGES:
        raise Invalid("language")
    mobile = phone.mobile(registration.mobile)
    return Registration(given, family, number, registration.birth_date, mobile, registration.language)


def register(session: Session, tenant_id: uuid.UUID, registration: Registration, actor: Actor) -> Patient:
    """Store a new patient, sealed with a key of her own; raises Invalid, or AlreadyRegistered for a known number."""
    given = checked(registration)
    if find_by_national_number(session, tenant_id, given.national_number) is not None:
        raise AlreadyRegistered("national_number")
    patient = Patient(
        id=new_id(),
        tenant_id=tenant_id,
        national_number_hash=crypto.keyed_hash(tenant_id, "national-number", given.national_number),
        created_at=clock.now(),
        identity_sealed=b"",  # sealed below: her key's row can only follow her own
    )
    session.add(patient)
    try:
        session.flush()
    except IntegrityError:  # somebody registered the same number in this very moment
        raise AlreadyRegistered("national_number") from None
    sealing.make_patient_key(session, tenant_id, patient.id)
    sealing.seal(session, patient, "identity", _identity(given))
    add_contact_point(session, patient, given.mobile)
    session.flush()
    audit.record(
        session,
        actor,
        "patient.register",
        tenant_id=tenant_id,
        entity="patient",
        entity_id=patient.id,
        subjects=[patient.id],
    )
    return patient


def change_language(session: Session, patient_id: uuid.UUID, language: str, actor: Actor) -> None:
    """Write to her in another language from now on; raises Invalid for one that Prom does not speak, and NotFound."""
    if language not in PATIENT_LANGUAGES:
        raise Invalid("language")
    row = patient_row(session, patient_id)
    known = sealing.open_column(session, row, "identity")
    if known["language"] == language:
        return
    sealing.seal(session, row, "identity", {**known, "language": language})
    session.flush()
    audit.record(
        session,
        actor,
        "patient.change-language",
        tenant_id=row.tenant_id,
        entity="patient",
        entity_id=row.id,
        subjects=[row.id],
    )


def _identity(given: Registration) -> dict[str, str]:
    return {
        "given": given.given,
        "family": given.family,
        "nationalNumber": given.national_number,
        "birthDate": given.birth_date.isoformat(),
        "language": given.language,
    }


def add_contact_point(session: Session, patient: Patient, mobile: str) -> ContactPoint:
    """Add a mobile number (E.164) that messages go to."""
    point = ContactPoint(
        id=new_id(),
        tenant_id=patient.tenant_id,
        patient_id=patient.id,
        kind="sms",
        value_hash=crypto.keyed_hash(patient.tenant_id, "phone", mobile),
        active=True,
        created_at=clock.now(),
    )
    sealing.seal(session, point, "value", mobile)
    session.add(point)
    return point
