"""Reports that a clinician takes down for a patient, on the phone or by her bed."""

import json
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import g, url_for
from sqlalchemy.orm import Session

from prom import clock
from prom.api import answers
from prom.api.problems import refuse_fields
from prom.api.routes.requests import LOCATION, Resource
from prom.api.schemas import responses as schemas
from prom.catalogue.queries import instrument
from prom.clinic import overview, reporting
from prom.clinic.queries import episodes_at
from prom.clinic.reads import record_read
from prom.clinic.record import load
from prom.clinic.reporting import Filled, Target
from prom.clinic.vocabulary import Reader
from prom.db import transaction
from prom.errors import Conflict, Invalid, StaleVersion
from prom.pathways.definition import Asked
from prom.pathways.models import Episode
from prom.pathways.queries import pathway
from prom.responses import drafts
from prom.responses.models import Response
from prom.staff.access import signed_in
from prom.staff.models import Unit
from prom.staff.permissions import Permission
from questionnaires.documents import dumps
from questionnaires.response import build

resource = Resource("reports", "Reports that a clinician takes down for a patient.")

#: A form that was opened longer ago is opened again, so that "sent already" can mean nothing but this very report.
OPEN_FOR = timedelta(hours=12)


@dataclass(frozen=True)
class _Call:
    """Whom the report is about, and what is filled in."""

    episode: Episode
    unit: Unit
    choices: tuple[Asked, ...]
    target: Target


def _call(session: Session, patient_id: uuid.UUID, key: str | None) -> _Call:
    episode = episodes_at(session, patient_id, signed_in().unit_ids)[0]
    if episode.status != "active":
        raise Conflict("episode")
    choices = reporting.offered(pathway(session, episode.pathway_url, episode.pathway_version))
    if key is not None and key not in {each.key for each in choices}:
        raise Invalid("asked")
    target = reporting.target(session, episode, choices, key)
    return _Call(episode, session.get_one(Unit, episode.unit_id), choices, target)


@resource.operation(
    "GET",
    "/patients/<uuid:patient_id>/reports/form",
    Permission.RECORD_RESPONSE,
    query=schemas.FormWanted,
    returns=schemas.Form,
    refuses=(409,),
    persons_only=True,
)
def show_form(patient_id: uuid.UUID, query: dict[str, Any]) -> dict[str, Any]:
    """Show what a report asks, for a person to fill in."""
    with transaction() as session:
        call = _call(session, patient_id, query.get("asked"))
        record_read(session, signed_in(), call.episode)
        titles = {each.key: instrument(session, each.questionnaire).questionnaire.title for each in call.choices}
    target, reader = call.target, Reader(g.language, call.unit.zone)
    asked = target.instrument.questionnaire
    return {
        "asked": target.asked.key,
        "questionnaire": target.canonical,
        "title": reader.words(asked.title),
        "assignment": target.own.id if target.own else None,
        "opened_at": clock.now(),
        "usual_source": target.usual_source,
        "validated_from_age": target.youngest,
        "choices": [{"key": key, "title": reader.words(title)} for key, title in titles.items()],
        "document": json.loads(dumps(asked.document)),
    }


@resource.operation(
    "POST",
    "/patients/<uuid:patient_id>/reports",
    Permission.RECORD_RESPONSE,
    takes=schemas.Report,
    returns=schemas.Received,
    status=201,
    headers={"Location": LOCATION},
    refuses=(409,),
    persons_only=True,
    example=schemas.EXAMPLE,
)
def send_report(patient_id: uuid.UUID, given: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Store and judge a report, and say what has to be read aloud to the patient.

    A retry with the same `openedAt` and the same answers stores nothing twice. Answers to what is not asked are left
    out.
    """
    now = clock.now()
    if not now - OPEN_FOR <= given["opened_at"] <= now:
        refuse_fields({"opened_at": "wrong"})
    with transaction() as session:
        call = _call(session, patient_id, given["asked"])
        response_id = _send(session, call, given)
        shown = _received(session, call.episode, response_id, now)
    return shown, {"Location": url_for("api-responses.show_response", response_id=response_id)}


def _send(session: Session, call: _Call, given: dict[str, Any]) -> uuid.UUID:
    who, target = signed_in(), call.target
    filled = answers.read(target.instrument.questionnaire, given["answers"], call.unit.zone)
    canonical = given["questionnaire"]
    before = reporting.sent_already(session, call.episode, who, canonical, given["opened_at"])
    if before is not None:
        return _again(session, before, target, filled)
    if canonical != target.canonical:
        raise StaleVersion("questionnaire")
    return reporting.send(session, call.episode, target, filled, given["source"], g.language, who)


def _again(session: Session, response_id: uuid.UUID, target: Target, filled: Filled) -> uuid.UUID:
    """Return the report that came before, if this is the very same; raises Conflict for another one."""
    row = session.get_one(Response, response_id)
    questionnaire = target.instrument.questionnaire
    same = drafts.finished(questionnaire, build(questionnaire, filled.values, status="in-progress"))
    if filled.problems or drafts.opened(session, row).flat() != same.flat():
        raise Conflict("response")
    return response_id


def _received(session: Session, episode: Episode, response_id: uuid.UUID, now: datetime) -> dict[str, Any]:
    who = signed_in()
    authored = session.get_one(Response, response_id).authored_at
    record = load(session, episode.patient_id, who.unit_ids, g.language, now, since=authored)
    record_read(session, who, record.about.episode)
    report = next(each for each in record.reports if each.row.id == response_id)
    received = overview.received(record, report)
    return {"response": response_id, "instructions": received.instructions, "raised": received.raised}
