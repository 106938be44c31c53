"""The values of search parameters: dates as periods, tokens, references; what cannot be read is refused by name."""

import re
import uuid
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_
from sqlalchemy.orm import InstrumentedAttribute

from prom.fhir.refusals import BadRequest

#: R4's prefixes, those that an instant can be held against; `ne`, `sa`, `eb` and `ap` are not offered.
PREFIXES = ("eq", "ge", "gt", "le", "lt")

_DATE = re.compile(
    r"(?P<prefix>[a-z]{2})?(?P<day>\d{4}(-\d\d(-\d\d)?)?)"
    # A plus sign that nobody escaped arrives as a space.
    r"(T(?P<time>\d\d:\d\d(:\d\d(\.\d{1,6})?)?)(?P<zone>Z|[+ -]\d\d:\d\d)?)?",
    re.ASCII,
)


def alternatives(text: str) -> list[str]:
    """Split what stands behind one `=`: a comma means or, a backslash takes the next character as it is."""
    return [re.sub(r"\\(.)", r"\1", each) for each in re.split(r"(?<!\\),", text)]


def token(text: str) -> tuple[str | None, str]:
    """Split `system|code`; the system is None where none was named."""
    system, bar, code = text.partition("|")
    return (system, code) if bar else (None, system)


def reference(text: str, kind: str, base: str) -> uuid.UUID | None:
    """Return the id in `id`, `Type/id` or an address of this door; None for what can refer to nothing here."""
    name = text.removeprefix(f"{base}/").removeprefix(f"{kind}/")
    try:
        return uuid.UUID(name)
    except ValueError:
        return None


def within(column: InstrumentedAttribute[datetime], name: str, text: str, zone: ZoneInfo) -> ColumnElement[bool]:
    """Return the condition that an instant lies in, before or after a date that may lack its later parts.

    Raises BadRequest naming the parameter for anything else.
    """
    match = _DATE.fullmatch(text)
    prefix = (match["prefix"] if match else None) or "eq"
    if match is None or prefix not in PREFIXES:
        raise BadRequest(name)
    try:
        begins, ends = _period(match["day"], match["time"], match["zone"], zone)
    except (ValueError, OverflowError):
        raise BadRequest(name) from None
    conditions = {
        "eq": and_(column >= begins, column < ends),
        "ge": column >= begins,
        "gt": column >= ends,
        "le": column < ends,
        "lt": column < begins,
    }
    return conditions[prefix]


def _period(day: str, at: str | None, offset: str | None, zone: ZoneInfo) -> tuple[datetime, datetime]:
    if at is None:
        first, last = _days(day)
        return _midnight(first, zone), _midnight(last, zone)
    if len(day) < len("2026-11-02"):
        raise ValueError("a time needs its day")
    moment = datetime.fromisoformat(f"{day}T{at}{(offset or '').replace(' ', '+')}")
    begins = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    return begins, begins + _length(at)


def _days(day: str) -> tuple[date, date]:
    """Return the first day of a year, month or day, and the day after its last."""
    parts = [int(part) for part in day.split("-")]
    first = date(*[*parts, 1, 1][:3])
    if len(parts) == 1:
        return first, date(first.year + 1, 1, 1)
    if len(parts) == 2:
        return first, date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return first, first + timedelta(days=1)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _length(at: str) -> timedelta:
    fraction = at.partition(".")[2]
    if fraction:
        return timedelta(microseconds=10 ** (6 - len(fraction)))
    return timedelta(seconds=1) if at.count(":") == 2 else timedelta(minutes=1)
