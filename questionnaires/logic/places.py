"""Where in a response something stands: which items are asked in each repetition of a group, each by itself.

A repeating group, or a repeating question with items beneath it, opens a place for each repetition; everything else
belongs to the place around it. An absent repetition is a place too: what would be asked in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from questionnaires.definition import Item, Questionnaire

#: (linkId of what opens the place, which repetition), from the outermost in; ABSENT for one that is not there.
Where: TypeAlias = tuple[tuple[str, int], ...]
ABSENT = -1


def opens(item: Item) -> bool:
    """Whether each repetition of an item is a place of its own."""
    return item.repeats and bool(item.items)


@dataclass(frozen=True)
class Place:
    """The linkIds that are asked in one place, those of the places around it among them, and the places in it."""

    asked: frozenset[str]
    inner: Mapping[tuple[str, int], Place] = field(default_factory=dict)

    def inside(self, item: Item, index: int = ABSENT) -> Place:
        """Return the place of one repetition of an item, or this very place where it opens none."""
        return self.inner.get((item.link_id, index)) or self.inner.get((item.link_id, ABSENT)) or self

    def at(self, where: Where) -> Place:
        """Return the place that lies there."""
        place = self
        for step in where:
            place = place.inner.get(step) or place.inner.get((step[0], ABSENT)) or place
        return place

    def anywhere(self) -> frozenset[str]:
        """Return the linkIds that are asked here or in any place within."""
        return self.asked.union(*(place.anywhere() for place in self.inner.values()))


def around(questionnaire: Questionnaire, link_id: str) -> tuple[str, ...]:
    """Return the linkIds of what opens the places around an item, from the outermost in."""
    found: list[str] = []
    parent = questionnaire.parent(link_id)
    while parent is not None:
        if opens(parent):
            found.append(parent.link_id)
        parent = questionnaire.parent(parent.link_id)
    return tuple(reversed(found))


def by_opener(questionnaire: Questionnaire) -> Mapping[str | None, tuple[Item, ...]]:
    """Return the items of each kind of place, in judging order, by the linkId of what opens it; None at the top."""
    found: dict[str | None, list[Item]] = {None: []}
    for item in questionnaire.judging_order:
        holders = around(questionnaire, item.link_id)
        found.setdefault(holders[-1] if holders else None, []).append(item)
    return {opener: tuple(items) for opener, items in found.items()}


def is_told_apart(questionnaire: Questionnaire) -> bool:
    """Whether some item may be asked in one repetition and not in another, because of what is answered in it."""
    return any(
        set(around(questionnaire, item.link_id)) & set(around(questionnaire, condition.question))
        for item in questionnaire.all_items
        for condition in item.enable_when
    )
