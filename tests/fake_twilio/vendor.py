"""The fake Twilio itself: creates, lists, fetches and forgets messages, as the SDK asks for it."""

import json
import logging
import random
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

from requests.exceptions import ConnectionError as NotConnected
from requests.exceptions import ReadTimeout
from twilio.http import HttpClient
from twilio.http.response import Response
from urllib3.exceptions import ProtocolError

from prom import clock
from tests.fake_transport import Killed
from tests.fake_twilio.behaviours import ALL, OK, Answer, Does

#: Of ten creates so many go well.
WELL = 0.5
#: How the numbers of staff begin.
STAFF = "+4795"
STEP = timedelta(seconds=10)
ON_THE_WAY, BROUGHT, NOT_BROUGHT = "sent", "delivered", "undelivered"


@dataclass
class Kept:
    """A message on the vendor's list."""

    sid: str
    to: str
    body: str
    #: The address that it is to call, which ends in our own id.
    callback: str
    made_at: datetime
    does: Does
    erased: bool = False

    @property
    def ours(self) -> str:
        """Our own id."""
        return self.callback.rpartition("/")[2]

    def status(self, now: datetime) -> str:
        """How far it has come."""
        if now < self.made_at + STEP:
            return ON_THE_WAY
        return NOT_BROUGHT if self.does.fails else BROUGHT


@dataclass(frozen=True, order=True)
class Call:
    """A callback to be made at an instant."""

    at: datetime
    sid: str
    status: str
    address: str = field(compare=False)
    code: str | None = field(default=None, compare=False)
    forged: bool = field(default=False, compare=False)


class FakeTwilio(HttpClient):  # type: ignore[misc]
    """Does with each create what its dice say. `calls` are the callbacks to be made, for whoever runs it."""

    def __init__(self, seed: int = 1, ways: Sequence[Does] = ALL, latency: float = 0.0) -> None:
        super().__init__(logging.getLogger("fake-twilio"), False, None)
        self.kept: dict[str, Kept] = {}
        self.calls: list[Call] = []
        self.did: Counter[str] = Counter()
        #: Creates of a message of which an earlier copy was to be seen on the list: never right.
        self.doubled_though_listed: list[str] = []
        self.lock = threading.Lock()
        self._chance = random.Random(seed)
        self._ways, self._latency = ways, latency
        self._by_number: dict[str, list[Kept]] = {}
        self._list_hangs: set[str] = set()
        #: By our own ids: those whose list could not be read when it was asked.
        self.blind: set[str] = set()

    def request(self, method: str, url: str, params: Any = None, data: Any = None, **_: Any) -> Response:
        """Answer as the API does."""
        if self._latency:
            threading.Event().wait(self._latency)
        name = url.rpartition("/")[2].removesuffix(".json")
        with self.lock:
            if method == "POST" and name == "Messages":
                return self._create(data)
            if name == "Messages":
                return self._list(params["To"])
            return self._erase(name) if method == "POST" else self._fetch(name)

    def _create(self, data: dict[str, Any]) -> Response:
        does = self._draw(data["To"])
        self.did[does.name] += 1
        self._note_double(data)
        sid = f"SM{len(self.kept) + 1:032x}"
        if does.keeps:
            made = Kept(sid, data["To"], data["Body"], data["StatusCallback"], clock.now(), does)
            self.kept[sid] = made
            self._by_number.setdefault(made.to, []).append(made)
            self.calls += _calls(made)
            if does.list_hangs:
                self._list_hangs.add(made.to)
        return _answer(does.answer, sid)

    def _draw(self, to: str) -> Does:
        does = OK if self._chance.random() < WELL else self._chance.choice(self._ways)
        # The on-call phone is one that can be reached.
        return OK if to.startswith(STAFF) and does.answer in (Answer.OPTED_OUT, Answer.LANDLINE) else does

    def _note_double(self, data: dict[str, Any]) -> None:
        now, ours = clock.now(), data["StatusCallback"].rpartition("/")[2]
        for earlier in self._by_number.get(data["To"], ()):
            seen = now >= earlier.made_at + earlier.does.shown_after and earlier.status(now) != NOT_BROUGHT
            if earlier.ours == ours and seen and ours not in self.blind:
                self.doubled_though_listed.append(earlier.sid)

    def _list(self, to: str) -> Response:
        now = clock.now()
        if to in self._list_hangs:
            self._list_hangs.discard(to)
            self.blind |= {each.ours for each in self._by_number[to]}
            raise ReadTimeout("list")
        self.blind -= {each.ours for each in self._by_number.get(to, ())}
        seen = [each for each in self._by_number.get(to, ()) if now >= each.made_at + each.does.shown_after]
        listed = [_document(each, now) for each in reversed(seen)]
        return Response(200, json.dumps({"messages": listed[:100], "next_page_uri": None}))

    def _fetch(self, sid: str) -> Response:
        if sid not in self.kept:
            return _refusal(404, 20404)
        return Response(200, json.dumps(_document(self.kept[sid], clock.now())))

    def _erase(self, sid: str) -> Response:
        if sid not in self.kept:
            return _refusal(404, 20404)
        if self.kept[sid].status(clock.now()) == ON_THE_WAY:
            return _refusal(400, 20009)
        self.kept[sid].erased, self.kept[sid].body = True, ""
        return Response(200, json.dumps(_document(self.kept[sid], clock.now())))

    def due(self) -> list[Call]:
        """Return the callbacks whose time has come, and forget them."""
        now = clock.now()
        with self.lock:
            due = [call for call in self.calls if call.at <= now]
            self.calls = [call for call in self.calls if call.at > now]
        self._chance.shuffle(due)
        return due


