"""The tables of answers: drafts, responses, and what the rules need of a patient's past."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from prom.db import Base, Instant, new_id

#: The statuses of a response that was answered to its end.
WHOLE = ("completed", "amended")


class Draft(Base):
    """A response that has been begun: what was answered so far, sealed, in the version it was asked in."""

    __tablename__ = "draft"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenant.id"))
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patient.id"))
    assignment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("assignment.id"), unique=True)
    #: A FHIR QuestionnaireResponse, in-progress
    response_sealed: Mapped[bytes]
    language: Mapped[str]
    begun_at: Mapped[datetime] = mapped_column(Instant)
    saved_at: Mapped[datetime] = mapped_column(Instant)


class Response(Base):
    """A response as it was given, with the scores it was worth and the versions it was asked and judged by."""

    __tablename__ = "response"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenant.id"))
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patient.id"))
    episode_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("episode.id"))
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    assignment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("assignment.id"))
    #: `url|version`
    questionnaire: Mapped[str]
    #: `url|version`; None where nobody judges
    rules: Mapped[str | None]
    #: completed; amended; in-progress (expired as begun, judged on what it holds); entered-in-error
    status: Mapped[str]
    #: Who answered: patient, proxy, staff
    source: Mapped[str]
    #: Who recorded it: patient, clinician or client (a machine), and whose id where it was not the patient
    author: Mapped[str]
    author_id: Mapped[uuid.UUID | None]
    #: When it was answered, and when it came in.
    authored_at: Mapped[datetime] = mapped_column(Instant)
    received_at: Mapped[datetime] = mapped_column(Instant)
    language: Mapped[str]
    #: Counts the changes, from 1; amending an older one is refused.
    version: Mapped[int] = mapped_column(default=1)
    #: When it came in or was last changed.
    updated_at: Mapped[datetime] = mapped_column(Instant)
    #: A keyed hash of the identifier that a machine gave it, so that a retry finds it; the identifier itself is sealed.
    identifier_hash: Mapped[bytes | None]
    #: A FHIR QuestionnaireResponse
    document_sealed: Mapped[bytes]
    #: {row: text, scores: {scale: {value, missing}}, attributes: {scale: {linkId: number}}}, see scored.py
    scores_sealed: Mapped[bytes]
    corrected_at: Mapped[datetime | None] = mapped_column(Instant)
    #: When the auditor judged it a second time; None until then.
    rechecked_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        CheckConstraint("status IN ('completed', 'amended', 'in-progress', 'entered-in-error')", name="status_known"),
        CheckConstraint("source IN ('patient', 'proxy', 'staff')", name="source_known"),
        Index(
            "ix_response_one_per_assignment",
            "assignment_id",
            unique=True,
            postgresql_where=text("status <> 'entered-in-error'"),
            sqlite_where=text("status <> 'entered-in-error'"),
        ),
        Index(
            "ix_response_identifier",
            "tenant_id",
            "identifier_hash",
            unique=True,
            postgresql_where=text("identifier_hash IS NOT NULL"),
            sqlite_where=text("identifier_hash IS NOT NULL"),
        ),
        Index(None, "patient_id", "authored_at"),
        Index(None, "questionnaire", "authored_at"),
        Index(None, "updated_at", "id"),
        Index(
            "ix_response_not_rechecked",
            "received_at",
            postgresql_where=text("rechecked_at IS NULL"),
            sqlite_where=text("rechecked_at IS NULL"),
        ),
    )


#: Written out, as in the partial index: PostgreSQL proves nothing from bound parameters, and would plan each time anew.
COUNTS = Response.status != literal_column("'entered-in-error'")


class ReplacedResponse(Base):
    """A response as it stood before it was amended: what was once answered is never lost."""

    __tablename__ = "replaced_response"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenant.id"))
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patient.id"))
    response_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("response.id"))
    version: Mapped[int]
    status: Mapped[str]
    source: Mapped[str]
    author: Mapped[str]
    author_id: Mapped[uuid.UUID | None]
    authored_at: Mapped[datetime] = mapped_column(Instant)
    replaced_at: Mapped[datetime] = mapped_column(Instant)
    #: A FHIR QuestionnaireResponse
    document_sealed: Mapped[bytes]

    __table_args__ = (UniqueConstraint("response_id", "version"),)


class PatientState(Base):
    """What the rules need of an episode's past, so that judging costs the same after 1,000 reports.

    It can be rebuilt from the responses, and is whenever one is corrected.
    """

    __tablename__ = "patient_state"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenant.id"))
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patient.id"))
    episode_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("episode.id"))
    #: The questionnaire's url, without a version: change is read over versions.
    questionnaire_url: Mapped[str]
    #: {baseline: {source: snapshot}, previous: [snapshot]}
    history_sealed: Mapped[bytes]

    __table_args__ = (UniqueConstraint("episode_id", "questionnaire_url"),)


class Conversation(Base):
    """An assignment that is answered by SMS, one question a message. What was answered lies in its draft."""

    __tablename__ = "conversation"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenant.id"))
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patient.id"))
    assignment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("assignment.id"), unique=True)
    #: asking, done, given-up (she was sent a link instead)
    state: Mapped[str]
    #: Which question was asked last, counted from 1, and how often its answer could not be read.
    position: Mapped[int]
    misread: Mapped[int]
    asked_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        CheckConstraint("state IN ('asking', 'done', 'given-up')", name="state_known"),
        CheckConstraint("position >= 0 AND misread >= 0", name="counts_not_negative"),
        Index(None, "patient_id", "asked_at"),
    )
