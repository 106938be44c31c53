"""PostgreSQL's driver: a rollback takes back what was written, and keeps the statements that are prepared."""

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from prom import clock, db
from prom.config import Settings
from prom.oversight.models import Tick
from prom.staff.models import Tenant
from tests import databases

#: More than the driver waits for before it prepares a statement.
OFTEN = 7


def prepared(session: Session) -> set[str]:
    """The statements about tenants that this session's connection has prepared."""
    return set(session.scalars(text("SELECT name FROM pg_prepared_statements WHERE statement LIKE '%FROM tenant%'")))


if databases.KIND == "postgresql":

    def test_a_reading_does_not_make_its_connection_forget_what_is_prepared(database: Settings) -> None:
        for _ in range(OFTEN):
            with db.transaction() as session:
                session.scalars(select(Tenant)).all()
                process, before = session.scalar(text("SELECT pg_backend_pid()")), prepared(session)
        with db.reading() as session:
            session.scalars(select(Tenant)).all()
        with db.transaction() as session:
            assert session.scalar(text("SELECT pg_backend_pid()")) == process
            assert prepared(session) == before != set()

    def test_what_a_statement_broke_is_taken_back_and_the_connection_goes_on(database: Settings) -> None:
        def break_midway() -> None:
            with db.transaction() as session:
                session.add(Tick(name="sweep", started_at=clock.now(), runs=1, every=1.0))
                session.flush()
                used.append(session.scalar(text("SELECT pg_backend_pid()")))
                session.execute(text("SELECT nothing FROM nowhere"))

        used: list[object] = []
        with pytest.raises(ProgrammingError):
            break_midway()
        with db.transaction() as session:
            assert [session.scalar(text("SELECT pg_backend_pid()"))] == used
            assert session.scalar(select(func.count()).select_from(Tick)) == 0
