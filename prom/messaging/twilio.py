"""The only importer of Twilio's SDK: sends an SMS, and turns the vendor's errors into ours."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from requests.exceptions import ConnectionError as NotConnected
from requests.exceptions import ConnectTimeout, RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http import HttpClient
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from urllib3.exceptions import MaxRetryError, NewConnectionError

from prom.config import Twilio as Account
from prom.messaging.transport import Ambiguous, Letter, Progress, Refused, Sent, Told

#: Seconds for connecting, and again for each wait for the answer. The SDK on its own waits for ever.
TIMEOUT = 8.0
#: The receiver cannot be reached by this SMS, now or later: no such number, opted out, not a mobile, body too long.
FINAL = frozenset({21211, 21610, 21614, 21617})
#: Answered before the message was looked at.
NOT_TAKEN = frozenset({429, 503})
#: What the vendor has on its list, but did not bring.
NOT_BROUGHT = frozenset({"failed", "undelivered", "canceled"})
#: How far a letter has come by Twilio's word; every other word, known or new, is on its way.
PROGRESS = {
    "delivered": Progress.DELIVERED,
    "read": Progress.DELIVERED,
    "failed": Progress.FAILED,
    "undelivered": Progress.FAILED,
    "canceled": Progress.FAILED,
}
#: For how many seconds Twilio keeps trying to hand a message on: between these, which are its own bounds.
VALIDITY = (60, 36_000)
GONE = 404
#: How many of a number's newest messages are looked through.
LOOKED_THROUGH = 100
SERVICE_PREFIX = "MG"


class Twilio:
    """Twilio's Programmable Messaging under one account. `http_client` stands in for the network in tests."""

    def __init__(self, account: Account, http_client: HttpClient | None = None) -> None:
        self._callback = account.callback
        messaging_service = account.sender.startswith(SERVICE_PREFIX)
        self._sender = {"messaging_service_sid" if messaging_service else "from_": account.sender}
        self._client = Client(account.account, account.token, http_client=http_client or _quiet_http_client())

    def send(self, letter: Letter) -> Sent:
        """Hand a letter over; raises Refused or Ambiguous."""
        try:
            made = self._client.messages.create(to=letter.to, body=letter.body, **self._sender, **self._options(letter))
        except (TwilioException, RequestException, ValueError) as error:
            raise _as_ours(error) from None  # the vendor's own words can hold the number
        if not made.sid:
            raise Ambiguous("twilio-no-id")
        return Sent(made.sid)

    def _options(self, letter: Letter) -> dict[str, Any]:
        options: dict[str, Any] = {}
        if self._callback is not None:
            options["status_callback"] = f"{self._callback}/{letter.message_id}"
        if letter.lasts is not None:
            options["validity_period"] = min(max(int(letter.lasts.total_seconds()), VALIDITY[0]), VALIDITY[1])
        return options

    def find(self, letter: Letter, since: datetime) -> str | None:
        """Return the id of the newest message to this number, made since an instant, whose body holds ours."""
        brought = (each for each in self._ours(letter, since) if each.status not in NOT_BROUGHT)
        return next((str(each.sid) for each in brought), None)

    def copies(self, letter: Letter, since: datetime) -> Sequence[str]:
        """Return the ids of all messages to this number, made since an instant, whose bodies hold ours."""
        return [str(each.sid) for each in self._ours(letter, since)]

    def _ours(self, letter: Letter, since: datetime) -> Iterator[Any]:
        """The date is compared here: the list's own filter is on the day of sending, which a queued message lacks."""
        try:
            # One page is one request: a list in small pages would outlast the lease.
            listed = list(self._client.messages.page(to=letter.to, page_size=LOOKED_THROUGH))
        except (TwilioException, RequestException, ValueError) as error:
            raise _as_ours(error) from None
        for message in listed:
            recent = message.date_created is not None and message.date_created >= since
            # "Holds", since a trial account puts words of its own before the body.
            if recent and letter.body in (message.body or "") and message.sid not in letter.others:
                yield message

    def ask_after(self, vendor_id: str) -> Told:
        """Return how far a letter has come; raises Refused or Ambiguous."""
        try:
            found = self._client.messages(vendor_id).fetch()
        except (TwilioException, RequestException, ValueError) as error:
            raise _as_ours(error) from None
        return _told(vendor_id, found.status, found.error_code)

    def erase(self, vendor_id: str) -> None:
        """Let Twilio forget a letter's words; its number, price and times stay there. Raises as `ask_after`."""
        try:
            self._client.messages(vendor_id).update(body="")
        except (TwilioException, RequestException, ValueError) as error:
            if not (isinstance(error, TwilioRestException | TwilioServiceException) and error.status == GONE):
                raise _as_ours(error) from None


def is_genuine(account: Account, address: str, form: Mapping[str, str], signature: str) -> bool:
    """Whether Twilio itself posted this form to this public address, by its signature over both."""
    return bool(RequestValidator(account.token).validate(address, form, signature))


def told(form: Mapping[str, str]) -> Told | None:
    """Read a status callback, sent as a form; None where it lacks what it must have."""
    vendor_id, status = form.get("MessageSid"), form.get("MessageStatus")
    return _told(vendor_id, status, form.get("ErrorCode")) if vendor_id and status else None


def _told(vendor_id: str, status: str | None, code: str | int | None) -> Told:
    progress = PROGRESS.get(status or "", Progress.ON_ITS_WAY)
    if progress is not Progress.FAILED:
        return Told(vendor_id, progress)
    known = str(code) if code is not None and str(code).isascii() and str(code).isdecimal() else status
    return Told(vendor_id, progress, f"twilio-{known}")


def _as_ours(error: Exception) -> Refused | Ambiguous:
    if isinstance(error, TwilioRestException | TwilioServiceException):
        return _answered(error.status, error.code)
    if _never_left(error):
        return Refused("twilio-unreachable", final=False)
    return Ambiguous("twilio-no-answer" if isinstance(error, RequestException) else "twilio-unreadable")


def _answered(status: int, code: int | None) -> Refused | Ambiguous:
    word = f"twilio-{code or status}"
    # A gateway's 500, 502 or 504 may stand in front of a message that was taken: the list is asked first.
    if status >= 500 and status not in NOT_TAKEN:
        return Ambiguous(word)
    return Refused(word, final=code in FINAL)


def _never_left(error: Exception) -> bool:
    """Whether no connection was made, so that the request cannot have been read."""
    if isinstance(error, ConnectTimeout):
        return True
    cause = error.args[0] if isinstance(error, NotConnected) and error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)


def _quiet_http_client() -> HttpClient:
    """Make the SDK's client with a time-out, and with loggers that keep numbers in addresses out of the log files."""
    silent = logging.getLogger("prom.messaging.twilio")
    silent.disabled = True
    logging.getLogger("urllib3.connectionpool").setLevel(logging.WARNING)
    return TwilioHttpClient(timeout=TIMEOUT, logger=silent)
