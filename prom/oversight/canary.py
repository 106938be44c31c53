"""The canary: a patient who does not exist reports what must raise an alert, the real way, and is forgotten.

She is registered, put on a published pathway, asked, saves an answer and sends a worked example of the rules; her alert
must stand there, with its next action and the message to the on-call phone. All of it happens in one transaction that
is never committed: no list, export, figure or phone can ever see her, and her log is empty. What fails here would
have failed a patient in this minute: the job fails, and the watch is red by its name.
"""

import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import clock
from prom.assignments import links
from prom.assignments import service as assignments
from prom.audit.service import Actor
from prom.catalogue import queries as catalogue
from prom.catalogue.queries import Instrument
from prom.db import transaction
from prom.messaging.models import Kind, Message
from prom.oversight.plainly import SEVERITIES
from prom.oversight.recomputing import compare, rules_of
from prom.pathways.definition import Asked, Pathway
from prom.pathways.models import Episode
from prom.pathways.queries import newest_offered
from prom.pathways.service import Clinical, start_episode
from prom.patients import sealing
from prom.patients.national_number import is_valid
from prom.patients.queries import find_by_national_number
from prom.patients.service import Registration, register
from prom.responses import drafts
from prom.responses import service as responses
from prom.responses.models import Response
from prom.responses.service import Authorship
from prom.staff.models import Tenant, Unit
from prom.staff.queries import the_tenant
from prom.worklist.models import Alert, Evidence
from questionnaires.answers import QuestionnaireResponse
from questionnaires.definition import ItemType
from questionnaires.response import build
from questionnaires.validation import validate

PATIENT = Actor("patient")
#: An example that says more than this needs a past, an age or a silence, which she does not have.
PLAIN = frozenset({"name", "answers", "expect", "exactly"})
CLINICAL = Clinical(diagnosis="C50.9", intent="adjuvant", regimen="EC90", line=1, pathway_code="")
EMERGENCY = SEVERITIES["emergency"]
BORN = date(1955, 1, 1)


class Silent(Exception):
    """Her alert did not come: what is missing, without any answer."""


class _Forget(Exception):
    """Ends the transaction, so that nothing of it is kept."""


@dataclass(frozen=True)
class _Song:
    """What she is asked, what she answers, and the gravest rule that must fire."""

    pathway: Pathway
    asked: Asked
    given: QuestionnaireResponse
    rule: str
    severity: int


def sing() -> int:
    """Let her report; returns 1 where her alert came, 0 while nothing is published. Raises Silent, or what broke."""
    song = None
    with suppress(_Forget), transaction() as session:
        song = _choose(session)
        if song is not None:
            _report(session, song)
        raise _Forget
    return int(song is not None)


def _choose(session: Session) -> _Song | None:
    """Choose an emergency among the worked examples, or the gravest; None before there is a pathway with rules."""
    offered = [(pathway, asked) for pathway in newest_offered(session) for asked in pathway.asked if asked.rules]
    if not offered or session.scalars(select(Unit.id)).first() is None:
        return None
    gravest = None
    for song in (song for pathway, asked in offered for song in _examples(session, pathway, asked)):
        if gravest is None or song.severity > gravest.severity:
            gravest = song
        if gravest.severity == EMERGENCY:
            break
    if gravest is None:
        raise Silent("no worked example that can be sent")
    return gravest


def _examples(session: Session, pathway: Pathway, asked: Asked) -> Iterator[_Song]:
    instrument = catalogue.instrument(session, asked.questionnaire)
    for example in rules_of(session, asked.rules or "").get("examples", ()):
        grave = [one for one in example["expect"] if one.get("kind", "rule") == "rule"]
        if PLAIN.issuperset(example) and grave:
            gravest = max(grave, key=lambda one: SEVERITIES[one["severity"]])
            given = _response(instrument, example["answers"])
            if not any(problem.severity == "error" for problem in validate(instrument.questionnaire, given)):
                yield _Song(pathway, asked, given, gravest["rule"], SEVERITIES[gravest["severity"]])


def _response(instrument: Instrument, answers: dict[str, Any]) -> QuestionnaireResponse:
    """The answers of an example, where a choice may stand as its number."""
    choices = {item.link_id for item in instrument.questionnaire.questions if item.type is ItemType.CHOICE}
    codes = {link: str(value) if link in choices and type(value) is int else value for link, value in answers.items()}
    return build(instrument.questionnaire, codes, language="nb")


def _report(session: Session, song: _Song) -> None:
    episode = _begin(session, song)
    assignment = assignments.assign(session, episode, song.asked, "patient", PATIENT)
    session.flush()
    visit = links.find_visit(session, links.begin_visit(session, assignment, confirmed=True))
    always = catalogue.instrument(session, song.asked.questionnaire).questionnaire.always_asked
    first, values = next((link, values) for link, values in song.given.flat().items() if link in always)
    drafts.save_answer(session, visit, first, list(values), "nb")
    receipt = responses.submit(session, assignment.id, song.given, Authorship("patient", PATIENT, "nb"))
    session.flush()
    _listen(session, song, receipt.response_id)


def _begin(session: Session, song: _Song) -> Episode:
    tenant = the_tenant(session)
    unit = session.scalars(select(Unit).where(Unit.tenant_id == tenant.id).order_by(Unit.id).limit(1)).one()
    named = Registration("Kanari", "Syntetisk", _free_number(session, tenant), BORN, "+4790000000", "nb")
    patient = register(session, tenant.id, named, PATIENT)
    return start_episode(session, patient, unit, song.pathway, clock.now().date(), CLINICAL, PATIENT)


def _free_number(session: Session, tenant: Tenant) -> str:
    """A number of the official synthetic range (the month and 80) that nobody has."""
    candidates = (f"018155{serial:05}" for serial in range(100_000))
    valid = (number for number in candidates if is_valid(number))
    return next(number for number in valid if find_by_national_number(session, tenant.id, number) is None)


def _listen(session: Session, song: _Song, response_id: uuid.UUID) -> None:
    response = session.get_one(Response, response_id)
    if compare(session, response):
        raise Silent("other alerts than by the second evaluator")
    evidence = session.scalars(
        select(Evidence).where(Evidence.response_id == response_id, Evidence.severity == song.severity)
    )
    found = [row for row in evidence if sealing.open_column(session, row, "finding")["rule"] == song.rule]
    alerts = [session.get_one(Alert, row.alert_id) for row in found]
    if not alerts:
        raise Silent("no alert")
    for alert in alerts:
        if alert.next_action_at is None or alert.next_action_at <= clock.now():
            raise Silent("no next action")
        if alert.severity == EMERGENCY:
            _listen_for_the_phone(session, alert)


def _listen_for_the_phone(session: Session, alert: Alert) -> None:
    rings = select(Message.id).where(Message.kind == Kind.ON_CALL, Message.key.startswith(f"on-call:{alert.id}:"))
    if session.scalars(rings).first() is None:
        raise Silent("no message to the on-call phone")
