"""The hospital with a vendor's account, and its patient with a phone."""

import pytest

from prom import create_app
from prom.config import Settings
from prom.db import transaction
from tests.conftest import Hospital
from tests.prom.responses.sms.phone import Phone, agree, publish_check, with_twilio


@pytest.fixture
def phone(hospital: Hospital, database: Settings) -> Phone:
    """The patient's phone. Nothing is asked of her yet, and she has agreed to nothing."""
    settings = with_twilio(database)
    return Phone(create_app(settings).test_client(), settings)


@pytest.fixture
def agreed(phone: Phone, hospital: Hospital) -> Phone:
    """The phone of a patient who agreed to answer by SMS, where the check is published."""
    with transaction() as session:
        publish_check(session)
        agree(session, hospital)
    return phone
