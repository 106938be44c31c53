"""Courses: where episodes stand, and what is done to them. Each change plans anew what is left to ask."""

import uuid
from collections.abc import Callable
from typing import Any, ParamSpec

from flask import g
from sqlalchemy.orm import Session

from prom.api import queries
from prom.api.problems import refuse_fields
from prom.api.routes import versions
from prom.api.routes.requests import ETAG, Resource
from prom.api.schemas import course as schemas
from prom.assignments import episodes
from prom.audit.service import Actor
from prom.clinic import acting, course
from prom.clinic.previewing import Verb
from prom.clinic.queries import episodes_at
from prom.clinic.reads import record_read
from prom.db import transaction
from prom.errors import Invalid
from prom.pathways.models import Episode
from prom.staff.access import caller
from prom.staff.permissions import Permission

resource = Resource("courses", "Where episodes stand: pauses, days they are reckoned from, versions, ends.")

P = ParamSpec("P")
Sent = tuple[dict[str, Any], dict[str, str]]


@resource.operation(
    "GET",
    "/episodes/<uuid:episode_id>/course",
    Permission.READ_PATIENT,
    returns=schemas.Course,
    headers={"ETag": ETAG},
)
def show_course(episode_id: uuid.UUID) -> Sent:
    """Show where an episode stands, and what it has still to ask."""
    who = caller()
    with transaction() as session:
        found = queries.episode(session, episode_id, who.unit_ids)
        record_read(session, who, found)
        return _sent(session, found)


def _verb(name: str, **more: Any) -> Callable[[Callable[P, Sent]], Callable[P, Sent]]:
    """Declare a change of an episode, which names the version that the caller saw."""
    return resource.operation(
        "POST",
        f"/episodes/<uuid:episode_id>/{name}",
        Permission.CHANGE_EPISODE,
        returns=schemas.Course,
        headers={"ETag": ETAG},
        if_match=True,
        **more,
    )


@_verb("pause", takes=schemas.Pause, example={"until": "2026-12-01", "reason": "holiday"})
def pause_episode(episode_id: uuid.UUID, given: dict[str, Any]) -> Sent:
    """Ask nothing until a day; a pause that runs moves its end."""
    who = caller().actor
    return _act(episode_id, lambda session, row: acting.pause(session, row, given["until"], given["reason"], who))


@_verb("resume")
def resume_episode(episode_id: uuid.UUID) -> Sent:
    """End a pause now."""
    who = caller().actor
    return _act(episode_id, lambda session, row: episodes.resume(session, row, who))


@_verb("anchors", takes=schemas.SetAnchor, example={"anchor": "treatment-start", "day": "2026-11-02"})
def set_anchor(episode_id: uuid.UUID, given: dict[str, Any]) -> Sent:
    """Set or move a day. What was answered is not asked again."""
    who = caller().actor
    return _act(episode_id, lambda session, row: episodes.set_anchor(session, row, given["anchor"], given["day"], who))


@_verb("version")
def change_version(episode_id: uuid.UUID) -> Sent:
    """Go on by the newest published version of the pathway; 409 where the episode is on it."""
    who = caller().actor
    return _act(episode_id, lambda session, row: acting.change_version(session, row, who))


@_verb("end", takes=schemas.End, example={"reason": "finished"})
def end_episode(episode_id: uuid.UUID, given: dict[str, str]) -> Sent:
    """End an episode: nothing more is asked, and the patient is told that nobody reads any more."""
    who = caller().actor
    return _act(episode_id, lambda session, row: episodes.end(session, row, given["reason"], who))


@_verb("ask", takes=schemas.Ask, example={"key": "frailty"})
def ask_now(episode_id: uuid.UUID, given: dict[str, str]) -> Sent:
    """Ask one of the pathway's questionnaires now; 409 where the same can be answered already."""
    who = caller().actor
    origin = "machine" if who.kind == "client" else acting.CLINICIAN
    return _act(episode_id, lambda session, row: episodes.ask_now(session, row, given["key"], who, origin))


@resource.operation(
    "POST",
    "/patients/<uuid:patient_id>/stop",
    Permission.CHANGE_EPISODE,
    takes=schemas.Stop,
    returns=schemas.Course,
    headers={"ETag": ETAG},
    persons_only=True,
    example={"reason": "died"},
)
def stop_patient(patient_id: uuid.UUID, given: dict[str, str]) -> Sent:
    """Register a death: everything about the patient stops for good. A second time changes nothing."""
    return _change_person(patient_id, episodes.stop_person, given["reason"])


@resource.operation(
    "POST",
    "/patients/<uuid:patient_id>/restore",
    Permission.CHANGE_EPISODE,
    takes=schemas.Restore,
    returns=schemas.Course,
    headers={"ETag": ETAG},
    persons_only=True,
    refuses=(409,),
    example={"why": "Registered on another patient."},
)
def restore_patient(patient_id: uuid.UUID, given: dict[str, str]) -> Sent:
    """Take back a death that was registered by mistake: asked again from now on; 409 for one who is not stopped."""
    return _change_person(patient_id, episodes.restore_person, given["why"])


def _change_person(
    patient_id: uuid.UUID, change: Callable[[Session, uuid.UUID, str, Actor], None], reason: str
) -> Sent:
    who = caller()
    with transaction() as session:
        found = episodes_at(session, patient_id, who.unit_ids)[0]
        change(session, patient_id, reason, who.actor)
        record_read(session, who, found)
        return _sent(session, found)


def _act(episode_id: uuid.UUID, verb: Verb) -> Sent:
    who = caller()
    try:
        with transaction() as session:
            seen = queries.episode(session, episode_id, who.unit_ids)
            course.hold(session, seen)
            versions.require(course.mark(session, seen))
            verb(session, seen)
            record_read(session, who, seen)
            return _sent(session, seen)
    except Invalid as refused:
        refuse_fields({refused.field or "body": "wrong"})


def _sent(session: Session, episode: Episode) -> Sent:
    found = course.load(session, episode, g.language)
    shown = {
        "episode": episode.id,
        "patient": episode.patient_id,
        "unit": episode.unit_id,
        "status": episode.status,
        "pathway": f"{episode.pathway_url}|{episode.pathway_version}",
        "newer": f"{found.newer.url}|{found.newer.version}" if found.newer is not None else None,
        "phase": found.phase,
        "anchors": [vars(each) for each in found.anchors],
        "paused_until": found.paused_until,
        "pause_reason": found.pause_reason,
        "end_reason": found.end_reason,
        "stopped_at": found.stopped_at,
        "open": [
            {"assignment": each.assignment.id, "title": each.title, "expires_at": each.assignment.expires_at}
            for each in found.open_now
        ],
        "coming": [vars(each) for each in found.coming],
        "waiting": [{"title": title, "anchor": anchor} for title, anchor in found.waiting],
        "askable": [{"key": key, "title": title} for key, title in found.askable],
    }
    return shown, versions.tag(found.mark)
