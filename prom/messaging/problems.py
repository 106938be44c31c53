"""What a vendor's code says about a patient's number, so that her unit sees to it instead of an endless retry."""

from sqlalchemy.orm import Session

from prom.messaging.models import Message
from prom.patients import contact
from prom.patients.contact import Code

#: By the vendor's own error codes: https://www.twilio.com/docs/api/errors
PROBLEMS: dict[str, Code] = {
    # She wrote STOP, and the vendor keeps to that whatever we send.
    "twilio-21610": "opted-out",
    # Not a mobile number, or none that exists.
    "twilio-21211": "landline",
    "twilio-21614": "landline",
    "twilio-30006": "landline",
    # Switched off or out of reach, blocked, or unknown to its operator.
    "twilio-30003": "unreachable",
    "twilio-30004": "unreachable",
    "twilio-30005": "unreachable",
}


def raise_for(session: Session, message: Message) -> None:
    """Let her unit know where a message that failed for good tells that her number cannot be reached."""
    code = PROBLEMS.get(message.failure or "")
    if message.patient_id is not None and code is not None:
        contact.raise_problem(session, message.patient_id, code)


def settle_for(session: Session, message: Message) -> None:
    """A message that was brought shows that her number can be reached."""
    if message.patient_id is not None:
        contact.resolve_problems(session, message.patient_id, ["landline", "unreachable"])
