"""Clients of the FHIR door, and the judges that see every document which it sends in these tests."""

import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Response, request
from flask.testing import FlaskClient

from prom.config import Settings
from tests.conftest import Hospital, Machine
from tests.prom.fhir.door import EVERYTHING, Door
from tests.prom.fhir.independent import schema_faults, validator_faults
from tests.prom.steps import ask


@pytest.fixture(scope="session")
def everything_sent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[set[str]]:
    """All documents of this process's tests; at the end npm `fhir` may find no fault with any of them."""
    sent: set[str] = set()
    yield sent
    faults = validator_faults(sorted(sent), Path(tmp_path_factory.mktemp("fhir"))) if sent else []
    assert faults == []


@pytest.fixture(autouse=True)
def _judged(client: FlaskClient, everything_sent: set[str]) -> Iterator[None]:
    """HL7's schema finds no fault with anything that the door sends in a test."""
    sent: list[str] = []

    def see(answer: Response) -> Response:
        if request.path.startswith("/fhir/") and answer.data:
            assert answer.content_type == "application/fhir+json"
            sent.append(answer.get_data(as_text=True))
        return answer

    client.application.after_request(see)
    yield
    for document in dict.fromkeys(sent):
        assert schema_faults(json.loads(document)) == []
    everything_sent.update(sent)


@pytest.fixture
def door(client: FlaskClient, machine: Machine) -> Door:
    """A client that may do everything at the FHIR door."""
    return Door(client, machine(EVERYTHING))


@pytest.fixture
def other_door(client: FlaskClient, machine: Machine, hospital: Hospital) -> Door:
    """A client that may do everything, for the patients of the other unit only."""
    return Door(client, machine(EVERYTHING, units=[hospital.other_unit]))


@pytest.fixture
def task(hospital: Hospital, database: Settings) -> uuid.UUID:
    """The weekly symptom check, which has just opened."""
    return ask(database)
