"""What judging a report gives: findings, each with a reason that a page can write in any language.

The codes of reasons, and the values that come with each (numbers are floats, instants ISO 8601, lists joined by ","):

    threshold    reads, name, item, value, comparison, limit, unit, earlier, earlier_authored
    present      reads, name, item, value
    change       reads, name, value, worse_by, worse, against, earlier, earlier_authored
    persistence  reads, name, value, comparison, limit, reports, since
    trend        reads, name, value, worse_by, worse, days, earlier, earlier_authored
    count        count, limit, topics, rules
    overdue      hours, begun ("true" or "false")
    all-of       count, and for each rule that fired, numbered from 1: "1.code" and its values as "1.name" ...
    any-of       the same
    missing      reads, name, item, missing (why there is no value), severity (the rule's own word)
    failed       detail, severity, judged

`item` is the link id where the reading is of one item; `earlier` is None where nothing comparable was reported before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from alerts.rules import Severity
from questionnaires.definition import Texts

Kind: TypeAlias = Literal["rule", "could not be assessed"]


@dataclass(frozen=True)
class Reason:
    """Why a finding was made; the codes and their values stand at the head of this module."""

    code: str
    values: Mapping[str, str | float | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """One rule's outcome over one report: what it is about, how soon somebody must act, and why."""

    rule: str
    rule_set: str
    topic: str
    severity: Severity
    kind: Kind
    title: Texts
    instruction: Texts | None
    reason: Reason
