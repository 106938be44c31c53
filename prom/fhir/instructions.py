"""What a response asked its patient to do at once, read from the evidence that it raised."""

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.findings import Finding
from alerts.rules import Severity
from prom.language import PATIENT_LANGUAGES
from prom.responses import wording
from prom.responses.models import Response
from prom.responses.wording import Words
from prom.staff.models import Unit
from prom.worklist.queries import OpenedEvidence, evidence_for_responses
from questionnaires.definition import Texts


@dataclass(frozen=True)
class Instruction:
    """One sentence for the patient, how grave it is, and the numbers to call: the one that it names stands first."""

    severity: Severity
    words: Words
    numbers: tuple[str, ...]


def of_responses(
    session: Session, rows: Collection[Response], units: Mapping[uuid.UUID, Unit], language: str
) -> dict[uuid.UUID, tuple[Instruction, ...]]:
    """Return what each response asks for, calling 113 first, in its own language or else in the one given."""
    evidence = evidence_for_responses(session, [row.id for row in rows])
    asked = {row.id: [_in_evidence(each) for each in evidence.get(row.id, ())] for row in rows}
    return {row.id: _worded(asked[row.id], units[row.unit_id].phone, spoken(row, language)) for row in rows}


def of_findings(findings: Iterable[Finding], row: Response, unit: Unit, language: str) -> tuple[Instruction, ...]:
    """Return the same for a response that was judged in this very transaction."""
    return _worded([(each.instruction, each.severity) for each in findings], unit.phone, spoken(row, language))


def spoken(row: Response, language: str) -> str:
    """Return the language that a response was answered in, as texts know it: nb-NO and no are nb."""
    primary = row.language.partition("-")[0].lower()
    known = {"no": "nb"}.get(primary, primary)
    return known if known in PATIENT_LANGUAGES else language


def _in_evidence(evidence: OpenedEvidence) -> tuple[Texts | None, Severity]:
    texts = evidence.finding["instruction"]
    return (Texts.of(texts) if texts else None), Severity(evidence.row.severity)


def _worded(asked: Iterable[tuple[Texts | None, Severity]], phone: str, language: str) -> tuple[Instruction, ...]:
    found: dict[Words, Severity] = {}
    for texts, severity in asked:
        if texts is not None:
            words = wording.instruction(texts, phone, language)
            found[words] = max(severity, found.get(words, Severity.AT_VISIT))
    ordered = sorted(found, key=lambda words: not wording.calls_113(words))
    return tuple(Instruction(found[words], words, wording.numbers((words,), phone)) for words in ordered)


def units_of(session: Session, tenant_id: uuid.UUID) -> dict[uuid.UUID, Unit]:
    """Return the hospital's units by id: whom to call, and in which zone days begin."""
    return {unit.id: unit for unit in session.scalars(select(Unit).where(Unit.tenant_id == tenant_id))}
