"""A patient with a phone and a browser, on her way to her own page."""

import re
from dataclasses import dataclass

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from prom.db import reading
from prom.messaging.models import Kind, Message
from prom.patients import sealing
from tests.prom.responses.walking import BORN

NUMBER = "90 00 00 01"
WRONG_CODE = "000 000"


@dataclass(frozen=True)
class Sent:
    """A message with a code as it lies in the outbox."""

    to: str
    body: str

    @property
    def code(self) -> str:
        """The six digits."""
        (found,) = re.findall(r"\b\d{6}\b", self.body)
        return str(found)


def codes_sent() -> list[Sent]:
    """The codes that were sent, oldest first."""
    with reading() as session:
        rows = session.scalars(
            select(Message).where(Message.kind == Kind.CODE).order_by(Message.created_at, Message.id)
        )
        opened = [sealing.open_column(session, row, "letter") for row in rows]
    return [Sent(each["to"], each["body"]) for each in opened]


@dataclass(frozen=True)
class Phone:
    """The browser on it."""

    client: FlaskClient

    def ask(self, phone: str = NUMBER, **born: str) -> TestResponse:
        """Ask for a code."""
        return self.client.post("/me/code", data={"phone": phone, **BORN, **born})

    def enter(self, code: str) -> TestResponse:
        """Give a code."""
        return self.client.post("/me/enter", data={"code": code})

    def come_in(self) -> None:
        """Ask, read the SMS, and give the code."""
        assert self.ask().status_code == 303
        assert self.enter(codes_sent()[-1].code).status_code == 303

    def show(self, place: str = "", status: int = 200) -> str:
        """The text of one of her pages."""
        page = self.client.get(f"/me{place}")
        assert page.status_code == status, page.text
        return page.text
