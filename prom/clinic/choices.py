"""Settings as pages show them: what applies, where it was chosen and by whom, and what it stands before."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from prom.clinic.vocabulary import Reader
from prom.settings.known import KNOWN, Known
from prom.settings.queries import Effective, Owner, chains
from prom.staff.queries import clinician_names


@dataclass(frozen=True)
class Chosen:
    """One choice in words; `who` is empty where no clinician made it."""

    value: str
    level: str
    who: str
    at: datetime | None


@dataclass(frozen=True)
class Shown:
    """A setting: what applies first, then what that stands before, the default last."""

    known: Known
    chosen: tuple[Chosen, ...]
    #: What stands at the level that the page is for; None where it is inherited.
    own: Effective | None

    @property
    def effective(self) -> Chosen:
        """What applies."""
        return self.chosen[0]


def shown(session: Session, owner: Owner, level: str, reader: Reader) -> list[Shown]:
    """Return the settings that can be chosen at a level, as they apply to an owner."""
    found = chains(session, owner, level)
    ids = [each.set_by for chain in found.values() for each in chain if each.set_by is not None]
    names = clinician_names(session, ids)
    return [_shown(KNOWN[name], chain, level, names, reader) for name, chain in found.items()]


def _shown(
    known: Known, chain: Sequence[Effective], level: str, names: Mapping[uuid.UUID, str], reader: Reader
) -> Shown:
    return Shown(
        known=known,
        chosen=tuple(
            Chosen(
                in_words(each.value, reader),
                each.level,
                names.get(each.set_by, "") if each.set_by is not None else "",
                each.set_at,
            )
            for each in chain
        ),
        own=next((each for each in chain if each.level == level), None),
    )


def in_words(value: object, reader: Reader) -> str:
    """Write a value as people read it."""
    if value is None:
        return reader.text("setting.none")
    if isinstance(value, bool):
        return reader.text("setting.yes" if value else "setting.no")
    return reader.number(value) if isinstance(value, int) else str(value)
