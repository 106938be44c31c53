"""All versions of all rule sets as they are looked over: status, signatures, and who may put her name under one."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from alerts.problems import RuleError, RuleProblem
from alerts.rules import RuleSet
from prom.catalogue.models import Definition
from prom.catalogue.queries import definitions
from prom.errors import NotFound
from prom.rehearsal.candidate import compiled
from questionnaires.definition import Texts
from questionnaires.problems import QuestionnaireError


@dataclass(frozen=True)
class RuleLine:
    """One version of a rule set. `rules` is None for one that does not fit its questionnaire; `problems` say why."""

    row: Definition
    rules: RuleSet | None
    problems: tuple[RuleProblem, ...]
    #: Whether whoever looks may put her name under it.
    may_sign: bool

    @property
    def topics(self) -> Mapping[str, Texts]:
        """What each symptom is called: by the first rule about it."""
        return {rule.topic: rule.title for rule in reversed(self.rules.rules)} if self.rules is not None else {}


def rule_lines(session: Session, username: str | None) -> list[RuleLine]:
    """Return every version, by name and the newest first; `username` is who may sign, or None for nobody."""
    ordered = sorted(definitions(session, "rule-set"), key=lambda row: (row.name, -row.imported_at.timestamp()))
    return [_line(session, row, username) for row in ordered]


def rule_version(session: Session, definition_id: uuid.UUID, username: str | None) -> RuleLine:
    """Return one version; raises NotFound."""
    row = session.get(Definition, definition_id)
    if row is None or row.kind != "rule-set":
        raise NotFound("rule-set")
    return _line(session, row, username)


def _line(session: Session, row: Definition, username: str | None) -> RuleLine:
    try:
        rules = compiled(session, row)
    except RuleError as refused:
        return RuleLine(row, None, refused.problems, False)
    except QuestionnaireError:
        return RuleLine(row, None, (), False)
    return RuleLine(row, rules, (), row.status == "draft" and username not in (None, row.author))
