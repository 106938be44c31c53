"""Every documented operation under generated requests: no server error, and nothing that the document does not say.

Half of the requests name what really is there: random ids alone would never come further than 404.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from prom import clock, create_app
from prom.api.schemas.patients import EXAMPLE
from prom.config import Settings
from prom.worklist.models import Alert
from tests.conftest import Hospital, Machine
from tests.prom.api.conftest import SCOPES
from tests.prom.api.door import person
from tests.prom.clinic.ward import NAUSEA, NUMBERS, another_patient, open_alerts, report
from tests.prom.properties import SIZE
from tests.prom.steps import FEVER, ask

#: Their own types have parameters that say nothing here.
Case = Any
Operation = Any
CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
#: 3 examples of each operation for each caller; 200, which makes more than 20,000, in `make test-long`.
EXAMPLES = max(3, SIZE // 50)
CALLERS = ("nurse", "quality", "machine", "nobody")
#: It ends the session of whoever calls, so it comes last.
LAST = "/api/v1/sessions/current"


@dataclass(frozen=True)
class There:
    """What is there to be asked for, by the name that an address gives it."""

    ids: dict[str, list[str]]
    documents: dict[str, dict[str, Any]]


@pytest.fixture
def app(hospital: Hospital, database: Settings) -> Flask:
    """The application, where nobody asks too much."""
    return create_app(replace(database, requests_per_minute=10_000_000))


@pytest.fixture
def there(hospital: Hospital, database: Settings) -> There:
    """A patient with reports and alerts, another one, and documents that would be taken."""
    assignment = ask(database)
    responses = [report(hospital, hospital.episode, answers) for answers in (FEVER, NAUSEA, FEVER)]
    other, episode = another_patient(hospital, NUMBERS[0], "Annen")
    report(hospital, episode, FEVER)
    alerts: list[Alert] = [*open_alerts(hospital.patient.id), *open_alerts(other.id)]
    patients = [str(hospital.patient.id), str(other.id)]
    return There(
        ids={
            "patientId": patients,
            "patient": patients,
            "episodeId": [str(hospital.episode.id), str(episode.id)],
            "assignmentId": [str(assignment)],
            "responseId": [str(each) for each in responses],
            "response": [str(each) for each in responses],
            "alertId": [str(each.id) for each in alerts],
            "unit": [str(hospital.unit.id), str(hospital.other_unit.id)],
        },
        documents={
            "Registration": {**EXAMPLE, "unit": str(hospital.unit.id), "nationalNumber": NUMBERS[1]},
            "Report": {
                "questionnaire": hospital.pathway.on_demand.questionnaire,
                "source": "patient",
                "openedAt": clock.now().isoformat(),
                "answers": FEVER,
            },
        },
    )


@pytest.mark.parametrize("who", CALLERS)
def test_no_operation_fails_or_says_what_its_document_does_not(
    app: Flask, machine: Machine, there: There, who: str
) -> None:
    headers = _headers(app, machine, who)
    document = schemathesis.openapi.from_wsgi("/api/openapi.json", app)
    asked = 0
    for operation in _operations(document):
        asked += _try(operation, there, headers)
    assert asked >= EXAMPLES * 25


def _headers(app: Flask, machine: Machine, who: str) -> dict[str, str]:
    if who == "nobody":
        return {}
    return dict(machine(SCOPES) if who == "machine" else person(app.test_client(), who).headers)


def _operations(document: Any) -> list[Operation]:
    found = [each.ok() for each in document.get_all_operations()]
    return sorted(found, key=lambda operation: (operation.path == LAST, operation.path, operation.method))


def _try(operation: Operation, there: There, headers: dict[str, str]) -> int:
    """Send generated requests, and return how many."""
    sent = 0
    kinds = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in _modes(operation)))

    @seed(0)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=kinds, chance=st.randoms(use_true_random=False))
    def run(case: Case, chance: random.Random) -> None:
        nonlocal sent
        sent += 1
        case.headers.update(headers)
        _name_what_is_there(case, there, chance)
        answer = case.call()
        case.validate_response(answer, checks=CHECKS)

    run()
    return sent


def _modes(operation: Operation) -> Iterator[GenerationMode]:
    yield GenerationMode.POSITIVE
    if operation.path_parameters or operation.query or operation.body or operation.headers:
        yield GenerationMode.NEGATIVE


def _name_what_is_there(case: Case, there: There, chance: random.Random) -> None:
    for named in (case.path_parameters, case.query):
        for name in named or {}:
            if name in there.ids and chance.random() < 0.7:
                named[name] = chance.choice(there.ids[name])
    wanted = there.documents.get(_taken(case.operation))
    if wanted is not None and isinstance(case.body, dict) and chance.random() < 0.7:
        # What would be taken, with one thing in it that was generated, or with none.
        kept = chance.choice([None, *sorted(case.body)])
        case.body = {**wanted, **({kept: case.body[kept]} if kept is not None else {})}
    if "If-Match" in (case.headers or {}) and chance.random() < 0.7:
        case.headers["If-Match"] = _version(case)


def _version(case: Case) -> str:
    """Return the present version of what would be changed; 1 where the caller may not know."""
    read = case.formatted_path.rpartition("/")[0]
    answer = case.operation.app.test_client().get(
        read, headers={"Authorization": case.headers.get("Authorization", "")}
    )
    return str(answer.headers.get("ETag", '"1"'))


def _taken(operation: Operation) -> str:
    """Return the name of the schema that an operation takes."""
    content = operation.definition.raw.get("requestBody", {}).get("content", {}).get("application/json", {})
    return str(content.get("schema", {}).get("$ref", "")).rpartition("/")[2]
