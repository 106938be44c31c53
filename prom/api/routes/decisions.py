"""Decisions for one patient alone. Only a person decides, and only over what she has seen."""

import hashlib
import uuid
from collections.abc import Callable, Collection
from decimal import Decimal
from typing import Any, ParamSpec

from flask import g
from sqlalchemy.orm import Session

from prom import clock
from prom.api import queries
from prom.api.problems import refuse_fields
from prom.api.routes import versions
from prom.api.routes.requests import ETAG, Resource
from prom.api.schemas import decisions as schemas
from prom.audit.service import Actor
from prom.clinic import course, deciding
from prom.clinic.deciding import Shown
from prom.clinic.reads import record_read
from prom.clinic.vocabulary import Reader
from prom.db import transaction
from prom.decisions import queries as decisions
from prom.decisions import service
from prom.errors import Invalid
from prom.pathways.models import Episode
from prom.responses.deciding import Expecting, choose_baseline, expect, limit_for_her
from prom.staff.access import caller, signed_in
from prom.staff.models import Unit
from prom.staff.permissions import Permission

resource = Resource("decisions", "What clinicians decide for one patient alone, and what was held back by it.")

P = ParamSpec("P")
Sent = tuple[dict[str, Any], dict[str, str]]
#: What is decided about an episode, by whom, where these decisions stood.
Verb = Callable[[Session, Episode, Actor, Collection[uuid.UUID]], object]


@resource.operation(
    "GET",
    "/episodes/<uuid:episode_id>/decisions",
    Permission.READ_PATIENT,
    returns=schemas.Decisions,
    headers={"ETag": ETAG},
)
def list_decisions(episode_id: uuid.UUID) -> Sent:
    """List what is decided for a patient in an episode, and what it has held back; what has ended too."""
    who = caller()
    with transaction() as session:
        found = queries.episode(session, episode_id, who.unit_ids)
        record_read(session, who, found)
        return _sent(session, found)


def _verb(name: str, **more: Any) -> Callable[[Callable[P, Sent]], Callable[P, Sent]]:
    """Declare a decision, which names the version of the list that the caller saw."""
    return resource.operation(
        "POST",
        f"/episodes/<uuid:episode_id>/decisions/{name}",
        Permission.HANDLE_ALERT,
        returns=schemas.Decisions,
        headers={"ETag": ETAG},
        if_match=True,
        persons_only=True,
        **more,
    )


@_verb(
    "expect",
    takes=schemas.Expect,
    example={
        "questionnaire": "urn:prom:questionnaire:symptom-check",
        "scale": "skin-rash",
        "level": 2,
        "until": "2026-12-01",
        "reason": "Kjent siden første kur",
    },
)
def expect_level(episode_id: uuid.UUID, given: dict[str, Any]) -> Sent:
    """Expect a level of a symptom for a while: no worse report alerts nobody, and is stored and shown."""
    wanted = Expecting(given["questionnaire"], given["scale"], given["level"], given["until"])
    return _act(episode_id, lambda session, row, who, seen: expect(session, row, wanted, given["reason"], who, seen))


@_verb(
    "limit",
    takes=schemas.SetLimit,
    example={"rules": "urn:prom:rules:symptom-check", "rule": "fever", "limit": 37.5, "reason": "Nøytropen"},
)
def set_limit(episode_id: uuid.UUID, given: dict[str, Any]) -> Sent:
    """Give a patient a limit of her own for a rule; an emergency's only ever an earlier one."""
    where, limit = (given["rules"], given["rule"]), Decimal(str(given["limit"]))
    return _act(
        episode_id,
        lambda session, row, who, seen: limit_for_her(session, row, where, limit, given["reason"], who, seen),
    )


@_verb(
    "baseline",
    takes=schemas.ChooseBaseline,
    example={"response": "0190b3c4-0000-7000-8000-000000000000", "reason": "Var syk ved første svar"},
)
def set_baseline(episode_id: uuid.UUID, given: dict[str, Any]) -> Sent:
    """Choose the report that later ones of the same source are held against."""
    chosen = given["response"]
    return _act(
        episode_id, lambda session, row, who, seen: choose_baseline(session, row, chosen, given["reason"], who, seen)
    )


@_verb("<uuid:decision_id>/take-back")
def take_back_decision(episode_id: uuid.UUID, decision_id: uuid.UUID) -> Sent:
    """End a decision: from now on she is judged as everybody is."""
    return _act(
        episode_id,
        lambda session, row, who, _: service.take_back(session, decisions.one(session, decision_id, row.id), who),
    )


def _act(episode_id: uuid.UUID, verb: Verb) -> Sent:
    who = signed_in()
    try:
        with transaction() as session:
            found = queries.episode(session, episode_id, who.unit_ids)
            course.hold(session, found)
            standing = _standing(session, found)
            versions.require(_mark(standing))
            verb(session, found, who.actor, standing)
            record_read(session, who, found)
            return _sent(session, found)
    except Invalid as refused:
        refuse_fields({refused.field or "body": "wrong"})


def _standing(session: Session, episode: Episode) -> list[uuid.UUID]:
    found = decisions.of_episode(session, episode.id)
    return [each.row.id for each in decisions.standing(found, clock.now())]


def _mark(standing: Collection[uuid.UUID]) -> str:
    return hashlib.sha256(repr(sorted(each.hex for each in standing)).encode()).hexdigest()[:16]


def _sent(session: Session, episode: Episode) -> Sent:
    reader = Reader(g.language, session.get_one(Unit, episode.unit_id).zone)
    found = deciding.load(session, episode, reader)
    items = [
        *(_shown(each, is_standing=True) for each in found.standing),
        *(_shown(each, is_standing=False) for each in found.ended),
    ]
    mark = _mark([each.row.id for each in found.standing])
    return {"episode": episode.id, "items": items}, versions.tag(mark)


def _shown(each: Shown, *, is_standing: bool) -> dict[str, Any]:
    row = each.row
    return {
        "id": row.id,
        "kind": row.kind,
        "words": each.what,
        "details": dict(each.details),
        "reason": each.reason,
        "is_standing": is_standing,
        "made_at": row.made_at,
        "made_by": {"id": row.made_by, "name": each.by},
        "ends_at": row.ends_at,
        "ended_at": row.ended_at,
        "ended_by": {"id": row.ended_by, "name": each.ended_by} if row.ended_by is not None else None,
        "ended_because": row.ended_because,
        "held": [{"at": at, "words": words} for at, words in each.held],
    }
