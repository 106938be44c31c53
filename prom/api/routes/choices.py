"""What registration chooses from: pathways and units."""

from collections.abc import Iterator
from typing import Any

from flask import g

from prom.api.routes.requests import Resource
from prom.api.schemas import choices as schemas
from prom.clinic.queries import units_by_id
from prom.clinic.vocabulary import Reader
from prom.db import reading
from prom.pathways.definition import Asked, Pathway
from prom.pathways.queries import newest_offered
from prom.staff.access import caller
from prom.staff.permissions import Permission

resource = Resource("choices", "What registration chooses from.")


@resource.operation("GET", "/pathways", Permission.REGISTER_PATIENT, returns=schemas.Pathways)
def list_pathways() -> dict[str, Any]:
    """List the newest published version of each pathway."""
    with reading() as session:
        found = newest_offered(session)
    reader = Reader(g.language, "UTC")
    return {"items": [_pathway(each, reader) for each in found]}


def _pathway(pathway: Pathway, reader: Reader) -> dict[str, Any]:
    return {
        "pathway": f"{pathway.url}|{pathway.version}",
        "title": reader.words(pathway.title),
        "asks": [
            {"key": asked.key, "kind": kind, "questionnaire": asked.questionnaire, "rules": asked.rules}
            for kind, asked in _asks(pathway)
        ],
    }


def _asks(pathway: Pathway) -> Iterator[tuple[str, Asked]]:
    yield from (("planned", each) for each in pathway.items)
    yield "on-demand", pathway.on_demand
    yield from (("recorded", each) for each in pathway.recorded)


@resource.operation("GET", "/units", Permission.REGISTER_PATIENT, returns=schemas.Units)
def list_units() -> dict[str, Any]:
    """List the caller's units, by name."""
    with reading() as session:
        units = units_by_id(session, caller().unit_ids)
    return {"items": list(units.values())}
