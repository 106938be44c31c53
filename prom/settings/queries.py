"""Reading what applies: the choice that stands nearest to the patient, and all that it stands before."""

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom.settings.known import DEFAULT, KNOWN, LEVELS, Value
from prom.settings.models import Setting


@dataclass(frozen=True)
class Effective:
    """What applies, and where it was chosen: a level of `known.LEVELS`, or `default` where nobody chose.

    `set_by` is a clinician's id; None where the patient herself, the operator or a pathway's document chose.
    """

    value: Value
    level: str
    set_by: uuid.UUID | None = None
    set_at: datetime | None = None


@dataclass(frozen=True)
class Owner:
    """For whom: `pathway` is the mapping `settings` of her pathway's document."""

    tenant_id: uuid.UUID
    unit_id: uuid.UUID | None = None
    pathway: Mapping[str, Value] | None = None
    patient_id: uuid.UUID | None = None

    @property
    def ids(self) -> dict[str, uuid.UUID]:
        """Level -> the id that a choice at this level is kept under."""
        found = {"patient": self.patient_id, "unit": self.unit_id, "installation": self.tenant_id}
        return {level: each for level, each in found.items() if each is not None}


def effective(
    session: Session,
    name: str,
    *,
    tenant_id: uuid.UUID,
    unit_id: uuid.UUID | None = None,
    pathway: Mapping[str, Value] | None = None,
    patient_id: uuid.UUID | None = None,
) -> Effective:
    """Return what applies for one setting: patient, pathway, unit, installation, default. Raises KeyError."""
    return effective_many(session, name, [Owner(tenant_id, unit_id, pathway, patient_id)])[0]


def effective_many(session: Session, name: str, owners: Sequence[Owner]) -> list[Effective]:
    """Return what applies for each of many, in their order, with one query. Raises KeyError for an unknown name."""
    rows = _rows(session, [name], {each for owner in owners for each in owner.ids.values()})
    return [_chain(name, owner, rows)[0] for owner in owners]


def chain(session: Session, name: str, owner: Owner) -> tuple[Effective, ...]:
    """Return every choice that was made for one setting, the one that applies first, the default last."""
    return _chain(name, owner, _rows(session, [name], owner.ids.values()))


def chains(session: Session, owner: Owner, level: str | None = None) -> dict[str, tuple[Effective, ...]]:
    """Return name -> `chain` for all settings (those that can be chosen at `level`), with one query."""
    names = [name for name, known in KNOWN.items() if level is None or level in known.levels]
    rows = _rows(session, names, owner.ids.values())
    return {name: _chain(name, owner, rows) for name in names}


_Rows = Mapping[tuple[str, str, uuid.UUID], Setting]


def _rows(session: Session, names: Sequence[str], ids: Iterable[uuid.UUID]) -> _Rows:
    found = session.scalars(select(Setting).where(Setting.name.in_(names), Setting.owner_id.in_(set(ids))))
    return {(each.name, each.level, each.owner_id): each for each in found}


def _chain(name: str, owner: Owner, rows: _Rows) -> tuple[Effective, ...]:
    known = KNOWN[name]
    found = [each for level in LEVELS if level in known.levels and (each := _at(name, level, owner, rows)) is not None]
    return (*found, Effective(known.default, DEFAULT))


def _at(name: str, level: str, owner: Owner, rows: _Rows) -> Effective | None:
    if level == "pathway":
        chosen = owner.pathway or {}
        return Effective(chosen[name], level) if name in chosen else None
    owner_id = owner.ids.get(level)
    row = rows.get((name, level, owner_id)) if owner_id is not None else None
    return Effective(json.loads(row.value), level, row.set_by, row.set_at) if row is not None else None
