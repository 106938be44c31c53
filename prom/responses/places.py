"""Where each item of a questionnaire stands in one response: in which repetition, beneath which answer.

Read in the order of the document by `stops()`; changed by `put()`, `add()` and `remove()`, which touch nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from questionnaires.answers import QuestionnaireResponse, ResponseItem
from questionnaires.branching import place_of
from questionnaires.definition import Item, ItemType, Questionnaire, Value
from questionnaires.keys.summing import is_sum
from questionnaires.kinds import UNSUPPORTED
from questionnaires.logic.places import Place

#: Item controls that make words to read out of an item, whatever its type: Helsenorge writes such texts as type `text`.
_WORDS = frozenset({"help", "sidebar", "highlight", "flyover", "inline", "instructions", "security", "media"})
#: Words that are shown with their question, not before it.
_WITH_ITS_QUESTION = frozenset({"help", "flyover", "lower", "upper", "unit", "prompt"})


class Kind(Enum):
    """What a stop is on the way through a form."""

    HEADING = "heading"
    WORDS = "words"
    VALUE = "value"
    QUESTION = "question"
    ANOTHER = "another"


@dataclass(frozen=True)
class Stop:
    """One item in one place. `turns` counts, from 1, the repetitions and answers that it stands beneath."""

    kind: Kind
    item: Item
    turns: tuple[int, ...] = ()
    #: What has been answered here.
    values: tuple[Value, ...] = ()
    #: How many repetitions a repeating group has, where that is asked for.
    count: int = 0
    #: The group of item control `page` that it is shown in, and the turns of that.
    page: tuple[Item, tuple[int, ...]] | None = None


def is_words(item: Item) -> bool:
    """Whether an item is there to be read, not answered."""
    return item.type is ItemType.DISPLAY or (item.item_control in _WORDS and item.type is ItemType.TEXT)


def is_worked_out(item: Item) -> bool:
    """Whether its answer is shown and cannot be changed: it is read only, or calculated from other answers."""
    calculated = item.expressions is not None and item.expressions.calculated is not None
    return item.read_only or calculated or is_sum(item)


def stops(questionnaire: Questionnaire, response: QuestionnaireResponse) -> Iterator[Stop]:
    """Yield everything that is shown or asked at present, in the order of the document.

    What stands beneath a question comes when that is answered, once for each answer; a repeating group comes as often
    as it was added, and then asks whether there is another.
    """
    top = _Here(place_of(questionnaire, response))
    return _level(questionnaire.items, response.items, top)


@dataclass(frozen=True)
class _Here:
    """Where the walk has come to: what is asked there, the turns that led there, and the page that it is shown on."""

    place: Place
    turns: tuple[int, ...] = ()
    page: tuple[Item, tuple[int, ...]] | None = None

    def within(self, item: Item, turn: int) -> _Here:
        """Go into one repetition of a group, or beneath one of several answers."""
        turns = (*self.turns, turn)
        page = (item, turns) if item.is_group and item.item_control == "page" else None
        return _Here(self.place.inside(item, turn - 1), turns, page)

    def stop(self, kind: Kind, item: Item, values: tuple[Value, ...] = (), count: int = 0) -> Stop:
        return Stop(kind, item, self.turns, values, count, self.page)


def _level(items: Sequence[Item], given: Sequence[ResponseItem], here: _Here) -> Iterator[Stop]:
    """Yield what stands side by side."""
    found = by_link_id(given)
    for item in items:
        if item.hidden or item.link_id not in here.place.asked or item.type in UNSUPPORTED:
            continue
        own = found.get(item.link_id, ())
        if is_words(item):
            yield here.stop(Kind.WORDS, item)
        elif item.is_group and item.repeats:
            yield from _repetitions(item, own, here)
        elif item.is_group:
            yield from _group(item, own, here)
        else:
            yield from _question(item, own, here)


def _group(item: Item, found: Sequence[ResponseItem], here: _Here) -> Iterator[Stop]:
    """Yield a group that stands once."""
    if here.page is None and item.item_control == "page":
        here = replace(here, page=(item, here.turns))
    yield here.stop(Kind.HEADING, item)
    yield from _level(item.items, found[0].items if found else (), here)


def _repetitions(item: Item, found: Sequence[ResponseItem], here: _Here) -> Iterator[Stop]:
    """Yield each repetition of a group, and whether there is another. None of it stands on a page of several."""
    here = replace(here, page=None)
    count = max(len(found), least(item))
    for turn in range(1, count + 1):
        inner = found[turn - 1].items if turn <= len(found) else ()
        inside = here.within(item, turn)
        yield inside.stop(Kind.HEADING, item)
        yield from _level(item.items, inner, inside)
    yield here.stop(Kind.ANOTHER, item, count=count)


def _question(item: Item, found: Sequence[ResponseItem], here: _Here) -> Iterator[Stop]:
    """Yield a question, and what is asked because of each of its answers."""
    answers = found[0].answers if found else ()
    kind = Kind.VALUE if is_worked_out(item) else Kind.QUESTION
    yield here.stop(kind, item, tuple(answer.value for answer in answers))
    beneath = tuple(child for child in item.items if not shown_with(child))
    for turn, answer in enumerate(answers if beneath else (), start=1):
        inside = here.within(item, turn) if item.repeats else here
        yield from _level(beneath, answer.items, inside)


def shown_with(child: Item) -> bool:
    """Whether words beneath a question belong to it: its help and its labels, and what no answer decides."""
    return is_words(child) and (child.item_control in _WITH_ITS_QUESTION or not child.enable_when)


def least(item: Item) -> int:
    """How many repetitions of a group there are before any is added."""
    return max(item.min_occurs or 0, 1 if item.required else 0)


def by_link_id(given: Sequence[ResponseItem]) -> Mapping[str, list[ResponseItem]]:
    """Return linkId -> what was given for it side by side."""
    here: dict[str, list[ResponseItem]] = {}
    for each in given:
        here.setdefault(each.link_id, []).append(each)
    return here
