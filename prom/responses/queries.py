"""Reading responses, and what patient pages need besides the patient's own rows."""

import uuid
from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom.errors import NotFound
from prom.responses.models import Response
from prom.staff.models import Unit


def hospital_numbers(session: Session) -> Sequence[str]:
    """Return the numbers (E.164) that patients call, each once. Without names: a unit's name can tell the illness."""
    return list(dict.fromkeys(session.scalars(select(Unit.phone).order_by(Unit.name))))


def response(session: Session, response_id: uuid.UUID, unit_ids: Collection[uuid.UUID]) -> Response:
    """Return a response of one of some units; raises NotFound for any other. Whoever shows it writes the record."""
    found = session.get(Response, response_id)
    if found is None or found.unit_id not in unit_ids:
        raise NotFound("response")
    return found
