"""What people type, as values: numbers with comma or point, days and times in the form of their language."""

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from questionnaires.values import Partial

#: 38,5 and 38.5 are the same. Thousands may stand apart (1 000) where they do so in threes; no exponent, nobody types
#: one on purpose. A long dash is what some phones make of a minus.
_SIGN, _GAP = "[+\\-\u2212]?", "[ \u00a0\u202f]"
_WHOLE = re.compile(rf"{_SIGN}([0-9]{{1,12}}|[0-9]{{1,3}}({_GAP}[0-9]{{3}}){{1,3}})", re.ASCII)
_NUMBER = re.compile(rf"{_WHOLE.pattern}([.,][0-9]{{1,12}})?", re.ASCII)
#: 2026-11-02, as a date field posts it, and 2.11.2026 as people write it where there is none.
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
_WRITTEN_DAY = re.compile(r"([0-9]{1,2})\s*[./ -]\s*([0-9]{1,2})\s*[./ -]\s*([0-9]{4})", re.ASCII)
_MONTH = re.compile(r"([0-9]{4})-([0-9]{1,2})", re.ASCII)
_WRITTEN_MONTH = re.compile(r"([0-9]{1,2})\s*[./ -]\s*([0-9]{4})", re.ASCII)
_YEAR = re.compile(r"[0-9]{4}", re.ASCII)
_TIME = re.compile(r"(?:kl\.?\s*)?([0-9]{1,2})[:.]([0-9]{2})(?::([0-9]{2}))?", re.ASCII | re.IGNORECASE)
_TIME_AT_END = re.compile(rf"(?:T|,?\s+){_TIME.pattern}$", re.ASCII | re.IGNORECASE)


class Unreadable(Exception):
    """What was typed is no value of its kind; `code` says in which way, as a problem does."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def whole(text: str) -> int:
    """Return a whole number; raises Unreadable."""
    if not _WHOLE.fullmatch(text):
        raise Unreadable("not-an-integer" if _NUMBER.fullmatch(text) else "not-a-number")
    return int(_plain(text))


def number(text: str) -> Decimal:
    """Return a number with as many decimals as were typed; raises Unreadable."""
    if not _NUMBER.fullmatch(text):
        raise Unreadable("not-a-number")
    return Decimal(_plain(text).replace(",", "."))


def day(text: str) -> date:
    """Return a day; raises Unreadable for what is no day of the calendar or has a part missing."""
    if found := _DAY.fullmatch(text):
        year, month, day_of_month = (int(part) for part in found.groups())
    elif found := _WRITTEN_DAY.fullmatch(text):
        day_of_month, month, year = (int(part) for part in found.groups())
    else:
        raise Unreadable("not-a-date")
    try:
        return date(year, month, day_of_month)
    except ValueError:
        raise Unreadable("no-such-moment") from None


def month(text: str) -> Partial:
    """Return a month of a year; raises Unreadable."""
    if found := _MONTH.fullmatch(text):
        year, number_of_month = found.groups()
    elif found := _WRITTEN_MONTH.fullmatch(text):
        number_of_month, year = found.groups()
    else:
        raise Unreadable("not-a-month")
    return _part(f"{year}-{int(number_of_month):02}")


def year(text: str) -> Partial:
    """Return a year; raises Unreadable."""
    if not _YEAR.fullmatch(text):
        raise Unreadable("not-a-year")
    return _part(text)


def time_of_day(text: str) -> time:
    """Return a time of day; raises Unreadable."""
    found = _TIME.fullmatch(text)
    if found is None:
        raise Unreadable("not-a-time")
    hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        return time(hour, minute, second)
    except ValueError:
        raise Unreadable("no-such-moment") from None


def instant(text: str, zone: ZoneInfo) -> datetime:
    """Return a day and time of the zone's clock; raises Unreadable, also for an hour left out in spring."""
    found = _TIME_AT_END.search(text)
    if found is None:
        raise Unreadable("not-an-instant")
    at = time_of_day(text[found.start() :].lstrip("Tt, "))
    moment = datetime.combine(day(text[: found.start()]), at, zone)
    if moment.astimezone(UTC).astimezone(zone) != moment or moment.astimezone(UTC).astimezone(zone).time() != at:
        raise Unreadable("no-such-moment")
    return moment


def _plain(text: str) -> str:
    return re.sub(_GAP, "", text).replace("\u2212", "-")


def _part(text: str) -> Partial:
    partial = Partial(text)
    try:
        _ = partial.first
    except ValueError:
        raise Unreadable("no-such-moment") from None
    return partial
