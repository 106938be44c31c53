"""What clinicians have decided for a patient, as one report of hers is judged by it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from alerts.expecting import ExpectedLevel
from alerts.observation import History, Snapshot
from prom.assignments.models import Assignment
from prom.decisions import queries as decisions
from prom.decisions.models import BASELINE, EXPECTED_LEVEL, OWN_LIMIT
from prom.decisions.queries import Decided
from prom.responses import history
from prom.responses.models import WHOLE, Response


@dataclass(frozen=True)
class ForReport:
    """What holds for one report: expected levels by their decision, own limits by rule, and another baseline."""

    expected: Mapping[uuid.UUID, ExpectedLevel] = field(default_factory=dict)
    limits: Mapping[str, Decimal] = field(default_factory=dict)
    baselines: Mapping[str, Snapshot] = field(default_factory=dict)

    def past(self, past: History) -> History:
        """Return the history with the baselines that a clinician has chosen, by source."""
        return replace(past, baseline={**past.baseline, **self.baselines}) if self.baselines else past


NOTHING = ForReport()


def for_report(session: Session, assignment: Assignment, authored: datetime) -> ForReport:
    """Read what was decided before a report was written and had not ended by then."""
    url, rules = assignment.questionnaire.partition("|")[0], (assignment.rules or "").partition("|")[0]
    expected: dict[uuid.UUID, ExpectedLevel] = {}
    limits: dict[str, Decimal] = {}
    baselines: dict[str, Snapshot] = {}
    for each in decisions.in_force(session, assignment.episode_id, authored):
        if each.row.kind == EXPECTED_LEVEL and each.what["questionnaire"] == url:
            expected[each.row.id] = expected_level(each)
        if each.row.kind == OWN_LIMIT and each.what["rules"] == rules:
            limits[each.what["rule"]] = Decimal(each.what["limit"])
        if each.row.kind == BASELINE and each.what["questionnaire"] == url:
            chosen = session.get(Response, uuid.UUID(each.what["response"]))
            # One that was entered in error since is none: the rule chooses again.
            if chosen is not None and chosen.status in WHOLE:
                baselines[chosen.source] = history.snapshot_of_row(session, chosen)
    return ForReport(expected, limits, baselines)


def own_limits(session: Session, episode_id: uuid.UUID, moment: datetime) -> dict[str, dict[str, Decimal]]:
    """Return the limits of her own that hold at a moment: url of a rule set -> rule -> limit."""
    found: dict[str, dict[str, Decimal]] = {}
    for each in decisions.in_force(session, episode_id, moment):
        if each.row.kind == OWN_LIMIT:
            found.setdefault(each.what["rules"], {})[each.what["rule"]] = Decimal(each.what["limit"])
    return found


def expected_level(decided: Decided) -> ExpectedLevel:
    """Return the level that a decision expects."""
    what = decided.what
    return ExpectedLevel(what["scale"], Decimal(what["level"]), Decimal(what["strongest"]))
