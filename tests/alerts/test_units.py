"""An amount that may come in several units is not held against a bare number."""

from dataclasses import replace
from typing import Any

import pytest

from alerts.parsing import parse
from questionnaires.definition import Coding, Item, ItemType
from tests.alerts.samples import KEY, QUESTIONNAIRE, answer, document, problems

#: The units that a level of glucose comes in; 3.0 mmol/L are 54 mg/dL.
UNITS = tuple(Coding("http://unitsofmeasure.org", code) for code in ("mmol/L", "mg/dL"))


def asking(**units: Any) -> Any:
    """A version that asks for an amount in these units."""
    return replace(QUESTIONNAIRE, version="2.0.0", items=(Item("glucose", ItemType.QUANTITY, **units),)), KEY


@pytest.mark.parametrize(
    "units,unit",
    [
        ({"units": UNITS}, None),
        ({"units": UNITS}, "g"),
        ({"units": UNITS[:1]}, "mg/dL"),
        ({"units": UNITS[:1], "unit": "mmol/L"}, "mg/dL"),
        ({"units": UNITS, "unit": "mmol/L"}, None),
        ({"units_at": "urn:units"}, None),
    ],
)
def test_a_rule_names_one_of_the_units_that_an_answer_may_come_in(units: dict[str, Any], unit: str | None) -> None:
    asked = asking(**units)
    rule = answer("glucose", compare="<", value=4) | ({"unit": unit} if unit else {})
    (problem,) = problems(document(rule, questionnaireVersions=["2.0.0"]), [asked])
    assert (problem.rule, problem.item, problem.code) == ("one", "glucose", "other-unit")


@pytest.mark.parametrize(
    "units,unit",
    [
        ({"units": UNITS}, "mmol/L"),
        ({"units": UNITS}, "mg/dL"),
        ({"units": UNITS, "unit": "mmol/L"}, "mg/dL"),
        ({"units": UNITS[:1]}, "mmol/L"),
        ({"units": UNITS[:1]}, None),
        ({"units_at": "urn:units"}, "mg/dL"),
    ],
)
def test_a_rule_that_names_its_unit_is_taken(units: dict[str, Any], unit: str | None) -> None:
    asked = asking(**units)
    rule = answer("glucose", compare="<", value=4) | ({"unit": unit} if unit else {})
    assert parse(document(rule, questionnaireVersions=["2.0.0"]), [asked]).rules
