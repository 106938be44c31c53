"""A search: parameters -> conditions, one page of rows by a cursor, and the Bundle that holds it."""

import base64
import binascii
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, Select, literal, or_, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from prom import language as languages
from prom.db import Base
from prom.fhir import outcome, values
from prom.fhir.parameters import SEARCHES, Asker, Search
from prom.fhir.refusals import BadRequest, UnknownParameter
from questionnaires.documents import usable

Row = TypeVar("Row")

USUAL, MOST = 50, 200
#: Values of one parameter that are asked for together, with commas between.
MOST_ALTERNATIVES = 100
#: Where a page ends; only we write it, in the link to the next one.
CURSOR = "_cursor"
#: What says nothing of the rows: the form of the answer, which is settled before.
FORM = ("_format", "_pretty")


@dataclass(frozen=True)
class Asked:
    """A search as it was understood. `used` is what the self link repeats, `ignored` what was passed over."""

    resource: str
    conditions: tuple[ColumnElement[bool], ...]
    used: tuple[tuple[str, str], ...]
    ignored: tuple[str, ...]
    count: int
    #: None for the order of making, by id alone
    sort: InstrumentedAttribute[Any] | None
    descending: bool
    cursor: str | None


def understand(resource: str, given: Iterable[tuple[str, str]], asker: Asker, *, strict: bool) -> Asked:
    """Read a search's parameters; raises BadRequest for an unreadable value or modifier, and when strict for a name."""
    search, pairs = SEARCHES[resource], [pair for pair in given if pair[0] not in FORM]
    own = {"_count": str(USUAL), "_sort": "", CURSOR: ""}
    conditions, used, ignored = [], [], []
    for name, value in pairs:
        if not (usable(name) and usable(value)):
            raise BadRequest
        if name in own:
            own[name] = value
        elif name.partition(":")[0] not in search.parameters:
            ignored.append(name)
            continue
        elif value:  # R4: a parameter without a value asks for nothing
            conditions.append(_condition(search, name, value, asker))
        if name != CURSOR and value:
            used.append((name, value))
    if ignored and strict:
        raise UnknownParameter(ignored[0])
    sort, descending = _sort(search, own["_sort"], [name for name, _ in used])
    count = _count(own["_count"])
    return Asked(resource, tuple(conditions), tuple(used), tuple(ignored), count, sort, descending, own[CURSOR] or None)


def _condition(search: Search, named: str, value: str, asker: Asker) -> ColumnElement[bool]:
    name, _, modifier = named.partition(":")
    parameter = search.parameters[name]
    if modifier and modifier != parameter.target:
        raise BadRequest(named)
    alternatives = values.alternatives(value)
    if len(alternatives) > MOST_ALTERNATIVES:
        raise BadRequest(named)
    return or_(*(parameter.condition(name, each, asker) for each in alternatives))


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 6) or int(text) < 1:
        raise BadRequest("_count")
    return min(int(text), MOST)


def _sort(search: Search, text: str, used: Sequence[str]) -> tuple[InstrumentedAttribute[Any] | None, bool]:
    if not text:
        # Whoever asks what is new reads along the index of what is new.
        return (search.sortable["_lastUpdated"], False) if "_lastUpdated" in used else (None, False)
    column = search.sortable.get(text.removeprefix("-"))
    if column is None:
        raise BadRequest("_sort")
    return column, text.startswith("-")


def page_of(asked: Asked, query: Select[Row]) -> Select[Row]:
    """Return the query for one page and one row more, which tells whether another page follows."""
    key = [column for column in (asked.sort, _id(asked)) if column is not None]
    query = query.where(*asked.conditions)
    if asked.cursor is not None:
        after = [literal(value, column.type) for value, column in zip(_read(asked), key, strict=True)]
        query = query.where(tuple_(*key) < tuple_(*after) if asked.descending else tuple_(*key) > tuple_(*after))
    order = [column.desc() if asked.descending else column.asc() for column in key]
    return query.order_by(*order).limit(asked.count + 1)


def _id(asked: Asked) -> InstrumentedAttribute[uuid.UUID]:
    column: InstrumentedAttribute[uuid.UUID] = getattr(SEARCHES[asked.resource].model, "id")  # noqa: B009
    return column


def _read(asked: Asked) -> list[object]:
    try:
        moment, _, row_id = base64.urlsafe_b64decode(asked.cursor or "").decode("ascii").rpartition("|")
        found: list[object] = [uuid.UUID(row_id)]
        if asked.sort is not None:
            found.insert(0, _instant(moment))
    except (ValueError, OverflowError, binascii.Error):
        raise BadRequest(CURSOR) from None
    return found


def _instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return moment.astimezone(UTC)


def _cursor(asked: Asked, row: Base) -> str:
    moment = getattr(row, asked.sort.key).isoformat() if asked.sort is not None else ""
    return base64.urlsafe_b64encode(f"{moment}|{getattr(row, 'id')}".encode()).decode()  # noqa: B009


def bundle(
    asked: Asked, rows: Sequence[Base], resources: Sequence[Mapping[str, Any]], base: str, language: str
) -> dict[str, Any]:
    """Return the page as a Bundle. `rows` may hold one more than the page, of which no resource is shown."""
    shown, link = resources[: asked.count], f"{base}/{asked.resource}"
    links = [{"relation": "self", "url": _address(link, asked.used)}]
    if len(rows) > asked.count:
        next_page = (*asked.used, (CURSOR, _cursor(asked, rows[asked.count - 1])))
        links.append({"relation": "next", "url": _address(link, next_page)})
    entries = [{"fullUrl": f"{link}/{each['id']}", "resource": each, "search": {"mode": "match"}} for each in shown]
    if asked.ignored:
        entries.append({"resource": _passed_over(asked.ignored, language), "search": {"mode": "outcome"}})
    made: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", "link": links}
    return made | ({"entry": entries} if entries else {})


def _passed_over(names: Sequence[str], language: str) -> dict[str, Any]:
    text = languages.text("fhir.ignored", language, names=", ".join(dict.fromkeys(names)))
    return outcome.document([outcome.issue("warning", "not-supported", "ignored", text)])


def _address(link: str, pairs: Sequence[tuple[str, str]]) -> str:
    return f"{link}?{urlencode(pairs)}" if pairs else link
