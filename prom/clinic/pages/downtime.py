"""The worklist on paper, for when Prom is down: everybody who waits, how to reach her, and room for what is done."""

import uuid
from collections.abc import Iterable

import structlog
from flask import g, render_template, request
from sqlalchemy.orm import Session

from prom import clock
from prom.clinic import listing, queries
from prom.clinic.pages.blueprint import choice_of, filters_in, pages
from prom.clinic.pages.worklist import record_list
from prom.clinic.rows import counts, rows
from prom.crypto import CannotOpen
from prom.db import transaction
from prom.patients.queries import mobile_of, mobiles_of
from prom.staff.access import requires, signed_in
from prom.staff.permissions import Permission

log = structlog.get_logger()


@pages.get("/worklist/paper")
@requires(Permission.READ_WORKLIST)
def show_paper() -> str:
    """Show the list as it is printed: without what only a screen can do, with what only paper needs."""
    who, now = signed_in(), clock.now()
    choice = choice_of(who, request.args)
    with transaction() as session:
        waiting = listing.find(session, choice, now)
        states = queries.states_of(session, listing.episodes_in(waiting))
        units = queries.units_by_id(session, who.unit_ids)
        listed = rows(session, waiting, states, units, g.language, now)
        phones = _phones(session, [each.patient_id for each in waiting])
        record_list(session, who, choice, waiting, "worklist.print")
    return render_template(
        "clinic/worklist_paper.html",
        rows=listed,
        counts=counts(listed),
        phones=phones,
        units=[units[each] for each in choice.unit_ids],
        filters=filters_in(request.args),
        now=now,
    )


def _phones(session: Session, patient_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return patient -> her number; one seal that does not open keeps no other number from the paper."""
    wanted = list(patient_ids)
    try:
        return mobiles_of(session, wanted)
    except CannotOpen:
        return {each: number for each in wanted if (number := _phone(session, each)) is not None}


def _phone(session: Session, patient_id: uuid.UUID) -> str | None:
    try:
        return mobile_of(session, patient_id)
    except CannotOpen:
        log.error("a row of the worklist does not open", patient_id=str(patient_id))
        return None
