"""Generated rule sets, reports and pasts, by a seeded chance: far beyond what anybody would think of trying."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from alerts.library import instruments
from alerts.observation import Snapshot
from alerts.parsing import RuleError, parse
from alerts.resolving import Instrument
from alerts.rules import RuleSet
from questionnaires.definition import Item, ItemType, Quantity, Value
from questionnaires.response import QuestionnaireResponse, build
from tests.alerts import samples

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
SOURCES = ("patient", "patient", "patient", "proxy", "staff")
SEVERITIES = ("emergency", "same-day", "next-working-day", "at-visit")
COMPARISONS = (">=", ">=", ">", "<=", "<", "=", "in")
#: So many rules are tried at most for one set; those that the parser refuses are left out.
MOST_RULES = 12

#: Every shipped instrument, and one of our own with what those do not have: units, proportions, several directions.
INSTRUMENTS: tuple[Instrument, ...] = (*instruments(), samples.INSTRUMENT, samples.INSTRUMENT)


def rule_set(chance: Random, instrument: Instrument) -> RuleSet:
    """Return rules over an instrument that the parser takes: of every kind, and of counts over the others."""
    taken: list[dict[str, Any]] = []
    while not taken:
        taken = [rule for number in range(chance.randint(1, MOST_RULES)) if (rule := _rule(chance, instrument, number))]
    for name, among in (("several", taken), ("any-two", [one for one in taken if one["kind"] != "overdue"])):
        count = samples.written(name, "count", of=[one["id"] for one in among], atLeast=chance.randint(1, 3))
        if among and _parsed(instrument, [*taken, count]):
            taken.append(count)
            break
    made = _parsed(instrument, taken)
    assert made is not None
    return made


def _parsed(instrument: Instrument, rules: Sequence[dict[str, Any]]) -> RuleSet | None:
    questionnaire = instrument[0]
    more = {"questionnaire": questionnaire.url, "questionnaireVersions": [questionnaire.version]}
    try:
        return parse(samples.document(*rules, **more), [instrument])
    except RuleError:
        return None


def _rule(chance: Random, instrument: Instrument, number: int) -> dict[str, Any] | None:
    kind = chance.choice(
        ("threshold",) * 4 + ("change", "change", "persistence", "trend", "present", "overdue", "both")
    )
    if kind == "both":
        own: dict[str, Any] = {"rules": [_body(chance, instrument, _part(chance)) for _ in range(chance.randint(1, 3))]}
        kind = chance.choice(("all-of", "any-of"))
    else:
        own = _body(chance, instrument, kind)
    more = {"severity": chance.choice(SEVERITIES), "topic": chance.choice("abcdef"), "counted": chance.random() < 0.8}
    rule = {**samples.written(f"r{number}", kind), **more, **own}
    return rule if _parsed(instrument, [rule]) else None


def _part(chance: Random) -> str:
    return chance.choice(("threshold", "threshold", "threshold", "change", "persistence", "trend", "present"))


def _body(chance: Random, instrument: Instrument, kind: str) -> dict[str, Any]:
    if kind == "overdue":
        return {"afterHours": chance.choice((0, 24, 48.5))}
    limits = _limits(chance, instrument, kind)
    kinds: dict[str, dict[str, Any]] = {
        "change": {"against": chance.choice(("previous", "baseline")), "worseBy": chance.choice((1, 2, 0.5, 10))},
        "trend": {"days": chance.randint(1, 56), "worseBy": chance.choice((1, 2, 10))},
        "persistence": {"reports": chance.randint(2, 5)},
    }
    more = kinds.get(kind, {})
    missing = {"whenMissing": chance.choice(("not applicable", "could not be assessed"))}
    compared = {"compare": limits["compare"], "value": limits["value"]} if kind in ("threshold", "persistence") else {}
    unit = {"unit": limits["unit"]} if kind == "threshold" and limits.get("unit") else {}
    return {
        "kind": kind,
        "reads": limits["reads"],
        **compared,
        **unit,
        **more,
        **({} if kind == "present" else missing),
    }


def _limits(chance: Random, instrument: Instrument, kind: str) -> dict[str, Any]:
    questionnaire, key = instrument
    compare = chance.choice(COMPARISONS)
    scales = list(key.scales) if key is not None else []
    reads = chance.random()
    if kind != "present" and scales and (kind != "threshold" or reads < 0.5):
        scale = chance.choice(scales)
        of_level = ("level", "level", "score", "worst-attribute") if kind == "threshold" else ("level", "score")
        what = chance.choice(of_level) if scale.kind == "level" else "score"
        high = 100 if scale.method == "percent" else 4
        value = chance.choice((1, 2, 3, 2.5)) if high == 4 else chance.randint(10, 90)
        return {"reads": {what: scale.code}, "compare": compare, "value": value}
    if kind == "threshold" and reads > 0.9:
        name = chance.choice(("age", "day-of-cycle", "phase"))
        number = {"compare": chance.choice((">=", "<", "=")), "value": chance.choice((5, 10, 70))}
        return {"reads": {"circumstance": name}, **({"compare": "=", "value": "active"} if name == "phase" else number)}
    item = chance.choice(questionnaire.questions)
    return {"reads": {"answer": item.link_id}, **_limit_of(chance, item, compare)}


def _limit_of(chance: Random, item: Item, compare: str) -> dict[str, Any]:
    codes = [getattr(option.value, "code", option.value) for option in item.options]
    if item.type is ItemType.BOOLEAN:
        return {"compare": "=", "value": chance.random() < 0.5}
    if codes and compare == "in":
        return {"compare": "in", "value": chance.sample(codes, chance.randint(1, len(codes)))}
    if codes and compare == "=":
        return {"compare": "=", "value": chance.choice(codes)}
    if codes:
        return {"compare": compare, "value": chance.randint(0, 4)}
    unit = item.unit or (chance.choice(("mg", "g")) if item.type is ItemType.QUANTITY else None)
    return {"compare": compare, "value": _number(chance, item), "unit": unit}


def _number(chance: Random, item: Item) -> float:
    low, high = float(str(item.min_value or 0)), float(str(item.max_value or 50))
    return chance.choice((38.0, 38.3, round(chance.uniform(low, high), 1)))


def response(chance: Random, instrument: Instrument) -> QuestionnaireResponse:
    """Return answers to some of the questions, each one that its item can hold."""
    answered = chance.choice((0.3, 0.8, 1.0))
    questions = [item for item in instrument[0].questions if chance.random() < answered]
    return build(instrument[0], {item.link_id: [_answer(chance, item)] for item in questions})


def _answer(chance: Random, item: Item) -> Value:
    if item.options:
        return chance.choice([option.value for option in item.options])
    number = Decimal(str(_number(chance, item)))
    match item.type:
        case ItemType.BOOLEAN:
            return chance.random() < 0.5
        case ItemType.INTEGER:
            return int(number)
        case ItemType.DECIMAL:
            return number
        case ItemType.QUANTITY:
            return Quantity(number, code=item.unit or chance.choice(("mg", "g")))
        case ItemType.DATE:
            return NOW.date()
    return chance.choice(("", "  ", "sliten"))


def past(chance: Random, instrument: Instrument) -> list[Snapshot]:
    """Return what was reported before, by whomever, and sometimes after; scales are missing here and there."""
    key = instrument[1]
    scales = [(one.code, 100 if one.method == "percent" else 4) for one in (key.scales if key is not None else ())]
    there = chance.choice((0.5, 0.95, 1.0))
    days = sorted(chance.uniform(-2, 70) for _ in range(chance.choice((0, 1, 2, 5, 12, 30))))
    return [
        Snapshot(
            NOW - timedelta(days=ago),
            {code: float(chance.randint(0, high)) for code, high in scales if chance.random() < there},
            chance.choice(SOURCES),
        )
        for ago in reversed(days)
    ]
