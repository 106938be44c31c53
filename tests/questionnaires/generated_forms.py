"""Questionnaires and responses made at random, as FHIR documents and without asking Prom what is right."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.questionnaires.samples import HL7, Node, document, extension

SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"
UCUM = "http://unitsofmeasure.org"
KINDS = (
    "boolean integer decimal quantity date dateTime time string text url choice open-choice "
    "listed-string listed-integer group display attachment reference"
)
_KINDS = KINDS.split()
_WORDS = st.text("abcdefgh", min_size=3, max_size=6)


@st.composite
def forms(draw: st.DrawFn) -> Node:
    """A questionnaire of all kinds of items, some of them asked only where a yes was given before, some repeated."""
    return document(*_level(draw, "i", 3))


def _level(draw: st.DrawFn, prefix: str, depth: int) -> list[Node]:
    made: list[Node] = []
    for number in range(draw(st.integers(1, 4))):
        node = _item(draw, f"{prefix}.{number}", depth)
        booleans: list[str] = [each["linkId"] for each in made if each["type"] == "boolean"]
        conditional: bool = draw(st.booleans())
        if booleans and conditional:
            condition = {"question": draw(st.sampled_from(booleans)), "operator": "=", "answerBoolean": True}
            node["enableWhen"] = [condition]
        made.append(node)
    return made


def _item(draw: st.DrawFn, link_id: str, depth: int) -> Node:
    kind = draw(st.sampled_from([each for each in _KINDS if depth > 0 or each != "group"]))
    node: Node = {"linkId": link_id, "type": kind.removeprefix("listed-"), "text": f"About {link_id}"}
    node |= _limits(draw, kind)
    if kind == "display":
        return node
    if kind == "group":
        return node | {"item": _level(draw, link_id, depth - 1), "repeats": draw(st.booleans())}
    node["required"] = kind not in ("attachment", "reference") and draw(st.booleans())
    node["repeats"] = draw(st.booleans())
    if node["repeats"] and draw(st.booleans()):
        bounds = [
            extension("questionnaire-minOccurs", valueInteger=2),
            extension("questionnaire-maxOccurs", valueInteger=3),
        ]
        node["extension"] = [*node.get("extension", []), *bounds]
    elif depth > 1 and draw(st.booleans()):
        node |= {"item": _level(draw, link_id, 0), "repeats": False}
    return node


def _limits(draw: st.DrawFn, kind: str) -> Node:
    low, high = sorted(draw(st.tuples(st.integers(0, 40), st.integers(60, 99))))
    match kind:
        case "integer":
            return extensions_of(minValue={"valueInteger": low}, maxValue={"valueInteger": high})
        case "decimal":
            return extensions_of(minValue={"valueDecimal": low}, maxDecimalPlaces={"valueInteger": 1})
        case "quantity":
            units = {"valueCoding": {"system": UCUM, "code": "kg", "display": "kilo"}}
            return {"extension": [extension("questionnaire-unitOption", **units), most_quantity(high)]}
        case "date":
            return extensions_of(maxValue={"valueDate": draw(st.sampled_from(["2024", "2024-12", "2024-12-31"]))})
        case "string":
            return draw(st.sampled_from([{"maxLength": 8}, extensions_of(minLength={"valueInteger": 2}), pattern()]))
        case "listed-string":
            return {"answerOption": [{"valueString": each} for each in ("red", "green", "blue", "white")]}
        case "listed-integer":
            return {"answerOption": [{"valueInteger": each} for each in (1, 2, 3, 5)]}
        case "choice" | "open-choice":
            alone = {"extension": [extension("questionnaire-optionExclusive", valueBoolean=True)]}
            options: list[Node] = [{"valueCoding": coding(str(number))} for number in range(4)]
            return {"answerOption": [*options, {"valueCoding": coding("none")} | alone]}
        case "attachment":
            return extensions_of(maxSize={"valueDecimal": 1}, mimeType={"valueCode": "image/*"})
    return {}


def extensions_of(**values: Node) -> Node:
    """HL7's extensions by their short names."""
    return {"extension": [extension(name, **value) for name, value in values.items()]}


