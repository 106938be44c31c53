"""The vendor's door: Twilio tells how a message fares. Whoever comes without its signature changes nothing."""

import uuid

from flask import Blueprint, Response, current_app, request

from prom.config import TWILIO_CALLBACK, Settings
from prom.db import transaction
from prom.errors import NotPermitted
from prom.messaging import progress, twilio
from prom.staff.access import public

routes = Blueprint("hooks-twilio", __name__)


@routes.post(f"{TWILIO_CALLBACK}/<uuid:message_id>")
@public
def take_status(message_id: uuid.UUID) -> Response:
    """Take Twilio's word about a message: 403 without its signature, 204 for all else, also what is not known here."""
    check_signature()
    told = twilio.told(request.form)
    if told is not None:
        with transaction() as session:
            progress.note(session, message_id, told)
    return Response(status=204)


def check_signature() -> None:
    """Raise NotPermitted unless Twilio signed this request, over the address that it was given and every field."""
    settings: Settings = current_app.config["PROM"]
    query = f"?{request.query_string.decode('ascii', 'replace')}" if request.query_string else ""
    address = f"{settings.public_address}{request.path}{query}"
    signature = request.headers.get("X-Twilio-Signature", "")
    if settings.twilio is None or not twilio.is_genuine(settings.twilio, address, request.form, signature):
        raise NotPermitted
