"""A patient with a phone: what she writes comes in by the vendor's signed webhook, what is written to her goes out."""

from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from prom.assignments.models import Assignment
from prom.assignments.service import assign, send_links
from prom.audit.service import SYSTEM
from prom.catalogue.models import Definition
from prom.catalogue.service import PATHWAYS, publish, publish_questionnaire, take_in
from prom.config import Settings, Twilio
from prom.db import new_id, reading, transaction
from prom.messaging import outbox
from prom.messaging.composing import Composed, Later, Withheld
from prom.messaging.models import Incoming, Message
from prom.pathways.models import Episode
from prom.pathways.queries import pathway
from prom.pathways.service import start_episode
from prom.patients.person_source import Person
from prom.patients.service import register
from prom.responses.models import Conversation
from prom.responses.sms import service
from prom.responses.sms.beginning import compose
from prom.settings.service import choose
from prom.staff.models import Unit
from prom.sweeping import one_by_one
from prom.worklist.models import Alert
from prom.worklist.queries import topics
from questionnaires.documents import read
from tests.conftest import CLINICAL, REGISTRATION, Hospital
from tests.fake_transport import FakeTransport
from tests.prom.responses.sms.forms import CHECK, CHECK_KEY, CHECK_RULES

ACCOUNT = Twilio("AC" + "0" * 32, "a secret of the tests", "+4759446000")
#: What stands for the message with the link, whose words are another's matter.
LINK = "Hei! https://prom.example/a#token Hilsen oss"
PATHWAY = "urn:prom:pathway:test-sms"
OTHER = replace(REGISTRATION, given="Prøve", national_number="50846202355")
WINDOW = {"dueHours": 24, "overdueHours": 36, "expiresHours": 120, "begunExpiresHours": 132}


def with_twilio(settings: Settings) -> Settings:
    """The same installation with a vendor's account."""
    return replace(settings, twilio=ACCOUNT)


@dataclass
class Phone:
    """A phone. `transport` is the vendor's side of what goes out."""

    client: FlaskClient
    settings: Settings
    number: str = REGISTRATION.mobile
    transport: FakeTransport = field(default_factory=FakeTransport)

    def write(self, words: str, sid: str | None = None, **forged: Any) -> TestResponse:
        """Send an SMS: the vendor hands it over, signed."""
        form = {"MessageSid": sid or f"SM{new_id().hex}", "From": self.number, "To": ACCOUNT.sender, "Body": words}
        path = "/hooks/twilio/incoming"
        signature = RequestValidator(ACCOUNT.token).compute_signature(f"{self.settings.public_address}{path}", form)
        headers = {"X-Twilio-Signature": forged.get("signature", signature)}
        return self.client.post(path, data={**form, **forged.get("changed", {})}, headers=headers)

    def say(self, words: str) -> list[str]:
        """Send an SMS, let it be acted on, and return what comes back."""
        assert self.write(words).status_code == 200
        handle(self.settings)
        return self.receive()

    def receive(self) -> list[str]:
        """Let the outbox be delivered, and return what came to this phone."""
        before = len(self.transport.has)
        while outbox.deliver_due(self.transport, 50, compose(link)):
            pass
        return [letter.body for _, _, letter in self.transport.has[before:] if letter.to == self.number]


def handle(settings: Settings) -> int:
    """Act on all that came in, as the job does."""
    return one_by_one(service.waiting, partial(service.handle, settings))


def link(session: Session, message: Message, person: Person | None) -> Composed | Withheld | Later:
    """Compose every message as one with a link."""
    return Composed(REGISTRATION.mobile, LINK)


def publish_check(session: Session, *, offered: bool = True, **changes: Any) -> None:
    """Publish the two-question check, its rules, and a pathway that offers to ask it by SMS, or does not."""
    put(session, "questionnaire", {**CHECK, **changes})
    put(session, "scoring-key", CHECK_KEY, CHECK["url"])
    publish(session, put(session, "rule-set", CHECK_RULES), "physician")
    publish_questionnaire(session, CHECK["url"], "physician")
    document = read(PATHWAYS / "systemic-treatment" / "1.0.0.yaml")
    night = {
        "key": "night",
        "questionnaire": f"{CHECK['url']}|1.0.0",
        "rules": f"{CHECK_RULES['url']}|1.0.0",
        "window": WINDOW,
        "timing": document["items"][0]["timing"],
    }
    offers = {"url": PATHWAY, "items": [night], "settings": {"smsAnswers": offered}}
    publish(session, put(session, "pathway", {**document, **offers}), "physician")


def put(session: Session, kind: str, document: dict[str, Any], url: str | None = None) -> Definition:
    """Put a document forward."""
    return take_in(session, kind, url or document["url"], "1.0.0", "sleep-check", document, "author")


def agree(session: Session, hospital: Hospital) -> None:
    """Let the patient agree to answer by SMS, and the number be one that can be answered."""
    choose(session, "patient", hospital.patient.id, "smsAnswers", True, hospital.nurse_actor)
    choose(session, "installation", hospital.tenant.id, "twoWayNumber", True, SYSTEM)


def ask(hospital: Hospital, settings: Settings) -> Assignment:
    """Ask the check of the patient now."""
    with transaction() as session:
        of = session.get_one(Episode, hospital.episode.id)
        of.pathway_url = PATHWAY
        session.flush()
        made = assign(session, of, pathway(session, PATHWAY, "1.0.0").items[0], "planned", SYSTEM)
        send_links(session, [made], "assignment", settings)
    return made


def share_the_phone(hospital: Hospital) -> None:
    """Let another patient, at the other unit, have the same number."""
    with transaction() as session:
        other = register(session, hospital.tenant.id, OTHER, hospital.nurse_actor)
        unit = session.get_one(Unit, hospital.other_unit.id)
        start_episode(session, other, unit, hospital.pathway, date(2026, 10, 26), CLINICAL, hospital.nurse_actor)


def alerts() -> dict[str, int]:
    """What stands on the lists: topic -> severity."""
    with reading() as session:
        rows = session.scalars(select(Alert)).all()
        named = topics(session, rows)
        return {named[row.id]: row.severity for row in rows}


def incoming() -> list[Incoming]:
    """What came in, in order."""
    with reading() as session:
        return list(session.scalars(select(Incoming).order_by(Incoming.received_at, Incoming.id)))


def conversation() -> Conversation:
    """The only conversation."""
    with reading() as session:
        return session.scalars(select(Conversation)).one()
