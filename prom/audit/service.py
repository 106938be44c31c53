"""Writing the audit log: beside each read and each write of patient data, in the same transaction."""

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from sqlalchemy import Table
from sqlalchemy.orm import Session

from prom import bulk, clock, writing
from prom.audit.models import AuditRecord, AuditSubject
from prom.db import new_id


@dataclass(frozen=True)
class Actor:
    """Who acts: a clinician, a patient or proxy on a visit, an operator at the shell, or the system itself."""

    kind: str
    id: uuid.UUID | None = None
    role: str | None = None


SYSTEM = Actor("system")

_RECORDS, _SUBJECTS = cast(Table, AuditRecord.__table__), cast(Table, AuditSubject.__table__)
#: More subjects than this are written in bulk.
FEW = 50
_COLUMNS = ("record_id", "patient_id", "tenant_id")


@dataclass
class _Waiting:
    """What is to be written together."""

    records: list[dict[str, Any]] = field(default_factory=list)
    subjects: list[dict[str, Any]] = field(default_factory=list)


@contextmanager
def together(session: Session) -> Iterator[None]:
    """Write all records of the block at its end, in two statements. What the block raises undoes them with the rest."""
    waiting = session.info["audit"] = _Waiting()
    try:
        yield
    finally:
        del session.info["audit"]
    _write(session, waiting)


def _write(session: Session, written: _Waiting) -> None:
    connection = session.connection()
    if written.records:
        connection.execute(_RECORDS.insert(), written.records)
    if len(written.subjects) > FEW:
        bulk.put(connection, AuditSubject, _COLUMNS, [[each[name] for name in _COLUMNS] for each in written.subjects])
    elif written.subjects:
        connection.execute(_SUBJECTS.insert(), written.subjects)


def record(
    session: Session,
    actor: Actor,
    action: str,
    *,
    tenant_id: uuid.UUID,
    entity: str,
    entity_id: uuid.UUID | None = None,
    subjects: Iterable[uuid.UUID] = (),
    unit_id: uuid.UUID | None = None,
    reason: str = "care",
) -> uuid.UUID:
    """Write one record and name its subjects (patient ids). A list or an export is one record with many subjects."""
    row_id = new_id()
    values = {
        "id": row_id,
        "tenant_id": tenant_id,
        "at": clock.now(),
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "actor_role": actor.role,
        "action": action,
        "entity": entity,
        "entity_id": entity_id,
        "unit_id": unit_id,
        "reason": reason,
    }
    about = [{"record_id": row_id, "patient_id": each, "tenant_id": tenant_id} for each in dict.fromkeys(subjects)]
    waiting: _Waiting | None = session.info.get("audit")
    if waiting is None and len(about) <= FEW:
        writing.put(session, (_RECORDS, values), *((_SUBJECTS, each) for each in about))
    elif waiting is None:
        _write(session, _Waiting([values], about))
    else:
        waiting.records.append(values)
        waiting.subjects.extend(about)
    return row_id


class Row(Protocol):
    """A row about one patient of one unit. The log names its kind by its table."""

    __tablename__: str

    @property
    def id(self) -> Any:
        """The row's id."""

    @property
    def tenant_id(self) -> Any:
        """The tenant."""

    @property
    def patient_id(self) -> Any:
        """The patient: the record's one subject."""

    @property
    def unit_id(self) -> Any:
        """The unit whose care it is."""


def about(session: Session, actor: Actor, action: str, row: Row) -> None:
    """Write one record about one row that belongs to a patient and a unit."""
    record(
        session,
        actor,
        action,
        tenant_id=row.tenant_id,
        entity=row.__tablename__,
        entity_id=row.id,
        subjects=[row.patient_id],
        unit_id=row.unit_id,
    )
