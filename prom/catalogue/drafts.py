"""What authors look at: rule sets that are not signed yet, beside those that are."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.problems import RuleError
from alerts.rules import RuleSet
from prom.catalogue.models import Definition
from prom.catalogue.queries import from_json, parse_rule_set
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
    documents: Mapping[str, object] = {row.url: from_json(row.document) for row in rows}
    ours = [each for each in documents.values() if isinstance(each, Mapping) and each.get("questionnaire") == url]
    compiled = [_compiled(session, each) for each in ours]
    return tuple(each for each in compiled if each is not None and each.covers(canonical))


def _compiled(session: Session, document: Mapping[str, object]) -> RuleSet | None:
    try:
        return parse_rule_set(session, document)
    except (RuleError, QuestionnaireError):
        return None
