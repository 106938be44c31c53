"""Values that a caller hands over directly, past the documents they usually stand in."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from questionnaires.definition import Coding, Quantity, Texts, Uri
from questionnaires.fhir_values import ValueFault, exact_number, read_value, write_value


@pytest.mark.parametrize("value", [Decimal("NaN"), float("inf")])
def test_what_is_no_number_is_refused(value: Any) -> None:
    with pytest.raises(ValueFault, match="not-a-number"):
        exact_number(value)


@pytest.mark.parametrize("value", [None, object(), 1.5])
def test_what_is_no_answer_is_not_written(value: Any) -> None:
    with pytest.raises(TypeError, match="is no answer"):
        write_value(value)


@pytest.mark.parametrize(
    "value, written",
    [
        (True, {"valueBoolean": True}),
        (5, {"valueInteger": 5}),
        (Decimal("5"), {"valueDecimal": Decimal("5")}),
        ("x", {"valueString": "x"}),
        (Uri("urn:x"), {"valueUri": "urn:x"}),
        (Coding("s", "1", Texts.of({"nb": "En"})), {"valueCoding": {"system": "s", "code": "1", "display": "En"}}),
        (Quantity(Decimal(70), "kg"), {"valueQuantity": {"value": Decimal(70), "unit": "kg"}}),
    ],
)
def test_a_value_is_written_as_its_own_kind(value: Any, written: dict[str, Any]) -> None:
    assert write_value(value) == written
    assert repr(read_value(write_value(value), "value", "nb")) == repr(value)
