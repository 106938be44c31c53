"""A phone conversation answers a two-question check by SMS and raises an alert: all of it through the real jobs."""

from functools import partial

import pytest

from prom import create_app, jobs
from prom.config import Settings
from prom.db import transaction
from tests.conftest import Hospital, SignIn
from tests.fake_transport import FakeTransport
from tests.prom.responses.sms.phone import Phone, agree, alerts, ask, publish_check, with_twilio


class Worker:
    """A worker that runs every job once, and a vendor that brings what it sends."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.vendor, self.read = settings, FakeTransport(), 0

    def runs(self) -> list[str]:
        """Run every job, and return what came to the phone."""
        assert jobs.run_once(self.settings, jobs.jobs_with(self.vendor)) == {}
        came, self.read = self.vendor.bodies[self.read :], len(self.vendor.bodies)
        return [words for words in came if "rødt" not in words.lower()]


@pytest.fixture
def worker(hospital: Hospital, database: Settings) -> Worker:
    """The worker of an installation with a vendor's account."""
    settings = with_twilio(database)
    worker = Worker(settings)
    worker.runs()  # what is due before this story begins
    return worker


def test_two_questions_are_answered_by_sms_and_the_nurse_reads_why(
    worker: Worker, hospital: Hospital, sign_in: SignIn
) -> None:
    app = create_app(worker.settings)
    app.config["WTF_CSRF_ENABLED"] = False
    phone = Phone(app.test_client(), worker.settings)
    with transaction() as session:
        publish_check(session)
        agree(session, hospital)
    ask(hospital, worker.settings)

    (first,) = worker.runs()
    assert first.startswith("Hvordan var natten?\n1 God")
    assert phone.write("Svar: 3!").status_code == 200
    (second,) = worker.runs()
    assert second.startswith("Vil du at vi ringer deg?")
    phone.write("ja")
    phone.write("ja", sid="SM-again")
    automatic, receipt = sorted(worker.runs())  # several leave at once, and the faster one is there first
    assert receipt.startswith("Takk")
    assert all(number in receipt for number in ("22 00 00 01", "116 117", "113"))
    assert automatic.startswith("Automatisk svar")  # a second "ja" to no question is for a person to read
    assert alerts() == {"contact": 3, "sms": 3}

    nurse = app.test_client()
    sign_in(nurse, "nurse")
    page = nurse.get(f"/patients/{hospital.patient.id}")
    assert page.status_code == 200
    assert "Ønsker å bli ringt" in page.text
    assert "Har skrevet på SMS" in page.text


def test_stop_help_and_her_own_words_are_each_answered(worker: Worker, hospital: Hospital, sign_in: SignIn) -> None:
    app = create_app(worker.settings)
    app.config["WTF_CSRF_ENABLED"] = False
    phone = Phone(app.test_client(), worker.settings)
    said = partial(exchange, phone, worker)
    assert "116 117" in said("HJELP")
    assert said("Jeg har fått feber, 38,7").startswith("Automatisk svar")
    assert "START" in said("stopp")
    assert "STOPP" in said("Start!")
    assert alerts() == {"sms": 3}
    nurse = app.test_client()
    sign_in(nurse, "nurse")
    assert "Jeg har fått feber, 38,7" in nurse.get(f"/patients/{hospital.patient.id}").text
    assert "Jeg har fått feber, 38,7" in nurse.get("/worklist").text


def exchange(phone: Phone, worker: Worker, words: str) -> str:
    """Write, and return the one answer."""
    assert phone.write(words).status_code == 200
    (answer,) = worker.runs()
    return answer
