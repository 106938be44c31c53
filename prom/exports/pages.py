"""The page where quality people take answers out."""

from flask import Blueprint, Response, render_template, request

from prom.catalogue.queries import definitions
from prom.db import reading, transaction
from prom.errors import Invalid
from prom.exports.service import Asked, export_zip, let_out
from prom.exports.writing import Format, Layout
from prom.staff.access import requires, signed_in
from prom.staff.permissions import Permission

pages = Blueprint("exports", __name__, template_folder="templates")


@pages.get("/exports")
@requires(Permission.EXPORT_ANSWERS)
def show() -> str:
    """Offer the published questionnaires."""
    with reading() as session:
        names = sorted({row.name for row in definitions(session, "questionnaire") if row.status != "draft"})
    return render_template("exports/exports.html", names=names, formats=list(Format))


@pages.post("/exports")
@requires(Permission.EXPORT_ANSWERS)
def download() -> Response:
    """Send the answers of one questionnaire at her own units, with the codebook, as a zip."""
    who = signed_in()
    chosen = request.form.get("format", "csv")
    if chosen not in set(Format):
        raise Invalid("format")
    with transaction() as session:
        asked = Asked(request.form.get("questionnaire", ""), who.tenant_id, sorted(who.unit_ids))
        layout = Layout(Format(chosen))
        wanted = let_out(session, asked, layout, who.actor)
    name, content = export_zip(wanted, layout)
    answer = Response(content, mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
