"""The auditor on damaged rows: what it cannot read goes on the list, and holds up nobody else's answers."""

import uuid

import pytest
from sqlalchemy import select

from alerts.rules import Severity
from prom.audit.models import AuditRecord, AuditSubject
from prom.config import Settings
from prom.db import reading, transaction
from prom.oversight import auditor
from prom.oversight.auditor import SomeFailed
from prom.oversight.models import Disagreement
from prom.responses.models import Response
from prom.worklist.models import Evidence
from tests.conftest import Hospital
from tests.prom.steps import FEVER, WELL, ask, ask_again, later, send, short


def damage(response_id: uuid.UUID) -> None:
    """Spoil a response's sealed answers."""
    with transaction() as session:
        session.get_one(Response, response_id).document_sealed = b"\x01" + bytes(40)


def waiting() -> list[uuid.UUID]:
    """The responses that the auditor has not looked at."""
    with reading() as session:
        return list(session.scalars(select(Response.id).where(Response.rechecked_at.is_(None))))


@pytest.mark.hazard("H05")
def test_answers_that_do_not_open_are_an_alert_and_a_disagreement(hospital: Hospital, database: Settings) -> None:
    damage(send(ask(database), WELL).response_id)
    assert auditor.recheck() == 1
    assert short() == {("could-not-be-assessed", Severity.SAME_DAY, "open")}
    with reading() as session:
        assert len(session.scalars(select(Disagreement)).all()) == 1
    assert (waiting(), auditor.recheck()) == ([], 0)


@pytest.mark.hazard("H05")
def test_a_row_that_fails_by_itself_holds_up_no_other_and_fails_the_job(hospital: Hospital, database: Settings) -> None:
    bad = send(ask(database), FEVER).response_id
    later(hours=1)
    send(ask_again(hospital), WELL)
    damage(bad)
    with transaction() as session:
        session.scalars(select(Evidence)).one().finding_sealed = b"\x01" + bytes(40)
    with pytest.raises(SomeFailed):
        auditor.recheck()
    assert waiting() == [bad]


def test_reading_her_answers_again_is_on_record_in_her_log(hospital: Hospital, database: Settings) -> None:
    response_id = send(ask(database), WELL).response_id
    auditor.recheck()
    with reading() as session:
        record = session.scalars(select(AuditRecord).where(AuditRecord.action == "response.recheck")).one()
        assert (record.actor_kind, record.entity_id, record.unit_id) == ("system", response_id, hospital.unit.id)
        subject = select(AuditSubject.patient_id).where(AuditSubject.record_id == record.id)
        assert session.scalars(subject).all() == [hospital.patient.id]
