"""The audit record of whatever is done with a message that goes out or came in, in the patient's own log."""

from sqlalchemy.orm import Session

from prom.audit import service as audit
from prom.audit.service import SYSTEM, Actor
from prom.messaging.models import Incoming, Message


def record(session: Session, action: str, row: Message | Incoming, actor: Actor = SYSTEM, reason: str = "tick") -> None:
    """Write down what was done with a message; `reason` is "tick" where a worker did it of itself."""
    audit.record(
        session,
        actor,
        action,
        tenant_id=row.tenant_id,
        entity=row.__tablename__,
        entity_id=row.id,
        subjects=[row.patient_id] if row.patient_id is not None else [],
        unit_id=row.unit_id if isinstance(row, Message) else None,
        reason=reason,
    )
