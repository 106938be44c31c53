"""What she reads: her reports with her answers, and the texts of her pathway; and the two ways to a report of now."""

import uuid

from flask import g, request
from werkzeug.wrappers import Response as AnyResponse

from prom.assignments import links, personal
from prom.db import transaction
from prom.errors import Conflict, NotFound
from prom.my_page import reports
from prom.my_page.pages.blueprint import here, me, pages, show, to
from prom.my_page.present import hers, information, mark_read, record
from prom.responses.pages.visits import address, go_to, with_visit
from prom.staff.access import public


@pages.get("/reports")
@public
def show_reports() -> AnyResponse:
    """Show what she sent, newest first."""
    with transaction() as session:
        who, known = here(session)
        sent = reports.sent(session, who, g.language)
        record(session, who, "response.list")
        return show("reports", known, reports=sent)


@pages.get("/reports/<uuid:response_id>")
@public
def show_report(response_id: uuid.UUID) -> AnyResponse:
    """Show the answers of one report."""
    with transaction() as session:
        who, known = here(session)
        report, lines = reports.one(session, who, response_id, g.language)
        record(session, who, "response.read", "response", response_id)
        return show("report", known, report=report, lines=lines)


@pages.get("/information")
@public
def show_information() -> AnyResponse:
    """Show the texts that were given to her."""
    with transaction() as session:
        who, known = here(session)
        record(session, who, "information.list")
        return show("information", known, items=information(session, who, g.language))


@pages.post("/information/<uuid:information_id>/read")
@public
def mark_information(information_id: uuid.UUID) -> AnyResponse:
    """Note that she has read one."""
    with transaction() as session:
        mark_read(session, me(session), information_id)
    return to("show_information")


@pages.post("/answer")
@public
def answer() -> AnyResponse:
    """Go on to what is asked now; the code stands for her birth date."""
    with transaction() as session:
        try:
            wanted = hers(session, me(session), uuid.UUID(request.form.get("assignment", "")))
        except (ValueError, NotFound):
            return to("show_home")  # sent from another browser, or over: the page tells what can be answered
        token = links.begin_visit(session, wanted, confirmed=True)
    return with_visit(go_to(address("show_birth_date")), token)


@pages.post("/worse")
@public
def report_worse() -> AnyResponse:
    """ "I am worse": open a report now, or the one of its kind that is open."""
    with transaction() as session:
        who, known = here(session)
        if not known.active:
            raise Conflict("episode")
        report = personal.report(session, known.active[0], who.actor)
        token = links.begin_visit(session, report, confirmed=True)
    return with_visit(go_to(address("show_birth_date")), token)
