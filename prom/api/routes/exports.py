"""Taking answers out for quality work."""

from typing import Any

from flask import Response

from prom.api.routes.requests import Resource
from prom.api.schemas import exports as schemas
from prom.catalogue.queries import definitions
from prom.db import reading, transaction
from prom.errors import Invalid, NotFound
from prom.exports.service import Asked, export_zip, let_out
from prom.exports.writing import Format, Layout
from prom.staff.access import caller
from prom.staff.permissions import Permission

resource = Resource("exports", "Answers for quality work: a zip of one data file, its codebook and a manifest.")

ZIP = "application/zip"
FILE_NAME = {"description": "The file's name.", "required": True, "schema": {"type": "string"}}


@resource.operation("GET", "/exports", Permission.EXPORT_ANSWERS, returns=schemas.Exports)
def list_exports() -> dict[str, Any]:
    """List the questionnaires whose answers can be taken out."""
    with reading() as session:
        names = sorted({row.name for row in definitions(session, "questionnaire") if row.status != "draft"})
    return {"items": [{"questionnaire": name} for name in names]}


@resource.operation(
    "POST",
    "/exports",
    Permission.EXPORT_ANSWERS,
    takes=schemas.ExportWanted,
    media_type=ZIP,
    headers={"Content-Disposition": FILE_NAME},
    example={"questionnaire": "symptom-check", "format": "csv"},
)
def export_answers(given: dict[str, str]) -> Response:
    """Take out the answers to one questionnaire at the caller's units, with codebook and manifest.

    Patients are pseudonyms, the same in every export; free text is left out. One audit record names all of them.
    """
    who = caller()
    try:
        with transaction() as session:
            asked = Asked(given["questionnaire"], who.tenant_id, sorted(who.unit_ids))
            layout = Layout(Format(given["format"]))
            wanted = let_out(session, asked, layout, who.actor)
    except NotFound:
        raise Invalid("questionnaire") from None
    name, content = export_zip(wanted, layout)
    disposition = f'attachment; filename="{name}"'
    return Response(content, mimetype=ZIP, headers={"Content-Disposition": disposition})
