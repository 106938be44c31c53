"""Short words for working out expressions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from questionnaires.expressions.covering import check
from questionnaires.expressions.evaluation import Budget, Surroundings, evaluate
from questionnaires.expressions.grammar import parse
from questionnaires.expressions.moments import Moment
from questionnaires.expressions.nodes import UCUM, Amount, Node

_SAID_WHY = {"linkId": "why", "answer": [{"valueString": "so"}]}
#: What was given where nothing else is said; nothing in it is about anybody.
RESPONSE: Mapping[str, Any] = {
    "resourceType": "QuestionnaireResponse",
    "questionnaire": "urn:sample|1",
    "status": "completed",
    "item": [
        {
            "linkId": "g",
            "item": [
                {"linkId": "three", "answer": [{"valueInteger": 3}]},
                {"linkId": "half", "answer": [{"valueDecimal": Decimal("2.5")}]},
            ],
        },
        {"linkId": "one-of", "answer": [{"valueCoding": {"system": "urn:sample", "code": "x", "display": "Ex"}}]},
        {
            "linkId": "some-of",
            "answer": [
                {"valueCoding": {"system": "urn:sample", "code": "x"}},
                {"valueCoding": {"system": "urn:sample", "code": "y"}},
            ],
        },
        {"linkId": "day", "answer": [{"valueDate": "2024-03-31"}]},
        {"linkId": "moment", "answer": [{"valueDateTime": "2024-03-31T10:00:00+02:00"}]},
        {"linkId": "time", "answer": [{"valueTime": "10:30:00"}]},
        {"linkId": "weight", "answer": [{"valueQuantity": {"value": Decimal("70.5"), "system": UCUM, "code": "kg"}}]},
        {"linkId": "yes", "answer": [{"valueBoolean": True, "item": [_SAID_WHY]}]},
        {"linkId": "text", "answer": [{"valueString": "Hei på deg"}]},
        *(
            {"linkId": "again", "item": [{"linkId": "number", "answer": [{"valueInteger": number}]}]}
            for number in (1, 2, 3)
        ),
    ],
}


def worth(
    expression: str, resource: Mapping[str, Any] = RESPONSE, today: date | None = None, steps: int = 100_000
) -> list[Any]:
    """What an expression comes to, in plain values; raises NotCovered and NotComputed."""
    tree = parse(expression)
    check(tree, {"resource", "context"})
    root = Node(resource, "QuestionnaireResponse")
    around = Surroundings(lambda _: [root], today=today, budget=Budget(steps))
    return [_plain(node) for node in evaluate(tree, [root], around)]


def _plain(node: Node) -> Any:
    if isinstance(node.value, Moment):
        return node.value.text
    if isinstance(node.value, Amount):
        return f"{node.value.value} {node.value.unit}"
    return node.value
