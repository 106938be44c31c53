"""How things stand for a patient now: what is asked of her, what waits to be read, how she is reached, her pause."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import clock
from prom.assignments import links
from prom.assignments.models import IS_OPEN, Assignment, Information
from prom.audit import service as audit
from prom.catalogue.queries import instrument
from prom.errors import NotFound
from prom.my_page.sessions import Me
from prom.pathways.models import Episode
from prom.pathways.queries import episodes_of, pathway
from prom.patients.models import ContactPoint
from prom.patients.queries import Identity, identity, points_of
from prom.responses import wording
from prom.responses.wording import Words
from prom.staff.models import Unit
from prom.staff.queries import unit as find_unit


@dataclass(frozen=True)
class Asked:
    """What she can answer now, and whether she has begun it."""

    id: uuid.UUID
    title: Words
    until: datetime
    begun: bool


@dataclass(frozen=True)
class Item:
    """A text of her pathway that was given to her."""

    id: uuid.UUID
    title: Words
    text: Words
    given_at: datetime
    read: bool


@dataclass(frozen=True)
class Present:
    """The patient and where she belongs: her newest active episode, else the newest."""

    identity: Identity
    unit: Unit | None
    episodes: Sequence[Episode]
    point: ContactPoint | None

    @property
    def active(self) -> Sequence[Episode]:
        """Her episodes that have not ended."""
        return [each for each in self.episodes if each.status == "active"]

    @property
    def paused_until(self) -> datetime | None:
        """When her pause ends; None where none runs."""
        ends = [each.paused_until for each in self.active if each.paused_until and each.paused_until > clock.now()]
        return max(ends, default=None)


def present(session: Session, me: Me) -> Present:
    """Return the patient as she is now. Whoever shows it calls `record()`."""
    episodes = sorted(episodes_of(session, me.patient_id), key=lambda each: each.status != "active")
    return Present(
        identity=identity(session, me.patient_id),
        unit=find_unit(session, episodes[0].unit_id) if episodes else None,
        episodes=episodes,
        point=points_of(session, [me.patient_id]).get(me.patient_id),
    )


def asked_now(session: Session, me: Me, language: str) -> Sequence[Asked]:
    """Return what she can answer now, the newest first."""
    rows = session.scalars(
        select(Assignment)
        .where(Assignment.patient_id == me.patient_id, IS_OPEN, Assignment.origin != "staff")
        .order_by(Assignment.opens_at.desc(), Assignment.id.desc())
    )
    return [_asked(session, row, language) for row in rows if links.is_answerable(row, clock.now())]


def hers(session: Session, me: Me, assignment_id: uuid.UUID) -> Assignment:
    """Return an assignment that she can answer now; raises NotFound for any other."""
    row = session.get(Assignment, assignment_id)
    if row is None or row.patient_id != me.patient_id or row.origin == "staff":
        raise NotFound("assignment")
    if not links.is_answerable(row, clock.now()):
        raise NotFound("assignment")
    return row


def information(session: Session, me: Me, language: str) -> Sequence[Item]:
    """Return the texts that were given to her, newest first; one whose words are gone is left out.

    Of one that was given again, since its day was moved, only the latest.
    """
    rows = session.scalars(
        select(Information)
        .where(Information.patient_id == me.patient_id, Information.given_at <= clock.now())
        .order_by(Information.given_at.desc(), Information.id.desc())
    )
    latest = {(row.episode_id, row.key): row for row in reversed(rows.all())}
    shown = sorted(latest.values(), key=lambda row: (row.given_at, row.id), reverse=True)
    return [item for row in shown if (item := _item(session, row, language)) is not None]


def mark_read(session: Session, me: Me, information_id: uuid.UUID) -> None:
    """Note that she has read a text; a second time changes nothing. Raises NotFound for anybody else's."""
    row = session.get(Information, information_id)
    if row is None or row.patient_id != me.patient_id:
        raise NotFound("information")
    if row.read_at is None:
        row.read_at = clock.now()
        session.flush()
        record(session, me, "information.read", "information", row.id)


def record(session: Session, me: Me, action: str, entity: str = "patient", entity_id: uuid.UUID | None = None) -> None:
    """Write down what she read or changed of her own."""
    audit.record(
        session,
        me.actor,
        action,
        tenant_id=me.tenant_id,
        entity=entity,
        entity_id=entity_id or me.patient_id,
        subjects=[me.patient_id],
    )


def _asked(session: Session, row: Assignment, language: str) -> Asked:
    return Asked(
        id=row.id,
        title=wording.of(instrument(session, row.questionnaire).questionnaire.title, language),
        until=row.begun_expires_at if row.begun_at else row.expires_at,
        begun=row.begun_at is not None,
    )


def _item(session: Session, row: Information, language: str) -> Item | None:
    url, _, version = row.pathway.partition("|")
    known = pathway(session, url, version).information
    found = next((each for each in known if each.key == row.key), None)
    if found is None:
        return None
    title, words = wording.of(found.title, language), wording.of(found.text, language)
    return Item(row.id, title, wording.unbroken(words), row.given_at, row.read_at is not None)
