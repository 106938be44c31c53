"""Reading what patient pages need besides the patient's own rows."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom.staff.models import Unit


def hospital_numbers(session: Session) -> Sequence[str]:
    """Return the numbers (E.164) that patients call, each once. Without names: a unit's name can tell the illness."""
    return list(dict.fromkeys(session.scalars(select(Unit.phone).order_by(Unit.name))))
