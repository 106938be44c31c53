"""What clinicians decide for one patient: checked here, and kept by prom/decisions.

What each kind of decision says (`what`), by the names that whoever judges reads:

    expected-level   questionnaire (url), scale, level, strongest (the worst single answer that belongs to it)
    own-limit        rules (url), rule, limit
    baseline         questionnaire (url), response (its id), source
"""

import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.expecting import HIGHEST_ANSWER, HIGHEST_LEVEL
from alerts.own_limits import Reach, can_be_moved, may_be
from alerts.rules import Rule, RuleSet, Threshold
from prom import clock
from prom.assignments.planning import known_anchors
from prom.audit.service import Actor
from prom.catalogue import queries as catalogue
from prom.catalogue.queries import Instrument
from prom.decisions import service as decisions
from prom.decisions.models import BASELINE, EXPECTED_LEVEL, OWN_LIMIT, Decision
from prom.decisions.service import Making
from prom.errors import Invalid, NotFound
from prom.pathways.cycles import cycle_day
from prom.pathways.models import Episode
from prom.pathways.queries import pathway
from prom.patients import sealing
from prom.responses.models import WHOLE, Response
from prom.staff.models import Unit

#: An expectation ends by itself at the latest then (issue 6).
LONGEST = timedelta(days=30)
LOWEST_LEVEL = 1


@dataclass(frozen=True)
class Expecting:
    """That a symptom of a questionnaire is expected at a level until a local day, that day included."""

    questionnaire: str
    scale: str
    level: int
    until: date


def expect(
    session: Session, episode: Episode, expecting: Expecting, reason: str, actor: Actor, seen: Collection[uuid.UUID]
) -> Decision:
    """Hold back what says only that a symptom is as expected, until a day or the next cycle, 30 days at most.

    `seen` are the decisions that stood when she decided. Raises Invalid naming the field, StaleVersion, Conflict.
    """
    if not _is_level(session, episode, expecting):
        raise Invalid("scale")
    if not LOWEST_LEVEL <= expecting.level <= HIGHEST_LEVEL:
        raise Invalid("level")
    what = {
        "questionnaire": expecting.questionnaire,
        "scale": expecting.scale,
        "level": str(expecting.level),
        "strongest": str(_strongest(session, episode, expecting)),
    }
    subject = f"{expecting.questionnaire}|{expecting.scale}"
    ends_at = _ends_at(session, episode, expecting.until)
    return decisions.make(session, episode, Making(EXPECTED_LEVEL, subject, what, reason, ends_at), actor, seen)


def _is_level(session: Session, episode: Episode, expecting: Expecting) -> bool:
    """Whether one of the questionnaires that she is asked has such a level, where higher is worse."""
    return any(
        scale.code == expecting.scale and scale.kind == "level" and scale.direction == "low is good"
        for instrument, _ in asked_of(session, episode)
        if instrument.questionnaire.url == expecting.questionnaire and instrument.key is not None
        for scale in instrument.key.scales
    )


def _ends_at(session: Session, episode: Episode, until: date) -> datetime:
    """The end of a local day, or of the present cycle, or 30 days from now: whatever comes first."""
    zone, now = ZoneInfo(session.get_one(Unit, episode.unit_id).zone), clock.now()
    today = now.astimezone(zone).date()
    if not today <= until <= today + LONGEST:
        raise Invalid("until")
    of = pathway(session, episode.pathway_url, episode.pathway_version)
    cycle = cycle_day(of, today, known_anchors(session, episode, of))
    days = [until + timedelta(days=1), *([cycle.following] if cycle is not None else [])]
    return min(now + LONGEST, *(datetime.combine(day, time(), zone).astimezone(now.tzinfo) for day in days))


def _strongest(session: Session, episode: Episode, expecting: Expecting) -> Decimal:
    """The worst single answer of her last report, where that was at this level; else none above the level itself."""
    row = _last_report(session, episode, expecting.questionnaire)
    scores = sealing.open_column(session, row, "scores") if row is not None else {"scores": {}, "attributes": {}}
    value = scores["scores"].get(expecting.scale, {}).get("value")
    answers = [each for each in scores["attributes"].get(expecting.scale, {}).values() if each is not None]
    if value is None or Decimal(str(value)) > expecting.level:
        answers = []
    return min(max([Decimal(expecting.level), *(Decimal(str(each)) for each in answers)]), HIGHEST_ANSWER)


