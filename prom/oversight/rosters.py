"""Whether the rosters have holes, for the watch."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from prom.duty.queries import holes_ahead
from prom.oversight.checking import Check

#: A hole is told 14 days ahead. Only now is it too late to leave it to the next look: somebody has to mend it today.
PRESSING = timedelta(hours=24)


def rosters(session: Session, now: datetime) -> Check:
    """Tell the holes of the next 14 days; red when one begins within 24 hours.

    Meanwhile each unit's own on-call phone rings in its place.
    """
    ahead = holes_ahead(session, now)
    pressing = sum(hole.start < now + PRESSING for hole in ahead)
    return Check("roster", pressing == 0, f"{len(ahead)} holes within 14 days, {pressing} within 24 hours")
