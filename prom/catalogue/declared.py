"""A questionnaire that is declared to reveal nothing is not published where an SMS could not ask it safely."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.rules import RuleSet
from alerts.safety import emergency_items
from prom.catalogue.models import Definition
from prom.catalogue.queries import Instrument, instrument
from prom.catalogue.safety import published_rules
from questionnaires.declaring import refused_by_sms
from questionnaires.problems import Problem, QuestionnaireError


def refuse_revealing(session: Session, canonical: str, more: Iterable[RuleSet] = ()) -> None:
    """Raise QuestionnaireError with what keeps a declared questionnaire from being asked by SMS.

    Its dangers are those of every published rule set that judges it, and of `more`.
    """
    problems = not_by_sms(instrument(session, canonical), [*published_rules(session, canonical), *more])
    if problems:
        raise QuestionnaireError(problems)


def refuse_endangering(session: Session, rules: RuleSet) -> None:
    """Raise QuestionnaireError where a rule set would make an emergency of an answer that comes by SMS already."""
    for version in rules.questionnaire_versions:
        published = select(Definition.id).where(
            Definition.kind == "questionnaire",
            Definition.url == rules.questionnaire,
            Definition.version == version,
            Definition.status == "active",
        )
        if session.scalars(published).first() is not None:
            refuse_revealing(session, f"{rules.questionnaire}|{version}", [rules])


def not_by_sms(asked: Instrument, rules: Iterable[RuleSet]) -> tuple[Problem, ...]:
    """Return why a declared questionnaire cannot be asked by SMS, under the rules that judge it."""
    dangers = {link_id for each in rules for link_id in emergency_items(each)}
    safety = asked.key.safety if asked.key is not None else ()
    return refused_by_sms(asked.questionnaire, dangers | {each.item for each in safety})
