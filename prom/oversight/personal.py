"""What was decided for one patient, as the auditor reads it by itself, and what that lets the engine hold back."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom.decisions.models import Decision
from prom.oversight.plainly import FIRES, NOISE, SEVERITIES, Expected, Rule, written_out
from prom.oversight.reported import Asked, Report
from prom.patients import sealing
from prom.responses.models import Response

#: Nothing above is ever expected: a symptom at its worst level, the strongest answer there is.
WORST_LEVEL, WORST_ANSWER = 3, 4


class Expectation(NamedTuple):
    """A symptom that is no news up to a level, while no single answer is stronger than this."""

    scale: str
    level: float
    strongest: float


@dataclass
class Personal:
    """What holds for one report of one patient. A baseline is the id of the response that was chosen."""

    expectations: list[Expectation] = field(default_factory=list)
    limits: dict[str, float] = field(default_factory=dict)
    baselines: list[uuid.UUID] = field(default_factory=list)


def of_report(session: Session, response: Response, rules_url: str) -> Personal:
    """Read what was decided before a report was written, and had not ended then."""
    found, moment = Personal(), response.authored_at
    questionnaire = response.questionnaire.split("|")[0]
    for row in session.scalars(select(Decision).where(Decision.episode_id == response.episode_id)):
        is_over = any(end is not None and end <= moment for end in (row.ends_at, row.ended_at))
        if row.made_at >= moment or is_over:
            continue
        what = sealing.open_column(session, row, "words")["what"]
        if row.kind == "own-limit":
            if what["rules"] == rules_url:
                found.limits[what["rule"]] = float(what["limit"])
        elif what["questionnaire"] == questionnaire and row.kind == "expected-level":
            found.expectations.append(Expectation(what["scale"], float(what["level"]), float(what["strongest"])))
        elif what["questionnaire"] == questionnaire:
            found.baselines.append(uuid.UUID(what["response"]))
    return found


def with_limits(rules: Rule, asked: Sequence[Asked], limits: Mapping[str, float]) -> Rule:
    """Return a rule document with a patient's own limits in it; an emergency's is only ever an earlier one."""
    if not limits:
        return rules
    return {**rules, "rules": [_with_limit(rule, limits.get(rule["id"])) for rule in written_out(rules, asked)]}


def _with_limit(rule: dict[str, Any], limit: float | None) -> dict[str, Any]:
    own = {name: value for name, value in rule.items() if name != "each"}
    usual = rule.get("value")
    if limit is None or rule["kind"] != "threshold" or isinstance(usual, bool | str | list | tuple) or usual is None:
        return own
    if rule["compare"] not in (">=", ">", "<=", "<") or "circumstance" in rule["reads"]:
        return own
    later = limit > float(usual) if rule["compare"] in (">=", ">") else limit < float(usual)
    return own if later and rule["severity"] == "emergency" else {**own, "value": limit}


def may_be_held(
    rules: Rule, asked: Sequence[Asked], report: Report, expectations: Sequence[Expectation], found: set[Expected]
) -> set[Expected]:
    """Return which of the findings that a report should give say nothing but what was expected."""
    calm = {each.scale for each in expectations if _is_calm(each, report)}
    written = {rule["id"]: rule for rule in written_out(rules, asked)}
    mild = {each for each in found if each.kind == FIRES and each.severity < SEVERITIES["emergency"]}
    held = {each for each in mild if each.rule in written and _reads_only(written[each.rule], calm)}
    for each in mild:
        if written.get(each.rule, {}).get("kind") == "count":
            counted = _counted(written[each.rule], written, found)
            if counted and counted <= held:
                held.add(each)
    return held


def _is_calm(expected: Expectation, report: Report) -> bool:
    score = report.scores.get(expected.scale)
    answers = [each for item, each in report.attributes.get(expected.scale, {}).items() if item in report.asked]
    if score is None or score.value is None or any(each is None for each in answers):
        return False
    strongest = max([float(each) for each in answers if each is not None], default=0.0)
    level_fits = score.value < expected.level + NOISE and score.value < WORST_LEVEL - NOISE
    return level_fits and strongest < expected.strongest + NOISE and strongest < WORST_ANSWER - NOISE


def _reads_only(rule: Rule, calm: set[str]) -> bool:
    """Whether a rule looks at calm symptoms, and beside them at nothing but circumstances."""
    read = [one for one in _read(rule) if one[0] != "circumstance"]
    return bool(read) and all(kind in ("level", "worst-attribute") and name in calm for kind, name in read)


def _read(rule: Rule) -> Iterator[tuple[str, str]]:
    if rule["kind"] in ("all-of", "any-of"):
        for part in rule["rules"]:
            yield from _read(part)
    elif "reads" in rule:
        yield from rule["reads"].items()


def _counted(count: Rule, written: Mapping[str, Rule], found: set[Expected]) -> set[Expected]:
    """The findings that a count rule has counted."""
    return {
        each
        for each in found
        for name in count["of"]
        if each.kind == FIRES
        and (each.rule == name or each.rule.startswith(f"{name}."))
        and written[each.rule].get("counted", True)
        and written[each.rule]["severity"] != "at-visit"
        and written[each.rule]["kind"] not in ("count", "overdue")
    }
