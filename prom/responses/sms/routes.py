"""The vendor's door for what patients write. It is answered in a moment, whatever there is to be done about it."""

from flask import Blueprint, Response, request

from prom.db import transaction
from prom.messaging.routes import check_signature
from prom.responses.sms import service
from prom.responses.sms.incoming import Came
from prom.staff.access import public
from prom.staff.queries import the_tenant

routes = Blueprint("hooks-incoming", __name__)

#: "Nothing to say": replies go out by the outbox, where they are kept, counted and tried again.
NOTHING = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


@routes.post("/hooks/twilio/incoming")
@public
def take_incoming() -> Response:
    """Store an SMS that Twilio hands over; a second delivery is none. 403 unless it is signed."""
    check_signature()
    came = Came(request.form.get("MessageSid", ""), request.form.get("From", ""), request.form.get("Body", ""))
    if came.vendor_id:
        with transaction() as session:
            service.take_in(session, the_tenant(session).id, came)
    return Response(NOTHING, mimetype="text/xml")
