"""The patient of these tests."""

import pytest
from flask.testing import FlaskClient

from prom.assignments import links
from prom.catalogue.queries import instrument
from prom.config import Settings
from prom.db import reading, transaction
from tests.conftest import Hospital
from tests.prom.responses.walking import Walker, open_weekly


@pytest.fixture
def walker(client: FlaskClient, hospital: Hospital, database: Settings) -> Walker:
    """The hospital's patient with her weekly link, which has just opened."""
    assignment = open_weekly(database)
    with transaction() as session:
        token = links.mint(session, assignment)
    with reading() as session:
        questionnaire = instrument(session, assignment.questionnaire).questionnaire
    return Walker(client, assignment, token, questionnaire)
