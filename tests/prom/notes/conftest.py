"""The nurse of these tests."""

import pytest
from flask.testing import FlaskClient

from tests.conftest import SignIn
from tests.prom.clinic.ward import Nurse


@pytest.fixture
def nurse(client: FlaskClient, sign_in: SignIn) -> Nurse:
    """The hospital's nurse, signed in."""
    sign_in(client, "nurse")
    return Nurse(client)