def pattern() -> Node:
    """A form that a text must have."""
    return {"extension": [{"url": HL7 + "regex", "valueString": "[a-h]+"}]}


def most_quantity(most: int) -> Node:
    """The largest amount, in kilograms."""
    return {"url": SDC + "maxQuantity", "valueQuantity": {"value": most, "unit": "kg", "system": UCUM, "code": "kg"}}


def coding(code: str) -> Node:
    """One option's coding."""
    return {"system": "urn:sample", "code": code, "display": f"Says {code}"}


@st.composite
def answered(draw: st.DrawFn, form: Node) -> Node:
    """A complete response that the form takes: what must be answered is, what is not asked is absent."""
    items = _answers(draw, form["item"])
    return {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": f"{form['url']}|{form['version']}",
        "status": "completed",
        **({"item": items} if items else {}),
    }


def _answers(draw: st.DrawFn, asked: list[Node]) -> list[Node]:
    given: list[Node] = []
    for node in asked:
        if node["type"] != "display" and is_asked(node, given):
            given += _given(draw, node)
    return given


def is_asked(node: Node, beside: list[Node]) -> bool:
    """Whether the answers beside an item ask for it."""
    yes = {each["linkId"] for each in beside for answer in each.get("answer", []) if answer.get("valueBoolean") is True}
    return all(condition["question"] in yes for condition in node.get("enableWhen", []))


def _given(draw: st.DrawFn, node: Node) -> list[Node]:
    if node["type"] == "group":
        times = draw(st.integers(1, 3)) if node["repeats"] else 1
        return [{"linkId": node["linkId"], "item": _answers(draw, node["item"])} for _ in range(times)]
    if not node["required"] and draw(st.booleans()):
        inner = _answers(draw, node.get("item", []))
        return [{"linkId": node["linkId"], "item": inner}] if inner else []
    answers = [
        value | ({"item": inner} if (inner := _answers(draw, node.get("item", []))) else {})
        for value in values(draw, node)
    ]
    return [{"linkId": node["linkId"], "answer": answers}]


def occurs(node: Node, name: str) -> int | None:
    """How often an item must or may be answered, or None."""
    found = [each["valueInteger"] for each in node.get("extension", []) if each["url"].endswith(name)]
    return found[0] if found else None


def values(draw: st.DrawFn, node: Node) -> list[Node]:
    """Answers that an item takes, all of them together."""
    least, most = (occurs(node, "minOccurs") or 1, occurs(node, "maxOccurs") or 2) if node["repeats"] else (1, 1)
    count = draw(st.integers(least, most))
    if "answerOption" not in node:
        return [_value(draw, node["type"]) for _ in range(count)]
    options = [{name: each[name] for name in each if name.startswith("value")} for each in node["answerOption"]]
    free = [option for option in options if option.get("valueCoding", {}).get("code") != "none"]
    if count == 1 and draw(st.booleans()):
        return [draw(st.sampled_from(options))]
    return draw(st.lists(st.sampled_from(free), min_size=count, max_size=count, unique_by=repr))


def _value(draw: st.DrawFn, kind: str) -> Node:
    word = draw(_WORDS)
    given: dict[str, Any] = {
        "boolean": {"valueBoolean": draw(st.booleans())},
        "integer": {"valueInteger": draw(st.integers(40, 60))},
        "decimal": {"valueDecimal": draw(st.integers(400, 999)) / 10},
        "quantity": {
            "valueQuantity": {"value": draw(st.integers(1, 60)), "unit": "kilo", "system": UCUM, "code": "kg"}
        },
        "date": {"valueDate": draw(st.sampled_from(["2024", "2024-05", "2024-05-17", "1999"]))},
        "dateTime": {"valueDateTime": draw(st.sampled_from(["2024", "2024-05-17", "2024-05-17T10:00:00+02:00"]))},
        "time": {"valueTime": "10:30:00"},
        "string": {"valueString": word},
        "text": {"valueString": f"{word}\n{word}"},
        "url": {"valueUri": f"https://example.org/{word}"},
        "attachment": {"valueAttachment": {"contentType": "image/png", "data": "AAAA"}},
        "reference": {"valueReference": {"reference": f"Patient/{word}"}},
    }
    return given[kind]  # type: ignore[no-any-return]
