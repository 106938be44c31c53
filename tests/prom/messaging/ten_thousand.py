"""Many messages over a vendor that misbehaves in every way it knows, several workers that die, and a moved clock.

    python -m tests.prom.messaging.ten_thousand [--messages 10000] [--seed 1]

On PostgreSQL. Prints what came of them, and fails where something is lost, doubled without need, or believed wrongly.
"""

import argparse
import os
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from prom import clock
from prom.audit.service import SYSTEM
from prom.config import Settings
from prom.db import reading, transaction
from prom.messaging import outbox
from prom.messaging.composing import Composed
from prom.messaging.keeping import keep_up
from prom.messaging.models import Message
from prom.messaging.progress import AGAIN
from prom.messaging.twilio import Twilio
from prom.patients.person_source import Person
from prom.settings import service as settings_service
from tests.conftest import Hospital
from tests.fake_transport import Killed
from tests.fake_twilio.vendor import Call, FakeTwilio, Kept
from tests.prom.messaging.callbacks import ACCOUNT, signed, twilio_client

#: The environment's names for the size and the dice.
MESSAGES, SEED = "PROM_TEN_THOUSAND_MESSAGES", "PROM_TEN_THOUSAND_SEED"
WORKERS = 4
#: Of so many messages one is an alert to staff.
STAFF_EACH = 10
ROUND = timedelta(seconds=20)
#: How often the vendor is asked and made to forget.
KEEPS_UP_EACH = timedelta(minutes=5)
#: Nothing lasts longer; what is open then is lost.
LASTS = timedelta(days=3)
ROUNDS = 2000
TOGETHER = 500


@dataclass
class Told:
    """What the figures are, and what must be none."""

    messages: int
    alerts: int
    states: Counter[str]
    behaviours: Counter[str]
    callbacks: Counter[int]
    copies: int
    lost_alerts: list[str]
    still_open: int
    doubled_though_listed: list[str]
    too_many_copies: list[str]
    forged_accepted: int
    untrue: list[str]
    not_erased: list[str]

    @property
    def faults(self) -> dict[str, int]:
        """What must be none, with how often it was."""
        return {
            "alerts to staff lost": len(self.lost_alerts),
            "still open after all that time": self.still_open,
            "sent again though the vendor's list showed it": len(self.doubled_though_listed),
            "more than one extra message per ambiguous outcome": len(self.too_many_copies),
            "forged callbacks accepted": self.forged_accepted,
            "told otherwise than it was": len(self.untrue),
            "words not erased at the vendor": len(self.not_erased),
        }


def compose(_session: Session, message: Message, _person: Person | None) -> Composed:
    """Each message to a patient has a number and a link of its own."""
    return Composed(f"+4794{message.id.int % 10**6:06}", f"Hvordan har du det? https://prom.example/a#{message.id} ")


def run(hospital: Hospital, settings: Settings, count: int, seed: int = 1) -> Told:
    """Send so many messages, and say what came of them."""
    vendor = FakeTwilio(seed)
    transport = Twilio(ACCOUNT, vendor)
    with transaction() as session:
        settings_service.choose(session, "installation", hospital.tenant.id, "smsPerHour", 1_000_000, SYSTEM)
    _put(hospital, count)
    callbacks: Counter[int] = Counter()
    forged = 0
    client = twilio_client(settings)
    kept_up = clock.now()
    for _ in range(ROUNDS):
        working = _begin_work(transport, count)
        while any(each.is_alive() for each in working):
            forged += _call_back(client, vendor.due(), callbacks)
            working[0].join(0.01)
        if clock.now() >= kept_up + KEEPS_UP_EACH:
            keep_up(transport)
            kept_up = clock.now()
        if not vendor.calls and _settled():
            break
        clock.move_to(max(_next_due(vendor), clock.now() + ROUND))
    clock.move_to(clock.now() + LASTS)
    while keep_up(transport):
        pass
    return _told(vendor, callbacks, forged)


def _put(hospital: Hospital, count: int) -> None:
    now = clock.now()
    letters = [_letter(hospital, number) for number in range(count)]
    for start in range(0, count, TOGETHER):
        with transaction() as session:
            outbox.put_all(session, letters[start : start + TOGETHER])
    assert clock.now() == now


