"""What a stored response should have raised, worked out again with the second evaluator, and what stands on record."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from prom.assignments.models import Assignment
from prom.catalogue import queries as catalogue
from prom.catalogue.models import Definition
from prom.crypto import CannotOpen
from prom.errors import NotFound
from prom.oversight import circumstances, personal, plainly
from prom.oversight.plainly import Expected
from prom.oversight.reported import Asked, Earlier, Report, report_of
from prom.patients import sealing
from prom.responses import drafts, history
from prom.responses.completing import not_computed
from prom.responses.models import WHOLE, Response
from prom.worklist.models import Evidence
from questionnaires.problems import QuestionnaireError

log = structlog.get_logger()

#: That a report could not be assessed, by whatever it failed on the way.
UNASSESSED = Expected("could-not-be-assessed", "could-not-be-assessed", plainly.UNKNOWN, plainly.CANNOT_TELL)
#: What a row raises that cannot be opened or understood. A database that cannot answer is another matter.
UNREADABLE = (
    CannotOpen,
    NotFound,
    QuestionnaireError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
)


@dataclass(frozen=True)
class Compared:
    """What should have been raised and was not, and what was raised that nothing asks for."""

    missing: frozenset[Expected]
    surplus: frozenset[Expected]

    def __bool__(self) -> bool:
        return bool(self.missing or self.surplus)


def compare(session: Session, response: Response) -> Compared:
    """Hold what a response should have raised against what it has; what cannot be worked out should say just that."""
    raised, held = _on_record(session, response.id)
    try:
        expected, may_be_held = _expected(session, response)
    except UNREADABLE as failure:
        log.error("response could not be assessed", response=str(response.id), failure=type(failure).__name__)
        return Compared(frozenset({UNASSESSED}) - raised, frozenset())
    # That something could not be assessed then, and can now, is no difference: somebody was told to look.
    standing = raised | (held & may_be_held)
    return Compared(frozenset(expected - standing), frozenset((raised | held) - expected - {UNASSESSED}))


def _expected(session: Session, response: Response) -> tuple[set[Expected], set[Expected]]:
    """Return what a response should have given, and which of it a clinician's decision lets be nobody's duty."""
    assignment = session.get_one(Assignment, response.assignment_id)
    instrument = catalogue.instrument(session, response.questionnaire)
    given = drafts.opened(session, response)
    report = report_of(
        (instrument.questionnaire, instrument.key),
        given,
        response.authored_at,
        response.source,
        complete=response.status in WHOLE,
        circumstances=circumstances.known(session, response),
    )
    found = {UNASSESSED} if not_computed(instrument.questionnaire, given, response.authored_at) else set()
    if assignment.rules is None:
        return found, set()
    by_rules, held = _by_rules(session, assignment.rules, response, report, _past(session, assignment, response))
    return found | by_rules, held


def _by_rules(
    session: Session, canonical: str, response: Response, report: Report, past: list[Earlier]
) -> tuple[set[Expected], set[Expected]]:
    rules = rules_of(session, canonical)
    url, versions = rules["questionnaire"], rules["questionnaireVersions"]
    if response.questionnaire not in [f"{url}|{version}" for version in versions]:
        raise LookupError("the rules are for another questionnaire")
    asked = [_asked(session, f"{url}|{version}") for version in versions]
    hers = personal.of_report(session, response, canonical.partition("|")[0])
    own = personal.with_limits(rules, asked, hers.limits)
    chosen = [one for one in past if one.id in hers.baselines and one.source == report.source]
    found = plainly.expected(own, asked, report, past, chosen[0] if chosen else None)
    return found, personal.may_be_held(own, asked, report, hers.expectations, found)


def _asked(session: Session, canonical: str) -> Asked:
    instrument = catalogue.instrument(session, canonical)
    return instrument.questionnaire, instrument.key


def rules_of(session: Session, canonical: str) -> Mapping[str, Any]:
    """Return a published rule set's document as it was stored; raises LookupError for an absent one or a draft."""
    url, _, version = canonical.partition("|")
    stored = session.scalars(
        select(Definition.document).where(
            Definition.kind == "rule-set",
            Definition.url == url,
            Definition.version == version,
            Definition.status != "draft",
        )
    ).first()
    if stored is None:
        raise LookupError("no such rules")
    return _read(stored)


@lru_cache(maxsize=100)
def _read(document: str) -> Mapping[str, Any]:
    read: Mapping[str, Any] = catalogue.from_json(document)
    return read


def _past(session: Session, assignment: Assignment, response: Response) -> list[Earlier]:
    """Everything that was reported before to the same questionnaire in the same stay, by whomever."""
    own = (response.authored_at, response.received_at, response.id)
    kept = (
        (row.id, history.snapshot_of_row(session, row))
        for row in history.responses_in(session, assignment)
        if row.status in WHOLE and (row.authored_at, row.received_at, row.id) < own
    )
    return [Earlier(one.authored, one.source, one.scores, row_id) for row_id, one in kept]


def _on_record(session: Session, response_id: uuid.UUID) -> tuple[set[Expected], set[Expected]]:
    """What a response has raised, and what was held back of it; what can no longer be opened does not count."""
    rows = session.scalars(select(Evidence).where(Evidence.response_id == response_id, Evidence.withdrawn_at.is_(None)))
    raised, held = set[Expected](), set[Expected]()
    for row in rows:
        try:
            finding = sealing.open_column(session, row, "finding")
            stands = raised if row.alert_id is not None else held
            stands.add(Expected(finding["rule"], finding["topic"], finding["kind"], row.severity))
        except UNREADABLE as failure:
            log.error("evidence could not be opened", failure=type(failure).__name__)
    return raised, held
