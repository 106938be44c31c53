"""The telephones of the simulated patients and nurses: they write down every message, and when it came."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from prom import clock
from prom.messaging.transport import Letter, Sent


@dataclass(frozen=True)
class Received:
    """A message on a telephone. `token` is that of the link in it, if one is there."""

    message_id: uuid.UUID
    at: datetime
    token: str | None


class Phones:
    """A vendor that delivers at once, and all that it delivered."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self._read = 0

    def send(self, letter: Letter) -> Sent:
        """Deliver the letter."""
        self.received.append(Received(letter.message_id, clock.now(), _token(letter.body)))
        return Sent(f"phone-{letter.message_id}")

    def find(self, letter: Letter, since: datetime) -> str | None:
        """Look the letter up among those delivered."""
        known = any(each.message_id == letter.message_id and each.at >= since for each in self.received)
        return f"phone-{letter.message_id}" if known else None

    def unread(self) -> list[Received]:
        """Return what came since this was last asked."""
        new, self._read = self.received[self._read :], len(self.received)
        return new


def _token(body: str) -> str | None:
    """The link is read as a telephone reads it: to the next space, and for its fragment."""
    _, found, rest = body.partition("/a#")
    return rest.split()[0] if found else None