def _letter(hospital: Hospital, number: int) -> outbox.Letter:
    staff = number % STAFF_EACH == 0
    return outbox.Letter(
        tenant_id=hospital.tenant.id,
        kind="on-call" if staff else "assignment",
        key=f"on-call:{number}" if staff else f"assignment:{number}",
        to=f"+4795{number:06}" if staff else None,
        body="Prom: nytt hastevarsel." if staff else None,
        unit_id=hospital.unit.id,
        patient_id=None if staff else hospital.patient.id,
        expires_at=clock.now() + LASTS,
    )


def _begin_work(transport: Twilio, limit: int) -> list[threading.Thread]:
    """Let several workers send what is due; one that dies is followed by another, and leaves its lease behind."""

    def work() -> None:
        died = True
        while died:
            died = False
            try:
                outbox.deliver_due(transport, limit, compose)
            except Killed:
                died = True

    threads = [threading.Thread(target=work) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    return threads


def _call_back(client: FlaskClient, calls: Iterable[Call], seen: Counter[int]) -> int:
    """Make the vendor's callbacks; returns how many forged ones were not refused."""
    accepted = 0
    for call in calls:
        path = urlsplit(call.address).path
        form = {"MessageSid": call.sid, "MessageStatus": call.status}
        if call.code is not None:
            form["ErrorCode"] = call.code
        headers = signed(path, form, "guessed" if call.forged else ACCOUNT.token)
        status = client.post(path, data=form, headers=headers).status_code
        seen[status] += 1
        accepted += call.forged and status != 403
    return accepted


def _next_due(vendor: FakeTwilio) -> datetime:
    """When something happens next: a callback, a try, or a question about a message that nothing was heard of."""
    with reading() as session:
        settled = ("delivered", "failed", "cancelled")
        tried = session.scalar(select(func.min(Message.try_at)).where(Message.state.not_in(settled)))
    return min([call.at for call in vendor.calls] + ([tried] if tried is not None else [clock.now()]))


def _settled() -> bool:
    with reading() as session:
        settled = ("delivered", "failed", "cancelled")
        return session.scalar(select(func.count()).where(Message.state.not_in(settled))) == 0


def _told(vendor: FakeTwilio, callbacks: Counter[int], forged: int) -> Told:
    with reading() as session:
        rows = session.scalars(select(Message)).all()
    copies: dict[str, list[Kept]] = {}
    for kept in vendor.kept.values():
        copies.setdefault(kept.ours, []).append(kept)
    brought = {ours for ours, of_one in copies.items() if any(each.does.fails is None for each in of_one)}
    alerts = {row.key.partition(AGAIN)[0] for row in rows if row.kind == "on-call"}
    reached = {row.key.partition(AGAIN)[0] for row in rows if row.kind == "on-call" and str(row.id) in brought}
    return Told(
        messages=len(rows),
        alerts=len(alerts),
        states=Counter(row.state for row in rows),
        behaviours=vendor.did,
        callbacks=callbacks,
        copies=sum(len(of_one) - 1 for of_one in copies.values()),
        lost_alerts=sorted(alerts - reached),
        still_open=sum(row.state in ("pending", "leased", "ambiguous") for row in rows),
        doubled_though_listed=vendor.doubled_though_listed,
        too_many_copies=[ours for ours, of_one in copies.items() if _too_many(of_one)],
        forged_accepted=forged + sum(row.failure in ("twilio-99999", "twilio-99998") for row in rows),
        untrue=[str(row.id) for row in rows if _is_untrue(row, copies.get(str(row.id), []))],
        not_erased=[each.sid for each in vendor.kept.values() if not each.erased],
    )


def _is_untrue(row: Message, copies: list[Kept]) -> bool:
    """It was told as delivered and was not, or the other way round; a copy that the vendor never told of is unknown."""
    known = [each for each in copies if each.sid == row.vendor_id or each.does.calls != "none"]
    return (row.state == "delivered") != any(each.does.fails is None for each in known)


def _too_many(copies: list[Kept]) -> bool:
    """More copies beside the last than there were outcomes that nobody could tell, and that the list did not show."""
    doubtful = sum(bool(each.does.shown_after) or each.does.list_hangs for each in copies)
    return len(copies) - 1 > doubtful + sum(each.does.fails is not None for each in copies)


def main() -> int:
    """Run it on a PostgreSQL of its own, and print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", default="10000")
    parser.add_argument("--seed", default="1")
    given = parser.parse_args()
    os.environ |= {MESSAGES: given.messages, SEED: given.seed, "PROM_TEST_DATABASE": "postgresql"}
    test = Path(__file__).with_name("test_ten_thousand.py")
    return int(pytest.main(["-q", "-p", "no:cacheprovider", str(test)]))


if __name__ == "__main__":
    raise SystemExit(main())
