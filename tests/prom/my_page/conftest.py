"""The patient of these tests."""

import pytest
from flask.testing import FlaskClient

from prom.my_page.pages import entering
from tests.prom.my_page.phones import Phone


@pytest.fixture(autouse=True)
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long each answer would have waited, in seconds: tests do not."""
    waits: list[float] = []
    monkeypatch.setattr(entering, "sleep", waits.append)
    return waits


@pytest.fixture
def phone(client: FlaskClient) -> Phone:
    """The hospital's patient, who has not come in yet."""
    return Phone(client)


@pytest.fixture
def inside(phone: Phone) -> Phone:
    """The hospital's patient on her own page."""
    phone.come_in()
    return phone
