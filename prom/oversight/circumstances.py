"""In which circumstances a report was written, as the auditor works it out by itself: day after day."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom.pathways.definition import Pathway
from prom.pathways.models import Episode, EpisodeAnchor
from prom.pathways.queries import pathway
from prom.pathways.timings import FIRST_ANCHOR
from prom.patients.queries import identity
from prom.responses.models import Response
from prom.staff.models import Unit


def known(session: Session, response: Response) -> dict[str, str | int]:
    """Return what is known of a report's circumstances, by the names that rules ask for: age, phase, day-of-cycle."""
    episode = session.get_one(Episode, response.episode_id)
    of = pathway(session, episode.pathway_url, episode.pathway_version)
    day = response.authored_at.astimezone(ZoneInfo(session.get_one(Unit, episode.unit_id).zone)).date()
    days = _days(session, episode, of)
    age = identity(session, response.patient_id).age(response.authored_at.date())
    found = {"age": age, "phase": _phase(of, day, days), "day-of-cycle": _day_of_cycle(of, day, days)}
    return {name: value for name, value in found.items() if value is not None}


def _days(session: Session, episode: Episode, of: Pathway) -> dict[str, date]:
    rows = session.scalars(select(EpisodeAnchor).where(EpisodeAnchor.episode_id == episode.id))
    days = {row.code: row.day for row in rows}
    return days | {of.anchors[0].code if of.anchors else FIRST_ANCHOR: episode.anchor}


def _phase(of: Pathway, day: date, days: dict[str, date]) -> str | None:
    found = None
    for phase in of.phases:
        begins, ends = phase.start.on(days), phase.until.on(days) if phase.until else None
        if begins is not None and day >= begins and not (ends is not None and day > ends):
            found = phase.code  # the later of two that overlap
    return found


def _day_of_cycle(of: Pathway, day: date, days: dict[str, date]) -> int | None:
    """Count the days from the first day of the first cycle, beginning anew at 1 after each of them."""
    for item in of.items:
        if item.timing is None or not item.timing.cycle_length:
            continue
        begins = item.timing.start.on(days)
        ends = [end for each in item.timing.until if (end := each.on(days)) is not None]
        if begins is None or day < begins or any(day > end for end in ends):
            continue
        counted, reached = 1, begins
        while reached < day:
            reached += timedelta(days=1)
            counted = counted + 1 if counted < item.timing.cycle_length else 1
        return counted
    return None
