"""Every choice that can be made: its name, at which levels, its default, and what it may hold. PURE.

A value is plain JSON (text, number, boolean or null) and never health data.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta
from types import MappingProxyType
from typing import TypeAlias

Value: TypeAlias = str | int | bool | None

#: From the nearest to the patient outwards: what stands nearer wins.
LEVELS = ("patient", "pathway", "unit", "installation")
#: What applies where nothing was chosen at any level.
DEFAULT = "default"

_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
#: Wide enough for any real address; whether it exists only a letter can tell.
_MAIL = re.compile(r"[^\s@<>,;]{1,64}@[^\s@<>,;]{1,190}\.[^\s@<>,;.]{2,63}")
#: Longer quiet hours would leave too little of the day for a message to reach her before it is due.
LONGEST_QUIET = timedelta(hours=16)
MOST_SMS_PER_HOUR = 1_000_000
#: A unit that opens for less would see what came in overnight too late on most days.
SHORTEST_DAY = timedelta(hours=4)
#: Closed for longer, beside weekends and public holidays, and what is for the same day would wait for weeks.
MOST_CLOSED, IN_SO_MANY_DAYS, MOST_CLOSED_DAYS = 5, 14, 16


class WrongValue(ValueError):
    """A value that the setting cannot hold, or a setting or level that does not exist."""


@dataclass(frozen=True)
class Known:
    """One setting. `check` returns the value tidied, or raises WrongValue; `form` says how a page asks for it."""

    name: str
    default: Value
    levels: tuple[str, ...]
    check: Callable[[object], Value]
    #: hours, yes-no, number, mail, opening, days, target
    form: str


def checked(name: str, value: object, level: str) -> Value:
    """Return a value as it is kept; raises WrongValue for an unknown name, a level it is not for, or a wrong value."""
    known = KNOWN.get(name)
    if known is None or level not in known.levels:
        raise WrongValue(name)
    return known.check(value)


def hours(value: object) -> tuple[time, time] | None:
    """Read `"HH:MM-HH:MM"` as its two local times; None for none. Raises WrongValue, also where both are the same."""
    if value is None:
        return None
    match = _HOURS.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise WrongValue(value)
    first, last = time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))
    if first == last:
        raise WrongValue(value)
    return first, last


def _hours(value: object) -> Value:
    found = hours(value)
    if found is None:
        return None
    first, last = (timedelta(hours=each.hour, minutes=each.minute) for each in found)
    if (last - first) % timedelta(days=1) > LONGEST_QUIET:
        raise WrongValue(value)
    return f"{found[0]:%H:%M}-{found[1]:%H:%M}"


def days(value: object) -> tuple[date, ...]:
    """Read `"YYYY-MM-DD, YYYY-MM-DD"` as its days, in their order, once each; None for none. Raises WrongValue."""
    if value is None:
        return ()
    if not isinstance(value, str):
        raise WrongValue(value)
    try:
        return tuple(sorted({date.fromisoformat(each.strip()) for each in value.split(",")}))
    except ValueError:
        raise WrongValue(value) from None


def _opening(value: object) -> Value:
    found = hours(value)
    if found is None:
        raise WrongValue(value)
    opens, closes = (timedelta(hours=each.hour, minutes=each.minute) for each in found)
    if closes - opens < SHORTEST_DAY:
        raise WrongValue(value)
    return f"{found[0]:%H:%M}-{found[1]:%H:%M}"


def _days(value: object) -> Value:
    found = days(value)
    for first in found:
        if sum(0 <= (each - first).days < IN_SO_MANY_DAYS for each in found) > MOST_CLOSED:
            raise WrongValue(value)
    if len(found) > MOST_CLOSED_DAYS:
        raise WrongValue(value)
    return ", ".join(map(str, found)) or None


def _target(least: int, most: int) -> Callable[[object], Value]:
    """A target time that no unit can stretch until an alert is worth nothing."""

    def check(value: object) -> Value:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise WrongValue(value)
        return value

    return check


def _yes_or_no(value: object) -> Value:
    if not isinstance(value, bool):
        raise WrongValue(value)
    return value


def _number(value: object) -> Value:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_SMS_PER_HOUR:
        raise WrongValue(value)
    return value


def _mail(value: object) -> Value:
    if value is None:
        return None
    if not isinstance(value, str) or not value.isprintable() or _MAIL.fullmatch(value.strip()) is None:
        raise WrongValue(value)
    return value.strip()


_ALL = LEVELS
_STAFF = ("unit", "installation")

KNOWN = MappingProxyType(
    {
        each.name: each
        for each in (
            #: Between these local times no message goes to a patient, except what cannot wait.
            Known("quietHours", "21:00-08:00", _ALL, _hours, "hours"),
            Known("remindersOn", True, _ALL, _yes_or_no, "yes-no"),
            #: At the patient's own level it is her consent, and only there; a pathway's says that it is offered at all.
            Known("smsAnswers", False, ("patient", "pathway"), _yes_or_no, "yes-no"),
            #: Whether the number that messages come from can be answered; else they say so.
            Known("twoWayNumber", False, ("installation",), _yes_or_no, "yes-no"),
            #: No more SMS than this leave in an hour; what is over waits.
            Known("smsPerHour", 1000, ("installation",), _number, "number"),
            Known("senderMail", None, ("installation",), _mail, "mail"),
            #: Where e-mail to a unit's staff goes.
            Known("staffMail", None, _STAFF, _mail, "mail"),
            #: Where it is told that a safety problem was reported.
            Known("safetyMail", None, ("installation",), _mail, "mail"),
            #: When a unit is at work, Monday to Friday without public holidays, and the days on which it is not.
            Known("openingHours", "08:00-15:30", _STAFF, _opening, "opening"),
            Known("closedDays", None, _STAFF, _days, "days"),
            #: Target times (docs/duty.md), in minutes; the last in days. Proposals, until a clinic agrees to others.
            Known("emergencyAcknowledgedWithin", 10, _STAFF, _target(2, 15), "target"),
            Known("emergencyContactWithin", 30, _STAFF, _target(10, 60), "target"),
            Known("sameDayAfterOpening", 240, _STAFF, _target(30, 240), "target"),
            Known("escalatedAgainAfter", 120, _STAFF, _target(30, 240), "target"),
            Known("atVisitWithin", 30, _STAFF, _target(7, 90), "target"),
        )
    }
)
