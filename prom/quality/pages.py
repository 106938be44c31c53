"""The page of the clinic's own figures."""

from datetime import timedelta

from flask import Blueprint, render_template, request

from prom import clock
from prom.audit import service as audit
from prom.db import reading, transaction
from prom.errors import Invalid
from prom.quality.service import made
from prom.quality.yardsticks import YARDSTICKS
from prom.staff.access import requires, signed_in
from prom.staff.permissions import Permission

pages = Blueprint("quality", __name__, template_folder="templates")

WEEKS = (1, 4, 12, 26, 52)
USUAL = 4


@pages.get("/figures")
@requires(Permission.READ_FIGURES)
def show_figures() -> str:
    """Show what the alerts of the last weeks came to at her units; raises Invalid for another number of weeks."""
    who = signed_in()
    asked = request.args.get("weeks", str(USUAL))
    weeks = next((each for each in WEEKS if str(each) == asked), None)
    if weeks is None:
        raise Invalid("weeks")
    now = clock.now()
    with reading() as session:  # for as long as it takes: on SQLite nobody else writes in a transaction
        found = made(session, sorted(who.unit_ids), now - timedelta(weeks=weeks), now)
    with transaction() as session:
        audit.record(
            session,
            who.actor,
            "alert.figures",
            tenant_id=who.tenant_id,
            entity="alert",
            subjects=found.subjects,
            reason="quality",
        )
    return render_template(
        "quality/figures.html", figures=found.figures, weeks=weeks, choices=WEEKS, yardsticks=YARDSTICKS
    )