def _calls(made: Kept) -> list[Call]:
    """The callbacks of a message: what is told, when, and by whom."""
    does, at = made.does, made.made_at
    end = NOT_BROUGHT if does.fails else BROUGHT
    told = [Call(at + STEP / 2, made.sid, ON_THE_WAY, made.callback), Call(at + STEP, made.sid, end, made.callback)]
    told[1] = Call(at + STEP, made.sid, end, made.callback, does.fails)
    if does.calls == "none":
        told = []
    if does.calls == "backwards":
        told = [Call(at + 3 * STEP, made.sid, ON_THE_WAY, made.callback), told[1]]
    if does.calls == "twice":
        told = [*told, Call(at + 2 * STEP, made.sid, end, made.callback), told[0]]
    if does.early:
        told = [Call(at, made.sid, ON_THE_WAY, made.callback), told[1]]
    if does.forged:
        told.append(Call(at, made.sid, NOT_BROUGHT, made.callback, "99999", forged=True))
    if does.strays:
        elsewhere = f"{made.callback[:-36]}{'0' * 8}{made.callback[-28:]}"
        told.append(Call(at, made.sid, NOT_BROUGHT, elsewhere, "99998"))
    return told


def _answer(answer: Answer, sid: str) -> Response:
    match answer:
        case Answer.OK:
            return Response(201, json.dumps({"sid": sid, "status": "queued"}))
        case Answer.NO_ID:
            return Response(201, json.dumps({"status": "queued"}))
        case Answer.NOTHING:
            raise ReadTimeout("nothing came")
        case Answer.RESET:
            raise NotConnected(ProtocolError("Connection aborted.", ConnectionResetError(104, "reset")))
        case Answer.ERROR_500:
            return _refusal(500, 20500)
        case Answer.BUSY_429:
            return _refusal(429, 20429, {"Retry-After": "3"})
        case Answer.OPTED_OUT | Answer.LANDLINE:
            return _refusal(400, int(answer.value))
        case Answer.DEATH:
            raise Killed


def _refusal(status: int, code: int, headers: dict[str, str] | None = None) -> Response:
    return Response(status, json.dumps({"code": code, "message": "no", "status": status}), headers)


def _document(kept: Kept, now: datetime) -> dict[str, Any]:
    return {
        "sid": kept.sid,
        "to": kept.to,
        "body": kept.body,
        "status": kept.status(now),
        "error_code": int(kept.does.fails) if kept.does.fails and kept.status(now) == NOT_BROUGHT else None,
        "date_created": format_datetime(kept.made_at),
    }
