"""Filters that only the staff's templates use: clock times and deadlines, in the wall time of a unit."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import g

from prom import clock
from prom.clinic.pages.blueprint import pages
from prom.language import as_short_date, as_weekday


@pages.app_template_filter("as_clock")
def as_clock(instant: datetime, zone: str) -> str:
    """Write an instant as hours and minutes."""
    return instant.astimezone(ZoneInfo(zone)).strftime("%H:%M")


@pages.app_template_filter("as_deadline")
def as_deadline(instant: datetime, zone: str) -> str:
    """Write an instant as shortly as it can be understood today: the time alone, or with its day."""
    local, today = instant.astimezone(ZoneInfo(zone)), clock.now().astimezone(ZoneInfo(zone))
    if local.date() == today.date():
        return local.strftime("%H:%M")
    if abs((local.date() - today.date()).days) < 7:
        return f"{as_weekday(local.date(), g.language)} {local:%H:%M}"
    return as_short_date(local.date(), g.language)
