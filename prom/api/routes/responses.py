"""Responses: reading them, and marking one as entered in error."""

import uuid
from collections.abc import Mapping
from typing import Any

from flask import Response as HttpResponse
from flask import g
from sqlalchemy.orm import Session

from prom.api import answers, queries, reads
from prom.api.paging import Cut
from prom.api.routes import versions
from prom.api.routes.requests import ETAG, Resource
from prom.api.schemas import responses as schemas
from prom.assignments import service as assignments
from prom.audit import service as audit
from prom.catalogue.queries import Instrument
from prom.clinic import reasons
from prom.clinic.vocabulary import Reader
from prom.db import reading, transaction
from prom.patients import sealing
from prom.responses import drafts
from prom.responses.models import Response
from prom.responses.queries import response
from prom.responses.service import enter_in_error
from prom.staff.access import caller, signed_in
from prom.staff.models import Unit
from prom.staff.permissions import Permission
from prom.staff.queries import clinician_names
from prom.worklist.queries import evidence_for_responses

resource = Resource("responses", "What was answered, and what it scored.")


@resource.operation(
    "GET", "/responses", Permission.READ_RESPONSE, query=schemas.ResponsesWanted, returns=schemas.ResponseList
)
def list_responses(query: dict[str, Any]) -> dict[str, Any]:
    """List responses of the caller's units with their scores, in the order in which they came in, newest first."""
    who = caller()
    with transaction() as session:
        cut = Cut(query["limit"], query.get("cursor"))
        found = queries.responses(session, who.unit_ids, query.get("patient"), cut)
        reads.listed(session, who, "response", [row.patient_id for row in found.items])
        sealing.load_keys(session, {row.patient_id for row in found.items})
        instruments = queries.instruments(session, [row.questionnaire for row in found.items])
        names = clinician_names(session, [row.author_id for row in found.items if row.author_id is not None])
        items = [_shown(session, row, instruments, names) for row in found.items]
    return {"items": items, "next_cursor": found.next_cursor}


@resource.operation(
    "GET",
    "/responses/<uuid:response_id>",
    Permission.READ_RESPONSE,
    returns=schemas.ResponseWithAnswers,
    if_none_match=True,
    headers={"ETag": ETAG},
)
def show_response(response_id: uuid.UUID) -> HttpResponse | tuple[dict[str, Any], dict[str, str]]:
    """Show one response: each question that was asked with its answer, and the scores."""
    who = caller()
    with reading() as session:
        same = versions.unchanged(response(session, response_id, who.unit_ids).version)
    if same is not None:
        return same
    with transaction() as session:
        row = response(session, response_id, who.unit_ids)
        audit.about(session, who.actor, "response.read", row)
        return _with_answers(session, row), versions.tag(row.version)


def _with_answers(session: Session, row: Response) -> dict[str, Any]:
    instruments = queries.instruments(session, [row.questionnaire])
    names = clinician_names(session, [row.author_id] if row.author_id else [])
    instrument = instruments.get(row.questionnaire)
    reader = Reader(g.language, session.get_one(Unit, row.unit_id).zone)
    asked = instrument.questionnaire if instrument is not None else None
    given = drafts.opened(session, row)
    return {**_shown(session, row, instruments, names), "answers": answers.shown(asked, given, reader)}


def _shown(
    session: Session, row: Response, instruments: Mapping[str, Instrument], names: Mapping[uuid.UUID, str]
) -> dict[str, Any]:
    instrument = instruments.get(row.questionnaire)
    scores = sealing.open_column(session, row, "scores")["scores"]
    title = Reader(g.language, "UTC").words(instrument.questionnaire.title) if instrument else row.questionnaire
    return {
        "id": row.id,
        "patient": row.patient_id,
        "episode": row.episode_id,
        "unit": row.unit_id,
        "assignment": row.assignment_id,
        "questionnaire": row.questionnaire,
        "title": title,
        "rules": row.rules,
        "status": row.status,
        "source": row.source,
        "author": row.author,
        "author_name": names.get(row.author_id) if row.author_id else None,
        "authored_at": row.authored_at,
        "received_at": row.received_at,
        "language": row.language,
        "version": row.version,
        "scores": [_score(scale, each) for scale, each in scores.items()],
    }


def _score(scale: str, score: Mapping[str, Any]) -> dict[str, Any]:
    return {"scale": scale, "value": score["value"], "missing": score.get("missing")}


@resource.operation(
    "POST",
    "/responses/<uuid:response_id>/enter-in-error",
    Permission.CORRECT_RESPONSE,
    returns=schemas.Withdrawn,
    headers={"ETag": ETAG},
    if_match=True,
    persons_only=True,
)
def enter_response_in_error(response_id: uuid.UUID) -> tuple[dict[str, Any], dict[str, str]]:
    """Mark a response as entered in error: what it raised is withdrawn, and what came after it is judged anew."""
    who = signed_in()
    with transaction() as session:
        row = response(session, response_id, who.unit_ids)
        assignments.lock(session, row.assignment_id)  # nobody may amend it between this look and the change
        session.refresh(row)
        versions.require(row.version)
        found = evidence_for_responses(session, [row.id]).get(row.id, [])
        enter_in_error(session, row, who.actor)
        reader = Reader(g.language, "UTC")
        titles = [reasons.title_of(each.finding, reader) for each in reasons.in_reading_order(found)]
        shown = {"id": row.id, "status": row.status, "version": row.version, "withdrawn": list(dict.fromkeys(titles))}
    return shown, versions.tag(shown["version"])
