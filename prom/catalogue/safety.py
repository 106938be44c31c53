"""An instrument that asks about danger is not published before somebody is told to help whoever is in it.

A scoring key names such items (`safety`). Each answer above its number has to raise an emergency by a rule set that
judges this version, with an instruction in every language of the questionnaire; and its advice has to hold a crisis
text in each of these.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from math import ceil, floor

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.rules import RuleSet
from alerts.safety import raised_by
from prom.catalogue.models import Definition
from prom.catalogue.queries import Instrument, instrument, rule_set
from questionnaires.definition import Coding, Item, ItemType, Questionnaire, Texts, Value
from questionnaires.fhir_values import exact_number
from questionnaires.keys.numbers import NOT_APPLICABLE, number_of
from questionnaires.keys.scales import Safety, ScoringKey
from questionnaires.problems import Problem

#: Types of items to which a number is typed.
_TYPED = frozenset({ItemType.INTEGER, ItemType.DECIMAL, ItemType.QUANTITY})
#: So many whole numbers in a row are tried one by one; between two of them the fraction that lies nearest to the lower.
_MOST_TRIED = 100
#: Decimal places of that fraction where the item names none.
_PLACES = 2


def unsafe(session: Session, canonical: str) -> tuple[Problem, ...]:
    """Return what stands in the way of publishing a questionnaire: empty where nothing asks about danger.

    One published rule set that catches all is enough here; a pathway's own is asked for by `unguarded`.
    """
    asked = instrument(session, canonical)
    if asked.key is None or not asked.key.safety:
        return ()
    rules = published_rules(session, canonical)
    if not rules:
        found: tuple[Problem, ...] = (Problem(None, "safety-without-rules"),)
    else:
        found = min((unguarded(asked, each) for each in rules), key=len)
    return (*found, *_crisis_text(asked))


def unguarded(asked: Instrument, rules: RuleSet | None) -> tuple[Problem, ...]:
    """Return the answers that are an emergency and that these rules let pass, or say nothing about to the patient."""
    if asked.key is None or not asked.key.safety:
        return ()
    if rules is None:
        return (Problem(None, "safety-without-rules"),)
    return tuple(each for safety in asked.key.safety for each in _passed(asked.questionnaire, asked.key, safety, rules))


def published_rules(session: Session, canonical: str) -> Sequence[RuleSet]:
    """Return the rule sets in use that judge a questionnaire's version."""
    rows = session.scalars(select(Definition).where(Definition.kind == "rule-set", Definition.status == "active"))
    compiled = [rule_set(session, f"{row.url}|{row.version}") for row in rows]
    return [each for each in compiled if each.covers(canonical)]


def _passed(questionnaire: Questionnaire, key: ScoringKey, safety: Safety, rules: RuleSet) -> Iterator[Problem]:
    item = questionnaire.item(safety.item)
    if item is None:
        yield Problem(safety.item, "safety-without-item")
        return
    dangerous = list(_dangerous(item, key, safety))
    if not dangerous:
        # A question about danger to which no answer is dangerous is one that has not been understood.
        yield Problem(item.link_id, "safety-without-danger", "error", {"above": safety.above})
    for name, value in dangerous:
        raised = raised_by(rules, item.link_id, value)
        if not raised:
            yield Problem(item.link_id, "safety-without-emergency", "error", {"option": name, "rules": rules.name})
        for language in _languages(questionnaire) if raised else ():
            if not any(_has(each.instruction, language) for each in raised):
                values = {"language": language, "rules": rules.name}
                yield Problem(item.link_id, "safety-without-instruction", "error", values)


def _dangerous(item: Item, key: ScoringKey, safety: Safety) -> Iterator[tuple[str, Value]]:
    """Yield the answers above the number; an option that nobody has given a number is none that may pass."""
    for option in item.options:
        value = option.value
        name = value.code if isinstance(value, Coding) else str(value)
        count = number_of(item, value, key.answers)
        if name != NOT_APPLICABLE and (count is None or count > safety.above):
            yield name, value
    if not item.options and item.type in _TYPED:
        yield from ((str(value), exact_number(value)) for value in (*_whole(item, safety), *_fractions(item, safety)))


def _fractions(item: Item, safety: Safety) -> Iterator[Decimal]:
    """Yield what lies just above the limit, and above each whole number beyond it, where fractions may be typed."""
    places = _PLACES if item.max_decimal_places is None else item.max_decimal_places
    if item.type is ItemType.INTEGER or places == 0:
        return
    step = Decimal(1).scaleb(-places)
    lowest = item.min_value if isinstance(item.min_value, int | Decimal) else None
    highest = item.max_value if isinstance(item.max_value, int | Decimal) else None
    for base in (exact_number(safety.above), *range(floor(safety.above) + 1, floor(safety.above) + _MOST_TRIED)):
        typed = Decimal(base) + step
        if highest is not None and typed > highest:
            return
        if lowest is None or typed >= lowest:
            yield typed
        if highest is None:  # the last whole number that is tried is the first
            return


def _whole(item: Item, safety: Safety) -> Iterator[int | Decimal]:
    """Yield numbers above the limit that may be typed: the whole ones where they are few, else those at the ends."""
    low, high = (bound if isinstance(bound, int | Decimal) else None for bound in (item.min_value, item.max_value))
    first = floor(safety.above) + 1 if low is None else max(floor(safety.above) + 1, ceil(low))
    if high is None:
        yield first
    else:
        yield from range(first, min(floor(high), first + _MOST_TRIED) + 1)
        if high > safety.above and (high != floor(high) or high > first + _MOST_TRIED):
            yield high


def _crisis_text(asked: Instrument) -> Iterator[Problem]:
    crisis = asked.advice.crisis if asked.advice is not None else None
    for language in _languages(asked.questionnaire):
        if not _has(crisis, language):
            yield Problem(None, "safety-without-crisis-text", "error", {"language": language})


def _languages(questionnaire: Questionnaire) -> tuple[str, ...]:
    return tuple(language for language in questionnaire.languages if language != "und") or ("nb",)


def _has(texts: Texts | None, language: str) -> bool:
    """Whether there is a text in this language itself: a fallback is no words for somebody in danger."""
    primary = language.partition("-")[0]
    return texts is not None and any(tag.partition("-")[0] == primary for tag in texts.by_language)
