"""Somebody else's program (npm fhir-kit-client) goes from an open task to a corrected answer through the FHIR door."""

import json

from prom.config import Settings
from tests.conftest import Hospital, Machine
from tests.prom.fhir.door import BASED_ON, EVERYTHING
from tests.prom.fhir.independent import run
from tests.prom.steps import WELL, ask, later, send

FLAGS = "QuestionnaireResponse.item.where(linkId='red-flags')"


def test_an_independent_client_answers_for_a_patient(
    hospital: Hospital, database: Settings, live_server: str, machine: Machine
) -> None:
    earlier = send(ask(database), WELL)
    later(days=7)
    ask(database)
    tokens = {
        "TOKEN": machine(f"{EVERYTHING} prom/alerts.read"),
        "READER": machine("system/QuestionnaireResponse.rs"),
    }
    said = run(
        "journey.mjs",
        PROM=live_server,
        PATIENT=str(hospital.patient.id),
        **{name: headers["Authorization"].removeprefix("Bearer ") for name, headers in tokens.items()},
    )
    met = json.loads(said)

    assert set(met["offers"]) == {"QuestionnaireResponse", "Questionnaire", "Task"}
    assert met["refused"] == {
        "nobody": [401, "login", None],
        "reader": [403, "forbidden", None],
        "incomplete": [422, "required", f"{FLAGS}.item.where(linkId='temperature-measured')"],
        "another": [422, "value", "QuestionnaireResponse.subject"],
        "second": [409, "conflict", None],
        "stale": [412, "conflict", None],
    }
    assert met["created"] == [201, 200, True]
    assert (met["instruction"]["severity"], met["instruction"]["number"]) == ("emergency", "+4722000001")
    assert met["instruction"]["text"].startswith("Call 22 00 00 01 now")
    (alert,) = met["alerts"]
    assert (alert["severity"], alert["state"]) == ("emergency", "open")
    assert (met["done"], met["before"]) == ("completed", 39.4)
    assert met["amended"] == ["amended", "2", [BASED_ON]]
    assert met["found"] == [str(earlier.response_id), met["made"]]
