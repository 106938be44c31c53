"""The patient of these tests."""

import pytest
from flask.testing import FlaskClient

from tests.prom.my_page.phones import Phone


@pytest.fixture
def phone(client: FlaskClient) -> Phone:
    """The hospital's patient, who has not come in yet."""
    return Phone(client)


@pytest.fixture
def inside(phone: Phone) -> Phone:
    """The hospital's patient on her own page."""
    phone.come_in()
    return phone
