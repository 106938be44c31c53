"""A patient on a pathway of the test's own making, and the days that go by."""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from prom import clock
from prom.assignments import episodes, planning
from prom.assignments.composing import compose
from prom.assignments.models import Assignment, Plan
from prom.assignments.opening import due_plans, open_together
from prom.catalogue.queries import from_json, newest
from prom.catalogue.service import take_in
from prom.config import Settings
from prom.db import reading, transaction
from prom.messaging.models import Message
from prom.messaging.outbox import deliver_due
from prom.pathways.definition import Pathway
from prom.pathways.models import Episode
from prom.pathways.queries import active_episode, episode, pathway
from prom.pathways.service import publish_pathway, start_episode
from prom.responses import service as responses
from tests.conftest import CLINICAL, Hospital
from tests.fake_transport import FakeTransport
from tests.prom.steps import WELL, rows, send

URL = "urn:prom:pathway:test"
CHECK = {
    "questionnaire": "urn:prom:questionnaire:symptom-check|1.0.0",
    "rules": "urn:prom:rules:symptom-check|1.0.0",
    "window": {"dueHours": 12, "overdueHours": 18, "expiresHours": 20, "begunExpiresHours": 22},
}
TITLE = {"nb": "Sjekk", "nn": "Sjekk", "en": "Check"}


def item(key: str = "check", **more: Any) -> dict[str, Any]:
    """Return an item of a pathway: the symptom check with a window of 20 hours, unless told otherwise."""
    timing = {"every": 1, "unit": "week", "weekday": "monday", "at": "09:00", "from": "anchor"}
    return {"key": key, "title": TITLE, "timing": timing, **copy.deepcopy(CHECK), **more}


def publish(*items: Mapping[str, Any], version: str = "1.0.0", **more: Any) -> Pathway:
    """Publish a pathway with these items, and whatever else it is to hold."""
    with transaction() as session:
        shipped = from_json(newest(session, "pathway", "systemic-treatment").document)
        document = {
            **{name: shipped[name] for name in ("onDemand", "texts", "title", "recorded")},
            "url": URL,
            "version": version,
            "items": list(items),
            **more,
        }
        take_in(session, "pathway", URL, version, "test", document, "prom")
        publish_pathway(session, f"test|{version}", "physician")
        return pathway(session, URL, version)


@dataclass
class Stay:
    """A patient's stay on a pathway, driven from outside."""

    hospital: Hospital
    settings: Settings
    id: Any

    def verb(self, name: str, *arguments: Any) -> Any:
        """Do one of the verbs of `episodes.py` in a transaction of its own, as the nurse."""
        with transaction() as session:
            of = episode(session, self.id)
            if name == "ask_now":
                return episodes.ask_now(session, of, arguments[0], self.hospital.nurse_actor, arguments[1]).id
            return getattr(episodes, name)(session, of, *arguments, self.hospital.nurse_actor)

    def tick(self) -> None:
        """Open what is due, expire what is over, and send what may be sent."""
        while True:
            with transaction() as session:
                due = due_plans(session)
                if not due or not open_together(session, due):
                    break
        for each in self.asked():
            if each.status == "open":
                with transaction() as session:
                    responses.expire(session, each.id)

    def deliver(self, vendor: FakeTransport) -> list[str]:
        """Send what is due, and return the words that went out by it."""
        before = len(vendor.bodies)
        deliver_due(vendor, 50, compose(self.settings))
        return vendor.bodies[before:]

    def asked(self) -> list[Assignment]:
        """Return all that was ever asked, or passed over, oldest first."""
        return rows(
            select(Assignment).where(Assignment.episode_id == self.id).order_by(Assignment.opens_at, Assignment.id)
        )

    def answer(self) -> bool:
        """Answer the newest question that is open; returns whether there was one."""
        found = [each for each in self.asked() if each.status == "open"]
        if found:
            send(found[-1].id, WELL)
        return bool(found)

    def next(self, key: str = "check") -> datetime | None:
        """Return when a plan opens next."""
        return rows(select(Plan).where(Plan.episode_id == self.id, Plan.key == key))[0].next_opens_at

    def messages(self, kind: str) -> list[Message]:
        """Return the messages of a kind, in the order of their sending."""
        return rows(
            select(Message)
            .where(Message.patient_id == self.hospital.patient.id, Message.kind == kind)
            .order_by(Message.send_after)
        )

    def days(self, count: int, *, answers: bool = True) -> Iterator[date]:
        """Let days go by, each with ticks in the morning and in the evening, and an answer between them."""
        for _ in range(count):
            clock.move_to(clock.now() + timedelta(hours=12))
            self.tick()
            if answers:
                self.answer()
            clock.move_to(clock.now() + timedelta(hours=12))
            self.tick()
            yield clock.now().date()


def begin(hospital: Hospital, settings: Settings, chosen: Pathway, anchor: date) -> Stay:
    """End the stay that she is on, and begin one on another pathway."""
    with transaction() as session:
        present = active_episode(session, hospital.patient.id)
        if present is not None:
            episodes.end(session, present, "error", hospital.nurse_actor)
    with transaction() as session:
        patient = session.merge(hospital.patient)
        unit = session.merge(hospital.unit)
        started = start_episode(session, patient, unit, chosen, anchor, CLINICAL, hospital.nurse_actor)
        planning.plan_episode(session, started)
        return Stay(hospital, settings, started.id)


def episode_of(stay: Stay) -> Episode:
    """Return the stay's row."""
    with reading() as session:
        return episode(session, stay.id)
