"""Who calls in these tests."""

import pytest
from flask.testing import FlaskClient

from tests.conftest import Machine
from tests.prom.api.door import Door, person

#: All that a machine can be allowed here.
SCOPES = (
    "prom/patients.read prom/patients.write prom/worklist.read prom/alerts.read prom/exports.read prom/audit.read "
    "system/Task.rs system/QuestionnaireResponse.rs"
)


@pytest.fixture
def nobody(client: FlaskClient) -> Door:
    """Somebody without a token."""
    return Door(client)


@pytest.fixture
def nurse(client: FlaskClient) -> Door:
    """The hospital's nurse."""
    return person(client, "nurse")


@pytest.fixture
def stranger(client: FlaskClient) -> Door:
    """The nurse of the other unit."""
    return person(client, "other-nurse")


@pytest.fixture
def program(client: FlaskClient, machine: Machine) -> Door:
    """A machine that may read everything."""
    return Door(client, machine(SCOPES))
