"""The standing personal link: by it a patient reports at any time. It can only write, and only with her birth date.

As with every link its token stands in the URL's fragment and only its hash is stored. A report that she has begun is
never opened by it, since its draft would show what she answered: that one ends, and it opens a fresh one.
"""

import uuid
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from prom import clock, crypto
from prom.assignments import asking, links, same, service
from prom.assignments.models import Assignment, PersonalLink
from prom.audit import service as audit
from prom.audit.service import Actor
from prom.db import new_id
from prom.errors import DeadLink
from prom.pathways.models import Episode
from prom.pathways.queries import active_episode, pathway
from prom.patients.queries import identity, patient

WRONG_BIRTH_DATES = 5
#: Reports that one patient can open on her own initiative within the time below.
REPORTS = 12
REPORTS_WITHIN = timedelta(hours=24)


def make(session: Session, patient_id: uuid.UUID, actor: Actor) -> str:
    """Make a patient's personal link and return its token, which is shown this once; an earlier link ends.

    Raises NotFound.
    """
    who = patient(session, patient_id)
    take_back(session, patient_id, actor)
    token = crypto.new_token()
    link = PersonalLink(
        id=new_id(),
        tenant_id=who.tenant_id,
        patient_id=patient_id,
        token_hash=crypto.token_hash(token),
        created_at=clock.now(),
        wrong_birth_dates=0,
    )
    session.add(link)
    session.flush()
    _record(session, link, "personal-link.make", actor)
    return token


def take_back(session: Session, patient_id: uuid.UUID, actor: Actor) -> bool:
    """End a patient's personal link; False where there is none."""
    link = current(session, patient_id, lock=True)
    if link is None:
        return False
    link.ended_at = clock.now()
    session.flush()
    _record(session, link, "personal-link.end", actor)
    return True


def current(session: Session, patient_id: uuid.UUID, *, lock: bool = False) -> PersonalLink | None:
    """Return a patient's personal link that works, if she has one."""
    wanted = (
        select(PersonalLink)
        .where(PersonalLink.patient_id == patient_id, PersonalLink.ended_at.is_(None))
        .order_by(PersonalLink.created_at.desc())
    )
    return session.scalars(wanted.with_for_update() if lock else wanted).first()


def address(public_address: str, token: str) -> str:
    """Return the URL that is printed or kept as a bookmark."""
    return f"{public_address}/r#{token}"


def come_in(session: Session, token: str, given: date | None) -> str | None:
    """Begin a confirmed visit to a report with a link's token and a birth date; returns the visit's own token.

    None for a wrong birth date, which is counted and has to be committed: do not raise inside the same transaction. At
    the limit the link ends. Raises DeadLink for a link that is unknown or has ended, a patient who is on no pathway any
    more, and one who has reported too often.
    """
    link = _find(session, token)
    of = active_episode(session, link.patient_id)
    if of is None:
        raise DeadLink
    if given is None or given != identity(session, link.patient_id).birth_date:
        _refuse(session, link)
        return None
    link.wrong_birth_dates = 0
    session.flush()
    actor = Actor("patient", link.id)
    _record(session, link, "personal-link.use", actor)
    opened = report(session, of, actor, shows_draft=False)
    return links.begin_visit(session, opened, confirmed=True)


def ended_by_guessing(session: Session, token: str) -> PersonalLink | None:
    """Return the link of a token that wrong birth dates have ended; None for any other."""
    wanted = select(PersonalLink).where(
        PersonalLink.token_hash == crypto.token_hash(token),
        PersonalLink.ended_at.is_not(None),
        PersonalLink.wrong_birth_dates >= WRONG_BIRTH_DATES,
    )
    return session.scalars(wanted).first()


def report(session: Session, of: Episode, actor: Actor, *, shows_draft: bool = True) -> Assignment:
    """Return what she reports in on her own initiative: the open form of the same question, else a new one.

    Where nobody may see what she has answered (`shows_draft` is False) a begun form ends now, to be judged on what it
    holds, and she gets a new one; whoever is in the middle of it can go on for a while. Raises DeadLink for too many.
    """
    asked = pathway(session, of.pathway_url, of.pathway_version).on_demand
    asking.hold_what_is_due(session, of, asked)
    found = asking.answerable_forms(session, of, asked)
    usable = [each for each in found if shows_draft or each.begun_at is None]
    if usable:
        return usable[0]
    if not shows_draft and _opened_lately(session, of.patient_id) >= REPORTS:
        raise DeadLink
    for each in same.held(session, [each.id for each in found]):
        same.close(session, each, "cancelled")
    return service.report_again(session, of, actor)


def _find(session: Session, token: str) -> PersonalLink:
    found = session.scalars(
        select(PersonalLink)
        .where(PersonalLink.token_hash == crypto.token_hash(token), PersonalLink.ended_at.is_(None))
        .with_for_update()
    ).first()
    if found is None:
        raise DeadLink
    return found


def _refuse(session: Session, link: PersonalLink) -> None:
    link.wrong_birth_dates += 1
    if link.wrong_birth_dates >= WRONG_BIRTH_DATES:
        link.ended_at = clock.now()
    session.flush()
    _record(session, link, "personal-link.refuse", Actor("patient", link.id))


def _opened_lately(session: Session, patient_id: uuid.UUID) -> int:
    lately = select(func.count()).where(
        Assignment.patient_id == patient_id,
        Assignment.origin == "patient",
        Assignment.opens_at > clock.now() - REPORTS_WITHIN,
    )
    return session.scalar(lately) or 0


def _record(session: Session, link: PersonalLink, action: str, actor: Actor) -> None:
    audit.record(
        session,
        actor,
        action,
        tenant_id=link.tenant_id,
        entity="personal_link",
        entity_id=link.id,
        subjects=[link.patient_id],
    )
