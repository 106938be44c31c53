"""Twilio's callbacks as the tests post them, signed as Twilio signs."""

import uuid
from dataclasses import replace

from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from prom import create_app
from prom.config import TWILIO_CALLBACK, Settings
from prom.config import Twilio as Account

PUBLIC = "https://prom.example"
ACCOUNT = Account("AC" + "0" * 32, "12345", "+4759446000", PUBLIC + TWILIO_CALLBACK)


def twilio_client(settings: Settings) -> FlaskClient:
    """Return somebody outside, calling an installation that sends with Twilio."""
    return create_app(replace(settings, public_address=PUBLIC, twilio=ACCOUNT)).test_client()


def signed(path: str, form: dict[str, str], token: str = ACCOUNT.token) -> dict[str, str]:
    """Return the headers of a form posted to a path of the public address."""
    return {"X-Twilio-Signature": RequestValidator(token).compute_signature(f"{PUBLIC}{path}", form)}


def tell(
    client: FlaskClient,
    message_id: uuid.UUID,
    status: str,
    vendor_id: str = "fake-1",
    code: str | None = None,
    token: str = ACCOUNT.token,
) -> TestResponse:
    """Post what Twilio tells about a message."""
    path = f"{TWILIO_CALLBACK}/{message_id}"
    form = {"MessageSid": vendor_id, "MessageStatus": status, "AccountSid": ACCOUNT.account, "To": "+4790000001"}
    if code is not None:
        form["ErrorCode"] = code
    return client.post(path, data=form, headers=signed(path, form, token))
