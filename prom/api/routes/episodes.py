"""Episodes: a patient's stays on pathways."""

import uuid
from typing import Any

from flask import g
from sqlalchemy.orm import Session

from prom import clock
from prom.api import queries
from prom.api.routes.requests import Resource
from prom.api.schemas import episodes as schemas
from prom.clinic.queries import episodes_at
from prom.clinic.reads import record_read
from prom.clinic.vocabulary import Reader
from prom.db import transaction
from prom.pathways.models import Episode
from prom.pathways.queries import pathway
from prom.pathways.service import open_clinical
from prom.staff.access import caller
from prom.staff.models import Unit
from prom.staff.permissions import Permission

resource = Resource("episodes", "A patient's stays on pathways.")


@resource.operation("GET", "/patients/<uuid:patient_id>/episodes", Permission.READ_PATIENT, returns=schemas.Episodes)
def list_episodes(patient_id: uuid.UUID) -> dict[str, Any]:
    """List a patient's episodes at the caller's units, newest first."""
    who = caller()
    with transaction() as session:
        found = episodes_at(session, patient_id, who.unit_ids)
        record_read(session, who, found[0])
        return {"items": [shown(session, each) for each in found]}


@resource.operation("GET", "/episodes/<uuid:episode_id>", Permission.READ_PATIENT, returns=schemas.Episode)
def show_episode(episode_id: uuid.UUID) -> dict[str, Any]:
    """Show one episode."""
    who = caller()
    with transaction() as session:
        found = queries.episode(session, episode_id, who.unit_ids)
        record_read(session, who, found)
        return shown(session, found)


def shown(session: Session, episode: Episode) -> dict[str, Any]:
    """Open an episode as the API shows it; whoever shows it writes the audit record."""
    clinical = open_clinical(session, episode)
    reader = Reader(g.language, session.get_one(Unit, episode.unit_id).zone)
    of = pathway(session, episode.pathway_url, episode.pathway_version)
    return {
        "id": episode.id,
        "patient": episode.patient_id,
        "unit": episode.unit_id,
        "pathway": f"{episode.pathway_url}|{episode.pathway_version}",
        "title": reader.words(of.title),
        "status": episode.status,
        "anchor": episode.anchor,
        "treatment_day": (reader.day_of(clock.now()) - episode.anchor).days + 1,
        "started_at": episode.started_at,
        "ended_at": episode.ended_at,
        "diagnosis": clinical.diagnosis,
        "intent": clinical.intent,
        "regimen": clinical.regimen,
        "line": clinical.line,
        "pathway_code": clinical.pathway_code,
    }
