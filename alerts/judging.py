"""How each kind of rule is judged over one observation: it fires, it is quiet, or it cannot tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto
from functools import cached_property
from typing import Any

from alerts.findings import Reason
from alerts.observation import History, Observation, Snapshot
from alerts.reading import Plain, Read, Unreadable, beyond, exact, read
from alerts.rules import AllOf, AnyOf, Change, Limit, Persistence, Present, Reading, Rule, Threshold, Trend, WhenMissing


class Verdict(Enum):
    """The three answers a rule can give; what it cannot tell is never taken for quiet."""

    FIRES = auto()
    QUIET = auto()
    UNKNOWN = auto()


@dataclass(frozen=True)
class Judgement:
    """A verdict with its reason."""

    verdict: Verdict
    reason: Reason


#: Every quiet judgement is this very one, so that most rules are done with by `is`.
QUIET = Judgement(Verdict.QUIET, Reason("quiet"))

#: The reasons for a missing value that answering more questions can still mend.
UNANSWERED = frozenset({"not answered", "too few answered"})


@dataclass(frozen=True)
class Case:
    """What a rule is judged over; the past is sorted once for all rules, and each value read once."""

    observation: Observation
    history: History

    @cached_property
    def before(self) -> tuple[Snapshot, ...]:
        """The latest earlier reports of the same source, newest first."""
        return self.history.before(self.observation)

    @cached_property
    def baseline(self) -> tuple[Snapshot, ...]:
        """The baseline of the same source, or nothing."""
        return self.history.baseline_of(self.observation)

    def read(self, reading: Reading) -> Read:
        """Read what a rule looks at, where it takes it as it is: no unit is asked for, and a code is not a number."""
        found = self._found.get(reading)
        if found is None:
            found = self._found[reading] = read(reading, self.observation)
        return found

    @cached_property
    def _found(self) -> dict[Reading, Read]:
        return {}


def judge(rule: Rule, case: Case) -> Judgement:
    """Judge one rule, never raising: a rule that breaks cannot tell.

    Count and Overdue rules are not judged over an observation alone and are refused here the same way.
    """
    try:
        return _JUDGES[type(rule)](rule, case)
    except Exception as error:  # whatever breaks a rule, the patient's report must not pass in silence
        return Judgement(Verdict.UNKNOWN, Reason("failed", {"detail": type(error).__name__}))


def _threshold(rule: Threshold, case: Case) -> Judgement:
    as_it_is = rule.unit is None and not rule.ordinals
    found = case.read(rule.reading) if as_it_is else read(rule.reading, case.observation, rule.unit, rule.ordinals)
    comparison, limit = rule.comparison, rule.value
    for item, value in found.values:
        if beyond(value, comparison, limit):
            values = _named(rule.reading, item, value) | {
                "comparison": str(comparison),
                "limit": _shown_limit(limit),
                "unit": rule.unit,
            }
            return _fires("threshold", values | _before(rule.reading, case))
    return QUIET if found.missing is None else _missing(rule, case, found.missing)


def _present(rule: Present, case: Case) -> Judgement:
    for item, value in case.read(rule.reading).values:
        if value is not False and str(value).strip():
            return _fires("present", _named(rule.reading, item, value))
    return QUIET


def _change(rule: Change, case: Case) -> Judgement:
    past = case.baseline if rule.against == "baseline" else case.before
    return _worse(rule, case, past, "change", {"against": rule.against})


def _trend(rule: Trend, case: Case) -> Judgement:
    past = case.history.within(rule.days, case.observation)
    return _worse(rule, case, past, "trend", {"days": float(rule.days)})


def _worse(
    rule: Change | Trend, case: Case, past: tuple[Snapshot, ...], code: str, values: Mapping[str, str | float | None]
) -> Judgement:
    found = case.read(rule.reading)
    if not found.values or not past:
        # A first report has nothing that it could be worse than: that is no lack of a value.
        return _missing(rule, case, found.missing)
    value, earlier = _number(found), _known(rule.reading, past)
    # A change is held against the latest report that has the scale, a trend against the best.
    latest = isinstance(rule, Change)
    held = next(earlier, None) if latest else max(earlier, key=lambda one: _by(rule, value, one[1]), default=None)
    if held is None:
        return _missing(rule, case, "no earlier value")
    snapshot, before = held
    if _by(rule, value, before) < rule.worse_by:
        return QUIET
    amounts = {"worse_by": float(rule.worse_by), "worse": rule.worse}
    return _fires(code, {**_named(rule.reading, None, value), **amounts, **_earlier(snapshot, before), **values})


def _by(rule: Change | Trend, now: Decimal, before: Decimal) -> Decimal:
    return now - before if rule.worse == "higher" else before - now


def _persistence(rule: Persistence, case: Case) -> Judgement:
    past = case.before[: rule.reports - 1]
    found = case.read(rule.reading)
    earlier = list(_known(rule.reading, past))
    series = [value for _, value in found.values] + [value for _, value in earlier]
    if len(past) < rule.reports - 1 or not all(beyond(value, rule.comparison, rule.value) for value in series):
        return QUIET
    if not found.values:
        return _missing(rule, case, found.missing)
    if len(earlier) < len(past):
        return _missing(rule, case, "no earlier value")
    values = _named(rule.reading, None, series[0]) | {
        "comparison": str(rule.comparison),
        "limit": float(rule.value),
        "reports": float(rule.reports),
        "since": earlier[-1][0].authored.isoformat(),
    }
    return _fires("persistence", values)


def _all_of(rule: AllOf, case: Case) -> Judgement:
    judgements = [judge(part, case) for part in rule.rules]
    if any(one.verdict is Verdict.QUIET for one in judgements):
        return QUIET
    unknown = _first(judgements, Verdict.UNKNOWN)
    return unknown or _fires("all-of", _numbered(judgements))


def _any_of(rule: AnyOf, case: Case) -> Judgement:
    judgements = [judge(part, case) for part in rule.rules]
    if _first(judgements, Verdict.FIRES):
        return _fires("any-of", _numbered(judgements))
    return _first(judgements, Verdict.UNKNOWN) or QUIET


def _first(judgements: list[Judgement], verdict: Verdict) -> Judgement | None:
    return next((one for one in judgements if one.verdict is verdict), None)


def _numbered(judgements: list[Judgement]) -> dict[str, str | float | None]:
    fired = [one.reason for one in judgements if one.verdict is Verdict.FIRES]
    values: dict[str, str | float | None] = {"count": float(len(fired))}
    for number, reason in enumerate(fired, start=1):
        values[f"{number}.code"] = reason.code
        values |= {f"{number}.{name}": value for name, value in reason.values.items()}
    return values


def _fires(code: str, values: Mapping[str, str | float | None]) -> Judgement:
    return Judgement(Verdict.FIRES, Reason(code, values))


def _missing(rule: Threshold | Change | Persistence | Trend, case: Case, missing: str | None) -> Judgement:
    """Decide by the rule's whenMissing; in a begun form an unanswered question is silent, any other lack is not."""
    if missing is None:
        return QUIET
    to_come = not case.observation.complete and missing in UNANSWERED
    if to_come or rule.when_missing is WhenMissing.NOT_APPLICABLE:
        return QUIET
    item = rule.reading.name if rule.reading.kind == "answer" else None
    values = {"reads": rule.reading.kind, "name": rule.reading.name, "item": item, "missing": missing}
    return Judgement(Verdict.UNKNOWN, Reason("missing", values))