def _last_report(session: Session, episode: Episode, url: str) -> Response | None:
    rows = session.scalars(
        select(Response)
        .where(Response.episode_id == episode.id, Response.status.in_(WHOLE))
        .order_by(Response.authored_at.desc(), Response.id.desc())
    )
    return next((row for row in rows if row.questionnaire.partition("|")[0] == url), None)


def limit_for_her(
    session: Session,
    episode: Episode,
    where: tuple[str, str],
    limit: Decimal,
    reason: str,
    actor: Actor,
    seen: Collection[uuid.UUID],
) -> Decision:
    """Give a patient a limit of her own for a rule; `where` is the rule set's url and the rule's id.

    An emergency fires no later than for everybody, and no rule can be switched off. Raises Invalid naming the field,
    StaleVersion, Conflict.
    """
    url, rule_id = where
    found = [(rule, instrument) for rule, instrument in movable(session, episode).get(url, ()) if rule.id == rule_id]
    if not found:
        raise Invalid("rule")
    if not limit.is_finite() or not all(may_be(rule, limit, reach_of(rule, instrument)) for rule, instrument in found):
        raise Invalid("limit")
    what = {"rules": url, "rule": rule_id, "limit": str(limit)}
    return decisions.make(session, episode, Making(OWN_LIMIT, f"{url}|{rule_id}", what, reason), actor, seen)


def movable(session: Session, episode: Episode) -> Mapping[str, list[tuple[Threshold, Instrument]]]:
    """Return url of a rule set -> its rules that she can have a limit of her own for, of every version she is asked."""
    found: dict[str, list[tuple[Threshold, Instrument]]] = {}
    for instrument, rules in asked_of(session, episode):
        for rule in rules.rules if rules is not None else ():
            if isinstance(rule, Threshold) and can_be_moved(rule):
                found.setdefault(rules.url if rules is not None else "", []).append((rule, instrument))
    return found


def reach_of(rule: Rule, instrument: Instrument) -> Reach:
    """Return between which numbers what a rule reads can lie, as its questionnaire or its scale says."""
    if not isinstance(rule, Threshold):
        return Reach()
    if rule.reading.kind in ("level", "worst-attribute"):
        # Ours: levels from 0 to 3, single answers from 0 to 4 (severity table of the design).
        return Reach(Decimal(0), HIGHEST_LEVEL + 1 if rule.reading.kind == "level" else HIGHEST_ANSWER + 1)
    if rule.reading.kind == "score":
        scales = instrument.key.scales if instrument.key is not None else ()
        return next((Reach(each.low, each.high) for each in scales if each.code == rule.reading.name), Reach())
    item = instrument.questionnaire.item(rule.reading.name)
    return Reach(_bound(item, "min_value"), _bound(item, "max_value")) if item is not None else Reach()


def _bound(item: object, name: str) -> Decimal | None:
    value = getattr(item, name, None)
    return Decimal(str(value)) if value is not None and not isinstance(value, bool | str) else None


def choose_baseline(
    session: Session, episode: Episode, response_id: uuid.UUID, reason: str, actor: Actor, seen: Collection[uuid.UUID]
) -> Decision:
    """Let one of her own reports be what later ones of the same source are held against, in place of the first.

    Raises Invalid for one without any score, NotFound for no report of this stay, StaleVersion, Conflict.
    """
    row = session.get(Response, response_id)
    if row is None or row.episode_id != episode.id:
        raise NotFound("response")
    scores = sealing.open_column(session, row, "scores")["scores"].values()
    if row.status not in WHOLE or all(each.get("value") is None for each in scores):
        raise Invalid("response")
    url = row.questionnaire.partition("|")[0]
    what = {"questionnaire": url, "response": str(row.id), "source": row.source}
    return decisions.make(session, episode, Making(BASELINE, f"{url}|{row.source}", what, reason), actor, seen)


def asked_of(session: Session, episode: Episode) -> Iterator[tuple[Instrument, RuleSet | None]]:
    """Yield what the episode's pathway asks and judges by, each pair of versions once."""
    of = pathway(session, episode.pathway_url, episode.pathway_version)
    for questionnaire, rules in dict.fromkeys((each.questionnaire, each.rules) for each in of.asked):
        yield (
            catalogue.instrument(session, questionnaire),
            catalogue.rule_set(session, rules) if rules is not None else None,
        )
