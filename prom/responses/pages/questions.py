"""One question at a time, each answer saved and judged as it is given; and the page that tells her to call now."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from flask import Response, g, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from alerts.findings import Finding
from prom.db import transaction
from prom.errors import InvalidResponse, NotFound
from prom.responses import drafts, forms, receipt, wording
from prom.responses.judging import items_of, judge_at_once
from prom.responses.pages.visits import Begun, address, go_to, open_form, pages, say, steps_of
from prom.responses.steps import Steps
from prom.staff.access import public
from questionnaires.definition import Item
from questionnaires.problems import Problem

#: What `back` says on the way from the review to a question and straight back.
REVIEW = "review"


@pages.get("/question/<int:position>")
@public
def show_question(position: int) -> AnyResponse:
    """Show one question with what was answered; one that is not asked at present leads to where she left."""
    with transaction() as session:
        begun = open_form(session)
        if position not in begun.steps.asked:
            return go_to(_where_she_left(begun.steps))
        return question_page(begun, position, back=_back(request.args.get("back")))


@pages.post("/question/<int:position>")
@public
def save_question(position: int) -> AnyResponse:
    """Save one answer, and go on: to a call for help where it asks for one, else to the next question."""
    posted, back = request.form.getlist("answer"), _back(request.form.get("back"))
    leaving = request.form.get("then") == "leave"
    with transaction() as session:
        begun = open_form(session)
        item = _item(begun.steps, position)
        other = request.form.get("other", "")
        if leaving and not any(text.strip() for text in (*posted, other)):
            return go_to(address("show_leave"))
        try:
            given = forms.read(item, posted, other, begun.unit.zone)
            findings = drafts.save_answer(session, begun.visit, item.link_id, given, g.language)
        except InvalidResponse as refused:
            return question_page(begun, position, posted, other, back, _about(item, refused), status=422)
        steps = steps_of(session, begun.assignment, begun.instrument)
    if findings:
        return go_to(address("show_call_now", position=position, back=back))
    return go_to(address("show_leave") if leaving else _onward(steps, position, back))


@pages.get("/call-now")
@public
def show_call_now() -> AnyResponse:
    """Show what she must do at once, alone on the page; without a reason to call it leads on."""
    position, back = request.args.get("position", 0, type=int), _back(request.args.get("back"))
    with transaction() as session:
        begun = open_form(session)
        onward = _onward(begun.steps, position, back)
        item = begun.steps.item(position)
        findings = judge_at_once(session, begun.assignment, begun.instrument, begun.steps.response)
        own = tuple(each for each in findings if item and each.instruction and _concerns(each, item))
        if not own:
            return go_to(onward)
        words = receipt.instructions(own, begun.unit.phone, g.language)
        page = render_template(
            "responses/call_now.html",
            begun=begun,
            words=words,
            numbers=wording.numbers(words, begun.unit.phone),
            position=position,
            back=back,
            onward=onward,
        )
        return Response(page)


@pages.get("/leave")
@public
def show_leave() -> AnyResponse:
    """Say that what she answered is saved, and until when the same link leads back to it."""
    with transaction() as session:
        begun = open_form(session)
        ends = begun.assignment.begun_expires_at if begun.assignment.begun_at else begun.assignment.expires_at
        local = ends.astimezone(ZoneInfo(begun.unit.zone))
        onward = _where_she_left(begun.steps)
        return Response(render_template("responses/leave.html", begun=begun, ends=local, onward=onward))


def resume(session: Session) -> str:
    """Return the address of the first question without an answer, or of the review."""
    return _where_she_left(open_form(session).steps)


def question_page(
    begun: Begun,
    position: int,
    held: Sequence[str] | None = None,
    other: str = "",
    back: str | None = None,
    problems: Sequence[Problem] = (),
    status: int = 200,
) -> Response:
    """Return the page of one question; `held` is what was typed (else what was saved), `problems` what is wrong."""
    steps = begun.steps
    item = _item(steps, position)
    before = steps.before(position)
    if held is None:
        values = steps.response.answers_to(item.link_id)
        held, other = forms.held(item, values, g.language, begun.unit.zone), forms.own_words(item, values)
    page = render_template(
        "responses/question.html",
        begun=begun,
        position=position,
        item=item,
        group=steps.group(item),
        notes=steps.notes(item),
        control=forms.control(item),
        choices=forms.choices(item),
        held=held,
        other=other,
        unit=wording.unit(item.unit, g.language),
        problems=[say(wording.problem(each, g.language)) for each in problems],
        back=back,
        previous=address("show_review") if back == REVIEW else before and address("show_question", position=before),
    )
    return Response(page, status=status)


def _item(steps: Steps, position: int) -> Item:
    item = steps.item(position)
    if item is None:
        raise NotFound("question")
    return item


def _about(item: Item, refused: InvalidResponse) -> list[Problem]:
    """The problems of this question, each once; what else a refusal names is not this page's matter."""
    named = [each for each in refused.problems if isinstance(each, Problem) and each.link_id == item.link_id]
    return list({each.code: each for each in named}.values())


def _concerns(finding: Finding, item: Item) -> bool:
    """Whether an emergency is over this answer; one over a score names no item, and is shown with any."""
    return item.link_id in items_of(finding) or not items_of(finding)


def _back(said: str | None) -> str | None:
    return REVIEW if said == REVIEW else None


def _onward(steps: Steps, position: int, back: str | None) -> str:
    """Return the address after a question: the next one, or from a change in the review whatever that left open."""
    following = steps.missing if back == REVIEW else steps.after(position)
    if following is None:
        return address("show_review")
    return address("show_question", position=following, back=back)


def _where_she_left(steps: Steps) -> str:
    open_question = steps.where_she_left
    return address("show_review") if open_question is None else address("show_question", position=open_question)
