"""The roster on a page: whose phones ring for a unit, level by level, and the times at which nobody's would."""

import uuid

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from prom import clock
from prom.db import reading, transaction
from prom.duty import queries, service
from prom.duty.service import LEVELS, Planned
from prom.errors import Invalid
from prom.staff.access import requires, signed_in
from prom.staff.permissions import Permission
from prom.staff.queries import all_units, unit

pages = Blueprint("duty", __name__, template_folder="templates")

#: The fields of a shift, in the order of the form.
FIELDS = ("starts", "ends", "level", "phone", "name")


@pages.get("/roster")
@requires(Permission.CHANGE_SETTINGS)
def show_units() -> str:
    """Show each unit with the holes of its roster in the next 14 days."""
    with reading() as session:
        units = all_units(session, signed_in().tenant_id)
        holes = queries.holes_ahead(session, clock.now(), [each.id for each in units])
    by_unit = [(each, [hole for hole in holes if hole.unit_id == each.id]) for each in units]
    return render_template("duty/units.html", units=by_unit)


@pages.get("/roster/<uuid:unit_id>")
@requires(Permission.CHANGE_SETTINGS)
def show_roster(unit_id: uuid.UUID) -> str:
    """Show what is left of a unit's roster, its holes, and the form for another shift."""
    return _page(unit_id, {})


@pages.post("/roster/<uuid:unit_id>")
@requires(Permission.CHANGE_SETTINGS)
def add_shift(unit_id: uuid.UUID) -> AnyResponse:
    """Put a phone on duty; what is wrong is said beside its field, and nothing of it is lost."""
    typed = {name: request.form.get(name, "") for name in FIELDS}
    try:
        with transaction() as session:
            service.add(session, unit(session, unit_id), Planned(**typed), signed_in().actor)
    except Invalid as refused:
        return Response(_page(unit_id, typed, wrong=refused.field), status=422)
    return redirect(url_for("duty.show_roster", unit_id=unit_id, done="added"), code=303)


@pages.post("/roster/<uuid:unit_id>/shifts/<uuid:shift_id>/remove")
@requires(Permission.CHANGE_SETTINGS)
def remove_shift(unit_id: uuid.UUID, shift_id: uuid.UUID) -> AnyResponse:
    """Take a phone off duty; the unit's own is always left."""
    with transaction() as session:
        service.remove(session, unit(session, unit_id), queries.shift(session, shift_id, unit_id), signed_in().actor)
    return redirect(url_for("duty.show_roster", unit_id=unit_id, done="removed"), code=303)


def _page(unit_id: uuid.UUID, typed: dict[str, str], wrong: str | None = None) -> str:
    now, done = clock.now(), request.args.get("done")
    with reading() as session:
        return render_template(
            "duty/roster.html",
            unit=unit(session, unit_id),
            shifts=queries.shifts(session, unit_id, now),
            holes=queries.holes_ahead(session, now, [unit_id]),
            levels=LEVELS,
            typed=typed,
            wrong=wrong,
            done=done if done in ("added", "removed") else None,
            now=now,
        )
