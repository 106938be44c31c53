"""What a page says around its question: what it is about, what is to be read first, and what was said already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import g

from prom.responses import wording
from prom.responses.pages.visits import Begun
from prom.responses.places import Kind, Stop
from prom.responses.steps import Step
from prom.responses.wording import Words
from questionnaires.definition import Item


@dataclass(frozen=True)
class Note:
    """A heading, a text, or a value that the form has worked out, with the words of the value."""

    kind: str
    text: Words
    values: tuple[Words, ...] = ()
    #: The key of the question that stands here instead, on a page of several.
    field: str | None = None


def notes(begun: Begun, step: Step) -> Sequence[Note]:
    """Return what is read on a page, in order; on a page of several with the places of its fields."""
    return [note for part in step.parts if (note := _note(begun, step, part)) is not None]


def closing(begun: Begun) -> Sequence[Note]:
    """Return what is read after the last question."""
    read = (note_of(begun, stop) for stop in begun.steps.closing if stop.kind is Kind.WORDS)
    return [note for note in read if note is not None]


def about(begun: Begun, step: Step) -> Sequence[Words]:
    """Return what a page's question is about: its group, in which repetition, and the answer that it is asked after."""
    if step.group is not None:
        return ()
    stop = step.parts[-1]
    group = begun.steps.group(stop.item)
    lines = [heading(begun, group, stop.turns)] if group is not None else []
    above = begun.steps.answer_above(stop)
    if above is not None:
        lines += [answer_words(begun, above.item, above)[0]] if above.values else []
    return lines


def heading(begun: Begun, group: Item, turns: tuple[int, ...]) -> Words:
    """Write a group's heading, numbered where the group repeats."""
    text, language = wording.of(group.text, g.language) if group.text else Words("", g.language)
    depth = _depth(begun, group)
    if not group.repeats or len(turns) < depth:
        return Words(text, language)
    return Words(f"{text} {turns[depth - 1]}".strip(), language)


def said_so_far(begun: Begun, step: Step) -> Sequence[tuple[Words, ...]]:
    """Return what was answered in each repetition, on the page that asks whether there is another."""
    another = step.another
    if another is None:
        return ()
    said: list[list[Words]] = [[] for _ in range(another.count)]
    depth = len(another.turns)
    for stop in begun.steps.stops:
        inside = stop.turns[:depth] == another.turns and len(stop.turns) > depth
        if inside and stop.values and _is_in(begun, stop, another.item):
            said[stop.turns[depth] - 1].extend(answer_words(begun, stop.item, stop))
    return [tuple(each[:4]) for each in said]


def answer_words(begun: Begun, item: Item, stop: Stop) -> tuple[Words, ...]:
    """Write the answers of one place."""
    return tuple(wording.answer(item, value, g.language, begun.unit.zone) for value in stop.values)


def note_of(begun: Begun, stop: Stop) -> Note | None:
    """Return the note of one stop; None for what has no words, or a value that is not there yet."""
    if stop.kind is Kind.VALUE:
        values = answer_words(begun, stop.item, stop)
        return Note("value", wording.question(stop.item, g.language), values) if values else None
    if stop.item.text is None:
        return None
    if stop.kind is Kind.HEADING:
        return Note("heading", heading(begun, stop.item, stop.turns))
    return Note("words", wording.of(stop.item.text, g.language))


def _note(begun: Begun, step: Step, part: Stop) -> Note | None:
    if part.kind is Kind.ANOTHER:
        return None
    if part.kind is Kind.QUESTION:
        key = begun.steps.key(part)
        return Note("field", wording.question(part.item, g.language), field=key)
    if part.kind is Kind.HEADING and (part.item is step.group or part.item is _group_of(begun, step)):
        return None
    return note_of(begun, part)


def _group_of(begun: Begun, step: Step) -> Item | None:
    return begun.steps.group(step.parts[-1].item) if step.group is None else None


def _depth(begun: Begun, item: Item) -> int:
    """How many turns lead to an item, itself included."""
    depth, at = 0, item
    while at is not None:
        depth += at.repeats
        above = begun.steps.questionnaire.parent(at.link_id)
        if above is None:
            return depth
        at = above
    return depth


def _is_in(begun: Begun, stop: Stop, group: Item) -> bool:
    at: Item | None = stop.item
    while at is not None and at is not group:
        at = begun.steps.questionnaire.parent(at.link_id)
    return at is not None
