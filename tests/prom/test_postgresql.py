"""PostgreSQL's driver: what a rollback takes back and what it leaves, and what a result tells of its columns."""

import psycopg
import pytest
from sqlalchemy import func, literal, select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from prom import clock, db, postgresql
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

    def test_a_result_tells_its_columns_to_whoever_asks_and_has_none_where_nothing_is_read(database: Settings) -> None:
        with db.reading() as session:
            cursor = session.connection().connection.cursor()
            assert cursor.description is None
            cursor.execute("SELECT 1 AS one, 'two'::text AS two")
            assert [(each.name, each.type_code) for each in cursor.description] == [("one", 23), ("two", 25)]
            assert len(cursor.description) == 2
            assert cursor.description[-1].name == "two"
            cursor.execute("SET LOCAL lock_timeout = 0")
            assert cursor.description is None

    def test_a_statement_that_comes_again_reads_its_rows_without_describing_their_columns(
        database: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        described: list[object] = []

        def describe(*of: object) -> psycopg.Column:
            described.append(of)
            return psycopg.Column(*of)  # type: ignore[arg-type]

        monkeypatch.setattr(postgresql, "Column", describe)
        asked = select(literal(1).label("one"), literal("two").label("two"))
        with db.reading() as session:
            assert session.execute(asked).one()._asdict() == {"one": 1, "two": "two"}
            assert described
            described.clear()
            assert session.execute(asked).one()._asdict() == {"one": 1, "two": "two"}
            assert described == []
