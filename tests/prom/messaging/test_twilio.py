"""Twilio's SDK against a fake network: what we ask, and what each answer is taken for."""

import json
import logging
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from requests.exceptions import ConnectionError as NotConnected
from requests.exceptions import ConnectTimeout, ReadTimeout
from twilio.http import HttpClient
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from urllib3 import HTTPSConnectionPool
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError

from prom.config import Twilio as Account
from prom.messaging.transport import Ambiguous, Letter, Progress, Refused, Told
from prom.messaging.twilio import TIMEOUT, Twilio, _quiet_http_client, told
from tests.conftest import MONDAY
from tests.prom.messaging.letters import MOBILE, WORDS

LETTER = Letter(MOBILE, WORDS, uuid.uuid4())
ACCOUNT = Account("AC" + "0" * 32, "secret", "+4759446000")


class FakeNetwork(HttpClient):  # type: ignore[misc]
    """Gives one answer, or raises one error, for every request, and keeps the requests."""

    def __init__(self, status: int = 201, answer: Any = None, error: Exception | None = None) -> None:
        super().__init__(logging.getLogger("fake"), False, None)
        self.status, self.answer, self.error = status, answer, error
        self.requests: list[dict[str, Any]] = []

    def request(self, method: str, url: str, **given: Any) -> Response:
        """Answer."""
        self.requests.append({"method": method, "url": url, **given})
        if self.error is not None:
            raise self.error
        return Response(self.status, self.answer if isinstance(self.answer, str) else json.dumps(self.answer))


def refused(status: int, code: int) -> FakeNetwork:
    """A network behind which Twilio refuses, with the number in its words."""
    return FakeNetwork(status, {"code": code, "message": f"The 'To' number {MOBILE} ...", "status": status})


def never_connected() -> NotConnected:
    """What `requests` raises where nobody answers the door."""
    pool = HTTPSConnectionPool("api.twilio.com")
    return NotConnected(MaxRetryError(pool, "/", NewConnectionError(HTTPSConnection("api.twilio.com"), "refused")))


@pytest.mark.parametrize("code", [21211, 21610, 21614])
def test_a_number_that_can_never_be_reached_is_refused_for_ever(code: int) -> None:
    with pytest.raises(Refused) as refusal:
        Twilio(ACCOUNT, refused(400, code)).send(LETTER)
    assert (refusal.value.code, refusal.value.final) == (f"twilio-{code}", True)


@pytest.mark.parametrize(
    "status, code", [(429, 20429), (429, 429), (503, 20503), (401, 20003), (404, 20404), (400, 21606), (400, 30000)]
)
def test_what_may_pass_or_be_set_right_is_refused_for_now(status: int, code: int) -> None:
    with pytest.raises(Refused) as refusal:
        Twilio(ACCOUNT, refused(status, code)).send(LETTER)
    assert (refusal.value.code, refusal.value.final) == (f"twilio-{code}", False)


@pytest.mark.parametrize("error", [ConnectTimeout("connect"), never_connected()])
def test_a_request_that_never_left_is_refused_for_now(error: Exception) -> None:
    with pytest.raises(Refused) as refusal:
        Twilio(ACCOUNT, FakeNetwork(error=error)).send(LETTER)
    assert (refusal.value.code, refusal.value.final) == ("twilio-unreachable", False)


@pytest.mark.parametrize(
    "network",
    [
        FakeNetwork(error=ReadTimeout("read")),
        FakeNetwork(error=NotConnected(ProtocolError("Connection aborted.", ConnectionResetError(104, "reset")))),
        FakeNetwork(error=NotConnected()),
        FakeNetwork(500, {"code": 20500, "message": "", "status": 500}),
        FakeNetwork(502, "<html>Bad Gateway</html>"),
        FakeNetwork(201, '{"sid": "SM1", "bod'),
        FakeNetwork(201, {}),
    ],
    ids=["time-out", "reset", "lost", "500", "gateway", "cut off", "no id"],
)
def test_what_may_have_been_taken_is_ambiguous(network: FakeNetwork) -> None:
    with pytest.raises(Ambiguous):
        Twilio(ACCOUNT, network).send(LETTER)


@pytest.mark.parametrize("network", [refused(400, 21211), FakeNetwork(error=ReadTimeout(f"?To={MOBILE} timed out"))])
def test_what_is_raised_says_neither_number_nor_words(network: FakeNetwork) -> None:
    with pytest.raises((Refused, Ambiguous)) as raised:
        Twilio(ACCOUNT, network).send(LETTER)
    assert MOBILE not in f"{raised.value!r} {raised.value}"
    assert raised.value.__suppress_context__


def test_a_sent_letter_brings_the_vendors_id() -> None:
    network = FakeNetwork(201, {"sid": "SM1", "status": "queued"})
    assert Twilio(ACCOUNT, network).send(LETTER).vendor_id == "SM1"
    assert network.requests[0]["data"] == {"To": MOBILE, "From": ACCOUNT.sender, "Body": WORDS}
    assert network.requests[0]["auth"] == (ACCOUNT.account, ACCOUNT.token)


def test_a_messaging_service_is_named_as_one() -> None:
    network = FakeNetwork(201, {"sid": "SM1"})
    Twilio(Account(ACCOUNT.account, ACCOUNT.token, "MG" + "0" * 32), network).send(LETTER)
    assert network.requests[0]["data"] == {"To": MOBILE, "MessagingServiceSid": "MG" + "0" * 32, "Body": WORDS}


