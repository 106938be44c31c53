"""What the answers to one question may be: how many, of which kind, within which bounds, out of which options."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from questionnaires.definition import AnswerOption, Coding, Item, ItemType, Quantity, Value
from questionnaires.documents import bearable, usable
from questionnaires.fhir_values import LARGEST_INTEGER, write_value
from questionnaires.items import Bound
from questionnaires.kinds import fits, is_whole, kind_of, offers
from questionnaires.measured_limits import file_problems, unit_problems
from questionnaires.problems import Problem
from questionnaires.values import Attachment, Reference, compare, is_number, same

#: No question has so many answers. Without an end, whoever sends more could keep a process busy with comparing them.
MOST_ANSWERS = 500


def count_problems(item: Item, count: int, complete: bool) -> Iterator[Problem]:
    """Yield what is wrong with the number of answers, or of a group's repetitions that hold any."""
    most = item.max_occurs if item.repeats else 1
    if most is not None and count > most:
        yield Problem(item.link_id, "too-many-answers", "error", {"most": most, "given": count})
    if complete and item.required and count == 0:
        yield Problem(item.link_id, "required-missing")
    elif complete and 0 < count < (item.min_occurs or 0):
        yield Problem(item.link_id, "too-few-answers", "error", {"least": item.min_occurs or 0, "given": count})


def answer_problems(item: Item, values: Sequence[Value]) -> Iterator[Problem]:
    """Yield what is wrong with each answer to a question, and with all of them together."""
    if len(values) > MOST_ANSWERS:
        yield Problem(item.link_id, "too-many-answers", "error", {"most": MOST_ANSWERS, "given": len(values)})
        return
    for value in values:
        yield from _value_problems(item, value)
    for index, value in enumerate(values) if item.is_choice else ():
        if any(same(value, earlier) for earlier in values[:index]):
            yield Problem(item.link_id, "option-chosen-twice")
    if len(values) > 1 and any(_chosen(option, values) for option in item.options if option.exclusive):
        yield Problem(item.link_id, "exclusive-option-with-others")


def _chosen(option: AnswerOption, values: Sequence[Value]) -> bool:
    return any(same(option.value, value) for value in values)


def _value_problems(item: Item, value: Value) -> Iterator[Problem]:
    number = value.value if isinstance(value, Quantity) else value
    if isinstance(number, Decimal) and not number.is_finite():
        yield Problem(item.link_id, "not-a-number")
    elif item.type is ItemType.INTEGER and is_number(value) and not is_whole(value):
        yield Problem(item.link_id, "not-an-integer")
    elif not fits(item, value):
        yield Problem(item.link_id, "wrong-type", "error", {"expected": item.type.value, "given": kind_of(value)})
    elif isinstance(number, Decimal | int) and not _sane(item, number):
        yield Problem(item.link_id, "number-out-of-range")
    else:
        yield from _limit_problems(item, value)


def _sane(item: Item, number: Decimal | int) -> bool:
    return bearable(number) and (item.type is not ItemType.INTEGER or -LARGEST_INTEGER <= number <= LARGEST_INTEGER)


def _limit_problems(item: Item, value: Value) -> Iterator[Problem]:
    if item.options_at is not None and not _surely_offered(item, value):
        yield Problem(item.link_id, "options-unknown", "error", {"url": item.options_at})
    elif item.options and not offers(item, value):
        yield Problem(item.link_id, "option-not-offered")
    if isinstance(value, str):
        yield from _text_problems(item, value)
    elif isinstance(value, Quantity):
        yield from unit_problems(item, value)
    elif isinstance(value, Attachment | Reference):
        yield from file_problems(item, value)
    elif item.regex is not None or item.max_length is not None:
        yield from _length_problems(item, _written(value))
    yield from _bound_problems(item, value)


def _surely_offered(item: Item, value: Value) -> bool:
    own_words = item.type is ItemType.OPEN_CHOICE and isinstance(value, str)
    return (bool(item.options) or own_words) and offers(item, value)


