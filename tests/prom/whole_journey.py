"""The whole journey without a screen, from registration to sign-out, with values that are looked for later."""

import re
from collections.abc import Iterator
from dataclasses import replace

from flask.testing import FlaskClient
from sqlalchemy import select

from prom import create_app, jobs
from prom.assignments.models import Assignment
from prom.config import Settings
from prom.db import reading
from prom.messaging.models import Message
from prom.patients import sealing
from prom.patients.queries import find_by_national_number
from prom.responses.models import Response
from questionnaires.library import load
from tests.conftest import PASSWORD, Hospital
from tests.prom.clinic.ward import open_alerts
from tests.prom.steps import WELL, later, rows

QUESTIONS = load("symptom-check").questionnaire.questions
PLACES = {item.link_id: place for place, item in enumerate(QUESTIONS, start=1)}
FREE_TEXT = "Plantede ord i fritekst om hosten"
NOTE = "Plantet notat om samtalen"
REGISTERED = {
    "given": "Plantina",
    "family": "Åplantesen",
    "national_number": "508462 02355",
    "birth_date": "1962-04-10",
    "mobile": "910 00 077",
    "language": "nb",
    "anchor": "2026-11-02",
    "diagnosis": "C18.7",
    "intent": "adjuvant",
    "regimen": "PLANTOX",
    "line": "1",
    "pathway_code": "Plantekode",
}
ANSWERS = {**WELL, "temperature-measured": "yes", "temperature": "39.7", "weight": "171.3", "free-text": FREE_TEXT}
#: What must be readable nowhere. Tokens are added on the way.
PLANTED = {
    "given name": "Plantina",
    "family name": "plantesen",
    "national number": "50846202355",
    "birth date": "1962-04-10",
    "phone": "91000077",
    "diagnosis": "C18.7",
    "regimen": "PLANTOX",
    "pathway code": "Plantekode",
    "free text": "Plantede ord",
    "note": "Plantet notat",
    "temperature": "39.7",
    "weight": "171.3",
}


class Journey:
    """The people of one journey and their browsers; `steps` are to be taken in order."""

    def __init__(self, hospital: Hospital, settings: Settings) -> None:
        self.hospital = hospital
        self.settings = replace(settings, demo=True)
        app = create_app(self.settings)
        app.config["WTF_CSRF_ENABLED"] = False
        self.nurse, self.patient, self.quality = (app.test_client() for _ in range(3))
        self.planted = dict(PLANTED)

    def steps(self) -> Iterator[str]:
        """Take one step after the other; yields what was just done."""
        yield from self._registering()
        yield from self._answering()
        yield from self._acting()
        yield from self._correcting()
        yield from self._taking_out()

    def _registering(self) -> Iterator[str]:
        self._sign_in(self.nurse, "nurse")
        yield "the nurse signs in"
        form = {
            **REGISTERED,
            "unit": str(self.hospital.unit.id),
            "pathway": f"{self.hospital.pathway.url}|{self.hospital.pathway.version}",
        }
        assert self.nurse.post("/patients/new", data=form).status_code == 200
        yield "the nurse has the number read back"
        assert self.nurse.post("/patients/new/confirm", data=form).status_code == 303
        with reading() as session:
            found = find_by_national_number(session, self.hospital.tenant.id, "50846202355")
            assert found is not None
            self.patient_id = found.id
        yield "the nurse registers the patient"
        assert jobs.run_once(self.settings) == {}
        yield "the worker asks"
        assert self.nurse.get("/outbox").status_code == 200
        yield "the outbox is looked at"

    def _answering(self) -> Iterator[str]:
        self._post("/a/start", token=self._token())
        yield "the patient opens the link"
        self._post("/a/birth-date", day="11", month="4", year="1962", expect=422)
        yield "the patient mistypes her birth date"
        self._post("/a/birth-date", day="10", month="4", year="1962")
        yield "the patient confirms her birth date"
        for link_id, answer in ANSWERS.items():
            self._post(f"/a/question/{PLACES[link_id]}", answer=answer, assignment=self._assignment())
        yield "the patient answers"
        assert self.patient.get("/a/review").status_code == 200
        yield "the patient reviews"
        self._post("/a/send", assignment=self._assignment())
        yield "the patient sends"
        assert self.patient.get("/a/receipt").status_code == 200
        yield "the patient reads the receipt"
        assert jobs.run_once(self.settings) == {}
        yield "the worker rings and judges again"

    def _acting(self) -> Iterator[str]:
        assert self.nurse.get("/worklist").status_code == 200
        yield "the nurse looks at the list"
        assert self.nurse.get(f"/patients/{self.patient_id}").status_code == 200
        yield "the nurse opens the patient"
        self._press("acknowledge")
        yield "the nurse acknowledges"
        self._press("note", note=NOTE)
        yield "the nurse writes a note"
        self._press("resolve", outcome="admission", place="hospital", words=NOTE)
        yield "the nurse resolves"

    def _correcting(self) -> Iterator[str]:
        later(minutes=5)
        answers = {f"item-{PLACES[link_id] - 1}": value for link_id, value in ANSWERS.items()}
        asked = {"asked": "on-demand", "questionnaire": load("symptom-check").questionnaire.canonical}
        report = f"/patients/{self.patient_id}/report"
        assert self.nurse.post(report, data={**asked, "source": "patient", **answers}).status_code == 303
        yield "the nurse fills in a report by phone"
        response = rows(select(Response).order_by(Response.received_at))[-1].id
        assert self.nurse.post(f"/responses/{response}/entered-in-error").status_code == 303
        yield "the nurse marks it as entered in error"
        assert self.nurse.get(f"/patients/{self.patient_id}/audit").status_code == 200
        yield "the nurse reads the access log"

    def _taking_out(self) -> Iterator[str]:
        self._sign_in(self.quality, "quality")
        yield "the quality user signs in"
        assert self.quality.post("/exports", data={"questionnaire": "symptom-check"}).status_code == 200
        yield "the quality user exports"
        assert self.nurse.post("/sign-out").status_code == 303
        yield "the nurse signs out"

    def _sign_in(self, client: FlaskClient, username: str) -> None:
        assert client.post("/sign-in", data={"username": username, "password": PASSWORD}).status_code == 303

    def _post(self, path: str, expect: int = 303, **data: str) -> None:
        answer = self.patient.post(path, data=data)
        assert answer.status_code == expect, (path, data, answer.text)

    def _press(self, verb: str, **data: str) -> None:
        alerts = [f"{alert.id}:{alert.version}" for alert in open_alerts(self.patient_id)]
        answer = self.nurse.post(f"/patients/{self.patient_id}/{verb}", data={"alert": alerts, **data})
        assert answer.status_code == 303, answer.text

    def _token(self) -> str:
        with reading() as session:
            message = session.scalars(select(Message).where(Message.patient_id == self.patient_id)).one()
            body = sealing.open_column(session, message, "letter")["body"]
        found = re.search(r"#(\S+)", body)
        assert found is not None
        self.planted["token"] = found[1]
        return found[1]

    def _assignment(self) -> str:
        hers = Assignment.patient_id == self.patient_id, Assignment.origin == "planned"
        (row,) = rows(select(Assignment).where(*hers))
        return str(row.id)
