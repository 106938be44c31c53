"""Which column of a table holds which item of an instrument, whatever the table calls it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from questionnaires.keys.instrument_items import InstrumentItem
from questionnaires.keys.instrument_keys import InstrumentKey

_SEPARATORS = re.compile(r"[\s_.\-:]+")
_LEADING_NOUGHTS = re.compile(r"(?<!\d)0+(?=\d)")


@dataclass(frozen=True)
class Columns:
    """Item name -> place of its column; and the columns that look like items, but of another spelling than the rest."""

    places: Mapping[str, int]
    doubtful: tuple[str, ...]
    twice: tuple[str, ...]


def plain(name: str) -> str:
    """Return a column's name as it is compared: small letters, no separators, no leading noughts in numbers."""
    return _SEPARATORS.sub("", _LEADING_NOUGHTS.sub("", name.strip().casefold()))


def find_columns(key: InstrumentKey, header: Sequence[str], given: Mapping[str, str]) -> Columns:
    """Find the items' columns: as `given` (item -> column), else in the one spelling that finds the most of them.

    Only one spelling is used, since another may be of something else: PHQ9 beside phq9_1 is a sum, not item 9. Of two
    that find as many, the one that stands first in the key.
    """
    compared = [plain(name) for name in header]
    spelt = max(spellings(key), key=lambda names: len(set(names.values()) & set(compared)), default={})
    wanted = spelt | {item: plain(column) for item, column in given.items()}
    places = {item: compared.index(name) for item, name in wanted.items() if name in compared}
    used = {compared[place] for place in places.values()}
    results = {plain(name) for scale in key.scales for name in (scale.code, *scale.aliases)}
    others = {name for names in spellings(key) for name in names.values()} - used - results
    return Columns(
        places,
        tuple(name for name, each in zip(header, compared, strict=True) if each in others),
        tuple(header[place] for place in places.values() if compared.count(compared[place]) > 1),
    )


def spellings(key: InstrumentKey) -> list[dict[str, str]]:
    """Return every spelling of the items that the key knows: item -> the column's name as it is compared.

    Beside those that the key lists, its own name before the items' names or numbers: phq-9 and q1, or item 1. One in
    which two items have one name is none.
    """
    led = [f"{key.name} {rest}" for rest in ("{name}", "{n}", "item {n}")]
    made = [_names(key, spelling) for spelling in (*key.columns, *led)]
    return [names for names in made if len(set(names.values())) == len(key.items)]


def _names(key: InstrumentKey, spelling: str | tuple[str, ...]) -> dict[str, str]:
    if isinstance(spelling, tuple):
        return {item.name: plain(name) for item, name in zip(key.items, spelling, strict=True)}
    return {item.name: plain(_spelt(item, spelling)) for item in key.items}


def _spelt(item: InstrumentItem, pattern: str) -> str:
    return pattern.replace("{n}", item.number).replace("{name}", item.name)
