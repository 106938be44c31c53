"""The transport that prints."""

import uuid

import pytest

from prom import clock
from prom.messaging.console import Console, masked
from prom.messaging.transport import Letter

LETTER = Letter("+4790000001", "Hei. https://prom.example/#token", uuid.uuid4())


def test_a_number_is_never_printed_whole(capsys: pytest.CaptureFixture[str]) -> None:
    sent = Console().send(LETTER)
    assert capsys.readouterr().out == "SMS +47******01: Hei. https://prom.example/#token\n"
    assert sent.vendor_id == f"console-{LETTER.message_id}"


@pytest.mark.parametrize("short", ["", "113", "02800"])
def test_a_short_number_is_masked_wholly(short: str) -> None:
    assert masked(short) == "*" * len(short)


def test_what_stood_on_a_screen_cannot_be_found_again() -> None:
    assert Console().find(LETTER, clock.now()) is None


def test_a_letters_repr_shows_neither_number_nor_words() -> None:
    assert "90000001" not in repr(LETTER)
    assert "token" not in repr(LETTER)
