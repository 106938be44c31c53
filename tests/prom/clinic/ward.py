"""A nurse at her screen, and more patients for her: what the tests of the staff's pages share."""

import re
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event, func, select
from werkzeug.test import TestResponse

from prom import db
from prom.assignments.service import assign, plan_episode
from prom.audit.models import AuditRecord, AuditSubject
from prom.audit.service import Actor
from prom.db import reading, transaction
from prom.language import text
from prom.pathways.models import Episode
from prom.pathways.service import start_episode
from prom.patients.models import Patient
from prom.patients.service import register
from prom.worklist.models import Alert
from prom.worklist.queries import CLOSED_STATES
from tests.conftest import CLINICAL, PASSWORD, REGISTRATION, Hospital
from tests.prom.steps import PATIENT, WELL, send

#: Numbers of Tenor's synthetic range (month + 80), all of one birth date.
NUMBERS = ("10915549999", "10915549808", "10915549727", "10915549646", "10915549565")
#: Nausea so strong that it is level 3.
NAUSEA = {**WELL, "nausea-frequency": "4", "nausea-severity": "4"}
#: A strong answer beside a low level: severe now and then.
HIDDEN = {**WELL, "pain-frequency": "1", "pain-severity": "3", "pain-interference": "0"}


def said(key: str, **values: object) -> str:
    """What a page says in bokmål, which is what these tests read."""
    return text(key, "nb", **values)


@dataclass(frozen=True)
class Nurse:
    """A signed-in browser without a screen."""

    client: FlaskClient

    def comes_back(self) -> None:
        """Sign in again: a session does not outlive the time that a test lets pass."""
        answer = self.client.post("/sign-in", data={"username": "nurse", "password": PASSWORD})
        assert answer.status_code == 303

    def get(self, path: str, **more: Any) -> TestResponse:
        """Open a page."""
        return self.client.get(path, **more)

    def page(self, path: str) -> str:
        """Open a page that must be there, and return its words with single spaces and no markup's quotes."""
        answer = self.client.get(path)
        assert answer.status_code == 200
        return words_of(answer)

    def post(self, path: str, data: Mapping[str, Any] | None = None) -> TestResponse:
        """Send a form."""
        return self.client.post(path, data=data or {})

    def patient(self, patient_id: uuid.UUID, verb: str, alerts: list[Alert], **data: Any) -> TestResponse:
        """Press one of the buttons of a patient's page."""
        pairs = [f"{alert.id}:{alert.version}" for alert in alerts]
        return self.post(f"/patients/{patient_id}/{verb}", {"alert": pairs, **data})


def words_of(answer: TestResponse) -> str:
    """Return a page as one line of text without tags."""
    plain = re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))
    return re.sub(r"\s+", " ", plain).replace("&#34;", '"').replace("&#39;", "'")


def open_alerts(patient_id: uuid.UUID) -> list[Alert]:
    """Return a patient's open alerts as they stand."""
    with reading() as session:
        query = select(Alert).where(Alert.patient_id == patient_id, Alert.state.not_in(CLOSED_STATES))
        rows = list(session.scalars(query.order_by(Alert.severity.desc(), Alert.id)))
        session.expunge_all()
    return rows


def another_patient(
    hospital: Hospital, number: str, family: str, born: date = REGISTRATION.birth_date
) -> tuple[Patient, Episode]:
    """Register one more patient, of the same age unless told, and start her episode."""
    mobile = f"+479000{number[-4:]}"
    who = replace(REGISTRATION, family=family, national_number=number, mobile=mobile, birth_date=born)
    with transaction() as session:
        patient = register(session, hospital.tenant.id, who, hospital.nurse_actor)
        episode = start_episode(
            session, patient, hospital.unit, hospital.pathway, date(2026, 10, 26), CLINICAL, hospital.nurse_actor
        )
        plan_episode(session, episode)
    return patient, episode


def report(
    hospital: Hospital, episode: Episode, answers: Mapping[str, Any], source: str = "patient", actor: Actor = PATIENT
) -> uuid.UUID:
    """Let a patient report on her own initiative now."""
    with transaction() as session:
        assignment_id = assign(session, episode, hospital.pathway.on_demand, "patient", actor).id
    return send(assignment_id, answers, source=source, actor=actor).response_id


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect the SQL statements that are sent in a block."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(db.engine(), "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine(), "before_cursor_execute", note)


def audited(action: str) -> list[frozenset[uuid.UUID]]:
    """Return the subjects of every record of an action; those of one instant stand in no order."""
    with reading() as session:
        records = session.scalars(select(AuditRecord.id).where(AuditRecord.action == action).order_by(AuditRecord.id))
        return [
            frozenset(session.scalars(select(AuditSubject.patient_id).where(AuditSubject.record_id == record)))
            for record in records
        ]


def count(model: type[Any]) -> int:
    """Return how many rows a table has."""
    with reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0
