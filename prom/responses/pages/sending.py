"""The review, the sending, and the receipt that is shown in that visit only."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from flask import Response, g, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from prom.assignments import links, personal
from prom.assignments import service as assignments
from prom.assignments.models import Assignment, Visit
from prom.db import transaction
from prom.errors import DeadLink, InvalidResponse
from prom.pathways.queries import episode
from prom.responses import drafts, receipt, service, wording
from prom.responses.models import Response as Row
from prom.responses.pages.questions import question_page, resume
from prom.responses.pages.reviewing import lines
from prom.responses.pages.visits import (
    Begun,
    address,
    confirmed_visit,
    go_to,
    has_ended,
    open_form,
    pages,
    record_reading,
    with_visit,
)
from prom.responses.pages.words import closing
from prom.responses.service import Authorship
from prom.responses.steps import Step
from prom.staff.access import public
from prom.staff.queries import unit as find_unit
from questionnaires.problems import Problem


@pages.get("/review")
@public
def show_review() -> AnyResponse:
    """Show every answer with a way to change it."""
    with transaction() as session:
        return _review_page(open_form(session), 200)


@pages.post("/send")
@public
def send() -> AnyResponse:
    """Send the answers; what is missing leads back to its question. A second tap comes to the same receipt."""
    with transaction() as session:
        begun = open_form(session)  # answers that are sent already lead to their receipt from in here
        if begun.assignment.begun_at is None:
            return go_to(resume(session))
        given = drafts.finished(begun.instrument.questionnaire, begun.steps.response)
        by = Authorship("patient", links.actor_of(begun.visit), g.language)
        try:
            service.submit(session, begun.assignment.id, given, by)
        except InvalidResponse as refused:
            return _ask_again(begun, refused)
    # Only here, after the commit, may anything say "received".
    return go_to(address("show_receipt"))


@pages.get("/receipt")
@public
def show_receipt() -> AnyResponse:
    """Show what to do now. Only a visit that was confirmed before the answers were sent can see it.

    What cannot wait is shown by itself first; the rest comes when she goes on.
    """
    with transaction() as session:
        visit = confirmed_visit(session)
        assignment, row = _sent(session, visit)
        unit = find_unit(session, assignment.unit_id)
        record_reading(session, visit, assignment)
        shown = receipt.of_response(session, assignment, row, unit.phone, g.language)
        ended = has_ended(session, assignment)
        received = shown.received_at.astimezone(ZoneInfo(unit.zone))
        page = render_template(
            "responses/receipt.html",
            visit=visit,
            unit=unit,
            shown=shown,
            received=received,
            ended=ended,
            alone=bool(shown.instructions) and "rest" not in request.args,
        )
        return Response(page)


@pages.post("/again")
@public
def report_again() -> AnyResponse:
    """ "I am worse": open another report, in a visit whose birth date counts as confirmed."""
    with transaction() as session:
        visit = confirmed_visit(session)
        assignment, _ = _sent(session, visit)
        of = episode(session, assignment.episode_id)
        if of.status != "active":
            raise DeadLink
        again = personal.report(session, of, links.actor_of(visit))
        token = links.begin_visit(session, again, confirmed=True)
    return with_visit(go_to(address("show_question", position=1)), token)


def _sent(session: Session, visit: Visit) -> tuple[Assignment, Row]:
    """Return what this visit has sent; raises DeadLink where nothing was, or somebody else recorded it."""
    assignment = assignments.lock(session, visit.assignment_id)
    row = service.response_to(session, assignment)
    if row is None or row.author != "patient":
        raise DeadLink
    return assignment, row


def _ask_again(begun: Begun, refused: InvalidResponse) -> Response:
    """Show the first page at fault with words about it, or the review where no single page is."""
    for step in begun.steps.asked:
        problems = [each for each in refused.problems if isinstance(each, Problem) and _is_at_fault(begun, step, each)]
        if problems:
            return question_page(begun, step, problems=problems, status=422)
    broken = [each for each in refused.problems if isinstance(each, Problem) and each.code == "constraint-broken"]
    return _review_page(begun, 422, broken)


def _is_at_fault(begun: Begun, step: Step, problem: Problem) -> bool:
    """Whether a problem is about this page: of the repetitions of a question, the one that lacks an answer, or all."""
    stops = [stop for stop in step.questions if stop.item.link_id == problem.link_id]
    if problem.code == "required-missing":
        # A group that must hold something is asked for at its first question.
        item = begun.steps.questionnaire.item(problem.link_id or "")
        return any(not stop.values for stop in stops) or (
            item is not None and item.is_group and step in begun.steps.asking(problem.link_id)
        )
    return bool(stops)


def _review_page(begun: Begun, status: int, broken: Sequence[Problem] = ()) -> Response:
    """Return the review; `broken` is what the answers do not agree in, told in the questionnaire's own words."""
    page = render_template(
        "responses/review.html",
        begun=begun,
        lines=lines(begun),
        closing=closing(begun),
        refused=status != 200,
        broken=[wording.problem(each, g.language) for each in broken],
    )
    return Response(page, status=status)
