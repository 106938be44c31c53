"""The clinic of a simulation of any size: its units in two zones, its staff, pathways, and patients' lives."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from prom import clock
from prom.audit.service import Actor
from prom.catalogue.queries import definitions
from prom.catalogue.service import take_in_shipped
from prom.config import Settings
from prom.pathways.definition import Pathway
from prom.pathways.queries import offered
from prom.pathways.service import publish_pathway
from prom.simulation.clinic import DEMO_PASSWORD, SIGNED_BY
from prom.simulation.crowd import Fate
from prom.simulation.lives import Life
from prom.simulation.people import WORDS
from prom.simulation.phones import Phones
from prom.staff.models import Unit
from prom.staff.service import add_clinician, create_tenant, create_unit

#: A third unit, whose clock is another's: to it patients are moved.
ABROAD = ("Satellitt (syntetisk)", "Europe/London")


@dataclass
class Ward:
    """All that the parts of the simulation share."""

    settings: Settings
    tenant_id: uuid.UUID
    units: Sequence[Unit]
    staff: Mapping[str, Actor]
    #: Patients go on them in turn.
    pathways: Sequence[Pathway]
    begins: datetime
    end: datetime
    phones: Phones = field(default_factory=Phones)
    lives: dict[uuid.UUID, Life] = field(default_factory=dict)

    def zone(self, unit: int) -> ZoneInfo:
        """The zone of a unit."""
        return ZoneInfo(self.units[unit].zone)

    def pathway_of(self, fate: Fate) -> Pathway:
        """The pathway that a patient is put on."""
        return self.pathways[fate.person.number % len(self.pathways)]

    def nurse(self, unit: int) -> Actor:
        """Who is at work there."""
        return self.staff["kari" if unit == 0 else "ola"]


def open_ward(session: Session, settings: Settings, begins: datetime, end: datetime, only: str | None) -> Ward:
    """Make the hospital and publish its pathways, or `only` the one of that name; raises NotFound for none such."""
    tenant = create_tenant(session, WORDS["hospital"])
    known = [(unit["name"], unit["phone"], unit["onCallPhone"], "Europe/Oslo") for unit in WORDS["units"]]
    known.append((ABROAD[0], known[0][1], known[0][2], ABROAD[1]))
    units = [
        create_unit(session, tenant, name, phone=phone, on_call_phone=on_call, zone=zone)
        for name, phone, on_call, zone in known
    ]
    staff = {}
    for person in WORDS["staff"]:
        clinician = add_clinician(
            session,
            tenant,
            username=person["username"],
            display_name=person["name"],
            role=person["role"],
            password=DEMO_PASSWORD,
            units=units if person["units"] else [],
        )
        staff[person["username"]] = Actor("clinician", clinician.id, clinician.role)
    pathways = _publish(session, only)
    return Ward(settings, tenant.id, units, staff, pathways, begins, end)


def _publish(session: Session, only: str | None) -> Sequence[Pathway]:
    take_in_shipped(session)
    names = [only] if only else sorted({row.name for row in definitions(session, "pathway")})
    for name in names:
        publish_pathway(session, name, SIGNED_BY)
    return sorted((each for each in offered(session) if each.name in names), key=lambda each: each.name)


def now_in(zone: ZoneInfo) -> datetime:
    """Return the present in a zone."""
    return clock.now().astimezone(zone)
