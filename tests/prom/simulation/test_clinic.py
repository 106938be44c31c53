from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from alerts.rules import Severity
from prom import clock, config, db, schema
from prom.assignments.models import Assignment, Plan
from prom.assignments.service import answerable
from prom.config import Settings
from prom.errors import StartRefused
from prom.messaging.models import Message
from prom.oversight.recomputing import compare
from prom.patients.queries import identities
from prom.responses.models import Response
from prom.simulation.clinic import DEMO_PASSWORD
from prom.simulation.service import make_clinic
from prom.staff.models import Clinician
from prom.staff.sign_in import check_password
from prom.worklist.models import Alert
from prom.worklist.queries import CLOSED_STATES
from tests.conftest import Hospital

#: A working day at noon, an evening, a weekend, the last half hour before closing, a holiday, and the autumn change.
NOWS = [
    datetime(2026, 11, 18, 11, 0, tzinfo=UTC),
    datetime(2026, 11, 16, 20, 40, tzinfo=UTC),
    datetime(2026, 11, 21, 3, 0, tzinfo=UTC),
    datetime(2026, 11, 20, 14, 10, tzinfo=UTC),
    datetime(2026, 12, 25, 9, 0, tzinfo=UTC),
    datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
]
NOON = NOWS[0]


def open_alerts() -> Sequence[Alert]:
    with db.reading() as session:
        alerts = session.scalars(select(Alert).where(Alert.state.not_in(CLOSED_STATES))).all()
        session.expunge_all()
        return alerts


def test_a_database_with_patients_is_left_alone(hospital: Hospital, database: Settings) -> None:
    with pytest.raises(StartRefused, match="has patients"):
        make_clinic(database, people_count=6, weeks=3)


@pytest.mark.parametrize("now", NOWS, ids=str)
def test_what_is_open_has_its_next_action_ahead_at_any_hour(now: datetime, database: Settings) -> None:
    make_clinic(database, until=now, people_count=6, weeks=3)
    alerts = open_alerts()
    assert {Severity(alert.severity) for alert in alerts} == set(Severity)
    assert all(alert.next_action_at is not None and alert.next_action_at > now for alert in alerts)


def test_two_patients_or_more_have_something_to_answer(database: Settings) -> None:
    make_clinic(database, until=NOWS[2], people_count=6, weeks=3)
    clock.move_to(NOWS[2])
    with db.reading() as session:
        asked = session.scalars(select(Assignment.patient_id).where(Assignment.status == "open").distinct()).all()
        assert sum(answerable(session, patient_id) is not None for patient_id in asked) >= 2


def test_nobody_is_asked_twice_for_the_same_occurrence(database: Settings) -> None:
    make_clinic(database, until=NOON, people_count=6, weeks=3)
    with db.reading() as session:
        planned = session.execute(
            select(Assignment.episode_id, Assignment.occurrence).where(Assignment.origin == "planned")
        ).all()
        messages = session.scalars(select(Message.assignment_id).where(Message.kind == "assignment")).all()
        late = session.scalar(select(func.count()).select_from(Plan).where(Plan.next_opens_at <= NOON))
    assert len(planned) >= 6 * 2
    assert len(set(planned)) == len(planned)
    assert len(set(messages)) == len(messages)
    assert late == 0


def test_the_same_seed_gives_the_same_history_but_for_ids(database: Settings, tmp_path: Path) -> None:
    make_clinic(database, until=NOON, people_count=6, weeks=3, seed=4)
    first = _history()
    assert len(first) > 10
    db.dispose()
    another = config.from_environment({"PROM_HOME": str(tmp_path / "another")})
    schema.upgrade(another)
    schema.open_installation(another)
    make_clinic(another, until=NOON, people_count=6, weeks=3, seed=4)
    assert _history() == first


def _history() -> list[tuple[str, str, datetime]]:
    with db.reading() as session:
        known = identities(session, session.scalars(select(Response.patient_id)))
        names = {patient_id: who.name for patient_id, who in known.items()}
        responses = [(names[row.patient_id], row.source, row.authored_at) for row in session.scalars(select(Response))]
        alerts = [
            (names[row.patient_id], f"{row.severity} {row.state}", row.raised_at)
            for row in session.scalars(select(Alert))
        ]
    return sorted(responses + alerts)


def test_everybody_signs_in_with_the_password_that_is_printed(database: Settings) -> None:
    make_clinic(database, until=NOON, people_count=3, weeks=1)
    with db.transaction() as session:
        people = session.scalars(select(Clinician)).all()
        assert sorted(each.role for each in people) == ["administrator", "nurse", "nurse", "physician", "quality"]
        assert all(check_password(session, each.username, DEMO_PASSWORD) for each in people)


def test_a_clinic_has_everything_that_a_visitor_wants_to_see(
    database: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    shares: list[float] = []
    # A sixth of the demonstration's size: enough for every scene.
    make_clinic(database, until=NOON, people_count=20, weeks=6, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert "SMS" not in capsys.readouterr().out
    _the_list_is_alive()
    _the_history_is_long_and_varied()
    _the_auditor_agrees()


def _the_list_is_alive() -> None:
    alerts = open_alerts()
    assert all(alert.next_action_at is not None and alert.next_action_at > NOON for alert in alerts)
    assert {alert.severity for alert in alerts if alert.claimed_by is None} == {1, 2, 3, 4}
    with db.reading() as session:
        kari = session.scalars(select(Clinician.id).where(Clinician.username == "kari")).one()
        assert session.scalar(select(func.count()).select_from(Message).where(Message.state == "pending")) == 0
    assert {alert.severity for alert in alerts if alert.claimed_by == kari} >= {2, 3, 4}


def _the_history_is_long_and_varied() -> None:
    with db.reading() as session:
        responses = session.scalars(select(Response)).all()
        assert len(responses) > 75
        assert NOON - min(row.authored_at for row in responses) > timedelta(weeks=5)
        assert {row.source for row in responses} == {"patient", "proxy", "staff"}
        assert {row.language for row in responses} == {"nb", "nn", "en", "se"}
        assert {row.author for row in responses} == {"patient", "proxy", "clinician"}


def _the_auditor_agrees() -> None:
    with db.reading() as session:
        for row in session.scalars(select(Response).order_by(Response.received_at.desc()).limit(60)).all():
            if row.status != "entered-in-error":
                assert not compare(session, row)
