"""Rules to rehearse: those in force, and the same with one of them left out or made harder to meet."""

import copy
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from alerts.rules import RuleSet
from prom import clock
from prom.assignments.models import Assignment
from prom.audit.service import Actor
from prom.catalogue.models import Definition
from prom.catalogue.queries import from_json, parse_rule_set, rule_set
from prom.db import reading
from prom.rehearsal.past import Asked
from prom.rehearsal.service import Backtest, backtest
from tests.conftest import Hospital

OPERATOR = Actor("operator", None, "test")


def in_force() -> RuleSet:
    """The rules by which the hospital's only pathway judges."""
    with reading() as session:
        canonical = session.scalars(select(Assignment.rules).where(Assignment.rules.is_not(None))).first()
        assert canonical is not None
        return rule_set(session, canonical)


def document_in_force() -> dict[str, Any]:
    """Their document, to be changed."""
    canonical = in_force().canonical
    with reading() as session:
        row = session.scalars(
            select(Definition).where(
                Definition.kind == "rule-set", Definition.url + "|" + Definition.version == canonical
            )
        ).one()
        return copy.deepcopy(from_json(row.document))


def changed(change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> RuleSet:
    """The rules in force after a change of their list, without examples."""
    document = document_in_force()
    document |= {"version": "9.9.9", "rules": change(document["rules"])}
    document.pop("examples", None)
    with reading() as session:
        return parse_rule_set(session, document)


def without(*ids: str) -> RuleSet:
    """The rules in force without some of them."""
    return changed(lambda rules: [each for each in rules if each["id"] not in ids])


def asked(hospital: Hospital, since: datetime | None = None, **more: Any) -> Asked:
    """The history of the weekly check, from eight weeks ago until now."""
    until = clock.now() + timedelta(seconds=1)
    return Asked(in_force().questionnaire, hospital.tenant.id, since or until - timedelta(weeks=8), until, **more)


def rehearse(hospital: Hospital, rules: RuleSet | None = None, since: datetime | None = None) -> Backtest:
    """Run rules over the hospital's history."""
    return backtest(rules or in_force(), asked(hospital, since), OPERATOR)
