"""Which reports could be held against none before them: the first of their source, after reports of another one."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from alerts.rules import AllOf, AnyOf, Change, Persistence, Rule, Trend
from prom.catalogue.queries import rule_set
from prom.clinic.queries import states_of
from prom.clinic.record import Record, Report
from prom.crypto import CannotOpen
from prom.errors import NotFound
from prom.responses import history

#: Episode and questionnaire -> when each source first reported, the earliest first.
Firsts = Mapping[tuple[uuid.UUID, str], Sequence[tuple[str, datetime]]]


def not_compared(session: Session, record: Record) -> frozenset[uuid.UUID]:
    """Return the ids of the reports whose rules look for a change, and found no report of the same source to look at.

    A patient's answers are never held against those of somebody who answers for her, so those rules did not apply.
    """
    firsts = _firsts(session, record)
    alone = [report for report in record.reports if _stands_alone(report, firsts)]
    return frozenset(report.row.id for report in alone if _is_judged_by_change(session, report))


def _firsts(session: Session, record: Record) -> Firsts:
    found: dict[tuple[uuid.UUID, str], Sequence[tuple[str, datetime]]] = {}
    for state in states_of(session, {report.row.episode_id for report in record.reports}):
        try:
            baseline = history.read(session, state).baseline
        except CannotOpen:
            continue  # the page says nothing that it does not know
        firsts = sorted(baseline.items(), key=lambda each: each[1].authored)
        found[state.episode_id, state.questionnaire_url] = [(source, first.authored) for source, first in firsts]
    return found


def _stands_alone(report: Report, firsts: Firsts) -> bool:
    """Whether it is the first of its source, but not the first of all."""
    later = firsts.get((report.row.episode_id, report.questionnaire_url), ())[1:]
    return report.counts and (report.row.source, report.row.authored_at) in later


def _is_judged_by_change(session: Session, report: Report) -> bool:
    try:
        return report.row.rules is not None and any(map(_compares, rule_set(session, report.row.rules).rules))
    except NotFound:
        return False


def _compares(rule: Rule) -> bool:
    if isinstance(rule, AllOf | AnyOf):
        return any(map(_compares, rule.rules))
    return isinstance(rule, Change | Persistence | Trend)
