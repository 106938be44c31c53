"""What the tests of messages share: letters for the hospital's patient and for its on-call phone."""

import uuid
from datetime import timedelta
from typing import Any

from prom import clock
from prom.db import reading, transaction
from prom.messaging import outbox
from prom.messaging.models import Message
from tests.conftest import Hospital

MOBILE = "+4790000001"
WORDS = "Hvordan har du det? https://prom.example/#token-one"


def later(**step: float) -> None:
    """Let time pass."""
    clock.move_to(clock.now() + timedelta(**step))


def put(hospital: Hospital, key: str = "assignment-1", **changes: Any) -> uuid.UUID:
    """Put a letter to the patient into the outbox; returns its id."""
    given: dict[str, Any] = {
        "tenant_id": hospital.tenant.id,
        "kind": "assignment",
        "key": key,
        "to": MOBILE,
        "body": WORDS,
        "patient_id": hospital.patient.id,
        "unit_id": hospital.unit.id,
        "expires_at": clock.now() + timedelta(days=3),
    }
    with transaction() as session:
        message = outbox.put(session, outbox.Letter(**(given | changes)))
    assert message is not None
    return message.id


def put_on_call(hospital: Hospital, key: str = "on-call-1", **changes: Any) -> uuid.UUID:
    """Put an alert to the on-call phone into the outbox; returns its id."""
    given = {"kind": "on-call", "to": hospital.unit.on_call_phone, "body": "Rødt varsel. Logg inn.", "patient_id": None}
    return put(hospital, key, **(given | changes))


def message(message_id: uuid.UUID) -> Message:
    """Read a message's row as it stands now."""
    with reading() as session:
        row = session.get_one(Message, message_id)
        session.expunge(row)
    return row
