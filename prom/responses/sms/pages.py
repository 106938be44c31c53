"""What came by SMS from numbers that nobody knows, for staff to look through: it may be a patient's new phone."""

from flask import Blueprint, render_template

from prom.audit import service as audit
from prom.db import transaction
from prom.patients import phone
from prom.responses.sms.incoming import Unknown, unknown
from prom.staff.access import requires, signed_in
from prom.staff.models import Unit
from prom.staff.permissions import Permission

pages = Blueprint("sms", __name__, template_folder="templates")

#: Whose wall time it is shown in for somebody who works at no unit.
USUAL_ZONE = "Europe/Oslo"


@pages.get("/unknown-messages")
@requires(Permission.READ_PATIENT)
def show_unknown() -> str:
    """List them, newest first, until they are blanked. Nobody knows whose unit they are for, so all staff see them."""
    who = signed_in()
    with transaction() as session:
        found = unknown(session, who.tenant_id)
        zones = [session.get_one(Unit, each).zone for each in sorted(who.unit_ids)[:1]]
        audit.record(session, who.actor, "incoming.list", tenant_id=who.tenant_id, entity="incoming", reason="care")
        return render_template("sms/unknown.html", found=found, spoken=spoken, zone=next(iter(zones), USUAL_ZONE))


def spoken(message: Unknown) -> str:
    """Write the sender as people read it; a name stays as it came."""
    return phone.as_spoken(message.sender) if message.sender.startswith("+") else message.sender
