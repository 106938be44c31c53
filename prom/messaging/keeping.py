"""What is left to do at a vendor that keeps what it was given: ask how a letter fared, and let it forget the words."""

from collections.abc import Sequence
from datetime import timedelta

import structlog
from sqlalchemy import and_, func, not_, or_, select, text
from sqlalchemy.orm import Session

from prom import clock
from prom.db import reading, transaction
from prom.messaging.models import HAS_LETTER, SETTLED_STATES, Kind, Message, MessageCopy, State, may_be_unknown
from prom.messaging.progress import note, of_another
from prom.messaging.recording import record
from prom.messaging.sending import word
from prom.messaging.settling import note_copy
from prom.messaging.taking import CLOCK_SKEW
from prom.messaging.transport import Ambiguous, Keeper, Letter, Refused, Transport
from prom.patients import sealing
from prom.sweeping import until_stopped

#: Older ones are left: the vendor itself keeps nothing for so long.
OLDEST = timedelta(days=30)
#: After so long the vendor's list shows all that it has.
LIST_IS_WHOLE = timedelta(hours=1)
#: At most so many calls to the vendor in one run, and no longer than this.
AT_ONCE = 200
LONGEST_RUN = timedelta(seconds=30)

log = structlog.get_logger()


def keep_up(transport: Transport) -> int:
    """Ask after letters of which nothing was heard, erase the words of those that are settled; returns how many.

    What the vendor refuses is tried again with the next run. No transaction is open while the vendor is called. A
    transport that keeps nothing has nothing to be asked.
    """
    if not isinstance(transport, Keeper):
        return 0
    return _ask(transport) + _erase(transport) + _erase_copies(transport)


def _ask(keeper: Keeper) -> int:
    """A callback that was lost would leave a message accepted for ever, and a failure unseen."""
    with reading() as session:
        silent = _silent(session)
    done, ends = 0, clock.now() + LONGEST_RUN
    for message in until_stopped(silent):
        if clock.now() >= ends:
            break
        try:
            told = keeper.ask_after(str(message.vendor_id))
        except (Refused, Ambiguous) as error:
            log.warning("vendor tells nothing", message_id=str(message.id), failure=word(error))
            continue
        with transaction() as session:
            done += note(session, message.id, told)
            _ask_later(session, message)
    return done


def _silent(session: Session) -> Sequence[Message]:
    now = clock.now()
    found = select(Message).where(
        Message.accepted_at > now - OLDEST,
        Message.state == State.ACCEPTED,
        Message.kind != Kind.STAFF,  # nobody tells how a mail fared
        Message.expires_at > now,
        Message.try_at <= now,
    )
    return session.scalars(found.order_by(Message.try_at).limit(AT_ONCE)).all()


def _ask_later(session: Session, message: Message) -> None:
    row = session.get_one(Message, message.id)
    if row.state == State.ACCEPTED and row.accepted_at is not None:
        row.try_at = clock.now() + (clock.now() - row.accepted_at)


def _erase(keeper: Keeper) -> int:
    with reading() as session:
        rows = _to_erase(session)
    done, ends = 0, clock.now() + LONGEST_RUN
    for message in until_stopped(rows):
        if clock.now() >= ends:
            break
        forgotten = _copies_noted(keeper, message) and (message.vendor_id is None or _erased(keeper, message.vendor_id))
        with transaction() as session:
            _note_erasing(session, session.get_one(Message, message.id), forgotten)
        done += forgotten
    return done


def _note_erasing(session: Session, row: Message, forgotten: bool) -> None:
    """What the vendor does not forget goes to the end of the line, so that it keeps nothing else there."""
    if not forgotten:
        row.try_at = clock.now()
        return
    row.erased_at = clock.now()
    record(session, "message.blank", row)


def _to_erase(session: Session) -> Sequence[Message]:
    """What is settled or over, and was accepted, or may be there all the same.

    What may be there unknown to us waits for an hour, so that a slow list shows all that there is of it.
    """
    now = clock.now()
    ended = Message.state.in_((State.FAILED, State.CANCELLED))
    perhaps_there = and_(ended, Message.settled_at > now - OLDEST, may_be_unknown(), text(HAS_LETTER))
    over = or_(Message.state.in_(SETTLED_STATES), Message.expires_at <= now)
    listed = func.coalesce(Message.accepted_at, Message.settled_at) <= now - LIST_IS_WHOLE
    return session.scalars(
        select(Message)
        .where(or_(Message.accepted_at > now - OLDEST, perhaps_there), Message.erased_at.is_(None), over)
        .where(or_(not_(may_be_unknown()), listed))
        .order_by(Message.try_at)
        .limit(AT_ONCE)
    ).all()


def _copies_noted(keeper: Keeper, message: Message) -> bool:
    """Remember all that the vendor has of a message that may have been sent twice; false where it does not tell."""
    if message.letter_sealed is None or (message.lease <= 1 and message.vendor_id is not None):
        return True
    with transaction() as session:
        row = session.get_one(Message, message.id)
        record(session, "message.send", row)
        letter = sealing.open_column(session, row, "letter")
    try:
        since = message.created_at - CLOCK_SKEW
        found = keeper.copies(Letter(letter["to"], letter["body"], message.id), since)
    except (Refused, Ambiguous) as error:
        log.warning("vendor tells nothing", message_id=str(message.id), failure=word(error))
        return False
    with transaction() as session:
        row = session.get_one(Message, message.id)
        for vendor_id in found:
            if vendor_id != row.vendor_id and not of_another(session, row, vendor_id):
                note_copy(session, row, vendor_id)
    return True


def _erase_copies(keeper: Keeper) -> int:
    with reading() as session:
        # By chance: those that the vendor does not forget keep nothing else from its turn.
        known = select(MessageCopy).where(MessageCopy.erased_at.is_(None), MessageCopy.noted_at > clock.now() - OLDEST)
        copies = session.scalars(known.order_by(func.random()).limit(AT_ONCE)).all()
    done, ends = 0, clock.now() + LONGEST_RUN
    for copy in until_stopped(copies):
        if clock.now() >= ends:
            break
        if _erased(keeper, copy.vendor_id):
            with transaction() as session:
                session.get_one(MessageCopy, copy.vendor_id).erased_at = clock.now()
            done += 1
    return done


def _erased(keeper: Keeper, vendor_id: str) -> bool:
    try:
        keeper.erase(vendor_id)
    except (Refused, Ambiguous) as error:
        log.warning("vendor does not forget", failure=word(error))
        return False
    return True
