"""Where a preview stands after what was posted: its answers, its page, and what is wrong there.

What has been answered travels with the form, as the FHIR document that a patient's answers are, and comes back with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from flask import request

from prom.authoring.pages.blueprint import ZONE
from prom.errors import InvalidResponse
from prom.responses import placing
from prom.responses.pages import fields
from prom.responses.pages.fields import Posted
from prom.responses.pages.visits import Begun
from prom.responses.places import Stop
from prom.responses.saving import Answered, saved
from prom.responses.steps import Step, Steps
from prom.responses.working_out import worked_out
from questionnaires.answers import QuestionnaireResponse
from questionnaires.definition import Questionnaire
from questionnaires.documents import loads
from questionnaires.problems import Problem, QuestionnaireError, ResponseError
from questionnaires.response import build, from_fhir


@dataclass(frozen=True)
class _Place:
    zone: str = ZONE


@dataclass(frozen=True)
class Previewed:
    """What the patient's templates read of a begun form: its pages, and whose wall time her times are in."""

    steps: Steps
    unit: _Place = _Place()

    @property
    def begun(self) -> Begun:
        """The same under the name that the patient's pages know; they read nothing else of it."""
        return cast(Begun, self)


@dataclass(frozen=True)
class Turn:
    """The answers, the page (None at the end), what its controls held where that is wrong, and what is wrong."""

    response: QuestionnaireResponse
    step: Step | None
    typed: Mapping[str, Posted] | None = None
    problems: Sequence[Problem] = ()


def beginning(questionnaire: Questionnaire) -> Turn:
    """Return the first page of an unanswered form."""
    empty = build(questionnaire, {}, status="in-progress")
    return Turn(empty, next(iter(Steps(questionnaire, empty).asked), None))


def turn_of(questionnaire: Questionnaire) -> Turn:
    """Take in what was posted, and go where a button leads."""
    then = request.form.get("then", "look")
    if then == "afresh":
        return beginning(questionnaire)
    steps = Steps(questionnaire, _carried(questionnaire))
    step = steps.step(request.form.get("position", ""))
    if step is None:
        return _arrived(steps, request.form.get("go"), at_end=then != "back")
    return _another(steps, step, then) if step.another is not None else _answered(steps, step, then)


def _carried(questionnaire: Questionnaire) -> QuestionnaireResponse:
    """Return the answers that came with the form; what is no response to this version begins afresh."""
    empty = beginning(questionnaire).response
    try:
        carried = from_fhir(loads(request.form.get("state", "")))
    except (QuestionnaireError, ResponseError):
        return empty
    return carried if carried.questionnaire == empty.questionnaire else empty


def _answered(steps: Steps, step: Step, then: str) -> Turn:
    """Take in the answers of a page: to go on they have to be what a patient may send; before that anything goes."""
    try:
        given, unread = fields.read(Previewed(steps).begun, step, _shown(steps, step))
        if unread:
            raise InvalidResponse(tuple(unread))
        held_to_it = then in ("next", "more")
        response = saved(steps.questionnaire, steps.response, given) if held_to_it else _put(steps, given)
    except InvalidResponse as refused:
        names = [fields.name_of(Previewed(steps).begun, step, stop) for stop in step.questions]
        problems = [each for each in refused.problems if isinstance(each, Problem)] if then == "next" else []
        return Turn(steps.response, step, {name: fields.posted(name) for name in names}, problems)
    return _onward(Steps(steps.questionnaire, response), step, then)


def _shown(steps: Steps, step: Step) -> list[Stop]:
    shown = request.form.getlist("shown")
    return [stop for stop in step.questions if step.group is None or steps.key(stop) in shown]


def _put(steps: Steps, given: Sequence[Answered]) -> QuestionnaireResponse:
    """Put in what was given, right or wrong, and work out what comes of it."""
    response = steps.response
    for each in given:
        response = placing.put(steps.questionnaire, response, each.item, each.turns, each.values)
    return worked_out(steps.questionnaire, response)


def _another(steps: Steps, step: Step, then: str) -> Turn:
    """Add a repetition of a group and go to its first page, take one away, or go on."""
    questionnaire, response, stop = steps.questionnaire, steps.response, step.another
    if stop is not None and then == "add":
        inside = (*stop.turns, stop.count + 1)
        now = Steps(questionnaire, placing.add(questionnaire, response, stop.item, stop.turns))
        added = (each for each in now.asking(stop.item.link_id) if each.turns[: len(inside)] == inside)
        return Turn(now.response, next(added, step))
    if stop is not None and then.startswith("remove-") and then[7:].isdecimal():
        now = Steps(questionnaire, placing.remove(questionnaire, response, stop.item, stop.turns, int(then[7:11])))
        return Turn(now.response, now.step(step.key))
    return _onward(steps, step, "next" if then == "on" else then)


def _onward(steps: Steps, step: Step, then: str) -> Turn:
    wanted = request.form.get("go")
    if wanted is not None:
        return _arrived(steps, wanted)
    now = steps.step(step.key)
    if then == "back":
        return Turn(steps.response, (steps.before(now) if now else None) or now or step)
    if then == "next":
        shown = request.form.getlist("shown")
        on_page = now.questions if now is not None and step.group is not None else ()
        if any(steps.key(stop) not in shown for stop in on_page):
            return Turn(steps.response, now)  # her answers have opened more on this very page
        return Turn(steps.response, steps.after(now) if now else steps.where_she_left)
    return Turn(steps.response, now or steps.where_she_left)


def _arrived(steps: Steps, wanted: str | None, at_end: bool = True) -> Turn:
    """Go to a page by its key, else to the end, or back from there to the last page."""
    last = steps.asked[-1] if steps.asked and not at_end else None
    return Turn(steps.response, steps.step(wanted or "") or last)
