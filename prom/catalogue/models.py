"""The table of definitions: questionnaires, scoring keys, advice, rule sets and pathways, each version a row."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from prom.db import Base, Instant, new_id


class Definition(Base):
    """One version of one definition. Its document stands as it came and never changes once it is published."""

    __tablename__ = "definition"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    #: questionnaire, scoring-key, advice, rule-set, pathway
    kind: Mapped[str]
    url: Mapped[str]
    version: Mapped[str]
    #: The short name that the command line takes, such as `symptom-check`.
    name: Mapped[str]
    #: draft, active, retired
    status: Mapped[str]
    #: The document as JSON text.
    document: Mapped[str]
    imported_at: Mapped[datetime] = mapped_column(Instant)
    published_at: Mapped[datetime | None] = mapped_column(Instant)
    #: The account that put it forward, and the named clinician who signed it.
    author: Mapped[str]
    signed_by: Mapped[str | None]

    __table_args__ = (
        UniqueConstraint("kind", "url", "version"),
        CheckConstraint("status IN ('draft', 'active', 'retired')", name="status_known"),
        CheckConstraint("status = 'draft' OR signed_by IS NOT NULL", name="published_is_signed"),
        CheckConstraint("signed_by IS NULL OR signed_by <> author", name="signed_by_another"),
    )
