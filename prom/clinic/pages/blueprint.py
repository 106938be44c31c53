"""The blueprint that all staff pages hang on, and what several of them need of a request."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response as AnyResponse

from prom.clinic.listing import Choice
from prom.staff.sign_in import SignedIn

pages = Blueprint("clinic", "prom.clinic", template_folder="templates")

#: The filters of the worklist, as they stand in its address. None of them tells anything about a patient.
FILTERS = ("unit", "pathway", "mine", "unassigned", "overdue")


def choice_of(who: SignedIn, given: Mapping[str, str]) -> Choice:
    """Return the part of the list that an address or a form names; a unit that is not hers shows nothing."""
    chosen = as_uuid(given.get("unit"))
    return Choice(
        unit_ids=who.unit_ids if chosen is None else who.unit_ids & {chosen},
        mine=who.clinician_id if given.get("mine") else None,
        unassigned=bool(given.get("unassigned")),
        overdue=bool(given.get("overdue")),
        pathway=given.get("pathway") or None,
    )


def filters_in(given: Mapping[str, str]) -> dict[str, Any]:
    """Return the filters among what an address or a form holds."""
    return {name: given[name] for name in FILTERS if given.get(name)}


def as_uuid(text: str | None) -> uuid.UUID | None:
    """Return an id, or None for what is none."""
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None


def as_moment(text: str | None) -> datetime | None:
    """Return an aware instant from ISO 8601, or None for what is none."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def go_to_patient(patient_id: uuid.UUID, **marks: Any) -> AnyResponse:
    """Lead to a patient's page; `marks` say what it tells about: ids, never health data."""
    return redirect(url_for("clinic.show_patient", patient_id=patient_id, **marks), 303)
