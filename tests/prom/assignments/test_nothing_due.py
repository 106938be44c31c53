"""A tick that finds nothing due costs one statement and one look into an index, however many plans there are."""

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.dialects import postgresql, sqlite

from prom import bulk, clock, db
from prom.assignments.models import Plan
from prom.assignments.opening import due_at
from prom.benchmark.statements import counted
from prom.config import Settings
from prom.db import new_ids, transaction
from prom.jobs import JOBS, run
from tests import databases
from tests.conftest import Hospital

OPENING = next(job for job in JOBS if job.name == "open assignments")
MANY = 5000


def _plan_many(hospital: Hospital) -> None:
    """Plans of next week, and as many that are at their end."""
    ahead = clock.now() + timedelta(days=7)
    names = ("id", "tenant_id", "patient_id", "episode_id", "key", "next_day", "next_opens_at", "opened")
    of = (hospital.tenant.id, hospital.patient.id, hospital.episode.id)
    rows: list[tuple[object, ...]] = [(row_id, *of, str(row_id), ahead.date(), ahead, 0) for row_id in new_ids(MANY)]
    rows += [(row_id, *of, str(row_id), None, None, 9) for row_id in new_ids(MANY)]
    with transaction() as session:
        bulk.put(session.connection(), Plan, names, rows)


def _statements(settings: Settings) -> int:
    with counted(db.engine()) as asked:
        assert run(OPENING, settings) is None
    return int(asked.statements)


def test_with_thousands_of_plans_a_tick_sends_no_statement_more(hospital: Hospital, database: Settings) -> None:
    run(OPENING, database)  # what is due on this Monday
    few = _statements(database)
    _plan_many(hospital)
    assert _statements(database) == few


def test_what_is_due_is_found_in_its_own_index(hospital: Hospital, database: Settings) -> None:
    run(OPENING, database)
    _plan_many(hospital)
    on_postgresql = databases.KIND == "postgresql"
    dialect = postgresql.dialect() if on_postgresql else sqlite.dialect()  # type: ignore[no-untyped-call]
    query = due_at(clock.now(), 100).compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    engine = db.make_engine(database.owner_url)
    with engine.connect() as connection:
        connection.execute(text("ANALYZE"))
        explain = "EXPLAIN" if on_postgresql else "EXPLAIN QUERY PLAN"
        steps = [" ".join(map(str, row)) for row in connection.execute(text(f"{explain} {query}"))]
    engine.dispose()
    assert any("ix_plan_due" in step for step in steps)
    assert not any("Seq Scan on plan" in step or "SCAN plan" in step for step in steps)