def test_the_vendor_is_told_where_to_tell_how_the_message_fares() -> None:
    network = FakeNetwork(201, {"sid": "SM1"})
    account = replace(ACCOUNT, callback="https://prom.example/hooks/twilio/status")
    Twilio(account, network).send(LETTER)
    told = network.requests[0]["data"]["StatusCallback"]
    assert told == f"https://prom.example/hooks/twilio/status/{LETTER.message_id}"


@pytest.mark.parametrize(
    "lasts, seconds", [(timedelta(minutes=5), 300), (timedelta(seconds=1), 60), (timedelta(days=3), 36_000)]
)
def test_a_message_is_not_brought_after_its_end(lasts: timedelta, seconds: int) -> None:
    network = FakeNetwork(201, {"sid": "SM1"})
    Twilio(ACCOUNT, network).send(replace(LETTER, lasts=lasts))
    assert network.requests[0]["data"]["ValidityPeriod"] == seconds


@pytest.mark.parametrize(
    "status, code, progress, word",
    [
        ("queued", None, Progress.ON_ITS_WAY, None),
        ("sent", None, Progress.ON_ITS_WAY, None),
        ("a word of next year's", None, Progress.ON_ITS_WAY, None),
        ("delivered", None, Progress.DELIVERED, None),
        ("undelivered", 30003, Progress.FAILED, "twilio-30003"),
        ("failed", None, Progress.FAILED, "twilio-failed"),
    ],
)
def test_the_vendor_can_be_asked_after_a_letter(
    status: str, code: int | None, progress: Progress, word: str | None
) -> None:
    network = FakeNetwork(200, {"sid": "SM1", "status": status, "error_code": code})
    assert Twilio(ACCOUNT, network).ask_after("SM1") == Told("SM1", progress, word)
    assert network.requests[0]["url"].endswith("/Messages/SM1.json")


def test_a_code_that_is_no_number_is_not_repeated() -> None:
    found = told({"MessageSid": "SM1", "MessageStatus": "failed", "ErrorCode": f"to {MOBILE}"})
    assert found == Told("SM1", Progress.FAILED, "twilio-failed")


def test_the_vendor_is_made_to_forget_a_letters_words() -> None:
    network = FakeNetwork(200, {"sid": "SM1", "body": ""})
    Twilio(ACCOUNT, network).erase("SM1")
    assert (network.requests[0]["method"], network.requests[0]["data"]) == ("POST", {"Body": ""})


def test_what_the_vendor_does_not_have_is_forgotten() -> None:
    Twilio(ACCOUNT, refused(404, 20404)).erase("SM1")


@pytest.mark.parametrize("ask", [Twilio.ask_after, Twilio.erase])
def test_a_vendor_that_does_not_answer_says_so(ask: Callable[[Twilio, str], object]) -> None:
    with pytest.raises(Ambiguous):
        ask(Twilio(ACCOUNT, FakeNetwork(error=ReadTimeout())), "SM1")
    with pytest.raises(Refused):
        ask(Twilio(ACCOUNT, refused(400, 20009)), "SM1")


def test_the_vendors_list_is_asked_by_number() -> None:
    network = FakeNetwork(200, {"messages": [], "next_page_uri": None})
    assert Twilio(ACCOUNT, network).find(LETTER, MONDAY) is None
    assert network.requests[0]["params"]["To"] == MOBILE


def listed(**changes: Any) -> FakeNetwork:
    """A network behind which Twilio's list holds one message, ours unless changed."""
    ours = {"sid": "SM1", "body": WORDS, "status": "queued", "date_created": format_datetime(MONDAY)}
    return FakeNetwork(200, {"messages": [ours | changes], "next_page_uri": None})


@pytest.mark.parametrize(
    "changes",
    [
        {"body": "another letter"},
        {"body": None},
        {"status": "failed"},
        {"status": "undelivered"},
        {"date_created": format_datetime(MONDAY - timedelta(minutes=6))},
        {"date_created": None},
    ],
)
def test_a_message_that_is_not_ours_is_not_found(changes: dict[str, Any]) -> None:
    assert Twilio(ACCOUNT, listed(**changes)).find(LETTER, MONDAY) is None


def test_a_list_in_many_pages_is_asked_once() -> None:
    network = FakeNetwork(200, {"messages": [], "next_page_uri": "/2010-04-01/Accounts/AC0/Messages.json?Page=1"})
    assert Twilio(ACCOUNT, network).find(LETTER, MONDAY) is None
    assert (len(network.requests), network.requests[0]["params"]["PageSize"]) == (1, 100)


@pytest.mark.parametrize("changes", [{}, {"status": "delivered"}, {"body": f"Sent from your trial account - {WORDS}"}])
def test_our_message_is_found_by_its_words(changes: dict[str, Any]) -> None:
    assert Twilio(ACCOUNT, listed(**changes)).find(LETTER, MONDAY) == "SM1"


def test_a_list_that_cannot_be_asked_says_so() -> None:
    with pytest.raises(Ambiguous):
        Twilio(ACCOUNT, FakeNetwork(error=ReadTimeout())).find(LETTER, MONDAY)


def test_the_real_network_has_a_time_out_and_logs_no_number(caplog: pytest.LogCaptureFixture) -> None:
    client = _quiet_http_client()
    assert isinstance(client, TwilioHttpClient)
    assert client.timeout == TIMEOUT
    with caplog.at_level(logging.DEBUG):
        client.log_request({"method": "GET", "url": "/Messages", "params": {"To": MOBILE}, "headers": None})
        logging.getLogger("urllib3.connectionpool").debug("GET /Messages?To=%s", MOBILE)
    assert MOBILE not in caplog.text
