"""The database: an instant without a zone is refused, what fails is taken back, ids follow the order of making."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from prom import clock, db
from prom.config import Settings
from prom.db import new_id, reading, transaction
from prom.errors import StartRefused
from prom.oversight.models import Tick
from prom.staff.models import Tenant, Unit
from prom.staff.service import create_tenant
from tests.conftest import MONDAY
from tests.databases import KIND

OSLO_WINTER = timezone(timedelta(hours=1))


def tick(at: datetime, name: str = "sweep") -> Tick:
    """A row with an instant in it."""
    return Tick(name=name, started_at=at, runs=1, every=1.0)


def test_an_instant_without_a_zone_is_refused(database: Settings) -> None:
    with pytest.raises(StatementError, match="time zone"), transaction() as session:
        session.add(tick(datetime(2026, 11, 2, 9, 30)))  # noqa: DTZ001


def test_a_row_that_points_at_nothing_is_refused(database: Settings) -> None:
    unit = Unit(tenant_id=new_id(), name="A", phone="+4722000001", on_call_phone="+4790000091", zone="Europe/Oslo")
    with pytest.raises(IntegrityError), transaction() as session:
        session.add(unit)


def test_an_instant_of_any_zone_comes_back_as_the_same_in_utc(database: Settings) -> None:
    given = datetime(2026, 11, 2, 9, 30, 0, 123456, tzinfo=OSLO_WINTER)
    with transaction() as session:
        session.add(tick(given))
    with reading() as session:
        stored = session.scalars(select(Tick.started_at)).one()
        assert session.scalars(select(Tick.name).where(Tick.started_at <= given)).all() == ["sweep"]
        assert session.scalars(select(Tick.name).where(Tick.started_at < given)).all() == []
    assert stored == given
    assert stored.tzinfo is UTC


@pytest.mark.hazard("H35")
def test_what_fails_midway_is_taken_back_whole(database: Settings) -> None:
    def fail_midway() -> None:
        with transaction() as session:
            session.add(tick(MONDAY))
            session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        fail_midway()
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Tick)) == 0


def test_what_a_reading_changes_is_not_kept(database: Settings) -> None:
    with reading() as session:
        create_tenant(session, "Syntetisk sykehus")
        assert session.scalar(select(func.count()).select_from(Tenant)) == 1
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Tenant)) == 0


def test_ids_follow_the_order_of_their_making_also_within_a_millisecond() -> None:
    with clock.moved_to(MONDAY):
        made = [new_id() for _ in range(1000)]
    assert all(earlier < later for earlier, later in pairwise(made))
    assert {each.version for each in made} == {7}


def test_an_id_made_later_by_the_moved_clock_is_greater_and_one_made_earlier_is_less() -> None:
    made = []
    for step in (0, 1, -1):
        with clock.moved_to(MONDAY + timedelta(days=step)):
            made.append(new_id())
    assert made[2] < made[0] < made[1]


@pytest.mark.hazard("H35")
def test_a_sqlite_that_can_lose_data_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "sqlite_version", lambda: (3, 51, 2))
    with pytest.raises(StartRefused, match=r"older than 3\.51\.3.*make setup"):
        db.make_engine("sqlite://")
    monkeypatch.undo()
    assert db.sqlite_version() >= db.OLDEST_SQLITE


if KIND == "sqlite":

    def test_sqlite_runs_with_the_settings_that_keep_what_was_acknowledged(database: Settings) -> None:
        wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30000, "secure_delete": 1}
        with db.engine().connect() as connection:
            seen = {name: connection.scalar(text(f"PRAGMA {name}")) for name in wanted}
        assert seen == wanted
