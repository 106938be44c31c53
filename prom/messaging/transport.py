"""What every SMS vendor looks like from inside: hand a letter over, or ask whether it was handed over before."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Protocol, runtime_checkable


@dataclass(frozen=True)
class Letter:
    """An SMS in clear, only ever in memory; its repr shows neither number nor words."""

    to: str = field(repr=False)
    body: str = field(repr=False)
    message_id: uuid.UUID
    #: For how long it may still be brought; None where that does not matter.
    lasts: timedelta | None = field(default=None, compare=False)
    #: The vendor's ids of other messages to the same person: one with the same words is not this letter.
    others: frozenset[str] = field(default=frozenset(), compare=False)


@dataclass(frozen=True)
class Sent:
    """The vendor's word that it has the letter now."""

    vendor_id: str


class Refused(Exception):
    """The vendor did not take the letter. `final` = never will; otherwise it is worth another try later.

    `code` is short and the vendor's own, and holds neither number nor words of the letter.
    """

    def __init__(self, code: str, final: bool) -> None:
        super().__init__(code)
        self.code = code
        self.final = final


class Ambiguous(Exception):
    """Nobody knows whether the vendor took the letter: its answer did not come, or cannot be read."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Transport(Protocol):
    """A way out of the house. Both calls answer within 20 seconds, and no database transaction is open meanwhile."""

    def send(self, letter: Letter) -> Sent:
        """Hand a letter over; raises Refused or Ambiguous."""

    def find(self, letter: Letter, since: datetime) -> str | None:
        """Return the vendor's id of this letter if the vendor has it since an instant; raises Refused or Ambiguous."""


class Progress(Enum):
    """How far the vendor says that a letter has come."""

    ON_ITS_WAY = auto()
    DELIVERED = auto()
    FAILED = auto()


@dataclass(frozen=True)
class Told:
    """The vendor's word about a letter that it has; `code` says why it failed, short and without number or words."""

    vendor_id: str
    progress: Progress
    code: str | None = None


@runtime_checkable
class Keeper(Protocol):
    """A vendor that remembers what it was given: it can be asked how a letter fared, and told to forget its words."""

    def ask_after(self, vendor_id: str) -> Told:
        """Return how far a letter has come; raises Refused or Ambiguous."""

    def copies(self, letter: Letter, since: datetime) -> Sequence[str]:
        """Return the vendor's ids of all that it has of a letter since an instant. Raises as `ask_after`."""

    def erase(self, vendor_id: str) -> None:
        """Let the vendor forget a letter's words; one that it does not know is well too. Raises as `ask_after`."""
