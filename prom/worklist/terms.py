"""What a unit has promised, read from the settings: its hours, its closed days and its target times."""

import uuid
from datetime import timedelta

import structlog
from sqlalchemy.orm import Session

from prom.settings.known import days, hours
from prom.settings.queries import Owner, chains
from prom.staff.models import Unit
from prom.worklist.duties import USUAL, Terms

log = structlog.get_logger()

_MINUTES = {
    "acknowledged_within": "emergencyAcknowledgedWithin",
    "contact_within": "emergencyContactWithin",
    "after_opening": "sameDayAfterOpening",
    "escalated_again_after": "escalatedAgainAfter",
}


def terms_of(session: Session, unit: Unit) -> Terms:
    """Return a unit's terms: its own, else the installation's, else the usual. Read once in a transaction."""
    transaction, known = session.info.get("terms") or (None, {})
    is_now = transaction is not None and transaction is session.get_transaction()
    of_units: dict[uuid.UUID, Terms] = known if is_now else {}
    if unit.id not in of_units:
        of_units[unit.id] = _read_or_usual(session, unit)
        session.info["terms"] = session.get_transaction(), of_units
    return of_units[unit.id]


def _read_or_usual(session: Session, unit: Unit) -> Terms:
    """A row that the settings refuse, and that another version may have left, keeps no alert from its clock."""
    try:
        return _read(session, unit.tenant_id, unit.id)
    except (ValueError, TypeError, AttributeError) as failure:
        log.error("a unit's terms cannot be read", row=str(unit.id), failure=type(failure).__name__)
        return USUAL


def _read(session: Session, tenant_id: uuid.UUID, unit_id: uuid.UUID) -> Terms:
    value = {name: chain[0].value for name, chain in chains(session, Owner(tenant_id, unit_id), "unit").items()}
    span = hours(value["openingHours"])
    if span is None:  # the setting refuses it
        raise ValueError("no opening hours")
    return Terms(
        opens=span[0],
        closes=span[1],
        closed=frozenset(days(value["closedDays"])),
        at_visit_within=timedelta(days=int(value["atVisitWithin"] or 0)),
        **{field: timedelta(minutes=int(value[name] or 0)) for field, name in _MINUTES.items()},
    )
