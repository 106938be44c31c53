"""A vendor that stands still to be looked at: it takes, refuses or drops letters as it is told, and keeps its list."""

from collections.abc import Iterable
from datetime import datetime
from enum import Enum, auto

from prom import clock
from prom.db import engine
from prom.messaging.transport import Ambiguous, Letter, Refused, Sent


class Does(Enum):
    """What the vendor does with one letter."""

    ACCEPT = auto()
    #: It has the letter, and its answer is lost on the way.
    ACCEPT_WITHOUT_REPLY = auto()
    REFUSE_FOR_EVER = auto()
    REFUSE_FOR_NOW = auto()
    #: The letter never came.
    HANG = auto()
    #: A fault that nobody thought of, with the number in its words.
    BURST = auto()
    #: The worker dies before the letter leaves, or after.
    KILLED_BEFORE = auto()
    KILLED_AFTER = auto()


class Killed(BaseException):
    """The worker's process is gone: nothing in it may catch this."""


class FakeTransport:
    """Does with each letter what comes next in `does`, and accepts all after that. `has` is the vendor's own list."""

    def __init__(self, does: Iterable[Does] = (), *, list_is_down: bool = False) -> None:
        self.has: list[tuple[str, datetime, Letter]] = []
        self.asked = 0
        self.list_is_down = list_is_down
        self.connections_open_meanwhile = 0
        self._does = iter(does)

    @property
    def bodies(self) -> list[str]:
        """The words of every letter the vendor has, in order."""
        return [letter.body for _, _, letter in self.has]

    def send(self, letter: Letter) -> Sent:
        """Do what comes next."""
        self._count_connections()
        match next(self._does, Does.ACCEPT):
            case Does.ACCEPT:
                return Sent(self._take(letter))
            case Does.ACCEPT_WITHOUT_REPLY:
                self._take(letter)
                raise Ambiguous("no-answer")
            case Does.REFUSE_FOR_EVER:
                raise Refused("no-such-number", final=True)
            case Does.REFUSE_FOR_NOW:
                raise Refused("busy", final=False)
            case Does.HANG:
                raise Ambiguous("no-answer")
            case Does.BURST:
                raise RuntimeError(f"cannot send {letter.body} to {letter.to}")
            case Does.KILLED_BEFORE:
                raise Killed
            case Does.KILLED_AFTER:
                self._take(letter)
                raise Killed

    def find(self, letter: Letter, since: datetime) -> str | None:
        """Look through the list, newest first, by number, date and words."""
        self._count_connections()
        self.asked += 1
        if self.list_is_down:
            raise Ambiguous("list-is-down")
        for vendor_id, taken_at, listed in reversed(self.has):
            if (listed.to, listed.body) == (letter.to, letter.body) and taken_at >= since:
                return vendor_id
        return None

    def _take(self, letter: Letter) -> str:
        vendor_id = f"fake-{len(self.has) + 1}"
        self.has.append((vendor_id, clock.now(), letter))
        return vendor_id

    def _count_connections(self) -> None:
        self.connections_open_meanwhile += engine().pool.checkedout()  # type: ignore[attr-defined]
