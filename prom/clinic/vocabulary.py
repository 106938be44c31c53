"""The names of what rules read (scales, items, topics), from rule sets and the questionnaires that they judge."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TypeGuard
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from alerts.own_limits import with_own_limits
from alerts.rules import Comparison, Rule, RuleSet, Threshold
from prom import language
from prom.catalogue import queries as catalogue
from prom.catalogue.queries import Instrument
from prom.errors import NotFound
from questionnaires.definition import Item, Texts


@dataclass(frozen=True)
class Reader:
    """Who reads: her language, and the zone whose wall time she goes by."""

    language: str
    zone: str

    def text(self, key: str, **values: object) -> str:
        """Return a text of the catalogue in her language."""
        return language.text(key, self.language, **values)

    def words(self, texts: Texts | Mapping[str, str]) -> str:
        """Return a text of a definition in her language, or in the one it has."""
        return (texts if isinstance(texts, Texts) else Texts.of(texts)).read(self.language)[0]

    def number(self, value: float) -> str:
        """Write a number."""
        return language.as_number(value, self.language)

    def day_of(self, instant: datetime) -> date:
        """Return the local day of an instant."""
        return instant.astimezone(ZoneInfo(self.zone)).date()

    def short_day(self, instant: datetime) -> str:
        """Write the local day of an instant shortly."""
        return language.as_short_date(self.day_of(instant), self.language)


@dataclass(frozen=True)
class Names:
    """What one rule set and its questionnaire call things. `limits` are where its rules on a scale's level begin.

    `rule_set` is its name and version, and `procedures` the addresses of the hospital's own, by rule. `own` are the
    scales for which a patient has a limit of her own.
    """

    rule_set: str = ""
    procedures: Mapping[str, str] = field(default_factory=dict)
    questionnaire_url: str = ""
    topics: Mapping[str, Texts] = field(default_factory=dict)
    scales: Mapping[str, Texts] = field(default_factory=dict)
    items: Mapping[str, Item] = field(default_factory=dict)
    limits: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    own: frozenset[str] = frozenset()


NAMELESS = Names()


#: Url of a rule set -> rule -> a patient's own limit.
OwnLimits = Mapping[str, Mapping[str, Decimal]]


def names_of(session: Session, canonicals: Iterable[str], own: OwnLimits | None = None) -> dict[str, Names]:
    """Return the names by rule set (`url|version`), with the limits of one patient's own in place of the usual ones.

    A rule set that is gone has none: a finding keeps its own title.
    """
    return {
        each: _names(session, each, (own or {}).get(each.partition("|")[0], {})) for each in sorted(set(canonicals))
    }


def _names(session: Session, canonical: str, own: Mapping[str, Decimal]) -> Names:
    try:
        rules = catalogue.rule_set(session, canonical)
        asked = [f"{rules.questionnaire}|{version}" for version in rules.questionnaire_versions]
        versions = [catalogue.instrument(session, canonical) for canonical in asked]
    except NotFound:
        return NAMELESS
    return Names(
        rule_set=f"{rules.name} {rules.version}",
        procedures={rule.id: rule.procedure for rule in rules.rules if rule.procedure is not None},
        questionnaire_url=rules.questionnaire,
        topics={rule.topic: rule.title for rule in reversed(rules.rules)},
        scales=_scales(versions),
        items={item.link_id: item for each in versions for item in each.questionnaire.all_items},
        limits=_limits(with_own_limits(rules, own)),
        own=frozenset(rule.reading.name for rule in rules.rules if rule.id in own and _is_of_a_level(rule)),
    )


def _scales(versions: Iterable[Instrument]) -> dict[str, Texts]:
    return {scale.code: scale.title for each in versions if each.key is not None for scale in each.key.scales}


def _limits(rules: RuleSet) -> dict[str, tuple[float, ...]]:
    found: dict[str, set[float]] = {}
    for rule in rules.rules:
        if _is_of_a_level(rule) and isinstance(rule.value, Decimal):
            upwards = rule.comparison in (Comparison.AT_LEAST, Comparison.EQUAL)
            found.setdefault(rule.reading.name, set()).update({float(rule.value)} if upwards else ())
    return {scale: tuple(sorted(limits)) for scale, limits in found.items()}


def _is_of_a_level(rule: Rule) -> TypeGuard[Threshold]:
    return isinstance(rule, Threshold) and rule.reading.kind == "level"
