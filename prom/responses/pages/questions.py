"""One page at a time, each answer saved and judged as it is given; and the page that tells her to call now."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from flask import Response, g, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from alerts.findings import Finding
from prom.db import transaction
from prom.errors import NotFound
from prom.responses import drafts, placing, receipt, saving, wording
from prom.responses.judging import items_of, judge_at_once
from prom.responses.pages import fields, sound
from prom.responses.pages.fields import Posted
from prom.responses.pages.visits import Begun, address, go_to, open_form, pages, steps_of
from prom.responses.pages.words import about, notes, said_so_far
from prom.responses.places import Stop, least
from prom.responses.steps import Step, Steps
from prom.staff.access import public
from questionnaires.problems import Problem

#: What `back` says on the way from the review to a question and straight back.
REVIEW = "review"


@pages.get("/question/<place:position>")
@public
def show_question(position: str) -> AnyResponse:
    """Show one page with what was answered; one that is not asked at present leads to where she left."""
    with transaction() as session:
        begun = open_form(session)
        step = begun.steps.step(position)
        if step is None:
            return go_to(_where_she_left(begun.steps))
        return question_page(begun, step, back=_back(request.args.get("back")))


@pages.post("/question/<place:position>")
@public
def save_question(position: str) -> AnyResponse:
    """Save a page's answers, and go on: to a call for help where they ask for one, else to the next page."""
    back, then = _back(request.form.get("back")), request.form.get("then", "")
    with transaction() as session:
        begun = open_form(session)
        step = begun.steps.step(position) or begun.steps.not_asked(position)
        if step is None:
            raise NotFound("question")
        if step.another is not None:
            return _another(session, begun, step, step.another, then, back)
        typed = {fields.name_of(begun, step, stop): Posted() for stop in step.questions}
        typed = {name: fields.posted(name) for name in typed}
        if then in ("leave", "more") and all(each.is_blank for each in typed.values()):
            return go_to(address("show_leave") if then == "leave" else _place(step, back))
        findings, problems = sound.save(session, begun, step, then)
        if problems and findings and "told" not in request.form:
            return _call_now_page(begun, findings, position, back, status=422)
        if problems:
            return question_page(begun, step, typed, back, problems, status=422)
        steps = steps_of(session, begun.assignment, begun.instrument)
    if findings:
        return go_to(address("show_call_now", position=position, back=back))
    return go_to(_following(steps, step, then, back))


@pages.get("/call-now")
@public
def show_call_now() -> AnyResponse:
    """Show what she must do at once, alone on the page; without a reason to call it leads on."""
    position, back = request.args.get("position", ""), _back(request.args.get("back"))
    with transaction() as session:
        begun = open_form(session)
        step = begun.steps.step(position)
        onward = _onward(begun.steps, step, back) if step else _where_she_left(begun.steps)
        findings = judge_at_once(session, begun.assignment, begun.instrument, begun.steps.response)
        own = tuple(each for each in findings if step and each.instruction and _concerns(each, step))
        if not own:
            return go_to(onward)
        return _call_now_page(begun, own, position, back, onward)


def _call_now_page(
    begun: Begun,
    findings: tuple[Finding, ...],
    position: str,
    back: str | None,
    onward: str | None = None,
    status: int = 200,
) -> Response:
    """Return what she must do at once; without a way onward it leads back, with what she typed, to what is at fault."""
    words = receipt.instructions(findings, begun.unit.phone, g.language)
    page = render_template(
        "responses/call_now.html",
        begun=begun,
        words=words,
        numbers=wording.numbers(words, begun.unit.phone),
        position=position,
        back=back,
        onward=onward,
        typed=list(request.form.items(multi=True)),
    )
    return Response(page, status=status)


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
    """Return the address of the first page without an answer, or of the review."""
    return _where_she_left(open_form(session).steps)


def question_page(
    begun: Begun,
    step: Step,
    typed: Mapping[str, Posted] | None = None,
    back: str | None = None,
    problems: Sequence[Problem] = (),
    status: int = 200,
) -> Response:
    """Return one page; `typed` is what its controls posted (else what was saved is shown), `problems` what is wrong."""
    before = begun.steps.before(step) if begun.steps.step(step.key) else None
    page = render_template(
        "responses/another.html" if step.another else "responses/question.html",
        begun=begun,
        step=step,
        position=step.key,
        fields=fields.fields(begun, step, typed, problems),
        about=about(begun, step),
        notes=notes(begun, step),
        repetitions=said_so_far(begun, step),
        least=least,
        back=back,
        previous=address("show_review") if back == REVIEW else before and _place(before, None),
    )
    return Response(page, status=status)


def _another(session: Session, begun: Begun, step: Step, stop: Stop, then: str, back: str | None) -> AnyResponse:
    """Add a repetition of a group and go to its first question, take one away, or go on."""
    questionnaire, response = begun.steps.questionnaire, begun.steps.response
    if then == "leave":
        return go_to(address("show_leave"))
    if then == "add" and (stop.item.max_occurs is None or stop.count < stop.item.max_occurs):
        response = placing.add(questionnaire, response, stop.item, stop.turns)
    elif then.startswith("remove-") and then[7:].isdecimal():
        response = placing.remove(questionnaire, response, stop.item, stop.turns, int(then[7:11]))
    else:
        return go_to(_onward(begun.steps, step, back))
    drafts.save_shape(session, begun.visit, saving.kept(response, g.language), g.language)
    steps = steps_of(session, begun.assignment, begun.instrument)
    inside = (*stop.turns, stop.count + 1)
    within = steps.asking(stop.item.link_id)
    first = (each for each in within if each.turns[: len(inside)] == inside)
    return go_to(_place(next(first, step) if then == "add" else step, back))


def _following(steps: Steps, step: Step, then: str, back: str | None) -> str:
    """Return the address after a save."""
    if then == "leave":
        return address("show_leave")
    now = steps.step(step.key)
    if then == "more":
        return _place(step, back)
    shown = request.form.getlist("shown")
    if now is not None and step.group is not None and any(steps.key(stop) not in shown for stop in now.questions):
        return _place(step, back)  # her answers have opened more on this very page
    return _onward(steps, now or step, back)


def _concerns(finding: Finding, step: Step) -> bool:
    """Whether an emergency is over this page's answers; one over a score names no item, and is shown with any."""
    named = {stop.item.link_id for stop in step.questions}
    return bool(named.intersection(items_of(finding))) or not items_of(finding)


def _back(said: str | None) -> str | None:
    return REVIEW if said == REVIEW else None


def _place(step: Step, back: str | None) -> str:
    return address("show_question", position=step.key, back=back)


def _onward(steps: Steps, step: Step, back: str | None) -> str:
    """Return the address after a page: the next one, or from a change in the review whatever that left open."""
    following = steps.after(step) if steps.step(step.key) else steps.where_she_left
    if back == REVIEW:
        # A repetition that was added on the way back to the review is gone through before that.
        in_turn = following is not None and following.turns and following.turns == step.turns
        following = following if in_turn and following and not following.is_answered else steps.missing
    return address("show_review") if following is None else _place(following, back)


def _where_she_left(steps: Steps) -> str:
    left = steps.where_she_left
    return address("show_review") if left is None else _place(left, None)
