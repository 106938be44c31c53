"""Rule documents <-> rule sets, checked against every version of the questionnaire that they cover."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from alerts.checking import problems_of
from alerts.examples import parse_examples
from alerts.fields import Fields
from alerts.making import make
from alerts.problems import RuleError, RuleProblem
from alerts.resolving import Instrument, differing, resolve
from alerts.rules import Count, Rule, RuleSet, countable
from questionnaires.definition import Questionnaire
from questionnaires.documents import faults
from questionnaires.scoring import Scale, ScoringKey

__all__ = ["RuleError", "RuleProblem", "parse", "to_document"]

_LEVEL_SCALES = "level-scale"
#: What a rule that is written once for all level scales has from each scale.
_FROM_SCALE = ("topic", "title")


def parse(document: Any, questionnaires: Sequence[tuple[Questionnaire, ScoringKey | None]]) -> RuleSet:
    """Make a rule set of a document, once: rules for each level scale are written out here.

    `questionnaires` must hold every version that the document names; others are passed over. Raises RuleError, and
    nothing else, naming every rule and item that stands in the way.
    """
    unsound = faults(document)
    if unsound:
        raise RuleError([RuleProblem(None, None, "unsound-document", {"detail": unsound[0].text})])
    fields = Fields.of(document)
    url, version, title = fields.text("url"), fields.text("version"), fields.texts("title")
    questionnaire, versions = fields.text("questionnaire"), fields.names("questionnaireVersions")
    instruments = _instruments(questionnaire, versions, questionnaires)
    rules = _rules(fields, instruments)
    return RuleSet(
        url=url,
        version=version,
        name=fields.text("name") if fields.has("name") else re.split("[/:]", url)[-1],
        title=title,
        questionnaire=questionnaire,
        questionnaire_versions=versions,
        rules=rules,
        examples=parse_examples(fields, frozenset(rule.id for rule in rules)),
        document=copy.deepcopy(fields.values),
    )


def to_document(rule_set: RuleSet) -> dict[str, Any]:
    """Return the document that the rule set came from, to store or send; parse() makes the same rule set of it."""
    return copy.deepcopy(dict(rule_set.document))


def _instruments(
    url: str, versions: tuple[str, ...], given: Sequence[tuple[Questionnaire, ScoringKey | None]]
) -> tuple[Instrument, ...]:
    by_version = {one.version: (one, key) for one, key in given if one.url == url}
    missing = [version for version in versions if version not in by_version]
    if missing:
        values = ({"questionnaire": url, "version": version} for version in missing)
        raise RuleError(RuleProblem(None, None, "unknown-questionnaire", one) for one in values)
    return tuple(by_version[version] for version in versions)


def _rules(fields: Fields, instruments: tuple[Instrument, ...]) -> tuple[Rule, ...]:
    if fields.values.get("rules") == []:
        raise RuleError([RuleProblem(None, None, "no-rules")])
    rules: list[Rule] = []
    problems: list[RuleProblem] = []
    for number, document in enumerate(fields.several("rules"), start=1):
        try:
            written = _written_out(Fields.of(document, f"rule {number}"), instruments)
            rules += [resolve(make(one, number), instruments) for one in written]
        except RuleError as error:
            problems += error.problems
    counted = tuple(_with_counted(rule, rules) for rule in rules)
    if not problems:
        problems += _count_problems(counted)
    problems += _problems(counted, instruments)
    if problems:
        raise RuleError(_once(problems))
    return counted


def _problems(rules: tuple[Rule, ...], instruments: tuple[Instrument, ...]) -> Iterator[RuleProblem]:
    ids = [rule.id for rule in rules]
    yield from (RuleProblem(rule_id, None, "duplicate-rule") for rule_id in ids if ids.count(rule_id) > 1)
    for rule in rules:
        for instrument in instruments:
            yield from problems_of(rule, instrument)
            yield from differing(rule, instrument)


def _written_out(fields: Fields, instruments: tuple[Instrument, ...]) -> Iterator[Fields]:
    """Yield a rule's own fields, or one rule's fields per level scale where it says `each: level-scale`."""
    if not fields.has("each"):
        yield fields
        return
    if fields.get("each") != _LEVEL_SCALES:
        fields.refuse("each", _LEVEL_SCALES)
    base, reads = fields.text("id"), fields.text("reads")
    named = Fields(base, fields.values)
    for name in _FROM_SCALE:
        if named.has(name):
            named.refuse(name, "left to each scale")
    scales = _level_scales(instruments)
    if not scales:
        raise RuleError([RuleProblem(base, None, "no-level-scales")])
    own = {name: value for name, value in fields.values.items() if name != "each"}
    for scale in scales:
        of_scale = {"id": f"{base}.{scale.code}", "topic": scale.code, "title": dict(scale.title.by_language)}
        yield Fields(base, {**own, **of_scale, "reads": {reads: scale.code}})


def _level_scales(instruments: tuple[Instrument, ...]) -> tuple[Scale, ...]:
    keys = (key for _, key in instruments if key is not None)
    by_code: Mapping[str, Scale] = {scale.code: scale for key in keys for scale in key.scales if scale.kind == "level"}
    return tuple(by_code.values())


def _with_counted(rule: Rule, rules: list[Rule]) -> Rule:
    """Return a count rule with every id that its names stand for: `severe` stands for `severe.nausea` too."""
    if not isinstance(rule, Count):
        return rule
    return replace(rule, of=tuple(dict.fromkeys(full for name in rule.of for full in _meant(name, rules) or [name])))


def _meant(name: str, rules: list[Rule]) -> list[str]:
    return [rule.id for rule in rules if rule.id == name or rule.id.startswith(f"{name}.")]


def _count_problems(rules: tuple[Rule, ...]) -> Iterator[RuleProblem]:
    by_id = {rule.id: rule for rule in rules}
    for rule in rules:
        if isinstance(rule, Count):
            yield from (RuleProblem(rule.id, None, code, values) for code, values in _miscounted(rule, by_id))


def _miscounted(rule: Count, by_id: Mapping[str, Rule]) -> Iterator[tuple[str, Mapping[str, str]]]:
    for name in rule.of:
        if name not in by_id:
            yield "unknown-rule", {"other": name}
        elif not countable(by_id[name]):
            yield "not-countable", {"other": name}
    topics = len({by_id[name].topic for name in rule.of if name in by_id})
    if topics < rule.at_least:
        yield "count-out-of-reach", {"at_least": str(rule.at_least), "topics": str(topics)}


def _once(problems: list[RuleProblem]) -> list[RuleProblem]:
    return [problem for index, problem in enumerate(problems) if problem not in problems[:index]]
