"""The sentence that ends a message from a number that nobody reads: do not reply, call."""

from sqlalchemy.orm import Session

from prom.language import text
from prom.messaging.models import Message
from prom.patients.phone import as_spoken
from prom.patients.queries import identity
from prom.settings.queries import effective
from prom.staff.models import Unit

#: The setting that tells whether what she writes back reaches anybody.
TWO_WAY = "twoWayNumber"


def closed(session: Session, message: Message, body: str) -> str:
    """Return the words of a patient's message with its last sentence, in her language; as they are where she may reply.

    The sentence names the unit's own number, which patients call.
    """
    if message.patient_id is None or message.unit_id is None:
        return body
    if effective(session, TWO_WAY, tenant_id=message.tenant_id).value:
        return body
    return f"{body} {closing(session, message)}"


def closing(session: Session, message: Message) -> str:
    """Return the sentence alone."""
    unit = session.get_one(Unit, message.unit_id)
    language = identity(session, message.patient_id).language if message.patient_id is not None else "nb"
    return text("message.no-reply", language, phone=as_spoken(unit.phone))
