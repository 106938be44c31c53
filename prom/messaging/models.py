"""The table of the outbox: one row per SMS that is to leave the house."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, and_, or_, text
from sqlalchemy.orm import Mapped, mapped_column

from prom.db import Base, Instant, new_id


class Kind(StrEnum):
    """What a message is for. `on-call` and `staff` go to staff, all others to a patient."""

    ASSIGNMENT = "assignment"
    NEW_LINK = "new-link"
    ON_CALL = "on-call"
    REMINDER = "reminder"
    #: A text of the pathway waits for her.
    INFORMATION = "information"
    #: Nobody reads her answers any more.
    ENDED = "ended"
    #: The one-time code for her own page.
    CODE = "code"
    #: One question of a conversation by SMS.
    QUESTION = "question"
    #: The automatic answer to what she wrote.
    REPLY = "reply"
    #: E-mail to staff.
    STAFF = "staff"


class State(StrEnum):
    """Where a message stands. The first three are open: a worker has still to do something."""

    PENDING = "pending"
    LEASED = "leased"
    #: Perhaps it went out: the vendor's list is asked before it is sent again.
    AMBIGUOUS = "ambiguous"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"


def _among(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


OPEN_STATES = (State.PENDING, State.LEASED, State.AMBIGUOUS)
SETTLED_STATES = (State.DELIVERED, State.FAILED, State.CANCELLED)
#: Conditions of the partial indexes, written out: PostgreSQL proves nothing from bound parameters.
IS_OPEN = f"state IN ({_among(OPEN_STATES)})"
IS_OPEN_ON_CALL = f"{IS_OPEN} AND kind = '{Kind.ON_CALL}'"
#: Somebody sits with the phone in hand: what she is told to do at once, her code, the link that she asked for.
WAITED_FOR = (Kind.REPLY, Kind.CODE, Kind.NEW_LINK)
IS_OPEN_WAITED_FOR = f"{IS_OPEN} AND kind IN ({_among(WAITED_FOR)})"
HAS_FAILED = f"state = '{State.FAILED}'"
HAS_LETTER = "letter_sealed IS NOT NULL"
HAS_VENDOR_ID = "vendor_id IS NOT NULL"
#: Why one has failed whose end came before it was known to be out.
EXPIRED = "expired"
#: The failure of a message that was cancelled when everything about its patient was stopped, such as at her death.
STOPPED = "stopped"


class Message(Base):
    """One SMS. Its letter is sealed with the patient's key, or with the tenant's where it is about no patient."""

    __tablename__ = "message"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    #: No foreign keys here: what causes a message has these, and none of those rows is ever deleted.
    tenant_id: Mapped[uuid.UUID]
    patient_id: Mapped[uuid.UUID | None]
    unit_id: Mapped[uuid.UUID | None]
    #: Nor here: assignments lie above messages, which do not know them.
    assignment_id: Mapped[uuid.UUID | None]
    #: A Kind.
    kind: Mapped[str]
    #: What makes it this message and no other, so that a sweep that runs twice writes once. No health data, no numbers.
    key: Mapped[str] = mapped_column(unique=True)
    #: A State.
    state: Mapped[str]
    #: {to (E.164), body}; none before it is composed, which is at the moment of sending, and once it was blanked.
    letter_sealed: Mapped[bytes | None]
    created_at: Mapped[datetime] = mapped_column(Instant)
    #: Not to be sent before this, so an old one that is still open shows a late outbox. Tries that fail do not move it;
    #: what rightly waited, as for the end of quiet hours, should have been sent from that end on.
    send_after: Mapped[datetime] = mapped_column(Instant)
    #: When a worker may next take it: the first sending, the next try, or the end of the running lease. Once it is
    #: accepted: when the vendor is asked after it, or was last asked to forget it.
    try_at: Mapped[datetime] = mapped_column(Instant)
    #: From here on it is no longer sent, and its letter is blanked.
    expires_at: Mapped[datetime] = mapped_column(Instant)
    #: The fencing number: one more with every lease. A worker whose number is older has lost the message.
    lease: Mapped[int]
    attempts: Mapped[int]
    #: The vendor's own id, from acceptance on.
    vendor_id: Mapped[str | None]
    accepted_at: Mapped[datetime | None] = mapped_column(Instant)
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    #: A short code of what went wrong last, such as `twilio-21610`; never a number or words of the message.
    failure: Mapped[str | None]
    #: When the composer made its words; None before, and for one that was put in with words.
    composed_at: Mapped[datetime | None] = mapped_column(Instant)
    #: How many SMS its words take; None before it is composed.
    segments: Mapped[int | None]
    #: When the vendor was last asked to forget its words, and had done so.
    erased_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        CheckConstraint(f"kind IN ({_among(tuple(Kind))})", name="kind_known"),
        CheckConstraint(f"state IN ({_among(tuple(State))})", name="state_known"),
        CheckConstraint("lease >= 0 AND attempts >= 0", name="counts_not_negative"),
        CheckConstraint(
            "state NOT IN ('accepted', 'delivered') OR (vendor_id IS NOT NULL AND accepted_at IS NOT NULL)",
            name="accepted_by_a_vendor",
        ),
        CheckConstraint(f"(state IN ({_among(SETTLED_STATES)})) = (settled_at IS NOT NULL)", name="settled_at_an_end"),
        CheckConstraint("state <> 'failed' OR failure IS NOT NULL", name="failed_says_why"),
        Index("ix_message_due", "try_at", postgresql_where=text(IS_OPEN), sqlite_where=text(IS_OPEN)),
        Index(
            "ix_message_due_on_call",
            "try_at",
            postgresql_where=text(IS_OPEN_ON_CALL),
            sqlite_where=text(IS_OPEN_ON_CALL),
        ),
        Index(
            "ix_message_due_waited_for",
            "try_at",
            postgresql_where=text(IS_OPEN_WAITED_FOR),
            sqlite_where=text(IS_OPEN_WAITED_FOR),
        ),
        Index(
            "ix_message_accepted",
            "accepted_at",
            postgresql_where=text("accepted_at IS NOT NULL"),
            sqlite_where=text("accepted_at IS NOT NULL"),
        ),
        Index("ix_message_failed", "settled_at", postgresql_where=text(HAS_FAILED), sqlite_where=text(HAS_FAILED)),
        Index("ix_message_letter", "expires_at", postgresql_where=text(HAS_LETTER), sqlite_where=text(HAS_LETTER)),
        Index(None, "assignment_id"),
        Index(None, "patient_id", "created_at"),
        Index(
            "ix_message_vendor_id",
            "vendor_id",
            postgresql_where=text(HAS_VENDOR_ID),
            sqlite_where=text(HAS_VENDOR_ID),
        ),
    )


def may_be_unknown() -> ColumnElement[bool]:
    """Whether the vendor may have a letter that its message does not name.

    So it is where it was taken more than once, and where it was given up in the middle of its only try.
    """
    given_up = or_(Message.state == State.CANCELLED, Message.failure == EXPIRED)
    return or_(Message.lease > 1, and_(Message.lease == 1, Message.vendor_id.is_(None), given_up))


class MessageCopy(Base):
    """A letter that the vendor has beside the one its message names: it was sent again after an answer was lost."""

    __tablename__ = "message_copy"

    vendor_id: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenant.id"))
    message_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("message.id"))
    noted_at: Mapped[datetime] = mapped_column(Instant)
    #: When the vendor was asked to forget its words, and had done so.
    erased_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (Index(None, "message_id"),)


class Incoming(Base):
    """An SMS that came in. Its words are sealed with the patient's key; the tenant's where nobody is known."""

    __tablename__ = "incoming"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenant.id"))
    patient_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("patient.id"))
    #: The vendor's id, by which a second delivery of the same is known.
    vendor_id: Mapped[str] = mapped_column(unique=True)
    #: {from (E.164), body}; none once it was blanked.
    letter_sealed: Mapped[bytes | None]
    received_at: Mapped[datetime] = mapped_column(Instant)
    #: When it was acted on, and a short code of how: answer, stop, start, help, forwarded, several, unknown
    handled_at: Mapped[datetime | None] = mapped_column(Instant)
    outcome: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("(handled_at IS NULL) = (outcome IS NULL)", name="handled_says_how"),
        Index(
            "ix_incoming_open",
            "received_at",
            postgresql_where=text("handled_at IS NULL"),
            sqlite_where=text("handled_at IS NULL"),
        ),
        Index(None, "patient_id", "received_at"),
    )
