"""The worklist: who is sickest, why, and who has her."""

import uuid
from collections.abc import Sequence, Set
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from flask import Response, g, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.utils import redirect
from werkzeug.wrappers import Response as AnyResponse

from prom import clock
from prom.audit import service as audit
from prom.clinic import listing, queries
from prom.clinic.listing import Choice, Waiting
from prom.clinic.pages.blueprint import choice_of, filters_in, pages
from prom.clinic.rows import Row, counts, rows
from prom.clinic.shown import Shown
from prom.db import reading, transaction
from prom.duty.queries import Hole, holes_ahead, lasting
from prom.errors import NotPermitted
from prom.handover import queries as handover
from prom.responses.models import PatientState
from prom.staff.access import public, requires, signed_in
from prom.staff.permissions import Permission
from prom.staff.sign_in import SignedIn

#: Where each kind of staff begins.
HOMES = (
    (Permission.READ_WORKLIST, "clinic.show_worklist"),
    (Permission.EXPORT_ANSWERS, "exports.show"),
    (Permission.CHANGE_SETTINGS, "duty.show_units"),
)


#: What was written of a row, for as long as what it shows is kept (prom/clinic/shown.py).
_cells: WeakKeyDictionary[Shown, dict[tuple[bool, bool], Markup]] = WeakKeyDictionary()


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
            unchanged = _found(session, who, choice).mark in request.if_none_match
        if unchanged:
            return Response(status=304)
    page, mark = _page(who, choice)
    answer = Response(page)
    answer.set_etag(mark)
    return answer


@dataclass(frozen=True)
class _Found:
    """Who stands on the list, and the mark of the list as it is."""

    waiting: Sequence[Waiting]
    states: Sequence[PatientState]
    #: Which of the episodes have a handover note.
    noted: Set[uuid.UUID]
    #: When nobody is on duty in these units, which is told below the list.
    holes: Sequence[Hole]
    mark: str


def _found(session: Session, who: SignedIn, choice: Choice) -> _Found:
    now = clock.now()
    waiting = listing.find(session, choice, now)
    episodes = listing.episodes_in(waiting)
    states = queries.states_of(session, episodes)
    noted = handover.standing(session, choice.unit_ids) & episodes
    holes = holes_ahead(session, now, choice.unit_ids)
    units = sorted(choice.unit_ids)
    circumstances = (
        who.session_id,
        g.language,
        units,
        *choice.narrowed,
        now.date(),
        sorted(noted),
        [lasting(each, now) for each in holes],
    )
    return _Found(waiting, states, noted, holes, listing.mark(waiting, states, now, *circumstances))


def _page(who: SignedIn, choice: Choice) -> tuple[str, str]:
    now = clock.now()
    with transaction() as session:
        found = _found(session, who, choice)
        units = queries.units_by_id(session, who.unit_ids)
        pathways = queries.pathways_waiting(session, choice.unit_ids)
        listed = rows(session, found.waiting, found.states, units, g.language, now)
        record_list(session, who, choice, found.waiting, "worklist.read")
    page = render_template(
        "clinic/worklist.html",
        rows=listed,
        counts=counts(listed),
        units=list(units.values()),
        pathways={url: each.title.read(g.language)[0] for url, each in pathways.items()},
        filters=filters_in(request.args),
        holes=[(each, units[each.unit_id]) for each in found.holes if each.unit_id in units],
        who_and_why=lambda row: _who_and_why(row, len(units) > 1, not found.noted.isdisjoint(row.episodes)),
        mark=found.mark,
        now=now,
    )
    return page, found.mark


def _who_and_why(row: Row, names_unit: bool, is_noted: bool) -> Markup:
    """Write the cells of a row that change only with what it shows: once, and again only for something new to show."""
    written = _cells.setdefault(row.shown, {}) if row.shown is not None else {}
    how = (names_unit, is_noted)
    if how not in written:
        page = render_template("clinic/_who_and_why.html", row=row, names_unit=names_unit, is_noted=is_noted)
        written[how] = Markup(page)
    return written[how]


def record_list(session: Session, who: SignedIn, choice: Choice, waiting: Sequence[Waiting], action: str) -> None:
    """One record for the whole list; it stands in each patient's own log."""
    audit.record(
        session,
        who.actor,
        action,
        tenant_id=who.tenant_id,
        entity="worklist",
        subjects=[each.patient_id for each in waiting],
        unit_id=next(iter(choice.unit_ids)) if len(choice.unit_ids) == 1 else None,
    )
