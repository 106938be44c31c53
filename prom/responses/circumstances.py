"""In which circumstances a report was written: the pathway's phase and the day of the cycle, by the unit's days."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from alerts.observation import Observation
from alerts.rules import RuleSet
from prom.assignments.models import Assignment
from prom.assignments.planning import known_anchors
from prom.pathways.cycles import cycle_day
from prom.pathways.models import Episode
from prom.pathways.queries import pathway
from prom.staff.models import Unit

#: What is looked up for the rules that ask for it; the age is known of everybody.
_OF_THE_PATHWAY = frozenset({"phase", "day-of-cycle"})


def within(session: Session, assignment: Assignment, rules: RuleSet, observation: Observation) -> Observation:
    """Return the observation with the circumstances that these rules ask for; one that is not known stays None."""
    if not rules.circumstances & _OF_THE_PATHWAY:
        return observation
    episode = session.get_one(Episode, assignment.episode_id)
    of = pathway(session, episode.pathway_url, episode.pathway_version)
    anchors = known_anchors(session, episode, of)
    day = observation.authored.astimezone(ZoneInfo(session.get_one(Unit, episode.unit_id).zone)).date()
    phase, cycle = of.phase_on(day, anchors), cycle_day(of, day, anchors)
    return replace(
        observation,
        phase=phase.code if phase is not None else None,
        day_of_cycle=cycle.day if cycle is not None else None,
    )
