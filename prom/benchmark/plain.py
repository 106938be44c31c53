"""The bytes that the real code seals of each report, and proof that what was filled in opens by the real code."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import crypto, db
from prom.assignments.models import Assignment
from prom.benchmark.answers import Variant
from prom.benchmark.hospital import Hospital
from prom.crypto import Place
from prom.db import new_id
from prom.patients import sealing
from prom.patients.queries import identity, mobile_of
from prom.responses import drafts, history
from prom.responses.models import PatientState, Response

#: What of a response is sealed.
COLUMNS = ("document_sealed", "scores_sealed")
SAMPLE = 20


@dataclass(frozen=True)
class Report:
    """A report as it is before it is sealed."""

    variant: Variant
    document: bytes
    scores: bytes


def reports(hospital: Hospital) -> dict[str, list[Report]]:
    """Return each report's bytes by kind: sealed once by the real code, and opened again."""
    with db.reading() as session:
        return {
            kind: [_report(session, hospital, variant) for variant in variants]
            for kind, variants in hospital.variants.items()
        }


def _report(session: Session, hospital: Hospital, variant: Variant) -> Report:
    # A row of no patient is sealed with the tenant's key, which is at hand.
    row = Response(id=new_id(), tenant_id=hospital.tenant_id, patient_id=None)
    drafts.seal_response(session, row, "document", variant.response)
    sealing.seal(session, row, "scores", variant.scores_document)
    key = crypto.keyring().tenant(hospital.tenant_id).wrapping
    document, scores = (
        crypto.open_bytes(key, getattr(row, name), Place("response", name, hospital.tenant_id, row.id))
        for name in COLUMNS
    )
    return Report(variant, document, scores)


class NotAsTheRealCode(Exception):
    """What was filled in is not what the real code would have written; no figure over it would mean anything."""


def checked(hospital: Hospital) -> int:
    """Open a sample of patients and all their rows by the real code; raises NotAsTheRealCode, or CannotOpen."""
    with db.reading() as session:
        states = session.scalars(select(PatientState).order_by(PatientState.history_sealed).limit(SAMPLE)).all()
        return sum(_check(session, hospital.variants, state) for state in states)


def _check(session: Session, variants: Mapping[str, Sequence[Variant]], state: PatientState) -> int:
    known = {variant.response.items for group in variants.values() for variant in group}
    assignment = session.scalars(select(Assignment).where(Assignment.episode_id == state.episode_id).limit(1)).one()
    rows = history.responses_in(session, assignment)
    answers = {drafts.opened(session, row).items for row in rows}
    right = answers <= known and history.read(session, state) == history.rebuilt(session, rows)
    if not right or not _is_somebody(session, state.patient_id):
        raise NotAsTheRealCode
    return len(rows)


def _is_somebody(session: Session, patient_id: uuid.UUID) -> bool:
    return bool(identity(session, patient_id).name) and mobile_of(session, patient_id) is not None
