"""One item of a questionnaire as the rest of Prom reads it: frozen, compiled once per version, in FHIR R4 words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import TypeAlias

from questionnaires.expressed import ItemExpressions
from questionnaires.values import Coding, Partial, Quantity, Texts, Value


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


#: The ends of a slider whose questionnaire does not say them, on a page and on paper alike.
SLIDER_ENDS = (0, 100)

#: What a lowest or highest answer may be; for a quantity a number is meant in the unit of its item.
Bound: TypeAlias = Decimal | int | date | datetime | time | Partial | Quantity


@dataclass(frozen=True)
class AnswerOption:
    """One answer that may be chosen; an exclusive one stands alone ("none of these")."""

    value: Coding | str | Decimal | int | date | time | Partial
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
    #: Where the options lie that the document does not list, so that nobody can tell whether an answer is one of them.
    options_at: str | None = None
    min_value: Bound | None = None
    max_value: Bound | None = None
    min_length: int | None = None
    max_length: int | None = None
    max_decimal_places: int | None = None
    unit: str | None = None
    min_occurs: int | None = None
    max_occurs: int | None = None
    regex: str | None = None
    item_control: str | None = None
    help: Texts | None = None
    #: What is filled in before anybody answers.
    initial: tuple[Value, ...] = ()
    #: What an empty field shows of the form that is wanted, such as "dd.mm.yyyy".
    entry_format: Texts | None = None
    #: How far one step of a slider goes.
    slider_step: Decimal | None = None
    #: The units that an answer may be given in; empty leaves it to `unit`.
    units: tuple[Coding, ...] = ()
    #: Where the units lie that the document does not list.
    units_at: str | None = None
    #: The largest file that may be attached, in megabytes of 1 048 576 bytes, and the kinds of file.
    max_size: Decimal | None = None
    mime_types: tuple[str, ...] = ()
    #: The types of resource that may be referred to.
    reference_types: tuple[str, ...] = ()
    #: What the item is called in code systems.
    codes: tuple[Coding, ...] = ()
    expressions: ItemExpressions | None = None

    @cached_property
    def is_question(self) -> bool:
        """Whether it can be answered: neither a group nor a shown text."""
        return self.type not in (ItemType.GROUP, ItemType.DISPLAY)

    @cached_property
    def is_group(self) -> bool:
        """Whether it only holds other items."""
        return self.type is ItemType.GROUP

    @cached_property
    def is_choice(self) -> bool:
        """Whether it offers options."""
        return self.type in (ItemType.CHOICE, ItemType.OPEN_CHOICE)

    @cached_property
    def demands(self) -> bool:
        """Whether it, or something beneath it, may be missed; where not, nothing given is nothing wrong."""
        return self.required or any(child.demands for child in self.items)

    @cached_property
    def asks_for_one_option(self) -> bool:
        """Whether one offered option, with nothing beneath it, is all that it can want."""
        beneath = any(child.demands for child in self.items)
        return self.is_choice and not self.repeats and (self.min_occurs or 0) <= 1 and not beneath

    @cached_property
    def slider_ends(self) -> tuple[Decimal, Decimal]:
        """The lowest and the highest number of a slider, in its unit; without one of its own, that of SLIDER_ENDS."""
        plain = (each.value if isinstance(each, Quantity) else each for each in (self.min_value, self.max_value))
        found = zip(plain, SLIDER_ENDS, strict=True)
        least, most = (Decimal(own if isinstance(own, int | Decimal) else usual) for own, usual in found)
        return least, most

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
