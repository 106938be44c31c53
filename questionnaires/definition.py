"""The questionnaire as the rest of Prom reads it: frozen, compiled once per version, in FHIR R4 words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any

from questionnaires.dependencies import in_order
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


class ItemType(StrEnum):
    """Every item type of FHIR R4 that a document may hold."""

    GROUP = "group"
    DISPLAY = "display"
    BOOLEAN = "boolean"
    DECIMAL = "decimal"
    INTEGER = "integer"
    DATE = "date"
    DATE_TIME = "dateTime"
    TIME = "time"
    STRING = "string"
    TEXT = "text"
    URL = "url"
    CHOICE = "choice"
    OPEN_CHOICE = "open-choice"
    ATTACHMENT = "attachment"
    REFERENCE = "reference"
    QUANTITY = "quantity"


class Operator(StrEnum):
    """How an enableWhen compares the answers of its question with its own answer."""

    EXISTS = "exists"
    EQUAL = "="
    NOT_EQUAL = "!="
    GREATER = ">"
    LESS = "<"
    GREATER_OR_EQUAL = ">="
    LESS_OR_EQUAL = "<="


@dataclass(frozen=True)
class AnswerOption:
    """One answer that may be chosen; an exclusive one stands alone ("none of these")."""

    value: Coding | str | Decimal | int | date | time
    exclusive: bool = False


@dataclass(frozen=True)
class EnableWhen:
    """One condition on the answers of another question; for `exists` the answer is a bool."""

    question: str
    operator: Operator
    answer: Value


@dataclass(frozen=True)
class Item:
    """A group, a shown text or a question, with its own items; what is None or empty does not limit the answer."""

    link_id: str
    type: ItemType
    text: Texts | None = None
    prefix: str | None = None
    items: tuple[Item, ...] = ()
    enable_when: tuple[EnableWhen, ...] = ()
    enable_any: bool = False
    required: bool = False
    repeats: bool = False
    read_only: bool = False
    hidden: bool = False
    options: tuple[AnswerOption, ...] = ()
    min_value: Decimal | int | date | datetime | time | None = None
    max_value: Decimal | int | date | datetime | time | None = None
    min_length: int | None = None
    max_length: int | None = None
    max_decimal_places: int | None = None
    unit: str | None = None
    min_occurs: int | None = None
    max_occurs: int | None = None
    regex: str | None = None
    item_control: str | None = None
    help: Texts | None = None

    @property
    def is_question(self) -> bool:
        """Whether it can be answered: neither a group nor a shown text."""
        return self.type not in (ItemType.GROUP, ItemType.DISPLAY)

    def option(self, code: str) -> Coding | None:
        """Return the offered coding with this code, the first where two systems share it, or None."""
        return next((coding for (_, offered), coding in self._codings.items() if offered == code), None)

    def offered(self, coding: Coding) -> Coding | None:
        """Return the option that is this coding, with the ordinal and the texts of the questionnaire, or None."""
        return self._codings.get((coding.system, coding.code))

    @cached_property
    def _codings(self) -> Mapping[tuple[str | None, str], Coding]:
        codings = [option.value for option in self.options if isinstance(option.value, Coding)]
        return {(coding.system, coding.code): coding for coding in codings}


@dataclass(frozen=True)
class Questionnaire:
    """One immutable version of an instrument, and the document it came from, untouched."""

    url: str
    version: str
    name: str
    title: Texts
    status: str
    language: str
    languages: tuple[str, ...]
    items: tuple[Item, ...]
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
    def _by_link_id(self) -> Mapping[str, Item]:
        return {item.link_id: item for item in self.all_items}

    @cached_property
    def _parents(self) -> Mapping[str, Item]:
        return {child.link_id: item for item in self.all_items for child in item.items}


def _walk(items: tuple[Item, ...]) -> Iterator[Item]:
    for item in items:
        yield item
        yield from _walk(item.items)
