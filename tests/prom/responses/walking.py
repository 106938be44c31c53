"""A patient with a link, and the steps she takes through the pages."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from prom.assignments.models import Assignment
from prom.assignments.service import due_plans, open_planned
from prom.config import Settings
from prom.db import transaction
from questionnaires.definition import Questionnaire

BORN = {"day": "10", "month": "11", "year": "1955"}
#: What a patient without any symptom answers; whatever is not named here is answered with "0".
WELL = {
    "temperature-measured": "no",
    "shivering": "no",
    "chest-pain": "no",
    "breathless-at-rest": "no",
    "bleeding": "no",
    "confusion": "no",
    "leg-weakness": "no",
    "fluids": "no",
    "weight": "",
    "free-text": "",
    "contact": "no",
}


@dataclass(frozen=True)
class Walker:
    """A patient with a phone: a link, and the pages behind it."""

    client: FlaskClient
    assignment: Assignment
    token: str
    questionnaire: Questionnaire

    def start(self, token: str | None = None) -> TestResponse:
        """Press "start" on the landing page."""
        return self.client.post("/a/start", data={"token": self.token if token is None else token})

    def confirm(self) -> TestResponse:
        """Come in through the link and give the right birth date."""
        assert self.start().status_code == 303
        return self.client.post("/a/birth-date", data=BORN)

    def place(self, link_id: str) -> int:
        """The position of a question."""
        return [item.link_id for item in self.questionnaire.questions].index(link_id) + 1

    def answer(self, link_id: str, *values: str, **more: str) -> TestResponse:
        """Answer one question as its page would."""
        data = {"answer": list(values), "assignment": str(self.assignment.id), **more}
        return self.client.post(f"/a/question/{self.place(link_id)}", data=data)

    def answer_all(self, answers: Mapping[str, str] | None = None) -> TestResponse:
        """Go through all questions from the first, as they come, and return the review's address."""
        given = {**WELL, **(answers or {})}
        response = self.client.get("/a/question/1")
        position: int | None = 1
        while position is not None:
            link_id = self.questionnaire.questions[position - 1].link_id
            response = self.answer(link_id, given.get(link_id, "0"))
            assert response.status_code == 303, response.text
            if response.location.startswith("/a/call-now"):
                response = self.client.get(response.location)
                assert response.status_code == 200
                onward = response.text.rpartition('<a class="ds-button" href="')[2].partition('"')[0]
                position = place_in(onward)
            else:
                position = place_in(response.location)
        return response

    def send(self) -> TestResponse:
        """Press "send" on the review."""
        return self.client.post("/a/send", data={"assignment": str(self.assignment.id)})


def place_in(address: str) -> int | None:
    """The position of the question that an address is of, or None for another page."""
    return int(address.rpartition("/")[2].partition("?")[0]) if "/question/" in address else None


def open_weekly(settings: Settings) -> Assignment:
    """Let what is due open, and return the assignment that can be answered now."""
    with transaction() as session:
        while due := due_plans(session):
            assignment = open_planned(session, due[0], settings)
    assert assignment is not None
    assert assignment.status == "open"
    return assignment
