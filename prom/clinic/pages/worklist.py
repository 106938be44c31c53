"""The worklist: who is sickest, why, and who has her."""

from collections.abc import Sequence
from typing import Any

from flask import Response, g, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.utils import redirect
from werkzeug.wrappers import Response as AnyResponse

from prom import clock
from prom.audit import service as audit
from prom.clinic import listing, queries
from prom.clinic.listing import Choice, Waiting
from prom.clinic.pages.blueprint import choice_of, filters_in, pages
from prom.clinic.rows import counts, rows
from prom.db import reading, transaction
from prom.errors import NotPermitted
from prom.staff.access import public, requires, signed_in
from prom.staff.permissions import Permission
from prom.staff.sign_in import SignedIn

#: Where each kind of staff begins.
HOMES = (
    (Permission.READ_WORKLIST, "clinic.show_worklist"),
    (Permission.EXPORT_ANSWERS, "exports.show"),
    (Permission.READ_OUTBOX, "oversight.outbox"),
)


@pages.get("/")
@public
def home() -> AnyResponse:
    """Lead to where somebody's work begins; whoever is not signed in is asked to."""
    who = signed_in()
    for permission, view in HOMES:
        if who.may(permission):
            return redirect(url_for(view), 303)
    raise NotPermitted


@pages.get("/worklist")
@requires(Permission.READ_WORKLIST)
def show_worklist() -> AnyResponse:
    """Show the list; a browser that has it as it is gets 304, and nothing was opened for that."""
    who = signed_in()
    choice = choice_of(who, request.args)
    if request.if_none_match:
        with reading() as session:
            unchanged = _mark(session, who, choice) in request.if_none_match
        if unchanged:
            return Response(status=304)
    page, mark = _page(who, choice, filters_in(request.args))
    answer = Response(page)
    answer.set_etag(mark)
    return answer


def _mark(session: Session, who: SignedIn, choice: Choice) -> str:
    now = clock.now()
    return _mark_of(session, who, choice, listing.find(session, choice, now))


def _mark_of(session: Session, who: SignedIn, choice: Choice, waiting: Sequence[Waiting]) -> str:
    now = clock.now()
    units = sorted(choice.unit_ids)
    circumstances = (who.session_id, g.language, units, choice.mine, choice.unassigned, now.date())
    return listing.mark(session, waiting, now, *circumstances)


def _page(who: SignedIn, choice: Choice, filters: dict[str, Any]) -> tuple[str, str]:
    now = clock.now()
    with transaction() as session:
        waiting = listing.find(session, choice, now)
        mark = _mark_of(session, who, choice, waiting)
        units = queries.units_by_id(session, who.unit_ids)
        found = rows(session, waiting, units, g.language, now)
        _record(session, who, choice, waiting)
    page = render_template(
        "clinic/worklist.html",
        rows=found,
        counts=counts(found),
        units=list(units.values()),
        filters=filters,
        mark=mark,
        now=now,
    )
    return page, mark


def _record(session: Session, who: SignedIn, choice: Choice, waiting: Sequence[Waiting]) -> None:
    """One record for the whole list; it stands in each patient's own log."""
    audit.record(
        session,
        who.actor,
        "worklist.read",
        tenant_id=who.tenant_id,
        entity="worklist",
        subjects=[each.patient_id for each in waiting],
        unit_id=next(iter(choice.unit_ids)) if len(choice.unit_ids) == 1 else None,
    )