def _written(value: Value) -> str:
    """Return an answer as JSON writes it, where that is one text: what a length or a pattern is held against."""
    return "" if isinstance(value, Coding) else next(iter(write_value(value).values())).__str__()


def _text_problems(item: Item, text: str) -> Iterator[Problem]:
    if not usable(text):
        yield Problem(item.link_id, "unusable-characters")
    if not text.strip():
        yield Problem(item.link_id, "blank-text")
    elif item.type is ItemType.URL and any(letter.isspace() for letter in text):
        yield Problem(item.link_id, "not-an-address")
    yield from _length_problems(item, text)


def _length_problems(item: Item, text: str) -> Iterator[Problem]:
    if item.max_length is not None and len(text) > item.max_length:
        yield Problem(item.link_id, "too-long", "error", {"most": item.max_length, "given": len(text)})
    elif item.min_length is not None and len(text) < item.min_length:
        yield Problem(item.link_id, "too-short", "error", {"least": item.min_length, "given": len(text)})
    # An expression may take for ever on a text that is far too long, so it only sees one within the limit.
    elif item.regex is not None and re.fullmatch(item.regex, text, re.ASCII) is None:
        yield Problem(item.link_id, "other-pattern")


def _bound_problems(item: Item, value: Value) -> Iterator[Problem]:
    if item.min_value is not None or item.max_value is not None:
        yield from _out_of_bounds(item, value)
    number = value.value if isinstance(value, Quantity) else value
    if item.max_decimal_places is not None and isinstance(number, Decimal):
        exponent = number.as_tuple().exponent
        if isinstance(exponent, int) and -exponent > item.max_decimal_places:
            yield Problem(item.link_id, "too-many-decimals", "error", {"most": item.max_decimal_places})


def _out_of_bounds(item: Item, value: Value) -> Iterator[Problem]:
    wrong: tuple[tuple[Bound | None, int, str, str], ...] = (
        (item.min_value, -1, "too-low", "least"),
        (item.max_value, 1, "too-high", "most"),
    )
    for bound, order, code, name in wrong:
        if bound is None:
            continue
        found = compare(_comparable(item, value, bound) if isinstance(value, Quantity) else value, bound)
        if found == order:
            yield Problem(item.link_id, code, "error", {name: _shown(bound)})
        elif found is None and isinstance(bound, Quantity) and isinstance(value, Quantity):
            given = value.unit or value.code or "?"
            yield Problem(item.link_id, "units-not-comparable", "error", {"given": given, "bound": _shown(bound)})


def _comparable(item: Item, value: Quantity, bound: Bound) -> Value:
    """Return an amount as its bound can be held against it: as a number, or in the system of the bound."""
    if not isinstance(bound, Quantity):
        return value.value
    # Of an item's one unit only the code is known, so an answer in it carries no system.
    bare = value.system is None and value.code is not None and value.code == item.unit
    return replace(value, system=bound.system) if bare else value


def bounds_out_of_reach(item: Item) -> Iterator[Problem]:
    """Yield the units an answer may be given in that a bound cannot be held against: none in them could be taken."""
    offered = [Quantity(Decimal(1), unit.code, unit.system, unit.code) for unit in item.units]
    if not offered and item.unit is not None:
        offered = [Quantity(Decimal(1), item.unit, None, item.unit)]
    for bound in (item.min_value, item.max_value):
        if not isinstance(bound, Quantity):
            continue
        for each in offered:
            if compare(_comparable(item, each, bound), bound) is None:
                code, shown = str(each.code), _shown(bound)
                yield Problem(item.link_id, "bound-in-other-unit", "error", {"unit": code, "bound": shown})


def _shown(bound: Bound) -> str | int | Decimal:
    if isinstance(bound, Quantity):
        return f"{bound.value} {bound.unit or bound.code or ''}".strip()
    return bound if isinstance(bound, int | Decimal) else str(bound)
