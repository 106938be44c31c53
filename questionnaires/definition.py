"""The questionnaire as the rest of Prom reads it: frozen, compiled once per version, in FHIR R4 words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from questionnaires.dependencies import in_order
from questionnaires.expressed import Constraint, Expression
from questionnaires.items import AnswerOption, EnableWhen, Item, ItemType, Operator
from questionnaires.once import Once
from questionnaires.problems import Problem
from questionnaires.values import Coding, Quantity, Texts, Uri, Value

__all__ = [
    "AnswerOption",
    "Coding",
    "EnableWhen",
    "Item",
    "ItemType",
    "Operator",
    "Quantity",
    "Questionnaire",
    "Texts",
    "Uri",
    "Value",
]


@dataclass(frozen=True)
class Questionnaire(Once):
    """One immutable version of an instrument, and the document it came from, untouched."""

    url: str
    version: str
    name: str
    title: Texts
    status: str
    language: str
    languages: tuple[str, ...]
    items: tuple[Item, ...]
    #: Expressions that stand at the top: what all items' expressions may use, and what must be true of all answers.
    variables: tuple[Expression, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    #: Its publisher has declared that nothing in its wording tells of illness; see declaring.py.
    reveals_nothing: bool = False
    document: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    problems: tuple[Problem, ...] = field(default=(), compare=False)

    @property
    def canonical(self) -> str:
        """`url|version`, as a response and a pathway refer to it; the url alone where the document has no version."""
        return f"{self.url}|{self.version}" if self.version else self.url

    @property
    def publishable(self) -> bool:
        """Whether Prom can run all of it: no problem with severity error."""
        return not any(problem.severity == "error" for problem in self.problems)

    def item(self, link_id: str) -> Item | None:
        """Return the item with this linkId, however deep, or None."""
        return self._by_link_id.get(link_id)

    def parent(self, link_id: str) -> Item | None:
        """Return the item that holds this one, or None at the top or for an unknown linkId."""
        return self._parents.get(link_id)

    @cached_property
    def all_items(self) -> tuple[Item, ...]:
        """Every item, depth first, in the order of the document."""
        return tuple(_walk(self.items))

    @cached_property
    def questions(self) -> tuple[Item, ...]:
        """Every item that can be answered, depth first."""
        return tuple(item for item in self.all_items if item.is_question)

    @cached_property
    def needs(self) -> Mapping[str, tuple[str, ...]]:
        """linkId -> the linkIds whose answers decide whether it is asked: its parent and its conditions' questions."""
        return {
            item.link_id: (
                *(parent.link_id for parent in [self.parent(item.link_id)] if parent is not None),
                *(condition.question for condition in item.enable_when),
            )
            for item in self.all_items
        }

    @cached_property
    def judging_order(self) -> tuple[Item, ...]:
        """Every item after those it needs, however the document orders them; an item in a circle is left out."""
        return tuple(self._by_link_id[link_id] for link_id in in_order(self.needs))

    @cached_property
    def always_asked(self) -> frozenset[str]:
        """The linkIds that no answer takes away: without conditions, all the way up."""
        always: set[str] = set()
        for item in self.judging_order:
            parent = self.parent(item.link_id)
            if not item.enable_when and (parent is None or parent.link_id in always):
                always.add(item.link_id)
        return frozenset(always)

    @cached_property
    def sometimes_asked(self) -> tuple[Item, ...]:
        """Every item that depends on answers, in judging order."""
        return tuple(item for item in self.judging_order if item.link_id not in self.always_asked)

    @cached_property
    def _by_link_id(self) -> Mapping[str, Item]:
        return {item.link_id: item for item in self.all_items}

    @cached_property
    def _parents(self) -> Mapping[str, Item]:
        return {child.link_id: item for item in self.all_items for child in item.items}


def _walk(items: tuple[Item, ...]) -> Iterator[Item]:
    for item in items:
        yield item
        yield from _walk(item.items)