def _named(reading: Reading, item: str | None, value: Plain) -> dict[str, str | float | None]:
    named: dict[str, str | float | None] = {"reads": reading.kind, "name": reading.name, "item": item}
    return named | {"value": _shown(value)}


def _before(reading: Reading, case: Case) -> dict[str, str | float | None]:
    """The last known value of the same scale, so that a page can write "was 1 on 9 Nov" whatever rule fired."""
    nothing: dict[str, str | float | None] = {"earlier": None, "earlier_authored": None}
    if reading.kind not in ("level", "score"):
        return nothing
    try:
        known = next(_known(reading, case.before), None)
    except Exception:  # this only adorns a rule that has fired: a broken past must not take the alert with it
        return nothing
    return _earlier(*known) if known else nothing


def _earlier(snapshot: Snapshot, value: Decimal) -> dict[str, str | float | None]:
    return {"earlier": float(value), "earlier_authored": snapshot.authored.isoformat()}


def _known(reading: Reading, past: tuple[Snapshot, ...]) -> Iterator[tuple[Snapshot, Decimal]]:
    return ((one, exact(one.scores[reading.name])) for one in past if reading.name in one.scores)


def _number(found: Read) -> Decimal:
    value = found.values[0][1]
    if not isinstance(value, Decimal):
        raise Unreadable("a change needs numbers")
    return value


def _shown(value: Plain) -> str | float:
    if isinstance(value, bool):
        return "true" if value else "false"
    return float(value) if isinstance(value, Decimal) else value


def _shown_limit(limit: Limit) -> str | float:
    return ",".join(limit) if isinstance(limit, tuple) else _shown(limit)


_JUDGES: Mapping[type, Callable[[Any, Case], Judgement]] = {
    Threshold: _threshold,
    Present: _present,
    Change: _change,
    Persistence: _persistence,
    Trend: _trend,
    AllOf: _all_of,
    AnyOf: _any_of,
}
