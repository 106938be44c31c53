"""Sealing a row's columns with its patient's key, bound to table, column, tenant and row.

A sealed column is called `<name>_sealed`. A row that belongs to no patient is sealed with the tenant's key.
"""

import uuid
from collections.abc import Iterable
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import crypto
from prom.crypto import CannotOpen, Opener, Place
from prom.patients.models import PatientKey


class SealedRow(Protocol):
    """A row that can hold sealed columns. `patient_id` is None for what belongs to the hospital itself."""

    __tablename__: str

    @property
    def id(self) -> Any:
        """The row's id, made before sealing: it is part of what binds."""

    @property
    def tenant_id(self) -> Any:
        """The tenant."""

    @property
    def patient_id(self) -> Any:
        """The patient, or None."""


def seal(session: Session, row: SealedRow, name: str, document: Any) -> None:
    """Seal a JSON document into the row's column `<name>_sealed`."""
    setattr(row, f"{name}_sealed", sealed(session, row, name, document))


def sealed(session: Session, row: SealedRow, name: str, document: Any) -> bytes:
    """Return a JSON document sealed for the row's column `<name>_sealed`."""
    return crypto.seal(_key(session, row), document, _place(row, name))


def open_column(session: Session, row: SealedRow, name: str) -> Any:
    """Open the row's column `<name>_sealed`; raises CannotOpen when it was sealed for another place."""
    return crypto.open_sealed(_key(session, row), getattr(row, f"{name}_sealed"), _place(row, name))


def make_patient_key(session: Session, tenant_id: uuid.UUID, patient_id: uuid.UUID) -> None:
    """Make a new patient's key and store it wrapped."""
    key = crypto.new_key()
    wrapping = crypto.keyring().tenant(tenant_id).wrapping
    wrapped = crypto.seal_bytes(wrapping, key, Place("patient_key", "wrapped", tenant_id, patient_id))
    session.add(PatientKey(patient_id=patient_id, tenant_id=tenant_id, wrapped=wrapped))
    _opened_keys(session)[patient_id] = key


def load_keys(session: Session, patient_ids: Iterable[uuid.UUID]) -> None:
    """Fetch many patients' keys in one query, before opening a list."""
    known = _opened_keys(session)
    wanted = set(patient_ids) - known.keys()
    if not wanted:
        return
    for row in session.scalars(select(PatientKey).where(PatientKey.patient_id.in_(wanted))):
        known[row.patient_id] = _unwrap(row)


def openers(
    session: Session, tenant_id: uuid.UUID, patient_ids: Iterable[uuid.UUID], table: str, name: str
) -> dict[uuid.UUID, Opener]:
    """Return patient -> what opens her rows' column `<name>_sealed`; the keys are fetched in one query.

    For whoever opens so many rows that keys must not pile up in the session. Raises CannotOpen when a key is gone.
    """
    wanted = set(patient_ids)
    unwrap = Opener(crypto.keyring().tenant(tenant_id).wrapping, "patient_key", "wrapped", tenant_id)
    rows = session.execute(
        select(PatientKey.patient_id, PatientKey.wrapped).where(PatientKey.patient_id.in_(wanted))
    ).all()
    if len(rows) < len(wanted):
        raise CannotOpen("a patient's key is gone")
    return {
        patient_id: Opener(unwrap.open(wrapped, str(patient_id)), table, f"{name}_sealed", tenant_id)
        for patient_id, wrapped in rows
    }


def _key(session: Session, row: SealedRow) -> bytes:
    if row.patient_id is None:
        return crypto.keyring().tenant(row.tenant_id).wrapping
    known = _opened_keys(session)
    if row.patient_id not in known:
        # The row that is being sealed may be in the session already, and cannot be written before it is sealed.
        with session.no_autoflush:
            stored = session.get(PatientKey, row.patient_id)
        if stored is None:
            raise CannotOpen("the patient's key is gone")
        known[row.patient_id] = _unwrap(stored)
    return known[row.patient_id]


def _unwrap(row: PatientKey) -> bytes:
    wrapping = crypto.keyring().tenant(row.tenant_id).wrapping
    return crypto.open_bytes(wrapping, row.wrapped, Place("patient_key", "wrapped", row.tenant_id, row.patient_id))


def _opened_keys(session: Session) -> dict[uuid.UUID, bytes]:
    """The keys opened so far; they live as long as the session, which is one transaction."""
    keys: dict[uuid.UUID, bytes] = session.info.setdefault("patient_keys", {})
    return keys


def _place(row: SealedRow, name: str) -> Place:
    return Place(row.__tablename__, f"{name}_sealed", row.tenant_id, row.id)
