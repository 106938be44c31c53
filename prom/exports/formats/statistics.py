"""SPSS and Stata: numbers with value labels, and the programs' own missing values that say why there is none.

A choice becomes its number (the codebook's `numbers`), a choice of several becomes one variable of 0 and 1 per option.
The whole table is in memory: neither format can be written a part at a time by the library.
"""

from dataclasses import dataclass, field
from typing import Any

import polars as pl

from prom.exports.columns import Choice, Column
from prom.exports.frames import Frames, gap_of
from prom.exports.names import distinct
from prom.exports.writing import Export

#: What the programs take of a label, in letters; SPSS counts bytes, of which one of ours has at most 2.
LABEL, VALUE_LABEL = 80, 60
YES_NO = (Choice("0", {"nb": "Nei", "nn": "Nei", "en": "No"}, 0), Choice("1", {"nb": "Ja", "nn": "Ja", "en": "Yes"}, 1))


@dataclass
class Variables:
    """A frame of numbers, with what its variables mean. `gaps` are the variables with a missing value of their own."""

    frame: pl.DataFrame
    labels: dict[str, str | None] = field(default_factory=dict)
    values: dict[str, dict[Any, str]] = field(default_factory=dict)
    gaps: dict[str, pl.Expr] = field(default_factory=dict)
    responses: int = 0


def variables(export: Export) -> Variables:
    """Return the whole table as numbers, with what they mean."""
    frames = Frames(export)
    made = Variables(frames.whole())
    made.responses = frames.responses
    place = 0
    for column in frames.columns:
        if column.kind != "question":
            made.labels[column.name] = column.label[:LABEL]
            continue
        if column.choices and column.repeats:
            _add_options(made, column, gap_of(place))
        else:
            _add_question(made, column, gap_of(place))
        place += 1
    return made


def _add_question(made: Variables, column: Column, why: pl.Expr) -> None:
    name = column.name
    made.labels[name] = column.label[:LABEL]
    choices = _with_unlisted(column, made.frame) if column.choices else YES_NO if column.type == "boolean" else ()
    if column.choices:
        numbers = {choice.code: choice.number for choice in choices}
        made.frame = made.frame.with_columns(pl.col(name).replace_strict(numbers, return_dtype=pl.Int64))
    elif column.type == "boolean" and not column.repeats:
        made.frame = made.frame.with_columns(pl.col(name).cast(pl.Int64))
    if choices and not column.repeats:
        made.values[name] = {choice.number: short(choice.texts["nb"]) for choice in choices}
    if made.frame.schema[name].is_numeric():
        made.gaps[name] = why


def _add_options(made: Variables, column: Column, why: pl.Expr) -> None:
    """Put a variable per option in the place of a choice of several."""
    choices = _with_unlisted(column, made.frame)
    names = distinct([*(each for each in made.frame.columns), *(f"{column.name}_{each.number}" for each in choices)])
    chosen = pl.concat_str(pl.lit(" "), pl.col(column.name), pl.lit(" "))
    added = names[len(made.frame.columns) :]
    made.frame = made.frame.with_columns(
        [
            chosen.str.contains(f" {choice.code} ", literal=True).cast(pl.Int64).alias(name)
            for name, choice in zip(added, choices, strict=True)
        ]
    )
    order = list(made.frame.columns)
    at = order.index(column.name)
    others = [each for each in order if each not in added and each != column.name]
    made.frame = made.frame.select(*others[:at], *added, *others[at:])
    for name, choice in zip(added, choices, strict=True):
        made.labels[name] = f"{column.label}: {choice.texts['nb']}"[:LABEL]
        made.values[name] = {each.number: each.texts["nb"] for each in YES_NO}
        made.gaps[name] = why


def _with_unlisted(column: Column, frame: pl.DataFrame) -> tuple[Choice, ...]:
    """The options, and codes that were answered and stand in no list, as questionnaires from elsewhere may have."""
    if column.repeats:
        return column.choices
    listed = {choice.code for choice in column.choices}
    unlisted = sorted(set(frame[column.name].drop_nulls()) - listed)
    after = max(choice.number for choice in column.choices) + 1
    more = (Choice(code, dict.fromkeys(("nb", "nn", "en"), code), after + n) for n, code in enumerate(unlisted))
    return (*column.choices, *more)


def short(text: str) -> str:
    """Return a text as the label of a value."""
    return text if len(text) <= VALUE_LABEL else text[: VALUE_LABEL - 1] + "…"
