"""The second evaluator: what a report should have raised, by the rule document as it stands.

As plain as can be: each rule is looked at by itself, in the document's own words, with loops over everything that was
reported before. It shares no line with `alerts/`, which judges as a report is sent; under both stand only scores and
branching, which are of `questionnaires`. `python -m tests.prom.oversight.agreement` tells whether the two agree.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from prom.oversight.reported import Asked, Earlier, Report, values_of

Rule = Mapping[str, Any]

#: A rule looks at so many earlier reports of the same source, and no further; but a trend sees all of its days.
LOOKS_BACK = 8
#: Two numbers this close are the same number: what was computed carries noise in its last digits.
NOISE = 1e-9
SEVERITIES = {"at-visit": 1, "next-working-day": 2, "same-day": 3, "emergency": 4}
#: What cannot be told asks for contact the same day, whatever the rule's own severity.
CANNOT_TELL = 3
FIRES, QUIET, UNKNOWN = "rule", "quiet", "could not be assessed"
#: The lacks that answering more of a begun form would mend.
STILL_TO_COME = ("not answered", "too few answered")


class Expected(NamedTuple):
    """A finding that there should be: what makes it the same as a stored one, and its severity as a number."""

    rule: str
    topic: str
    kind: str
    severity: int


def expected(
    rules: Rule, asked: Sequence[Asked], report: Report, past: Sequence[Earlier], baseline: Earlier | None = None
) -> set[Expected]:
    """Return what a report should have raised by a rule document.

    `asked` are the versions of the questionnaire that the rules are over, and `past` is everything reported before, by
    anybody and in any order. `baseline` is one that a clinician has chosen. Raises LookupError for a document that it
    does not understand.
    """
    look = _Look(asked, report, past, baseline)
    found, may_be_counted = set(), {}
    written = list(written_out(rules, asked))
    for rule in written:
        if rule["kind"] in ("count", "overdue"):
            continue
        verdict = look.at(rule)
        if verdict == FIRES and rule.get("counted", True) and rule["severity"] != "at-visit":
            may_be_counted[rule["id"]] = rule["topic"]
        if verdict != QUIET:
            found.add(_expected(rule, verdict))
    for rule in written:
        if rule["kind"] == "count" and len(_topics(rule["of"], may_be_counted)) >= rule["atLeast"]:
            found.add(_expected(rule, FIRES))
    return found


def expected_of_silence(rules: Rule, hours: float) -> set[Expected]:
    """Return what should be raised when nobody has answered, so many hours after it was due."""
    silent = [rule for rule in rules["rules"] if rule["kind"] == "overdue"]
    return {_expected(rule, FIRES) for rule in silent if hours >= rule.get("afterHours", 0)}


def written_out(rules: Rule, asked: Sequence[Asked]) -> Iterator[dict[str, Any]]:
    """Yield the rules of a document; one that stands for each level scale as one for each."""
    scales = [scale for _, key in asked if key is not None for scale in key.scales if scale.kind == "level"]
    for rule in rules["rules"]:
        if rule.get("each") is None:
            yield dict(rule)
            continue
        for code, title in {scale.code: scale.title.by_language for scale in scales}.items():
            own = {"id": f"{rule['id']}.{code}", "topic": code, "title": title, "reads": {rule["reads"]: code}}
            yield {**rule, **own}


def _expected(rule: Rule, verdict: str) -> Expected:
    severity = CANNOT_TELL if verdict == UNKNOWN else SEVERITIES[rule["severity"]]
    return Expected(rule["id"], rule["topic"], verdict, severity)


def _topics(names: Sequence[str], fired: Mapping[str, str]) -> set[str]:
    """The topics among the rules that fired whose id is one of these names, or begins with it and a dot."""
    return {topic for rule, topic in fired.items() for name in names if rule == name or rule.startswith(f"{name}.")}


@dataclass(frozen=True)
class _Look:
    """One report with its past, at which each rule looks by itself."""

    asked: Sequence[Asked]
    report: Report
    past: Sequence[Earlier]
    baseline: Earlier | None = None

    def at(self, rule: Rule) -> str:
        """What a rule says; what cannot be held against it (another unit, a text for a number) it cannot tell."""
        try:
            return self._verdict(rule)
        except (TypeError, ValueError):
            return UNKNOWN

    def _verdict(self, rule: Rule) -> str:
        kind = rule["kind"]
        if kind == "all-of":
            parts = [self.at(part) for part in rule["rules"]]
            return QUIET if QUIET in parts else UNKNOWN if UNKNOWN in parts else FIRES
        if kind == "any-of":
            parts = [self.at(part) for part in rule["rules"]]
            return FIRES if FIRES in parts else UNKNOWN if UNKNOWN in parts else QUIET
        values, lack = values_of(rule, self.report, self.asked)
        if kind == "present":
            return FIRES if any(value is not False and str(value).strip() for value in values) else QUIET
        if kind == "threshold":
            return FIRES if any(meets(value, rule) for value in values) else self._lacking(rule, lack)
        if kind == "persistence":
            return self._persistence(rule, values, lack)
        return self._worse(rule, values, lack, self._held(rule))

    def _lacking(self, rule: Rule, lack: str | None) -> str:
        """What a rule makes of a value that it does not have; in a begun form an answer may still come."""
        if lack is None or rule.get("whenMissing") == "not applicable":
            return QUIET
        return QUIET if not self.report.complete and lack in STILL_TO_COME else UNKNOWN

    def _before(self) -> list[Earlier]:
        """The earlier reports of the same source that hold any score, the oldest first."""
        ours = [one for one in self.past if one.source == self.report.source and one.scores]
        return sorted((one for one in ours if one.authored < self.report.authored), key=lambda one: one.authored)

    def _held(self, rule: Rule) -> list[Earlier]:
        """The earlier reports that a change or a trend is held against."""
        before = self._before()
        if rule["kind"] == "trend":
            start = self.report.authored - timedelta(days=int(rule["days"]))
            return [one for one in before if one.authored >= start]
        chosen = self.baseline
        first = before[:1] if chosen is None else [chosen] if chosen.authored < self.report.authored else []
        return {"baseline": first, "previous": before[-LOOKS_BACK:]}[rule["against"]]

    def _worse(self, rule: Rule, values: list[Any], lack: str | None, held: list[Earlier]) -> str:
        if not values or not held:
            return self._lacking(rule, lack)
        (scale,) = rule["reads"].values()
        by = [self._worse_by(scale, values[0], one.scores[scale]) for one in held if scale in one.scores]
        if not by:
            return self._lacking(rule, "no earlier value")
        # A change is held against the latest that has the scale, a trend against the best.
        worst = max(by) if rule["kind"] == "trend" else by[-1]
        return FIRES if worst > float(rule["worseBy"]) - NOISE else QUIET

    def _worse_by(self, code: str, now: float, before: float) -> float:
        scales = [scale for _, key in self.asked if key is not None for scale in key.scales if scale.code == code]
        return now - before if scales[0].direction == "low is good" else before - now

    def _persistence(self, rule: Rule, values: list[Any], lack: str | None) -> str:
        needed = int(rule["reports"]) - 1
        held = self._before()[-needed:]
        (scale,) = rule["reads"].values()
        known = [one.scores[scale] for one in held if scale in one.scores]
        if len(held) < needed or not all(meets(value, rule) for value in [*values, *known]):
            return QUIET
        if not values:
            return self._lacking(rule, lack)
        return FIRES if len(known) == needed else self._lacking(rule, "no earlier value")


def meets(value: Any, rule: Rule) -> bool:
    """Whether a value lies where a rule's limit says; raises TypeError where the two cannot be compared."""
    compare, limit = rule["compare"], rule["value"]
    if compare == "in" and isinstance(value, str):
        return value in limit
    if type(value) is type(limit) and isinstance(value, bool | str) and compare == "=":
        return bool(value == limit)
    if isinstance(value, bool | str) or isinstance(limit, bool | str):
        raise TypeError("a text or a truth is no number")
    above = float(value) - float(limit)
    return bool(
        {
            ">=": above > -NOISE,
            "<=": above < NOISE,
            ">": above > NOISE,
            "<": above < -NOISE,
            "=": abs(above) < NOISE,
        }[compare]
    )
