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
from prom.oversight import circumstances, plainly
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
    raised = _raised(session, response.id)
    try:
        expected = _expected(session, response)
    except UNREADABLE as failure:
        log.error("response could not be assessed", response=str(response.id), failure=type(failure).__name__)
        return Compared(frozenset({UNASSESSED}) - raised, frozenset())
    # That something could not be assessed then, and can now, is no difference: somebody was told to look.
    return Compared(frozenset(expected - raised), frozenset(raised - expected - {UNASSESSED}))


def _expected(session: Session, response: Response) -> set[Expected]:
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
        return found
    return found | _by_rules(session, assignment.rules, response, report, _past(session, assignment, response))


def _by_rules(
    session: Session, canonical: str, response: Response, report: Report, past: list[Earlier]
) -> set[Expected]:
    rules = rules_of(session, canonical)
    url, versions = rules["questionnaire"], rules["questionnaireVersions"]
    if response.questionnaire not in [f"{url}|{version}" for version in versions]:
        raise LookupError("the rules are for another questionnaire")
    return plainly.expected(rules, [_asked(session, f"{url}|{version}") for version in versions], report, past)


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
        history.snapshot_of_row(session, row)
        for row in history.responses_in(session, assignment)
        if row.status in WHOLE and (row.authored_at, row.received_at, row.id) < own
    )
    return [Earlier(one.authored, one.source, one.scores) for one in kept]


def _raised(session: Session, response_id: uuid.UUID) -> set[Expected]:
    """What stands on record for a response; what can no longer be opened does not."""
    rows = session.scalars(select(Evidence).where(Evidence.response_id == response_id, Evidence.withdrawn_at.is_(None)))
    raised = set()
    for row in rows:
        try:
            finding = sealing.open_column(session, row, "finding")
            raised.add(Expected(finding["rule"], finding["topic"], finding["kind"], row.severity))
        except UNREADABLE as failure:
            log.error("evidence could not be opened", failure=type(failure).__name__)
    return raised
