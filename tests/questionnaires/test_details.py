"""What an item says beyond its question, and what its answers are held against."""

from decimal import Decimal
from typing import Any

import pytest

from questionnaires.definition import Coding, Item, ItemType, Quantity
from questionnaires.parsing import parse
from questionnaires.problems import QuestionnaireError
from questionnaires.response import from_fhir
from questionnaires.validation import validate
from questionnaires.values import Partial, compare
from tests.questionnaires.samples import (
    HL7,
    Node,
    answered,
    coding,
    document,
    extension,
    group,
    item,
    questionnaire,
    response_document,
)

SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"
UCUM = "http://unitsofmeasure.org"


def read(kind: str = "string", **fields: Any) -> Item:
    return questionnaire(item("a", kind, **fields)).items[0]


def wrong(kind: str, value: Node, **fields: Any) -> list[str]:
    """What is wrong with one answer."""
    asked = questionnaire(item("a", kind, **fields))
    response = from_fhir(response_document(answered("a", **value)), all_of_r4=True)
    return [problem.code for problem in validate(asked, response)]


def measured(value: float, code: str, system: str = UCUM) -> Node:
    return {"valueQuantity": {"value": value, "unit": code, "system": system, "code": code}}


def _control(code: str) -> Node:
    return extension("questionnaire-itemControl", valueCodeableConcept={"coding": [{"code": code}]})


def bound(name: str, value: float, code: str) -> Node:
    return {"url": SDC + name, **measured(value, code)}


@pytest.mark.parametrize(
    "given, codes",
    [
        ("2019", ["too-low"]),
        ("2019-12-31", ["too-low"]),
        ("2022-07", ["too-high"]),
        ("2020", []),
        ("2022-06-30", []),
        ("2022-06-30T10:00:00+02:00", []),
        ("2022-07-02T10:00:00+02:00", ["too-high"]),
    ],
)
def test_a_moment_is_refused_only_where_all_of_it_lies_out_of_bounds(given: str, codes: list[str]) -> None:
    bounds = [extension("minValue", valueDateTime="2020"), extension("maxValue", valueDateTime="2022-06")]
    assert wrong("dateTime", {"valueDateTime": given}, extension=bounds) == codes


def test_a_part_of_a_date_answers_a_date_and_a_day_answers_an_instant() -> None:
    assert wrong("date", {"valueDate": "2024-05"}) == []
    assert wrong("dateTime", {"valueDateTime": "2024-05-17"}) == []
    assert wrong("date", {"valueDateTime": "2024-05"}) == ["wrong-type"]
    assert compare(Partial("2024"), Partial("2024-05")) is None


@pytest.mark.parametrize(
    "given, codes",
    [
        (measured(4999, "g"), ["too-low"]),
        (measured(51, "kg"), ["too-high"]),
        (measured(5000, "g"), []),
        (measured(20, "[lb_av]"), []),
        (measured(11, "[lb_av]"), ["too-low"]),
        (measured(10, "cm"), ["units-not-comparable", "units-not-comparable"]),
        (measured(10, "stone"), ["units-not-comparable", "units-not-comparable"]),
        (measured(10, "kg", "urn:other"), ["units-not-comparable", "units-not-comparable"]),
    ],
)
def test_amounts_are_compared_across_units_only_where_it_is_sure(given: Node, codes: list[str]) -> None:
    bounds = [bound("minQuantity", 5, "kg"), bound("maxQuantity", 50, "kg")]
    assert wrong("quantity", given, extension=bounds) == codes


def test_a_unit_that_is_not_offered_is_refused() -> None:
    units = [extension("questionnaire-unitOption", valueCoding={"system": UCUM, "code": code}) for code in ("m", "km")]
    assert wrong("quantity", measured(5, "cm"), extension=units) == ["other-unit"]
    assert wrong("quantity", measured(5, "m", "urn:other"), extension=units) == ["other-unit"]
    assert wrong("quantity", measured(5, "km"), extension=units) == []


def offered(*codes: str) -> list[Node]:
    """The units that an answer may be given in."""
    return [extension("questionnaire-unitOption", valueCoding={"system": UCUM, "code": code}) for code in codes]


def test_a_unit_that_a_bound_cannot_be_held_against_stands_in_the_way() -> None:
    made = parse(
        document(item("a", "quantity", extension=[*offered("Cel", "[degF]"), bound("maxQuantity", 43, "Cel")]))
    )
    assert [(each.link_id, each.code, each.values["unit"]) for each in made.problems] == [
        ("a", "bound-in-other-unit", "[degF]")
    ]
    assert not made.publishable
    unit = extension("questionnaire-unit", valueCoding={"system": UCUM, "code": "[degF]"})
    assert not parse(document(item("a", "quantity", extension=[unit, bound("minQuantity", 30, "Cel")]))).publishable


def test_units_that_a_bound_can_be_held_against_do_not_stand_in_the_way() -> None:
    for top in (bound("maxQuantity", 300, "kg"), extension("maxValue", valueDecimal=300)):
        assert parse(document(item("a", "quantity", extension=[*offered("kg", "g", "[lb_av]"), top]))).problems == ()


@pytest.mark.parametrize("given, codes", [(43, []), (44, ["too-high"])])
def test_an_answer_in_the_items_one_unit_is_held_against_a_bound_in_that_unit(given: int, codes: list[str]) -> None:
    unit = extension("questionnaire-unit", valueCoding={"system": UCUM, "code": "Cel"})
    answer = {"valueQuantity": {"value": given, "unit": "Cel", "code": "Cel"}}
    assert wrong("quantity", answer, extension=[unit, bound("maxQuantity", 43, "Cel")]) == codes


