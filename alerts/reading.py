"""How a rule reads its value from an observation, and how a value is held against a limit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from operator import itemgetter
from typing import NamedTuple, TypeAlias

from alerts.observation import Observation
from alerts.rules import Comparison, Limit, Reading
from questionnaires.definition import Coding, Quantity, Value
from questionnaires.values import Attachment, Partial, Reference

#: What a rule can compare.
Plain: TypeAlias = Decimal | str | bool


class Unreadable(Exception):
    """A value that the rule cannot be held against: another unit, another type. Its message holds no answer."""


class Read(NamedTuple):
    """What was read: pairs of item (None for a scale) and value, the worst first, and why something is missing.

    No value and nothing missing means that it was never asked: not applicable.
    """

    values: tuple[tuple[str | None, Plain], ...] = ()
    missing: str | None = None


def read(
    reading: Reading, observation: Observation, unit: str | None = None, ordinals: Mapping[str, Decimal] | None = None
) -> Read:
    """Read what the rule looks at. Raises Unreadable for an answer in another unit than the rule's."""
    if reading.kind == "answer":
        return _answer(reading.name, observation, unit, ordinals or {})
    if reading.kind == "worst-attribute":
        return _attributes(reading.name, observation)
    if reading.kind == "circumstance":
        return _circumstance(reading.name, observation)
    return _score(reading.name, observation)


def exact(number: float | Decimal) -> Decimal:
    """Return a number as the decimal a person would write: 38.3 is 38.3, and 30.000000000000004 is 30.

    A float that was computed carries noise in its last digits; twelve are more than any scale has. Decimals and whole
    numbers are taken as they are. Raises Unreadable for what is no finite number.
    """
    if isinstance(number, float) and number.is_integer():
        return Decimal(int(number))
    value = Decimal(f"{number:.12g}") if isinstance(number, float) else Decimal(number)
    if not value.is_finite():
        raise Unreadable("not a finite number")
    return value


def beyond(value: Plain, comparison: Comparison, limit: Limit) -> bool:
    """Tell whether a value meets a rule's condition. Raises Unreadable where the two cannot be compared."""
    order = comparison.order
    if order is not None:
        if isinstance(value, Decimal) and isinstance(limit, Decimal):
            return order(value, limit)
    elif comparison is Comparison.IN:
        if isinstance(value, str) and isinstance(limit, tuple):
            return value in limit
    elif type(value) is type(limit):
        return value == limit
    raise Unreadable(f"a {type(value).__name__} cannot be compared ({comparison}) with a {type(limit).__name__}")


def _answer(link_id: str, observation: Observation, unit: str | None, ordinals: Mapping[str, Decimal]) -> Read:
    # An answer left behind under a question that is no longer asked does not count, as in FHIR.
    if link_id not in observation.asked:
        return Read()
    given = observation.answers.get(link_id, ())
    plain = [_plain(value, unit, ordinals) for value in given]
    values = tuple((link_id, value) for value in plain if value is not None)
    if not given:
        return Read(missing="not answered")
    return Read(values, "no number" if None in plain else None)


def _plain(value: Value, unit: str | None, ordinals: Mapping[str, Decimal]) -> Plain | None:
    if isinstance(value, Coding):
        return ordinals.get(value.code) if ordinals else value.code
    if isinstance(value, Quantity):
        # A machine goes by the code, whatever is written beside it.
        if unit is not None and unit != (value.code or value.unit):
            raise Unreadable(f"the rule wants {unit}")
        return exact(value.value)
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, bool | str):
        return value
    if isinstance(value, Partial):
        return value.text
    if isinstance(value, Attachment | Reference):
        raise Unreadable("a file has no value")
    return exact(value)


def _attributes(scale: str, observation: Observation) -> Read:
    attributes = observation.attributes.get(scale)
    if attributes is None:
        return Read(missing="not scored")
    asked = [(item, value) for item, value in attributes.items() if item in observation.asked]
    known = [(item, exact(value)) for item, value in asked if value is not None]
    known.sort(key=itemgetter(1), reverse=True)
    return Read(tuple(known), "not answered" if len(known) < len(asked) else None)


def _score(scale: str, observation: Observation) -> Read:
    score = observation.scores.get(scale)
    if score is not None and score.value is not None:
        return Read(((None, exact(score.value)),))
    if score is None:
        return Read(missing="not scored")
    return Read() if score.missing == "not asked" else Read(missing=score.missing or "not scored")


def _circumstance(name: str, observation: Observation) -> Read:
    known = {"age": observation.age, "phase": observation.phase, "day-of-cycle": observation.day_of_cycle}
    value = known.get(name)
    if value is None:
        return Read(missing="not known")
    return Read(((None, value if isinstance(value, str) else exact(value)),))
