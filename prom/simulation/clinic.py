"""The simulated clinic as it stands while it runs: its people, its agenda and its dice."""

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from prom.assignments.composing import compose
from prom.audit.service import Actor
from prom.catalogue.queries import definitions, instrument
from prom.catalogue.service import take_in_shipped
from prom.config import Settings
from prom.errors import NotFound
from prom.messaging.console import Console
from prom.messaging.outbox import blank_settled, deliver_due
from prom.messaging.transport import Letter, Sent
from prom.pathways.definition import Pathway
from prom.pathways.queries import offered
from prom.pathways.service import publish_pathway
from prom.simulation.agenda import Agenda
from prom.simulation.courses import Course, Symptom
from prom.simulation.people import WORDS, Person
from prom.staff.models import Tenant, Unit
from prom.staff.queries import the_tenant
from prom.staff.service import add_clinician, create_tenant, create_unit

#: The password of everybody in the synthetic clinic. It protects nothing: what it opens is invented.
DEMO_PASSWORD = "syntetisk-klinikk"
PATHWAY = "systemic-treatment"
#: Its patients answer the weekly symptom check and nothing else by plan; later versions ask more.
VERSION = "1.0.0"
MINUTE = timedelta(minutes=1)
#: Who signs what the clinic asks and how it judges.
SIGNED_BY = "ingrid"


class Quiet(Console):
    """The console of the past: it takes each letter as the console does, and prints nothing."""

    def send(self, letter: Letter) -> Sent:
        """Take the letter."""
        return Sent(f"console-{letter.message_id}")


@dataclass
class Enrolled:
    """A patient on the pathway, with her course and her own dice, so that nobody's luck moves anybody else's."""

    person: Person
    patient_id: uuid.UUID
    episode_id: uuid.UUID
    anchor: date
    course: Course
    chance: random.Random

    def week(self, now: datetime) -> int:
        """The week of treatment, counted from 0."""
        return max((now.date() - self.anchor).days // 7, 0)


@dataclass
class Clinic:
    """All that the parts of the simulation share."""

    settings: Settings
    #: The real now, where the history ends.
    end: datetime
    chance: random.Random
    tenant_id: uuid.UUID
    pathway: Pathway
    symptoms: list[Symptom]
    units: list[Unit]
    staff: dict[str, Actor]
    agenda: Agenda = field(default_factory=Agenda)
    enrolled: dict[uuid.UUID, Enrolled] = field(default_factory=dict)
    #: From this instant on nurses leave the patients of the last hours alone, and those answer nothing else.
    scene_begins: datetime | None = None
    scene_patients: set[uuid.UUID] = field(default_factory=set)
    #: Emergencies that somebody was sent to, and when.
    attended: dict[uuid.UUID, datetime] = field(default_factory=dict)
    deliveries: set[datetime] = field(default_factory=set)
    ticks: set[datetime] = field(default_factory=set)

    @property
    def zone(self) -> ZoneInfo:
        """The zone that the clinic's days follow."""
        return ZoneInfo(self.units[0].zone)

    def in_scene(self, patient_id: uuid.UUID, now: datetime) -> bool:
        """Whether a patient is kept for the last hours."""
        return self.scene_begins is not None and now >= self.scene_begins and patient_id in self.scene_patients

    def deliver_at(self, instant: datetime) -> None:
        """Send what is due at an instant; once, however many ask for it."""
        if instant not in self.deliveries:
            self.deliveries.add(instant)
            self.agenda.between(instant, partial(deliver, self.settings))

    def tick_at(self, instant: datetime, tick: Callable[[Session], None]) -> None:
        """Run the sweeps at an instant; once, however many ask for it."""
        if instant not in self.ticks:
            self.ticks.add(instant)
            self.agenda.at(instant, tick)


def deliver(settings: Settings) -> None:
    """Send all messages that are due through the quiet console, and blank those whose time is over."""
    while deliver_due(Quiet(), compose=compose(settings)):
        pass
    blank_settled()


def open_doors(session: Session, settings: Settings, end: datetime, seed: int) -> Clinic:
    """Make the hospital with its units and staff, and publish its pathway; an existing tenant is taken as it is."""
    try:
        tenant = the_tenant(session)
    except NotFound:
        tenant = create_tenant(session, WORDS["hospital"])
    units = [
        create_unit(session, tenant, unit["name"], phone=unit["phone"], on_call_phone=unit["onCallPhone"])
        for unit in WORDS["units"]
    ]
    staff = {person["username"]: _hire(session, tenant, person, units) for person in WORDS["staff"]}
    take_in_shipped(session)
    drafted = [row for row in definitions(session, "pathway") if (row.name, row.version) == (PATHWAY, VERSION)]
    for row in drafted:
        publish_pathway(session, f"{row.url}|{row.version}", SIGNED_BY)
    pathway = next(each for each in offered(session) if (each.name, each.version) == (PATHWAY, VERSION))
    return Clinic(
        settings=settings,
        end=end,
        chance=random.Random(f"{seed} nurses"),
        tenant_id=tenant.id,
        pathway=pathway,
        symptoms=_symptoms(session, pathway),
        units=units,
        staff=staff,
    )


def _hire(session: Session, tenant: Tenant, person: dict[str, Any], units: list[Unit]) -> Actor:
    clinician = add_clinician(
        session,
        tenant,
        username=person["username"],
        display_name=person["name"],
        role=person["role"],
        password=DEMO_PASSWORD,
        units=[units[position] for position in person["units"]],
    )
    return Actor("clinician", clinician.id, clinician.role)


def _symptoms(session: Session, pathway: Pathway) -> list[Symptom]:
    key = instrument(session, pathway.on_demand.questionnaire).key
    if key is None:
        raise NotFound("scoring-key")
    return [tuple(scale.items) for scale in key.scales if scale.kind == "level"]
