"""What authors look at: rule sets that are not signed yet, beside those that are."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.problems import RuleError
from alerts.rules import RuleSet
from prom.catalogue.models import Definition
from prom.catalogue.queries import from_json, parse_rule_set, rule_set
from questionnaires.problems import QuestionnaireError


def rule_sets_of(session: Session, canonical: str) -> tuple[RuleSet, ...]:
    """Return the rule sets that judge a questionnaire's version, drafts too: the newest version of each.

    Patients are judged by what `prom.catalogue.queries.rule_set` finds. One that does not compile is left out.
    """
    url = canonical.partition("|")[0]
    rows = session.scalars(
        select(Definition)
        .where(Definition.kind == "rule-set", Definition.status != "retired")
        .order_by(Definition.imported_at)
    )
    newest = {row.url: row for row in rows}
    compiled = [_compiled(session, row) for row in newest.values() if _reads(row, url)]
    return tuple(each for each in compiled if each is not None and each.covers(canonical))


def _reads(row: Definition, url: str) -> bool:
    document = from_json(row.document)
    return isinstance(document, Mapping) and document.get("questionnaire") == url


def _compiled(session: Session, row: Definition) -> RuleSet | None:
    try:
        if row.status == "active":
            return rule_set(session, f"{row.url}|{row.version}")
        return parse_rule_set(session, from_json(row.document))
    except (RuleError, QuestionnaireError):
        return None
