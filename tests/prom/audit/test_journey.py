"""Every step of the journey leaves its record, with the patient as its subject and nothing of her health in it."""

import re
import uuid
from collections import Counter
from collections.abc import Sequence

import pytest
from sqlalchemy import select

from prom.audit.models import AuditRecord, AuditSubject
from prom.config import Settings
from tests.conftest import Hospital
from tests.prom.steps import rows
from tests.prom.whole_journey import Journey

NURSE, HER, SYSTEM = "clinician", "patient", "system"
#: Who leaves which records about the patient with each step.
LEAVES: dict[str, set[tuple[str, str]]] = {
    "the nurse signs in": set(),
    "the nurse has the number read back": set(),
    "the nurse registers the patient": {(NURSE, "patient.register"), (NURSE, "episode.start")},
    "the worker asks": {(SYSTEM, "assignment.open"), (SYSTEM, "message.send")},
    "the outbox is looked at": {(NURSE, "message.list")},
    "the patient opens the link": {(HER, "visit.begin")},
    "the patient mistypes her birth date": {(HER, "visit.refuse")},
    "the patient confirms her birth date": {(HER, "visit.confirm")},
    "the patient answers": {(HER, "response.save"), (HER, "response.read"), (HER, "alert.raise")},
    "the patient reviews": {(HER, "response.read")},
    "the patient sends": {
        (HER, "response.read"),
        (HER, "response.submit"),
        (HER, "alert.raise"),
        (HER, "assignment.complete"),
    },
    "the patient reads the receipt": {(HER, "response.read")},
    "the worker rings and judges again": {(SYSTEM, "response.recheck")},
    "the nurse looks at the list": {(NURSE, "worklist.read")},
    "the nurse opens the patient": {(NURSE, "patient.read")},
    "the nurse acknowledges": {(NURSE, "alert.acknowledge")},
    "the nurse writes a note": {(NURSE, "alert.note")},
    "the nurse resolves": {(NURSE, "alert.resolve")},
    "the nurse fills in a report by phone": {
        (NURSE, "assignment.open"),
        (NURSE, "response.submit"),
        (NURSE, "alert.raise"),
        (NURSE, "assignment.complete"),
    },
    "the nurse marks it as entered in error": {
        (NURSE, "alert.withdraw"),
        (NURSE, "assignment.reopen"),
        (NURSE, "response.enter-in-error"),
    },
    "the nurse reads the access log": {(NURSE, "audit.read")},
    "the quality user signs in": set(),
    "the quality user exports": {(NURSE, "response.export")},
    "the nurse signs out": set(),
}
#: What leaves a record that is about no patient.
ABOUT_NOBODY = {"session.begin": 2, "session.end": 1}


def about(patient_id: uuid.UUID) -> set[uuid.UUID]:
    """The records that stand in a patient's own log."""
    return set(rows(select(AuditSubject.record_id).where(AuditSubject.patient_id == patient_id)))


@pytest.mark.hazard("H34")
def test_every_step_of_the_journey_stands_in_the_patients_own_log(hospital: Hospital, database: Settings) -> None:
    journey = Journey(hospital, database)
    known: set[uuid.UUID] = set()
    left: dict[str, set[tuple[str, str]]] = {}
    for step in journey.steps():
        hers = about(journey.patient_id) if hasattr(journey, "patient_id") else set()
        new = rows(select(AuditRecord).where(AuditRecord.id.in_(hers - known)))
        left[step] = {(row.actor_kind, row.action) for row in new}
        known |= hers
    assert left == LEAVES
    assert Counter(rows(select(AuditRecord.action).where(AuditRecord.action.like("session.%")))) == ABOUT_NOBODY
    _holds_codes_only(rows(select(AuditRecord)))


def _holds_codes_only(records: Sequence[AuditRecord]) -> None:
    """A record holds ids, instants and words like `alert.resolve`; none of these tells what a patient has."""
    told = [(row.actor_kind, row.actor_role, row.action, row.entity, row.reason) for row in records]
    words = {word for record in told for word in record if word is not None}
    assert [word for word in words if not re.fullmatch("[a-z]+([.-][a-z]+)*", word)] == []
    assert not words & {"fever", "cough", "free-text", "temperature"}
