"""What of a posted page is saved: every answer that is sound, whatever is wrong with the one beside it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from flask import g, request
from sqlalchemy.orm import Session

from alerts.findings import Finding
from prom.errors import InvalidResponse
from prom.responses import drafts, placing
from prom.responses.pages import fields
from prom.responses.pages.visits import Begun
from prom.responses.saving import Answered
from prom.responses.steps import Step, Steps
from questionnaires.problems import Problem


def save(session: Session, begun: Begun, step: Step, then: str) -> tuple[tuple[Finding, ...], list[Problem]]:
    """Save and judge what a page posted; returns the emergencies of what is saved now, and what is at fault.

    An answer at fault is left as it was. Those beside it are saved all the same: one that asks for a call is judged.
    """
    sound, problems = _posted(begun, step, then)
    while sound or not problems:
        try:
            findings = drafts.save_answers(session, begun.visit, _still_asked(begun, step, sound), g.language)
        except InvalidResponse as refused:
            wrong = [each for each in refused.problems if isinstance(each, Problem)]
            left = _without(sound, wrong)
            if len(left) == len(sound):
                raise
            sound, problems = left, [*problems, *wrong]
        else:
            return findings, _each_once(problems)
    return (), _each_once(problems)


def _posted(begun: Begun, step: Step, then: str) -> tuple[list[Answered], list[Problem]]:
    """What can be read, and what is wrong with the rest; of a page of several, of the questions that were shown."""
    if then == "clear":
        return [Answered(stop.item, stop.turns, ()) for stop in step.questions], []
    shown = request.form.getlist("shown")
    asked = [stop for stop in step.questions if step.group is None or begun.steps.key(stop) in shown]
    return fields.read(begun, step, asked)


def _still_asked(begun: Begun, step: Step, given: Sequence[Answered]) -> Sequence[Answered]:
    """Leave out of a page of several what its other answers have closed: that stays as it was."""
    if step.group is None:
        return given
    response = begun.steps.response
    for each in given:
        with suppress(LookupError):  # beneath an answer that was taken back on this very page
            response = placing.put(begun.steps.questionnaire, response, each.item, each.turns, each.values)
    after = {(stop.item.link_id, stop.turns) for stop in Steps(begun.steps.questionnaire, response).stops}
    return [each for each in given if (each.item.link_id, each.turns) in after]


def _without(given: Sequence[Answered], wrong: Sequence[Problem]) -> list[Answered]:
    named = {each.link_id for each in wrong}
    return [each for each in given if each.item.link_id not in named]


def _each_once(problems: Sequence[Problem]) -> list[Problem]:
    return list({(each.link_id, each.code): each for each in problems}.values())
