"""What a message to a patient says is made as it is sent, and everything is looked at once more at that moment.

The codes that stand in the contact log where nothing is sent: answered, expired, cancelled, locked, ended, stopped,
paused, opted-out, no-number, reserved, not-digital, reminders-off, unit-gone, goes-on, together, read, taken-back; and
quiet-hours where it waits.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from prom import clock, language
from prom.assignments import links, together
from prom.assignments.models import Assignment, Information
from prom.communications.models import Communication
from prom.communications.queries import told_of
from prom.config import Settings
from prom.messaging.composing import Compose, Composed, Later, Withheld
from prom.messaging.models import Kind, Message
from prom.pathways.definition import Pathway
from prom.pathways.models import Episode
from prom.pathways.queries import active_episode
from prom.pathways.queries import pathway as pathway_of
from prom.patients import contact, sealing
from prom.patients.models import Patient
from prom.patients.person_source import Person
from prom.patients.phone import as_spoken
from prom.patients.queries import identity, points_of
from prom.settings.queries import effective
from prom.settings.quiet_hours import quiet_until
from prom.staff.models import Unit

#: What leads to an assignment. A link that she asked for herself is sent at once, whatever the hour.
WITH_A_LINK = (Kind.ASSIGNMENT, Kind.NEW_LINK, Kind.REMINDER)
#: Which words of the pathway each kind uses; the first that it has.
WORDS = {
    Kind.ASSIGNMENT: ("sms",),
    Kind.NEW_LINK: ("sms",),
    Kind.REMINDER: ("reminder", "sms"),
    Kind.INFORMATION: ("information",),
    Kind.ENDED: ("ended",),
}
#: Where her own page is, under the public address.
OWN_PAGE = "/me"


@dataclass(frozen=True)
class _Case:
    """A message with all that its words and its checks need.

    `asked` is None where it leads to no assignment, `written` where it tells of no text that staff wrote to her.
    """

    message: Message
    patient: Patient
    episode: Episode
    pathway: Pathway
    unit: Unit
    asked: Assignment | None
    written: Communication | None
    person: Person | None

    @property
    def kind(self) -> Kind:
        """What it is for."""
        return Kind(self.message.kind)


def compose(settings: Settings) -> Compose:
    """Return what composes assignment, new-link, reminder, information and ended messages.

    Each is looked at again, in the patient's language and with the present words of her pathway; a link is minted here.
    What it returns raises LookupError for another kind of message, and for one whose episode is not known.
    """

    def composed(session: Session, message: Message, person: Person | None) -> Composed | Withheld | Later:
        if Kind(message.kind) not in WORDS:
            raise LookupError(message.kind)
        found = _case(session, message, person)
        return found if isinstance(found, Withheld) else _composed(session, found, settings)

    return composed


def withheld(session: Session, message: Message, person: Person | None) -> Withheld | None:
    """Look once more at a message of an assignment whose words another part makes; why it is not sent, or None."""
    found = _case(session, message, person)
    if isinstance(found, Withheld):
        return found
    code = next(_against(session, found, clock.now()), None)
    return Withheld(code) if code is not None else None


def _case(session: Session, message: Message, person: Person | None) -> _Case | Withheld:
    patient = session.get_one(Patient, message.patient_id, populate_existing=True)
    asked = session.get(Assignment, message.assignment_id, populate_existing=True) if message.assignment_id else None
    written = told_of(session, message)
    episode = _episode(session, message, asked or written)
    unit = session.get(Unit, episode.unit_id)
    if unit is None:
        return Withheld("unit-gone")
    pathway = pathway_of(session, episode.pathway_url, episode.pathway_version)
    return _Case(message, patient, episode, pathway, unit, asked, written, person)


def _episode(session: Session, message: Message, about: Assignment | Communication | None) -> Episode:
    """The episode of what it is about, else that which an `ended:<id>` or the text of an `information:<id>` names."""
    if about is not None:
        episode_id = about.episode_id
    else:
        episode_id = uuid.UUID(message.key.partition(":")[2])
        if message.kind == Kind.INFORMATION:
            episode_id = session.get_one(Information, episode_id).episode_id
    return session.get_one(Episode, episode_id, populate_existing=True)


def _composed(session: Session, case: _Case, settings: Settings) -> Composed | Withheld | Later:
    now = clock.now()
    code = next(_against(session, case, now), None)
    if code is not None:
        return Withheld(code)
    held_back = _later(session, case, now) or together.left_out(session, case.message, now)
    if held_back is not None:
        return held_back
    point = points_of(session, [case.patient.id])[case.patient.id]
    spoken = identity(session, case.patient.id).language
    to: str = sealing.open_column(session, point, "value")
    return Composed(to, _body(session, case, spoken, settings))


def _against(session: Session, case: _Case, now: datetime) -> Iterator[str]:
    """Yield the codes of what speaks against sending it at all, the weightiest first."""
    if case.patient.stopped_at is not None or (case.person is not None and case.person.died):
        yield "stopped"
    if case.asked is not None:
        yield from _of_assignment(case.asked, now)
    if case.written is not None and case.written.taken_back_at is not None:
        yield "taken-back"
    if case.written is not None and case.written.read_at is not None:
        yield "read"
    if case.episode.status == "ended" and case.kind is not Kind.ENDED:
        yield "ended"
    if case.kind is Kind.ENDED and active_episode(session, case.patient.id) is not None:
        yield "goes-on"  # she was put on another pathway: somebody reads
    if case.kind in (Kind.REMINDER, Kind.QUESTION) and links.is_paused(case.episode, now):
        yield "paused"
    yield from _of_person(session, case)
    if case.kind is Kind.REMINDER and not _setting(session, case, "remindersOn"):
        yield "reminders-off"


def _of_assignment(asked: Assignment, now: datetime) -> Iterator[str]:
    if asked.status == "completed":
        yield "answered"
    if asked.status in ("expired", "cancelled"):
        yield asked.status
    if asked.locked_at is not None:
        yield "locked"
    if not links.is_answerable(asked, now):
        yield "expired"


def _of_person(session: Session, case: _Case) -> Iterator[str]:
    """Yield why she cannot be reached, and let her unit know of what it can see to."""
    if contact.is_opted_out(session, case.patient.id):
        yield "opted-out"
    if case.patient.id not in points_of(session, [case.patient.id]):
        contact.raise_problem(session, case.patient.id, "no-number")
        yield "no-number"
    if case.person is None or case.kind is Kind.NEW_LINK:  # whoever asks for a link from her phone is digital
        return
    if case.person.reserved:
        contact.raise_problem(session, case.patient.id, "reserved")
        yield "reserved"
    if case.person.not_digital:
        contact.raise_problem(session, case.patient.id, "not-digital")
        yield "not-digital"


def _later(session: Session, case: _Case, now: datetime) -> Withheld | Later | None:
    if case.kind is Kind.NEW_LINK:
        return None
    # A pause is one from being asked: what a clinician writes to her she is told of all the same.
    is_held = links.is_paused(case.episode, now) and case.kind is not Kind.ENDED and case.written is None
    if is_held and case.episode.paused_until is not None:
        ends = case.asked.expires_at if case.asked is not None else case.message.expires_at
        return Later(case.episode.paused_until, "paused") if case.episode.paused_until < ends else Withheld("paused")
    until = quiet_until(_setting(session, case, "quietHours"), now, case.unit.zone)
    return Later(until, "quiet-hours") if until is not None else None


def _setting(session: Session, case: _Case, name: str) -> object:
    return effective(
        session,
        name,
        tenant_id=case.message.tenant_id,
        unit_id=case.unit.id,
        pathway=case.pathway.settings,
        patient_id=case.patient.id,
    ).value


def _body(session: Session, case: _Case, spoken: str, settings: Settings) -> str:
    texts = next((case.pathway.texts[each] for each in WORDS[case.kind] if each in case.pathway.texts), None)
    words = texts.read(spoken)[0] if texts is not None else language.text(f"message.{case.kind.value}", spoken)
    address = f"{settings.public_address}{OWN_PAGE}"
    if case.asked is not None:
        address = links.address(settings.public_address, links.mint(session, case.asked))
    return words.replace("{link}", address).replace("{phone}", as_spoken(case.unit.phone))
