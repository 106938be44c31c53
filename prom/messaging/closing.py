"""The sentence that ends a message from a number that nobody reads: do not reply, call."""

from sqlalchemy.orm import Session

from prom.messaging.models import Message
from prom.pathways.closing import closed
from prom.patients.phone import as_spoken
from prom.patients.queries import identity
from prom.settings.queries import effective
from prom.staff.models import Unit

#: The setting that tells whether what she writes back reaches anybody.
TWO_WAY = "twoWayNumber"


def with_closing(session: Session, message: Message, body: str) -> str:
    """Return the words of a patient's message with its last sentence, in her language; as they are where she may reply.

    The sentence names the unit's own number, which patients call, unless the message does.
    """
    if message.patient_id is None or message.unit_id is None:
        return body
    if effective(session, TWO_WAY, tenant_id=message.tenant_id).value:
        return body
    unit = session.get_one(Unit, message.unit_id)
    return closed(body, identity(session, message.patient_id).language, as_spoken(unit.phone))