def test_a_plain_bound_of_an_amount_is_in_its_items_unit() -> None:
    unit = extension("questionnaire-unit", valueCoding={"system": UCUM, "code": "kg"})
    limits = [unit, extension("minValue", valueDecimal=30)]
    assert wrong("quantity", measured(29.5, "kg"), extension=limits) == ["too-low"]
    assert wrong("quantity", measured(30, "kg"), extension=limits) == []


@pytest.mark.parametrize(
    "value, codes",
    [
        ({"contentType": "image/png", "size": 2**21}, ["too-large"]),
        ({"contentType": "image/png", "data": "A" * 4 * 2**19}, ["too-large"]),
        ({"contentType": "text/plain", "size": 1}, ["other-file-kind"]),
        ({"size": 1}, ["other-file-kind"]),
        ({"contentType": "image/png; q=1", "size": 2**20}, []),
    ],
)
def test_a_file_is_held_against_its_size_and_kind(value: Node, codes: list[str]) -> None:
    limits = [extension("maxSize", valueDecimal=1), extension("mimeType", valueCode="image/*")]
    assert wrong("attachment", {"valueAttachment": value}, extension=limits) == codes


@pytest.mark.parametrize(
    "reference, codes",
    [("Patient/1", []), ("https://x.org/Patient/1", []), ("Observation/1", ["other-resource"]), ("#p", [])],
)
def test_a_reference_is_held_against_its_resource(reference: str, codes: list[str]) -> None:
    wanted = [extension("questionnaire-referenceResource", valueCode="Patient")]
    assert wrong("reference", {"valueReference": {"reference": reference}}, extension=wanted) == codes


def test_an_address_is_no_text_and_a_text_no_address() -> None:
    assert wrong("url", {"valueString": "https://example.org"}) == ["wrong-type"]
    assert wrong("string", {"valueUri": "https://example.org"}) == ["wrong-type"]


def test_what_no_resource_is_called_is_no_reference() -> None:
    assert wrong("reference", {"valueReference": {"reference": "Chicken/1"}}) == ["other-resource"]


@pytest.mark.parametrize(
    "fields",
    [
        {"extension": [extension("maxSize", valueDecimal="large")]},
        {"extension": [extension("questionnaire-sliderStepValue", valueInteger=0)]},
        {"extension": [extension("mimeType", valueCode=5)]},
        {"initial": [{}]},
        {"code": [{"code": 5}]},
    ],
)
def test_a_detail_of_the_wrong_shape_is_refused(fields: Node) -> None:
    with pytest.raises(QuestionnaireError):
        parse(document(item("a", "attachment", **fields)))


def test_a_detail_is_kept_where_it_belongs() -> None:
    made = read(
        "integer",
        extension=[
            extension("entryFormat", valueString="hele tall"),
            extension("questionnaire-sliderStepValue", valueInteger=5),
        ],
        initial=[{"valueInteger": 3}],
        code=[coding("x"), {"display": "without a code"}],
    )
    assert str(made.entry_format) == "hele tall"
    assert (made.slider_step, made.initial, made.codes) == (Decimal(5), (3,), (Coding("urn:sample", "x"),))


def test_the_one_unit_that_is_offered_is_the_units_of_bare_numbers() -> None:
    made = read(
        "quantity", extension=[extension("questionnaire-unitOption", valueCoding={"system": UCUM, "code": "m"})]
    )
    assert (made.unit, made.units) == ("m", (Coding(UCUM, "m"),))
    assert Quantity(Decimal(1), "m", UCUM, "m") != Quantity(Decimal(1), "m")


def test_helsenorges_second_line_is_shown_as_help() -> None:
    sublabel = {"url": "http://helsenorge.no/fhir/StructureDefinition/sdf-sublabel", "valueMarkdown": "Siste uke"}
    helping = item("h", "display", extension=[_control("help")], text="Slik svarer du")
    assert str(read(extension=[sublabel]).help) == "Siste uke"
    made = questionnaire(group("g", item("a", extension=[sublabel], item=[helping]))).items[0].items[0]
    assert str(made.help) == "Siste uke\n\nSlik svarer du"


@pytest.mark.parametrize("control, hidden", [("inline", False), ("highlight", False), ("sidebar", True)])
def test_helsenorges_texts_that_are_only_shown_take_no_answer(control: str, hidden: bool) -> None:
    made = read("text", required=True, extension=[_control(control)])
    assert (made.type, made.required, made.hidden) == (ItemType.DISPLAY, False, hidden)


def test_instructions_beneath_a_shown_text_are_taken_but_questions_are_not() -> None:
    assert read("display", item=[item("b", "display")]).items[0].link_id == "b"
    with pytest.raises(QuestionnaireError, match="cannot hold items"):
        parse(document(item("a", "display", item=[item("b")])))


def test_what_is_only_kept_is_named_and_does_not_stand_in_the_way() -> None:
    made = questionnaire(item("a", extension=[{"url": "https://example.org/own", "valueString": "x"}] * 2))
    assert [(each.link_id, each.code, each.severity) for each in made.problems] == [("a", "kept", "information")]


@pytest.mark.parametrize("name", [SDC + "itemMedia", HL7 + "questionnaire-usageMode"])
def test_what_would_make_another_question_of_it_stands_in_the_way(name: str) -> None:
    made = parse(document(item("a", extension=[{"url": name, "valueCode": "x"}])))
    assert [(each.link_id, each.code, each.severity) for each in made.problems] == [("a", "meaning", "error")]
