"""When the texts of a pathway are given, and until when they are worth giving. PURE."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from prom.assignments.timing import instant_of
from prom.pathways.definition import InformationItem

#: What the key of a text's plan begins with.
INFORMATION = "information:"
#: A text that is given later than this says nothing any more, where its document does not say how long it lasts.
INFORMATION_LASTS = timedelta(days=14)


class Telling(NamedTuple):
    """When a text is given: its local day, and from when until when (UTC)."""

    day: date
    opens: datetime
    ends: datetime


def telling(item: InformationItem, anchors: Mapping[str, date], zone: ZoneInfo) -> Telling | None:
    """Return when a text is given; None while its anchor is not known.

    What belongs before the anchor's day is not given from that day on, unless the document says how long it lasts.
    """
    day, anchor = item.start.on(anchors), anchors.get(item.start.anchor)
    if day is None or anchor is None:
        return None
    opens = instant_of(day, item.at, zone)
    if item.lasts is None and day < anchor:
        return Telling(day, opens, instant_of(anchor, time(), zone))
    return Telling(day, opens, opens + (item.lasts or INFORMATION_LASTS))
