"""Each migration runs forward over rows that stand there already, and loses none of them."""

import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, MetaData, inspect, text
from sqlalchemy.exc import IntegrityError

from prom import schema
from prom.errors import StartRefused
from tests import databases

NOW = datetime(2026, 11, 2, 8, 30, tzinfo=UTC)
LATER = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Engine]:
    """The owner's engine on a database without any table."""
    addresses = databases.empty_database(tmp_path)
    engine = schema.engine_for_migrating(addresses.owner)
    yield engine
    engine.dispose()
    databases.remove_database(addresses)


def migrate(engine: Engine, revision: str) -> None:
    """Bring the database to a revision."""
    with engine.begin() as connection:
        schema.migrate(connection, revision)


class Rows:
    """Writes rows into tables as they are now, whatever the models say."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.tables = MetaData()
        self.tables.reflect(connection)

    def add(self, table: str, /, **values: Any) -> uuid.UUID:
        """Write one row with an id of its own."""
        row_id = uuid.uuid4()
        self.write(table, id=row_id, **values)
        return row_id

    def write(self, table: str, /, **values: Any) -> None:
        """Write one row; what SQLite keeps as text is written so."""
        if self.connection.dialect.name == "sqlite":
            values = {key: each.hex if isinstance(each, uuid.UUID) else each for key, each in values.items()}
        self.connection.execute(self.tables.tables[table].insert(), values)


def a_hospital_with_two_responses(connection: Connection) -> list[uuid.UUID]:
    """Fill the tables of 0001: a patient with one response as it came, and one that was corrected."""
    rows = Rows(connection)
    tenant = rows.add("tenant", name="T", wrapping_key=b"w", lookup_key=b"l", created_at=NOW)
    numbers = {"phone": "+4722000001", "on_call_phone": "+4790000091"}
    unit = rows.add("unit", tenant_id=tenant, name="P", zone="Europe/Oslo", **numbers)
    patient = rows.add("patient", tenant_id=tenant, identity_sealed=b"i", national_number_hash=b"n", created_at=NOW)
    ids = {"tenant_id": tenant, "patient_id": patient, "unit_id": unit}
    episode = rows.add(
        "episode",
        **ids,
        pathway_url="urn:p",
        pathway_version="1",
        clinical_sealed=b"c",
        anchor=date(2026, 10, 26),
        status="active",
        started_at=NOW,
    )
    return [_response(rows, {**ids, "episode_id": episode}, number) for number in range(2)]


def _response(rows: Rows, ids: dict[str, uuid.UUID], number: int) -> uuid.UUID:
    window = dict.fromkeys(("opens_at", "due_at", "overdue_at", "expires_at", "begun_expires_at"), NOW)
    assignment = rows.add(
        "assignment",
        **ids,
        **window,
        origin="planned",
        occurrence=f"weekly:{number}",
        questionnaire="urn:q|1",
        status="completed",
        completed_at=NOW,
        wrong_birth_dates=0,
    )
    return rows.add(
        "response",
        **ids,
        assignment_id=assignment,
        questionnaire="urn:q|1",
        status=("completed", "entered-in-error")[number],
        source="patient",
        author="patient",
        authored_at=NOW,
        received_at=NOW,
        corrected_at=(None, LATER)[number],
        language="nb",
        document_sealed=b"document",
        scores_sealed=b"scores",
    )


def test_0002_gives_each_response_its_version_and_the_time_of_its_last_change(empty: Engine) -> None:
    migrate(empty, "0001")
    with empty.begin() as connection:
        a_hospital_with_two_responses(connection)
    migrate(empty, "0002")
    with empty.connect() as connection:
        found = connection.execute(
            text("SELECT status, version, updated_at, identifier_hash, document_sealed FROM response ORDER BY status")
        ).all()
    assert [(row.status, row.version, row.identifier_hash) for row in found] == [
        ("completed", 1, None),
        ("entered-in-error", 1, None),
    ]
    assert [str(row.updated_at)[:16] for row in found] == [str(NOW)[:16], str(LATER)[:16]]
    assert [bytes(row.document_sealed) for row in found] == [b"document", b"document"]


def test_a_hospital_with_patients_comes_from_the_first_schema_to_this_one_with_all_its_rows(empty: Engine) -> None:
    migrate(empty, "0001")
    with empty.begin() as connection:
        responses = a_hospital_with_two_responses(connection)
    migrate(empty, "head")
    with empty.connect() as connection:
        names = ("tenant", "unit", "patient", "episode", "assignment", "response")
        counts = [connection.scalar(text(f"SELECT count(*) FROM {name}")) for name in names]  # noqa: S608
    assert counts == [1, 1, 1, 1, 2, len(responses)]


def test_a_migration_that_leaves_a_row_pointing_at_nothing_changes_nothing(empty: Engine) -> None:
    migrate(empty, "0001")
    with empty.begin() as connection:
        a_hospital_with_two_responses(connection)
    with pytest.raises((StartRefused, IntegrityError)):
        _lose_the_patients_and_migrate(empty)
    with empty.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM patient")) == 1


def _lose_the_patients_and_migrate(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM patient"))
        schema.migrate(connection, "0001")


def test_0002_keeps_every_rule_and_index_of_the_table_that_it_makes_anew(empty: Engine) -> None:
    migrate(empty, "0001")
    with empty.connect() as connection:
        before = {each["name"] for each in inspect(connection).get_indexes("response")}
        checks = {each["name"] for each in inspect(connection).get_check_constraints("response")}
    migrate(empty, "0002")
    with empty.connect() as connection:
        seen = inspect(connection)
        assert before < {each["name"] for each in seen.get_indexes("response")}
        assert checks == {each["name"] for each in seen.get_check_constraints("response")}
        assert len(seen.get_foreign_keys("response")) == 5
        assert [each["name"] for each in seen.get_columns("response") if each["default"] is not None] == []


@pytest.fixture
def queued(empty: Engine) -> dict[str, bytes | None]:
    """Messages of the version before by key, each with its words, and what words 0003 left of them."""
    migrate(empty, "0002")
    with empty.begin() as connection:
        rows = Rows(connection)
        tenant = rows.add("tenant", name="T", wrapping_key=b"w", lookup_key=b"l", created_at=NOW)
        plain = {"state": "pending", "attempts": 0, "assignment_id": uuid.uuid4()}
        for kind in ("assignment", "new-link", "reminder", "on-call"):
            _message(rows, tenant, kind, **plain, kind=kind)
        _message(rows, tenant, "tried", **{**plain, "attempts": 1}, kind="assignment")
        _message(rows, tenant, "ambiguous", **{**plain, "state": "ambiguous"}, kind="assignment")
        _message(rows, tenant, "of nothing", **{**plain, "assignment_id": None}, kind="assignment")
    migrate(empty, "0003")
    with empty.connect() as connection:
        found = connection.execute(text("SELECT key, letter_sealed FROM message")).all()
    return {row.key: row.letter_sealed for row in found}


def _message(rows: Rows, tenant: uuid.UUID, key: str, /, **values: Any) -> None:
    times = dict.fromkeys(("created_at", "send_after", "try_at"), NOW)
    rows.add("message", tenant_id=tenant, key=key, letter_sealed=b"l", expires_at=LATER, lease=0, **times, **values)


def test_0003_lets_what_was_queued_with_words_be_looked_at_and_composed_as_it_is_sent(
    queued: dict[str, bytes | None],
) -> None:
    assert {key for key, letter in queued.items() if letter is None} == {"assignment", "new-link", "reminder"}


def test_0003_keeps_the_words_of_what_may_be_out_and_of_what_nobody_can_compose(
    queued: dict[str, bytes | None],
) -> None:
    assert {key for key, letter in queued.items() if letter is not None} == {
        "on-call",
        "tried",
        "ambiguous",
        "of nothing",
    }


def test_a_response_can_be_amended_only_after_0002(empty: Engine) -> None:
    migrate(empty, "0001")
    amend = text("UPDATE response SET status = 'amended' WHERE status = 'completed'")
    with empty.begin() as connection:
        a_hospital_with_two_responses(connection)
    with pytest.raises(Exception, match="ck_response_status_known"), empty.begin() as connection:
        connection.execute(amend)
    migrate(empty, "0002")
    with empty.begin() as connection:
        assert connection.execute(amend).rowcount == 1


def test_0007_keeps_what_alerts_stand_on_and_lets_only_a_decision_hold_evidence_without_one(empty: Engine) -> None:
    migrate(empty, "0006")
    with empty.begin() as connection:
        rows = Rows(connection)
        numbers = {"phone": "+4722000001", "on_call_phone": "+4790000091"}
        tenant = rows.add("tenant", name="T", wrapping_key=b"w", lookup_key=b"l", created_at=NOW)
        unit = rows.add("unit", tenant_id=tenant, name="P", zone="Europe/Oslo", **numbers)
        patient = rows.add("patient", tenant_id=tenant, identity_sealed=b"i", national_number_hash=b"n", created_at=NOW)
        episode = rows.add(
            "episode", tenant_id=tenant, patient_id=patient, unit_id=unit, pathway_url="urn:p", pathway_version="1",
            clinical_sealed=b"c", anchor=date(2026, 10, 26), status="active", started_at=NOW,
        )  # fmt: skip
        alert = rows.add(
            "alert", tenant_id=tenant, patient_id=patient, episode_id=episode, unit_id=unit, topic_hash=b"t",
            severity=2, state="open", raised_at=NOW, waiting_since=NOW, next_action_at=LATER, escalations=0,
            new_evidence=0, topic_sealed=b"t", version=1,
        )  # fmt: skip
        found = {"rules": "urn:r|1", "severity": 2, "finding_sealed": b"f", "found_at": NOW}
        of_patient = {"tenant_id": tenant, "patient_id": patient, **found}
        kept = rows.add("evidence", alert_id=alert, **of_patient)
    migrate(empty, "0007")
    with empty.begin() as connection:
        rows = Rows(connection)
        held = rows.add("evidence", held_by=uuid.uuid4(), **of_patient)
        stored = connection.execute(text("SELECT id, alert_id, held_by FROM evidence")).all()
        by_id = {uuid.UUID(str(row.id)): (row.alert_id is not None, row.held_by is not None) for row in stored}
        assert by_id == {kept: (True, False), held: (False, True)}
    with pytest.raises(IntegrityError), empty.begin() as connection:
        Rows(connection).add("evidence", **of_patient)
