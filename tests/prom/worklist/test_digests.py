"""The morning's mail to a unit's staff: how many alerts nobody has taken, and nothing else."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from prom import clock
from prom.audit.service import SYSTEM
from prom.db import reading, transaction
from prom.messaging.models import Message
from prom.patients import sealing
from prom.settings import service
from prom.worklist.digests import put_digests
from tests.conftest import MONDAY, Hospital
from tests.prom.worklist.findings import finding
from tests.prom.worklist.findings import put as put_alert

pytestmark = pytest.mark.usefixtures("database")
ADDRESS = "https://prom.example"


def want(hospital: Hospital) -> None:
    """Let the unit have the mail."""
    with transaction() as session:
        service.choose(session, "unit", hospital.unit.id, "staffMail", "sengepost@sykehus.example", SYSTEM)


def put() -> int:
    """Put today's mails in."""
    with transaction() as session:
        return put_digests(session, ADDRESS)


def test_nobody_is_written_to_who_did_not_ask_for_it(hospital: Hospital) -> None:
    put_alert(hospital, finding())
    assert put() == 0


def test_nobody_is_written_to_where_nothing_waits(hospital: Hospital) -> None:
    want(hospital)
    assert put() == 0


def test_nobody_is_written_to_before_the_morning(hospital: Hospital) -> None:
    want(hospital)
    put_alert(hospital, finding())
    clock.move_to(MONDAY - timedelta(hours=1, minutes=31))
    assert put() == 0
    clock.move_to(MONDAY - timedelta(hours=1, minutes=30))
    assert put() == 1


def test_a_unit_is_written_to_once_a_day_without_names_or_what_it_is_about(hospital: Hospital) -> None:
    want(hospital)
    put_alert(hospital, finding())
    assert (put(), put()) == (1, 0)
    with reading() as session:
        row = session.scalars(select(Message).where(Message.kind == "staff")).one()
        letter = sealing.open_column(session, row, "letter")
    assert letter == {
        "to": "sengepost@sykehus.example",
        "body": f"Prom: 1 varsler venter på noen som tar dem.\n\nLogg inn for å se dem: {ADDRESS}",
    }
    assert row.patient_id is None
    clock.move_to(MONDAY + timedelta(days=1))
    assert put() == 1
