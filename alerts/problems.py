"""What can be wrong with a rule document: one table of codes and their English sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

#: Every code, and what it says in English; prom translates by code with the same values.
SENTENCES: Mapping[str, str] = {
    "not-a-document": "this is not a mapping of fields",
    "unsound-document": "the document cannot be read: {detail}",
    "other-file": "its url and version are not those of its file, {name} {version}",
    "missing-field": "the field {field} is missing",
    "unknown-field": "the field {field} is not known for this kind of rule",
    "wrong-field": "the field {field} must be {wanted}",
    "no-rules": "there is no rule in it",
    "duplicate-rule": "two rules have this id",
    "unknown-rule": "there is no rule {other}",
    "not-countable": "{other} may never be counted",
    "count-out-of-reach": "it counts to {at_least}, but only {topics} topics can be counted",
    "never-fires": "no answer can be {comparison} {limit}",
    "unknown-questionnaire": "the questionnaire {questionnaire} version {version} is not here",
    "unknown-item": "{questionnaire} has no such item",
    "unknown-circumstance": "a report knows age, phase and day-of-cycle, and no such circumstance",
    "not-a-question": "the item cannot be answered",
    "impossible-comparison": "what it reads cannot be compared by {comparison} with this value",
    "unknown-option": "the item offers no option {option}",
    "no-ordinals": "its options have no numbers",
    "ordinals-differ": "option {option} has another number in another version",
    "other-unit": "the rule says {unit}, the item {item_unit}",
    "no-scoring-key": "{questionnaire} has no scoring key",
    "unknown-scale": "the scoring key has no such scale",
    "not-a-level": "the scale is no level",
    "high-is-good": "the worst attribute is only known where low is good",
    "no-direction": "the scale does not say which way is worse",
    "directions-differ": "in another version the scale points the other way",
    "cannot-change": "only levels and scores are kept to compare with",
    "no-level-scales": "there is no level scale to expand over",
    "example-refused": "example {example}: the answers are not valid: {detail}",
    "example-missed": "example {example} expects {severity} ({kind}), which was not found",
    "example-surplus": "example {example} does not expect {severity} ({kind})",
    "example-failed": "example {example} could not be run: {detail}",
    "no-examples": "there is no worked example",
    "asked-by-sms": "it would be an emergency in what is asked by SMS: {detail}",
}


@dataclass(frozen=True)
class RuleProblem:
    """One thing that is wrong: the rule by its id, and the item or scale by its name, where there is one."""

    rule: str | None
    item: str | None
    code: str
    values: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def text(self) -> str:
        """An English sentence, led by the rule and the item it is about."""
        sentence = SENTENCES[self.code].format_map(self.values)
        return ": ".join(part for part in (self.rule, self.item, sentence) if part)


class RuleError(Exception):
    """A rule document that cannot be taken; `.problems` names each rule and item."""

    def __init__(self, problems: Iterable[RuleProblem]) -> None:
        self.problems: tuple[RuleProblem, ...] = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "; ".join(problem.text for problem in self.problems)
