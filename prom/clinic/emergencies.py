"""Open emergencies, to be named before a patient's episode is ended: the alert stays, and somebody must act on it."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from alerts.rules import Severity
from prom.clinic.reasons import title_of
from prom.clinic.vocabulary import Reader
from prom.worklist.queries import CLOSED_STATES, alerts_of, evidence_of


@dataclass(frozen=True)
class Emergency:
    """What it is about, and since when."""

    title: str
    raised_at: datetime


def open_emergencies(
    session: Session, patient_id: uuid.UUID, unit_ids: Collection[uuid.UUID], reader: Reader
) -> list[Emergency]:
    """Return a patient's open emergencies at some units, newest first. Whoever shows them writes the audit record."""
    found = [
        each
        for each in alerts_of(session, patient_id)
        if each.severity == Severity.EMERGENCY and each.unit_id in unit_ids and each.state not in CLOSED_STATES
    ]
    raised = evidence_of(session, found)
    return [Emergency(title_of(raised[each.id][-1].finding, reader), each.raised_at) for each in found]
