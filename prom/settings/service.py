"""Choosing, and taking a choice back, at one level. Each writes an audit record."""

import json
import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from prom import clock
from prom.audit import service as audit
from prom.audit.service import Actor
from prom.db import new_id
from prom.errors import Invalid, NotFound, PreconditionFailed
from prom.settings.known import KNOWN, Value, WrongValue, checked
from prom.settings.models import Setting
from prom.staff.queries import the_tenant, unit


class _Any:
    """Stands for "whatever is there now"."""


ANYTHING = _Any()
#: What a caller saw before she changed it: the instant of the choice that stood there, or None for none.
Seen = datetime | None | _Any


def choose(
    session: Session, level: str, owner_id: uuid.UUID, name: str, value: object, actor: Actor, seen: Seen = ANYTHING
) -> Setting:
    """Keep a choice of `installation`, `unit` or `patient`, whose id is given.

    Raises Invalid naming the setting for a wrong name, level or value, NotFound for an owner that does not exist (a
    patient's id is the caller's to check), and PreconditionFailed where another choice stands there than was `seen`.
    """
    kept = _checked(level, name, value)
    tenant_id = _tenant(session, level, owner_id)
    row = _held(session, owner_id, name, seen)
    if row is None:
        row = _new(session, tenant_id, level, owner_id, name)
    row.value, row.set_by, row.set_at = json.dumps(kept), _clinician(actor), clock.now()
    session.flush()
    _record(session, actor, "setting.choose", row)
    return row


def take_back(
    session: Session, level: str, owner_id: uuid.UUID, name: str, actor: Actor, seen: Seen = ANYTHING
) -> None:
    """Forget a choice, so that what lies further out applies again; there may be none. Raises as `choose` does."""
    known = KNOWN.get(name)
    if known is None or level not in known.levels or level == "pathway":
        raise Invalid(name)
    _tenant(session, level, owner_id)
    row = _held(session, owner_id, name, seen)
    if row is None:
        return
    _record(session, actor, "setting.take-back", row)
    session.delete(row)
    session.flush()


def _checked(level: str, name: str, value: object) -> Value:
    if level == "pathway":  # its choices stand in its document, and change with its version
        raise Invalid(name)
    try:
        return checked(name, value, level)
    except WrongValue:
        raise Invalid(name) from None


def _tenant(session: Session, level: str, owner_id: uuid.UUID) -> uuid.UUID:
    tenant_id = the_tenant(session).id
    if level == "installation" and owner_id != tenant_id:
        raise NotFound("installation")
    if level == "unit":
        unit(session, owner_id)
    return tenant_id


def _held(session: Session, owner_id: uuid.UUID, name: str, seen: Seen) -> Setting | None:
    wanted = select(Setting).where(Setting.owner_id == owner_id, Setting.name == name).with_for_update()
    row = session.scalars(wanted.execution_options(populate_existing=True)).first()
    if not isinstance(seen, _Any) and seen != (row.set_at if row is not None else None):
        raise PreconditionFailed(name)
    return row


def _new(session: Session, tenant_id: uuid.UUID, level: str, owner_id: uuid.UUID, name: str) -> Setting:
    row = Setting(
        id=new_id(), tenant_id=tenant_id, level=level, owner_id=owner_id, name=name, value="null", set_at=clock.now()
    )
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:  # somebody else chose for the first time in this very moment
        raise PreconditionFailed(name) from None
    return row


def _clinician(actor: Actor) -> uuid.UUID | None:
    return actor.id if actor.kind == "clinician" else None


def _record(session: Session, actor: Actor, action: str, row: Setting) -> None:
    audit.record(
        session,
        actor,
        action,
        tenant_id=row.tenant_id,
        entity="setting",
        entity_id=row.id,
        subjects=[row.owner_id] if row.level == "patient" else [],
        unit_id=row.owner_id if row.level == "unit" else None,
        reason="care" if row.level == "patient" else "setting",
    )
