"""Made-up answers to any questionnaire document, as a QuestionnaireResponse document."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

Resource = dict[str, Any]


def responses(questionnaire: Resource, number: int, order: random.Random) -> Iterator[Resource]:
    """Yield responses, the first with everything answered and the last with nothing."""
    contained = {each.get("id"): each for each in questionnaire.get("contained", [])}
    for index in range(number):
        share = 1 - index / max(number - 1, 1)
        items = list(_items(questionnaire.get("item", []), contained, order, share))
        yield {"resourceType": "QuestionnaireResponse", "status": "completed", "item": items}


def _items(
    items: list[Resource], contained: dict[Any, Resource], order: random.Random, share: float
) -> Iterator[Resource]:
    for item in items:
        inner = list(_items(item.get("item", []), contained, order, share))
        if item["type"] == "group" and inner:
            yield {"linkId": item["linkId"], "item": inner}
        elif order.random() < share and (value := _value(item, contained, order)):
            yield {"linkId": item["linkId"], "answer": [{**value, **({"item": inner} if inner else {})}]}


def _value(item: Resource, contained: dict[Any, Resource], order: random.Random) -> Resource | None:
    day = f"{order.randint(1920, 2030)}-{order.randint(1, 12):02}-{order.randint(1, 28):02}"
    match item["type"]:
        case "boolean":
            return {"valueBoolean": order.random() < 0.5}
        case "integer":
            return {"valueInteger": order.randint(1, 120)}
        case "decimal":
            return {"valueDecimal": Decimal(order.randint(100, 20_000)) / 100}
        case "date":
            return {"valueDate": day}
        case "dateTime":
            return {"valueDateTime": f"{day}T10:11:12Z"}
        case "string" | "text":
            return {"valueString": order.choice(["abc", "12"])}
        case "quantity":
            return {
                "valueQuantity": {"value": order.choice([1, 70]), "code": "kg", "system": "http://unitsofmeasure.org"}
            }
        case "choice" | "open-choice":
            return order.choice(list(_options(item, contained)))
    return None


def _options(item: Resource, contained: dict[Any, Resource]) -> Iterator[Resource]:
    offered = item.get("answerOption", [])
    for option in offered:
        yield {name: value for name, value in option.items() if name.startswith("value")}
    value_set = contained.get(str(item.get("answerValueSet", ""))[1:], {})
    for include in value_set.get("compose", {}).get("include", []):
        for concept in include.get("concept", []):
            yield {"valueCoding": {"system": include.get("system", "urn:x"), "code": concept["code"]}}
    if not offered and not value_set:
        for code in ("77176002", "8517006", "female", "male"):
            yield {"valueCoding": {"system": "http://snomed.info/sct", "code": code}}
