"""What administrators choose for the installation and for each unit, with what it overrides and who chose it."""

import uuid
from datetime import datetime

from flask import Response, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from prom.clinic import acting, choices
from prom.clinic.pages.blueprint import as_moment, pages
from prom.clinic.vocabulary import Reader
from prom.db import reading, transaction
from prom.errors import Invalid, PreconditionFailed
from prom.settings.queries import Owner
from prom.staff.access import requires, signed_in
from prom.staff.permissions import Permission
from prom.staff.queries import all_units, the_tenant, unit

#: The wall time in which an installation's own choices are told, where it has no unit yet.
ZONE = "Europe/Oslo"


@pages.get("/settings")
@requires(Permission.CHANGE_SETTINGS)
def show_settings() -> str:
    """Show what is chosen for the installation, and the way to each unit."""
    return _page(None)


@pages.post("/settings")
@requires(Permission.CHANGE_SETTINGS)
def choose_for_installation() -> AnyResponse:
    """Choose for the installation, or let the default apply again."""
    return _choose(None)


@pages.get("/settings/units/<uuid:unit_id>")
@requires(Permission.CHANGE_SETTINGS)
def show_unit_settings(unit_id: uuid.UUID) -> str:
    """Show what applies at a unit."""
    return _page(unit_id)


@pages.post("/settings/units/<uuid:unit_id>")
@requires(Permission.CHANGE_SETTINGS)
def choose_for_unit(unit_id: uuid.UUID) -> AnyResponse:
    """Choose for a unit, or let what is inherited apply again."""
    return _choose(unit_id)


def _choose(unit_id: uuid.UUID | None) -> AnyResponse:
    given, who = request.form, signed_in()
    level = "installation" if unit_id is None else "unit"
    try:
        with transaction() as session:
            owner_id = unit_id or the_tenant(session).id
            acting.choose(
                session, level, owner_id, given.get("name", ""), given.get("value", ""), who.actor, seen=_seen()
            )
    except PreconditionFailed:
        return Response(_page(unit_id, stale=True), status=409)
    except Invalid as refused:
        return Response(_page(unit_id, wrong=refused.field), status=422)
    view = "clinic.show_settings" if unit_id is None else "clinic.show_unit_settings"
    return redirect(url_for(view, unit_id=unit_id, done="1"), 303)


def _seen() -> datetime | None:
    return as_moment(request.form.get("seen"))


def _page(unit_id: uuid.UUID | None, *, wrong: str | None = None, stale: bool = False) -> str:
    with reading() as session:
        tenant = the_tenant(session)
        units = all_units(session, tenant.id)
        chosen = unit(session, unit_id) if unit_id is not None else None
        zone = chosen.zone if chosen is not None else ZONE
        level = "installation" if chosen is None else "unit"
        settings = choices.shown(session, Owner(tenant.id, unit_id), level, Reader(g.language, zone))
    return render_template(
        "clinic/settings.html",
        settings=settings,
        units=units,
        chosen=chosen,
        zone=zone,
        wrong=wrong,
        stale=stale,
        done="done" in request.args,
    )
