"""Writing past the ORM: what waits is written whole or not at all, before anybody asks, and in few statements."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import IntegrityError

from prom import clock, db
from prom.audit import service as audit
from prom.audit.models import AuditRecord, AuditSubject
from prom.audit.service import SYSTEM
from prom.config import Settings
from prom.db import insert, new_id, reading, transaction, update
from prom.staff.models import Tenant, Unit
from prom.staff.service import create_tenant
from prom.writing import FEW, together
from tests import databases


def unit(tenant_id: uuid.UUID, name: str = "A") -> Unit:
    """A unit that is not written yet."""
    return Unit(
        id=new_id(),
        tenant_id=tenant_id,
        name=name,
        phone="+4722000001",
        on_call_phone="+4790000091",
        zone="Europe/Oslo",
    )


@pytest.fixture
def tenant_id(database: Settings) -> uuid.UUID:
    """A hospital."""
    with transaction() as session:
        return create_tenant(session, "Syntetisk sykehus").id


@contextmanager
def statements() -> Iterator[list[str]]:
    """The first words of what is written within the block."""
    heard: list[str] = []

    def hear(_connection: object, _cursor: object, text: str, *_: object) -> None:
        heard.extend(text.split()[:1])

    event.listen(db.engine(), "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(db.engine(), "before_cursor_execute", hear)


def names() -> list[str]:
    """The stored units' names."""
    with reading() as session:
        return list(session.scalars(select(Unit.name).order_by(Unit.id)))


def test_a_row_that_points_at_nothing_is_refused_with_all_that_waited_beside_it(tenant_id: uuid.UUID) -> None:
    def write() -> None:
        with transaction() as session, together(session):
            insert(session, unit(tenant_id))
            insert(session, unit(new_id(), "B"))

    with pytest.raises(IntegrityError):
        write()
    assert names() == []


def test_what_waits_is_not_written_where_the_block_raises(tenant_id: uuid.UUID) -> None:
    def write() -> None:
        with transaction() as session, together(session):
            insert(session, unit(tenant_id))
            raise LookupError

    with pytest.raises(LookupError):
        write()
    assert names() == []


def test_what_waits_is_written_before_the_session_asks(tenant_id: uuid.UUID) -> None:
    with transaction() as session, together(session):
        insert(session, unit(tenant_id))
        assert session.scalar(select(func.count()).select_from(Unit)) == 1


def test_what_waits_is_written_before_the_rows_of_the_session_that_point_at_it(tenant_id: uuid.UUID) -> None:
    other = new_id()
    with transaction() as session, together(session):
        insert(session, Tenant(id=other, name="Et annet", wrapping_key=b"1", lookup_key=b"2", created_at=clock.now()))
        session.add(unit(other))
    assert names() == ["A"]


def test_what_the_session_has_yet_to_write_is_written_before_rows_that_may_point_at_it(tenant_id: uuid.UUID) -> None:
    other = new_id()
    with transaction() as session, together(session):
        session.add(Tenant(id=other, name="Et annet", wrapping_key=b"1", lookup_key=b"2", created_at=clock.now()))
        insert(session, unit(other))
    assert names() == ["A"]


def test_a_row_changed_twice_keeps_the_last_and_all_else_that_was_changed(tenant_id: uuid.UUID) -> None:
    with transaction() as session:
        session.add(unit(tenant_id))
    with transaction() as session, together(session):
        row = session.scalars(select(Unit)).one()
        update(session, row, name="B", phone="+4722000002")
        update(session, row, name="C")
        assert (row.name, row.phone) == ("C", "+4722000002")
    with reading() as session:
        stored = session.scalars(select(Unit)).one()
        assert (stored.name, stored.phone) == ("C", "+4722000002")


def test_a_row_is_changed_that_was_made_in_the_same_block(tenant_id: uuid.UUID) -> None:
    with transaction() as session, together(session):
        row = unit(tenant_id)
        insert(session, row)
        update(session, row, name="B")
    assert names() == ["B"]


def test_what_an_outer_block_holds_waits_for_its_end(tenant_id: uuid.UUID) -> None:
    with transaction() as session, together(session):
        with together(session):
            insert(session, unit(tenant_id))
        with statements() as heard:
            insert(session, unit(tenant_id, "B"))
        assert heard == []
    assert names() == ["A", "B"]


def test_more_rows_than_a_few_are_all_written(tenant_id: uuid.UUID) -> None:
    with transaction() as session, together(session):
        insert(session, *(unit(tenant_id, f"{number:02}") for number in range(2 * FEW)))
    assert names() == [f"{number:02}" for number in range(2 * FEW)]


def test_a_record_and_its_subjects_and_what_it_tells_of_are_written_in_one_statement(tenant_id: uuid.UUID) -> None:
    with transaction() as session, statements() as heard:
        session.connection()
        heard.clear()
        with together(session):
            made = unit(tenant_id)
            insert(session, made)
            subjects = [new_id(), new_id()]
            audit.record(
                session, SYSTEM, "unit.make", tenant_id=tenant_id, entity="unit", entity_id=made.id, subjects=subjects
            )
    assert heard[: heard.index("COMMIT") if "COMMIT" in heard else None] == (
        ["WITH"] if databases.KIND == "postgresql" else ["INSERT", "INSERT", "INSERT"]
    )
    with reading() as session:
        record = session.scalars(select(AuditRecord).where(AuditRecord.entity_id == made.id)).one()
        about = select(AuditSubject.patient_id).where(AuditSubject.record_id == record.id)
        assert set(session.scalars(about)) == set(subjects)
    assert names() == ["A"]
