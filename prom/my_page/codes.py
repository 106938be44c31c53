"""One-time codes by SMS: six digits, ten minutes, five tries, for the browser that asked and for nobody else.

Only a keyed hash of a code is stored, bound to what it is for: a code that opens her page changes no number, and a code
sent to a number makes no other number hers. Whoever asks is told the same, whatever came of it.
"""

import secrets
import uuid
from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from prom import clock, crypto, language
from prom.audit import service as audit
from prom.audit.service import Actor
from prom.db import new_id
from prom.messaging import outbox
from prom.messaging.models import Kind
from prom.messaging.outbox import Letter
from prom.my_page import attempts
from prom.my_page.models import OneTimeCode
from prom.patients import contact, phone
from prom.patients.models import ContactPoint, Patient
from prom.patients.queries import identity

MINUTES = 10
LASTS = timedelta(minutes=MINUTES)
TRIES = 5
DIGITS = 6
#: At most so many codes within an hour to one number, and about one patient.
MOST = 3
MOST_WITHIN = timedelta(hours=1)

#: What a code is for.
ENTER, NUMBER = "enter", "number"


def ask(session: Session, tenant_id: uuid.UUID, browser: str, given_phone: str, born: date) -> None:
    """Send a code to a registered number where the birth date is that of a patient of it; tell nobody whether it was.

    `browser` is the token of the browser that asks. Of two who share the number the birth date decides; where both are
    born on that day neither gets a code, since nobody may guess. Each asking counts for its number and birth date,
    right or wrong; a browser that she came in with before has tries and codes of its own, which no stranger can use up.
    How long this takes does tell whether the number is a patient's, so whoever calls answers after a fixed time. Raises
    Invalid for what is no mobile number.
    """
    mobile = phone.mobile(given_phone)
    points = contact.points_of_number(session, tenant_id, mobile)
    _hold(session, points)
    shared = {point.patient_id for point in points}
    own = browser if shared & _came_in_by(session, browser) else ""
    if not attempts.allow(session, tenant_id, mobile, born, own):
        return
    meant = [point for point in points if _is_hers(session, point, born)]
    if len(meant) != 1 or _sent_lately(session, shared, own) >= MOST:
        return
    _send(session, meant[0].patient_id, browser, ENTER, mobile)


def ask_for_number(session: Session, patient_id: uuid.UUID, browser: str, mobile: str) -> bool:
    """Send a code to a number (E.164) that is to become hers; False where she had too many within the hour."""
    _hold_patient(session, patient_id)
    if _sent_lately(session, {patient_id}) >= MOST:
        return False
    _send(session, patient_id, browser, NUMBER, mobile)
    return True


def take(session: Session, browser: str | None, given: str, about: str = ENTER, mobile: str = "") -> uuid.UUID | None:
    """Use up the code that was given, and return whose it is; None for a wrong one, whatever is wrong with it.

    Each wrong try counts for every code that this browser could use, and has to be committed: do not raise inside the
    same transaction.
    """
    for code in _usable(session, browser):
        if crypto.same(code.code_hash, _hash(code, about, mobile, _digits(given))):
            code.used_at = clock.now()
            session.flush()
            _record(session, code, "code.use")
            return code.patient_id
        code.tries += 1
        _record(session, code, "code.refuse")
    session.flush()
    return None


def _digits(given: str) -> str:
    return "".join(each for each in given if each.isascii() and each.isdecimal())


def _is_hers(session: Session, point: ContactPoint, born: date) -> bool:
    who = session.get_one(Patient, point.patient_id)
    return who.stopped_at is None and identity(session, who.id).birth_date == born


def _usable(session: Session, browser: str | None) -> Sequence[OneTimeCode]:
    """The codes that this browser asked for and can still use, newest first, locked: two tries at once both count."""
    if not browser:
        return []
    return session.scalars(
        select(OneTimeCode)
        .where(
            OneTimeCode.browser_hash == crypto.token_hash(browser),
            OneTimeCode.used_at.is_(None),
            OneTimeCode.expires_at > clock.now(),
            OneTimeCode.tries < TRIES,
        )
        .order_by(OneTimeCode.created_at.desc(), OneTimeCode.id.desc())
        .with_for_update()
    ).all()


def _came_in_by(session: Session, browser: str) -> set[uuid.UUID]:
    """Return the patients who have come in with this browser before."""
    used = select(OneTimeCode.patient_id).where(
        OneTimeCode.browser_hash == crypto.token_hash(browser), OneTimeCode.used_at.is_not(None)
    )
    return set(session.scalars(used))


def _sent_lately(session: Session, patient_ids: set[uuid.UUID], browser: str = "") -> int:
    """Return how many codes were sent within the hour; to one browser alone where it is given."""
    lately = select(func.count()).where(
        OneTimeCode.patient_id.in_(patient_ids), OneTimeCode.created_at > clock.now() - MOST_WITHIN
    )
    if browser:
        lately = lately.where(OneTimeCode.browser_hash == crypto.token_hash(browser))
    return session.scalar(lately) or 0


def _hold(session: Session, points: Sequence[ContactPoint]) -> None:
    """Let two who ask at once come one after the other: each would else find that the other had none yet."""
    for patient_id in sorted({point.patient_id for point in points}):
        _hold_patient(session, patient_id)


def _hold_patient(session: Session, patient_id: uuid.UUID) -> None:
    session.get_one(Patient, patient_id, with_for_update={"key_share": True}, populate_existing=True)


def _send(session: Session, patient_id: uuid.UUID, browser: str, about: str, mobile: str) -> None:
    who = session.get_one(Patient, patient_id)
    digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    now = clock.now()
    code = OneTimeCode(
        id=new_id(),
        tenant_id=who.tenant_id,
        patient_id=patient_id,
        browser_hash=crypto.token_hash(browser),
        created_at=now,
        expires_at=now + LASTS,
        tries=0,
    )
    code.code_hash = _hash(code, about, mobile, digits)
    session.add(code)
    session.flush()
    _record(session, code, "code.send")
    words = language.text("message.code", identity(session, patient_id).language, code=digits)
    outbox.put(
        session,
        Letter(
            tenant_id=who.tenant_id,
            kind=Kind.CODE,
            key=f"code:{code.id}",
            to=mobile,
            body=words,
            expires_at=code.expires_at,
            patient_id=patient_id,
        ),
    )


def _hash(code: OneTimeCode, about: str, mobile: str, digits: str) -> bytes:
    bound = mobile if about == NUMBER else ""
    return crypto.keyed_hash(code.tenant_id, "one-time-code", f"{code.id}|{about}|{bound}|{digits}")


def _record(session: Session, code: OneTimeCode, action: str) -> None:
    """Whoever holds the phone is not known to be her before the code was right; the record names no more than that."""
    audit.record(
        session,
        Actor("patient"),
        action,
        tenant_id=code.tenant_id,
        entity="one_time_code",
        entity_id=code.id,
        subjects=[code.patient_id],
        reason="sign-in",
    )
