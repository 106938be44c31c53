"""Health for machines, the demo's outbox, and nothing that holds an answer."""

from flask import Blueprint, Response, current_app, jsonify, render_template

from prom.audit import service as audit
from prom.config import Settings
from prom.db import reading, transaction
from prom.errors import NotFound
from prom.messaging.queries import list_open
from prom.oversight import watch as watching
from prom.oversight.checking import Check
from prom.staff.access import public, requires, signed_in
from prom.staff.permissions import Permission

pages = Blueprint("oversight", __name__, template_folder="templates")


@pages.get("/health/live")
@public
def live() -> Response:
    """Say that this process answers."""
    return jsonify({"status": "live"})


@pages.get("/health/ready")
@public
def ready() -> Response:
    """Say whether this process can serve: 503 when its database, schema or keys are not as they must be."""
    return _answer(watching.ready())


@pages.get("/health/watch")
@public
def watch() -> Response:
    """Say whether Prom as a whole does its duty: 503 when somebody has to look."""
    with reading() as session:
        checks = watching.watch(session, current_app.config["PROM"])
    return _answer(checks)


def _answer(checks: list[Check]) -> Response:
    well = all(check.well for check in checks)
    answer = jsonify(
        {
            "status": "green" if well else "red",
            "checks": [{"name": check.name, "well": check.well, "seen": check.seen} for check in checks],
        }
    )
    answer.status_code = 200 if well else 503
    return answer


@pages.get("/outbox")
@requires(Permission.READ_OUTBOX)
def outbox() -> str:
    """Show the letters that are not blanked yet. In the demo only: anywhere else a link is for its patient alone."""
    settings: Settings = current_app.config["PROM"]
    if not settings.demo:
        raise NotFound("outbox")
    who = signed_in()
    with transaction() as session:
        messages = list_open(session)
        audit.record(
            session,
            who.actor,
            "message.list",
            tenant_id=who.tenant_id,
            entity="message",
            subjects=[each.patient_id for each in messages if each.patient_id],
            reason="demo",
        )
    return render_template("oversight/outbox.html", messages=messages)
