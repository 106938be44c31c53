"""Every choice that can be made: its name, at which levels, its default, and what it may hold. PURE.

A value is plain JSON (text, number, boolean or null) and never health data.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time, timedelta
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


class WrongValue(ValueError):
    """A value that the setting cannot hold, or a setting or level that does not exist."""


@dataclass(frozen=True)
class Known:
    """One setting. `check` returns the value tidied, or raises WrongValue; `form` says how a page asks for it."""

    name: str
    default: Value
    levels: tuple[str, ...]
    check: Callable[[object], Value]
    #: hours, yes-no, number, mail
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
            Known("staffMail", None, ("unit", "installation"), _mail, "mail"),
            #: Where it is told that a safety problem was reported.
            Known("safetyMail", None, ("installation",), _mail, "mail"),
        )
    }
)
