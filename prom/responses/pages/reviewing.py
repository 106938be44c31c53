"""The lines of the review: every question with its answer, and what the form has worked out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import g

from prom.responses import wording
from prom.responses.pages.visits import Begun
from prom.responses.pages.words import answer_words, heading
from prom.responses.places import Kind, Stop
from prom.responses.steps import Step
from prom.responses.wording import Words
from questionnaires.definition import Item


@dataclass(frozen=True)
class Line:
    """One line of the review. `heading` only where a new group begins; `position` of the page that changes it."""

    id: str
    position: str | None
    heading: Words | None
    question: Words
    answers: tuple[Words, ...]


def lines(begun: Begun) -> Sequence[Line]:
    """Return every question that is asked with its answers, in order."""
    pages = {(part.item.link_id, part.turns): step for step in begun.steps.asked for part in step.parts}
    found: list[Line] = []
    before: Words | None = None
    for stop in begun.steps.stops:
        if not _is_line(stop):
            continue
        above = _heading(begun, stop)
        line = _line(begun, stop, pages.get((stop.item.link_id, stop.turns)), above if above != before else None)
        found.append(line)
        before = above
    return found


def _is_line(stop: Stop) -> bool:
    return stop.kind in (Kind.QUESTION, Kind.ANOTHER) or (stop.kind is Kind.VALUE and bool(stop.values))


def _line(begun: Begun, stop: Stop, step: Step | None, above: Words | None) -> Line:
    fixed = stop.kind is Kind.VALUE or step is None
    answers = answer_words(begun, stop.item, stop)
    if stop.kind is Kind.ANOTHER:
        answers = (wording.message("responses.review.repetitions", g.language, count=stop.count),)
    name = "-".join((str(begun.steps.questionnaire.all_items.index(stop.item) + 1), *map(str, stop.turns)))
    question = _question(begun, stop)
    return Line(name, None if fixed or step is None else step.key, above, question, answers)


def _question(begun: Begun, stop: Stop) -> Words:
    """Write what was asked, led by the answer that it was asked after where there may be several."""
    words = wording.question(stop.item, g.language)
    above = begun.steps.answer_above(stop)
    if above is None or not above.values:
        return words
    return Words(f"{answer_words(begun, above.item, above)[0].text}: {words.text}", words.language)


def _heading(begun: Begun, stop: Stop) -> Words | None:
    group: Item | None = begun.steps.group(stop.item)
    return heading(begun, group, stop.turns) if group is not None else None
