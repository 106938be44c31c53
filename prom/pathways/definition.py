"""A pathway version: which questionnaires are asked when, by which rules they are judged, and with which words.

PURE: no database, no clock. Documents lie in `library/`; `parse()` refuses a wrong one by the name of its place.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any

from questionnaires.definition import Texts

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class PathwayError(Exception):
    """A pathway document that cannot be used; the message names the place in it."""


@dataclass(frozen=True)
class Timing:
    """A weekly recurrence in the unit's local wall time, from the first such weekday on or after the anchor."""

    every_weeks: int
    #: 0 is Monday.
    weekday: int
    at: time


@dataclass(frozen=True)
class Window:
    """How long an assignment is due, overdue and open, counted from its opening."""

    due: timedelta
    overdue: timedelta
    expires: timedelta
    #: For one that was begun.
    begun_expires: timedelta


@dataclass(frozen=True)
class Asked:
    """A questionnaire with the rules that judge it and its window. `timing` is None for what is asked on demand."""

    key: str
    questionnaire: str
    #: None where nobody judges the answers (a patient-experience form); a missing one is never meant.
    rules: str | None
    window: Window
    timing: Timing | None


@dataclass(frozen=True)
class Pathway:
    """One version of a pathway."""

    url: str
    version: str
    name: str
    title: Texts
    items: tuple[Asked, ...]
    #: What "I am worse: report again" asks.
    on_demand: Asked
    #: What staff may fill in, such as a frailty score.
    recorded: tuple[Asked, ...]
    #: Messages by kind; `sms` has a place {link}.
    texts: Mapping[str, Texts]

    @property
    def asked(self) -> tuple[Asked, ...]:
        """All that the pathway asks: by plan, on demand, and by staff."""
        return (*self.items, self.on_demand, *self.recorded)


def parse(document: Mapping[str, Any], name: str) -> Pathway:
    """Compile a pathway document; raises PathwayError naming the place that is wrong."""
    try:
        return Pathway(
            url=document["url"],
            version=str(document["version"]),
            name=name,
            title=Texts.of(document["title"]),
            items=tuple(_asked(item, item["key"], _timing(item["timing"])) for item in document["items"]),
            on_demand=_asked(document["onDemand"], "on-demand", None),
            recorded=tuple(_asked(item, item["key"], None) for item in document.get("recorded", ())),
            texts={kind: Texts.of(texts) for kind, texts in document["texts"].items()},
        )
    except KeyError as missing:
        raise PathwayError(f"{name}: {missing} is missing") from None
    except (TypeError, ValueError, AttributeError) as wrong:
        raise PathwayError(f"{name}: {wrong}") from None


def _asked(item: Mapping[str, Any], key: str, timing: Timing | None) -> Asked:
    return Asked(
        key=key,
        questionnaire=item["questionnaire"],
        rules=item["rules"],
        window=_window(item["window"]),
        timing=timing,
    )


def _window(document: Mapping[str, Any]) -> Window:
    names = ("dueHours", "overdueHours", "expiresHours", "begunExpiresHours")
    ends = [timedelta(hours=float(document[name])) for name in names]
    if ends[0] <= timedelta(0) or ends != sorted(ends):
        raise ValueError(f"window: {', '.join(names)} must follow one another")
    return Window(*ends)


def _timing(document: Mapping[str, Any]) -> Timing:
    if document["unit"] != "week" or document["weekday"] not in WEEKDAYS or int(document["every"]) < 1:
        raise ValueError("timing: only every n weeks on a weekday is understood")
    return Timing(int(document["every"]), WEEKDAYS.index(document["weekday"]), time.fromisoformat(document["at"]))
