""" "Send me a new link" pressed many times in one moment: the phone is not flooded, and one report is asked for."""

from sqlalchemy import func, select

from prom.assignments.models import Assignment
from prom.assignments.service import NEW_LINKS, send_new_links
from prom.config import Settings
from prom.db import reading, transaction
from prom.messaging.models import Message
from tests.conftest import REGISTRATION, Hospital
from tests.prom.responses.test_at_once import at_once


def test_many_requests_at_once_send_no_more_than_an_hour_allows(hospital: Hospital, database: Settings) -> None:
    def request() -> None:
        with transaction() as session:
            send_new_links(session, hospital.tenant.id, REGISTRATION.mobile, database)

    assert at_once(*[request] * (NEW_LINKS + 3)) == [None] * (NEW_LINKS + 3)
    with reading() as session:
        links = select(func.count()).select_from(Message).where(Message.kind == "new-link")
        reports = select(func.count()).select_from(Assignment).where(Assignment.origin == "patient")
        assert (session.scalar(links), session.scalar(reports)) == (NEW_LINKS, 1)
