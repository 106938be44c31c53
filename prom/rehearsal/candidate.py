"""Which rule set is rehearsed: one that is stored, by name or `url|version`, draft or not, or one in a file."""

from pathlib import Path

from sqlalchemy.orm import Session

from alerts.problems import RuleError, RuleProblem
from alerts.rules import RuleSet
from prom.catalogue.models import Definition
from prom.catalogue.queries import from_json, newest, parse_rule_set
from questionnaires.documents import read


def candidate(session: Session, wanted: str) -> RuleSet:
    """Return the rule set in the file of this name, else the newest stored one of this name, url or `url|version`.

    Raises NotFound for neither, and RuleError or QuestionnaireError for one that does not fit its questionnaire.
    """
    if Path(wanted).is_file():
        return in_file(session, Path(wanted))
    return compiled(session, newest(session, "rule-set", wanted))


def in_file(session: Session, path: Path) -> RuleSet:
    """Compile the rule set in a file against the stored versions of its questionnaire."""
    document = read(path)
    if not isinstance(document.get("questionnaire"), str):
        raise RuleError([RuleProblem(None, None, "missing-field", {"field": "questionnaire"})])
    return parse_rule_set(session, document)


def compiled(session: Session, row: Definition) -> RuleSet:
    """Compile a stored version, whatever its status."""
    return parse_rule_set(session, from_json(row.document))
