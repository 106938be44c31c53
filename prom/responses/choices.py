"""What a page offers for an item to choose among: its options, its units, and the keys that their controls post."""

from collections.abc import Sequence
from dataclasses import dataclass

from questionnaires.definition import AnswerOption, Coding, Item, ItemType, Quantity, Texts, Value


@dataclass(frozen=True)
class Choice:
    """One answer that a page offers: what its control posts, and its words, or a catalogue key of them."""

    key: str
    texts: Texts | None = None
    message: str | None = None
    exclusive: bool = False


def choices(item: Item) -> tuple[Choice, ...]:
    """Return what is offered for an item of choices, in the order of the document; empty for any other item."""
    if item.type is ItemType.BOOLEAN and not item.options:
        return Choice("true", message="answer.yes"), Choice("false", message="answer.no")
    return tuple(_choice(item, option) for option in item.options)


def units(item: Item) -> tuple[Choice, ...]:
    """Return the units that a quantity may be given in, where she chooses."""
    return tuple(Choice(unit_key(each), each.display or Texts.of({"und": each.code})) for each in item.units)


def unit_held(item: Item, values: Sequence[Value]) -> str:
    """Return the key of the unit that a saved quantity is in, if it is one of those to choose among."""
    given = [(value.system, value.code) for value in values if isinstance(value, Quantity)]
    return next((unit_key(each) for each in item.units if (each.system, each.code) in given), "")


def _choice(item: Item, option: AnswerOption) -> Choice:
    value = option.value
    texts = value.display if isinstance(value, Coding) else None
    name = value.code if isinstance(value, Coding) else str(value)
    return Choice(key(item, value), texts or Texts.of({"und": name}), exclusive=option.exclusive)


def key(item: Item, value: Value) -> str:
    """Return what the control of an option posts: its code, with its system where two systems share it."""
    if not isinstance(value, Coding):
        return str(value)
    return value.code if item.option(value.code) == value else f"{value.system}|{value.code}"


def unit_key(unit: Coding) -> str:
    """Return what the control of a unit posts."""
    return f"{unit.system}|{unit.code}"
