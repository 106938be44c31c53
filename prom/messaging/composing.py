"""What a message says is made as it is sent: who she is today, her number, her language, and whether at all."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from prom.messaging.models import Message
from prom.patients.person_source import Person


@dataclass(frozen=True)
class Composed:
    """The words of a message, and where they go (E.164, or an address for e-mail); its repr shows neither."""

    to: str = field(repr=False)
    body: str = field(repr=False)


@dataclass(frozen=True)
class Withheld:
    """The message is not to be sent any more; `code` says why in the contact log, such as `answered` or `paused`."""

    code: str


#: Codes of Later with which a message rightly waits: it is late only once the instant has passed.
RIGHTLY_WAITS = ("quiet-hours", "paused")


@dataclass(frozen=True)
class Later:
    """The message is not to be sent before an instant; `code` says why (RIGHTLY_WAITS; any other counts as late)."""

    at: datetime
    code: str


#: Called in a short transaction of its own, with the patient's row locked, after the registers were asked about her.
#: `person` is None where no register is configured, or the message is about no patient.
Compose = Callable[[Session, Message, Person | None], Composed | Withheld | Later]
