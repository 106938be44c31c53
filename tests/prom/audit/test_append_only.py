"""The audit log is only added to: the database itself refuses all else, on both kinds."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import InstrumentedAttribute

from prom import clock
from prom.audit import service as audit
from prom.audit.models import AuditRecord, AuditSubject
from prom.audit.queries import log_of
from prom.audit.service import SYSTEM, Actor
from prom.db import Base, new_id, reading, transaction
from tests.conftest import MONDAY, Hospital
from tests.prom.steps import later, rows

REFUSED = "only added to|permission denied"


def counts() -> tuple[int | None, int | None]:
    """How many records and subjects there are."""
    with reading() as session:
        return (
            session.scalar(select(func.count()).select_from(AuditRecord)),
            session.scalar(select(func.count()).select_from(AuditSubject)),
        )


@pytest.mark.hazard("H34")
@pytest.mark.parametrize(
    "table, column",
    [(AuditRecord, AuditRecord.action), (AuditSubject, AuditSubject.patient_id)],
    ids=["record", "subject"],
)
def test_a_record_is_neither_changed_nor_deleted(
    hospital: Hospital, table: type[Base], column: InstrumentedAttribute[object]
) -> None:
    before = counts()
    assert all(before)
    value = "nothing" if column is AuditRecord.action else new_id()
    for statement in (update(table).values({column: value}), delete(table)):
        with pytest.raises(DatabaseError, match=REFUSED), transaction() as session:
            session.execute(statement)
    assert counts() == before


def test_a_record_changed_as_an_object_is_refused_too(hospital: Hospital) -> None:
    with pytest.raises(DatabaseError, match=REFUSED), transaction() as session:
        session.scalars(select(AuditRecord).limit(1)).one().reason = "curiosity"


def test_what_was_not_done_leaves_no_record(hospital: Hospital) -> None:
    def fail() -> None:
        with transaction() as session:
            audit.record(session, SYSTEM, "patient.read", tenant_id=hospital.tenant.id, entity="patient")
            raise LookupError

    before = counts()
    with pytest.raises(LookupError):
        fail()
    assert counts() == before


def test_a_record_says_who_did_what_when_and_why(hospital: Hospital) -> None:
    later(minutes=5)
    with transaction() as session:
        record_id = audit.record(
            session,
            hospital.nurse_actor,
            "patient.read",
            tenant_id=hospital.tenant.id,
            entity="patient",
            entity_id=hospital.patient.id,
            subjects=[hospital.patient.id],
            unit_id=hospital.unit.id,
        )
    (row,) = rows(select(AuditRecord).where(AuditRecord.id == record_id))
    assert (row.actor_kind, row.actor_id, row.actor_role) == ("clinician", hospital.nurse.id, "nurse")
    assert (row.action, row.entity, row.entity_id) == ("patient.read", "patient", hospital.patient.id)
    assert (row.at, row.unit_id, row.reason) == (MONDAY + timedelta(minutes=5), hospital.unit.id, "care")


def test_a_list_is_one_record_that_stands_in_each_subjects_own_log(hospital: Hospital) -> None:
    others = [new_id() for _ in range(3)]
    before = counts()
    with transaction() as session:
        subjects = [*others, *others]  # a patient who stands twice on a list is one subject
        audit.record(
            session, Actor("operator", role="kari"), "alert.list", tenant_id=hospital.tenant.id, entity="alert",
            subjects=subjects,
        )  # fmt: skip
    after = counts()
    assert after == ((before[0] or 0) + 1, (before[1] or 0) + 3)
    with reading() as session:
        assert [[row.action for row in log_of(session, each)] for each in others] == [["alert.list"]] * 3


def test_a_patients_log_is_newest_first_and_holds_nothing_of_others(hospital: Hospital) -> None:
    for minute in (1, 2, 3):
        with clock.moved_to(MONDAY + timedelta(minutes=minute)), transaction() as session:
            for subject in (hospital.patient.id, new_id()):
                audit.record(
                    session, SYSTEM, f"step.{minute}", tenant_id=hospital.tenant.id, entity="x", subjects=[subject]
                )
    with reading() as session:
        actions = [row.action for row in log_of(session, hospital.patient.id)]
        assert actions[:3] == ["step.3", "step.2", "step.1"]
        assert log_of(session, hospital.patient.id, limit=2)[0].action == "step.3"
        assert len(log_of(session, hospital.patient.id, limit=2)) == 2
    assert actions[-2:] == ["episode.start", "patient.register"]
