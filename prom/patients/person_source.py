"""Who a person is today, by the registers outside Prom: the interface that each of them is reached by."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Person:
    """What a register says of a person at this moment. It is acted on, and never copied."""

    died: bool = False
    #: The address is protected; Prom shows neither it nor where she is found.
    protected: bool = False
    #: She reserved herself against digital communication from public services.
    reserved: bool = False
    #: No up-to-date digital contact is known for her.
    not_digital: bool = False


class NotKnown(Exception):
    """The register does not know this person; nothing follows from it."""


class Unreachable(Exception):
    """The register gave no answer, or none that can be read; `code` is short and holds nothing about the person."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Unclear(Unreachable):
    """The register answers, but not so that anything follows for this person: two of one number, or somebody else."""


class PersonSource(Protocol):
    """A register of persons. It answers within 10 seconds, and no database transaction is open meanwhile."""

    def look_up(self, national_number: str) -> Person:
        """Return what the register says now; raises NotKnown or Unreachable."""
