"""Several workers act on what came in at once: each message once, in its order, and one reply."""

from threading import Thread

import pytest
from sqlalchemy import func, select

from prom.db import reading
from prom.language import text
from prom.messaging.models import Kind, Message
from prom.responses.sms import service
from prom.segments import measure
from prom.worklist.models import Evidence
from tests.conftest import Hospital
from tests.prom.responses.sms.phone import Phone, alerts, ask, conversation, handle, incoming


def at_once(phone: Phone, workers: int = 3) -> None:
    """Let several workers sweep until nothing waits."""
    for _ in range(10):
        threads = [Thread(target=handle, args=(phone.settings,)) for _ in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with reading() as session:
            if not service.waiting(session):
                return
    raise AssertionError("something still waits")


def test_each_message_is_acted_on_once(phone: Phone) -> None:
    for number in range(5):
        phone.write(f"Melding nummer {number} fra meg")
    at_once(phone)
    assert [row.outcome for row in incoming()] == ["forwarded"] * 5
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Evidence)) == 5
        assert session.scalar(select(func.count()).where(Message.kind == Kind.REPLY.value)) == 1


def test_of_two_that_come_together_the_first_is_the_answer(agreed: Phone, hospital: Hospital) -> None:
    ask(hospital, agreed.settings)
    agreed.receive()
    agreed.write("3")
    agreed.write("nei")
    at_once(agreed)
    assert [row.outcome for row in incoming()] == ["answer", "forwarded"]
    assert (conversation().state, conversation().position) == ("asking", 2)
    assert alerts() == {"sms": 3}


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_every_reply_fits_one_sms(language: str) -> None:
    keys = ("received", "call.113", "call.unit", "reply", "unknown", "stopped", "started", "help")
    replies = {key: text(f"sms.{key}", language, phone="22 00 00 01") for key in keys}
    assert {key for key, words in replies.items() if measure(words).segments > 1} == set()
    assert all("113" in words for words in replies.values())
