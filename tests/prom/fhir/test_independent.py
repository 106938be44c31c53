"""The independent judges do find faults; what the door sends in all these tests they see in conftest.py."""

import json
from pathlib import Path
from typing import Any

from tests.prom.fhir.independent import schema_faults, validator_faults

RIGHT: dict[str, Any] = {
    "resourceType": "QuestionnaireResponse",
    "status": "completed",
    "item": [{"linkId": "x", "answer": [{"valueDecimal": 37.5}]}],
}
WRONG: tuple[dict[str, Any], ...] = (
    {**RIGHT, "status": "done"},
    {**RIGHT, "unheard-of": 1},
    {**RIGHT, "item": {"linkId": "x"}},
    {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "no-such-code"}]},
)


def test_hl7s_schema_finds_each_fault() -> None:
    assert [bool(schema_faults(resource)) for resource in WRONG] == [True] * len(WRONG)
    assert schema_faults(RIGHT) == []


def test_npm_fhir_finds_each_fault(tmp_path: Path) -> None:
    faults = validator_faults([json.dumps(resource) for resource in (RIGHT, *WRONG)], tmp_path)
    assert len(faults) == len(WRONG)
