"""A document becomes a questionnaire, or is refused by the linkId of what is wrong."""

from __future__ import annotations

import copy
import random
from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questionnaires.definition import Coding, ItemType, Operator, Questionnaire, Texts
from questionnaires.parsing import parse
from questionnaires.problems import Problem, QuestionnaireError
from questionnaires.sentences import SENTENCES
from tests.questionnaires.samples import (
    ANY_JSON,
    HL7,
    SYSTEM,
    Node,
    choice,
    coding,
    damaged,
    document,
    extension,
    group,
    item,
    option,
    questionnaire,
    sized,
    when,
)


def refused(*items: Node, **fields: Any) -> set[tuple[str | None, str]]:
    """What a document is refused for: linkIds and codes."""
    with pytest.raises(QuestionnaireError) as caught:
        parse(document(*items, **fields))
    return {(problem.link_id, problem.code) for problem in caught.value.problems}


def noted(*items: Node, **fields: Any) -> set[tuple[str | None, str]]:
    """The errors that keep a document from being published."""
    made = parse(document(*items, **fields))
    assert not made.publishable
    return {(problem.link_id, problem.code) for problem in made.problems if problem.severity == "error"}


def warned(made: Questionnaire) -> set[tuple[str | None, str]]:
    """What a document that may be published is warned about."""
    assert made.publishable
    return {(problem.link_id, problem.code) for problem in made.problems}


# What is broken


@pytest.mark.parametrize("broken", [None, True, 7, "text", [], {}, {"resourceType": "Patient"}])
def test_what_is_not_a_questionnaire_is_refused(broken: Any) -> None:
    with pytest.raises(QuestionnaireError, match="no Questionnaire"):
        parse(broken)


def test_a_link_id_that_stands_twice_is_refused_by_name() -> None:
    assert refused(item("a"), group("g", item("a"))) == {("a", "link-id-twice")}


def test_the_message_names_the_link_id() -> None:
    with pytest.raises(QuestionnaireError, match=r"^fever: this linkId stands more than once$"):
        parse(document(item("fever"), item("fever")))


@pytest.mark.parametrize("missing", [{}, {"linkId": ""}, {"linkId": "  "}, {"linkId": 5}, {"linkId": None}])
def test_an_item_without_link_id_is_refused_at_its_parent(missing: Node) -> None:
    assert refused(group("g", {"type": "string", **missing})) == {("g", "no-link-id")}


@pytest.mark.parametrize("kind", ["coding", "question", "", None, 3, ["choice"]])
def test_a_type_that_r4_does_not_know_is_refused(kind: Any) -> None:
    assert refused(item("a", kind)) == {("a", "unknown-type")}


def test_every_error_is_named_at_once() -> None:
    items = (item("a", "coding"), item("b", required="yes"), item("b", "group"))
    assert refused(*items) == {("a", "unknown-type"), ("b", "wrong-field"), ("b", "link-id-twice")}


def test_a_condition_on_an_unknown_item_is_refused() -> None:
    assert refused(item("a", enableWhen=[when("ghost", answerString="x")])) == {("a", "enable-when-unknown")}


def test_a_condition_on_itself_is_refused() -> None:
    assert refused(item("a", enableWhen=[when("a", answerString="x")])) == {("a", "enable-when-circle")}


def test_a_condition_on_what_lies_inside_is_refused() -> None:
    outer = group("g", item("inner"), enableWhen=[when("inner", "exists", answerBoolean=True)])
    assert refused(outer) == {("g", "enable-when-circle"), ("inner", "enable-when-circle")}


def test_a_circle_of_conditions_is_refused_and_what_hangs_on_it_is_not_blamed() -> None:
    items = [
        item(link_id, enableWhen=[when(question, answerString="x")])
        for link_id, question in (("a", "b"), ("b", "c"), ("c", "a"), ("after", "a"))
    ]
    assert {link_id for link_id, _ in refused(*items)} == {"a", "b", "c"}


def test_exists_without_true_or_false_is_refused() -> None:
    assert refused(item("a"), item("b", enableWhen=[when("a", "exists", answerString="x")])) == {
        ("b", "exists-needs-boolean")
    }


@pytest.mark.parametrize(
    "condition, code",
    [
        ({"question": "a", "operator": "~", "answerString": "x"}, "wrong-field"),
        ({"operator": "=", "answerString": "x"}, "wrong-field"),
        ({"question": "a", "operator": "="}, "no-value"),
        ({"question": "a", "operator": "=", "answerString": "x", "answerInteger": 1}, "several-values"),
        ({"question": "a", "operator": "=", "answerInteger": 1.5}, "not-an-integer"),
    ],
)
def test_a_condition_that_lacks_a_part_is_refused(condition: Node, code: str) -> None:
    assert refused(item("a"), item("b", enableWhen=[condition])) == {("b", code)}


@pytest.mark.parametrize("kind", ["boolean", "group", "display", "text", "url", "reference", "attachment"])
def test_options_on_a_type_that_r4_gives_none_are_refused(kind: str) -> None:
    assert refused(item("a", kind, answerOption=[option("1")])) == {("a", "options-on-wrong-type")}


def test_a_value_set_that_the_document_does_not_contain_is_refused() -> None:
    assert refused(item("a", "choice", answerValueSet="#x")) == {("a", "no-such-value-set")}


def test_both_kinds_of_options_at_once_are_refused() -> None:
    assert refused(choice("a", "1", answerValueSet="#x")) == {("a", "options-twice")}


def test_an_option_without_code_is_kept_and_cannot_be_asked() -> None:
    options = [{"valueCoding": {"display": "x"}}, {"valueCoding": {"code": "y"}}]
    assert noted(item("a", "choice", answerOption=options)) == {("a", "coding-without-code")}


def test_a_shown_text_with_items_is_refused() -> None:
    assert refused(item("a", "display", item=[item("b")])) == {("a", "display-with-items")}


def test_bounds_that_cross_keep_it_from_being_published() -> None:
    bounds = [extension("minValue", valueInteger=5), extension("maxValue", valueInteger=4)]
    assert noted(item("a", "integer", extension=bounds)) == {("a", "bounds-crossed")}


@pytest.mark.parametrize("wrong", [True, 5.9, 5.0, "5", None, 2**31])
def test_what_is_not_a_whole_number_is_no_bound(wrong: Any) -> None:
    assert refused(item("a", "integer", extension=[extension("minValue", valueInteger=wrong)]))


@pytest.mark.parametrize(
    "number",
    [float("nan"), float("inf"), Decimal("NaN"), Decimal("1E+999999999"), 10**5000],
    ids=["nan", "infinite", "decimal nan", "huge decimal", "huge integer"],
)
def test_a_number_that_nothing_can_be_done_with_is_refused(number: Any) -> None:
    assert refused(item("a", "decimal", extension=[extension("minValue", valueDecimal=number)])) == {
        (None, "number-out-of-range")
    }


@pytest.mark.parametrize("text", ["\x00", "\ud800"])
def test_a_text_that_cannot_be_stored_is_refused(text: str) -> None:
    assert refused(item("a", text=text)) == {(None, "unusable-characters")}


def test_a_document_nested_without_end_is_refused() -> None:
    nested = item("deepest")
    for index in range(50_000):
        nested = {"linkId": str(index), "type": "group", "item": [nested]}
    assert refused(nested) == {(None, "nested-too-deep")}


def test_a_translation_without_its_text_is_refused() -> None:
    broken = {"extension": [{"url": HL7 + "translation", "extension": [{"url": "lang", "valueCode": "nn"}]}]}
    assert refused(item("a", _text=broken)) == {("a", "translation-incomplete")}


def test_a_status_that_r4_does_not_know_is_refused() -> None:
    assert refused(item("a"), status="published") == {(None, "wrong-field")}


# What is sound, but cannot be run


@pytest.mark.parametrize(
    "url",
    [
        HL7 + "cqf-expression",
        "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-candidateExpression",
        "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-subQuestionnaire",
        "http://ehelse.no/fhir/StructureDefinition/sdf-optionReference",
    ],
)
@pytest.mark.parametrize("field", ["extension", "_text"])
def test_logic_that_cannot_be_run_keeps_a_questionnaire_from_being_published(url: str, field: str) -> None:
    logic = [{"url": url, "valueString": "1 + 1"}]
    node = {"extension": logic} if field == "extension" else {"_text": {"extension": logic}}
    assert noted(item("a", **node)) == {("a", "logic")}


@pytest.mark.parametrize("name", ["variable", "targetConstraint"])
def test_an_expression_in_a_place_where_none_is_read_keeps_it_from_being_published(name: str) -> None:
    expression = extension(name, valueExpression={"language": "text/fhirpath", "expression": "1", "name": "x"})
    assert noted(item("a", _text={"extension": [expression]})) == {("a", "logic")}


def test_an_expression_is_logic_whatever_its_extension_is_called() -> None:
    unknown = {"url": "https://example.org/new", "valueExpression": {"language": "text/fhirpath", "expression": "1"}}
    assert noted(item("a"), extension=[unknown]) == {(None, "logic")}


def test_an_element_that_changes_the_meaning_keeps_it_from_being_published() -> None:
    assert noted(item("a", modifierExtension=[{"url": "https://example.org/not"}])) == {("a", "modifier")}


def test_logic_in_a_resource_that_nothing_refers_to_is_no_matter() -> None:
    resource = {"resourceType": "Library", "id": "x", "extension": [{"url": HL7 + "variable", "valueString": "1"}]}
    assert questionnaire(item("a"), contained=[resource]).publishable


def test_options_outside_the_document_keep_it_from_being_published() -> None:
    assert noted(item("a", "choice", answerValueSet="http://example.org/vs")) == {("a", "external-value-set")}


def test_a_choice_without_options_cannot_be_published() -> None:
    assert noted(item("a", "choice")) == {("a", "no-options")}


def test_a_value_set_that_does_not_list_its_options_cannot_be_published() -> None:
    value_set = {"resourceType": "ValueSet", "id": "x", "compose": {"include": [{"system": "http://loinc.org"}]}}
    assert noted(item("a", "choice", answerValueSet="#x"), contained=[value_set]) == {("a", "value-set-not-listed")}


@pytest.mark.parametrize("kind", ["attachment", "reference"])
def test_a_type_that_prom_takes_no_answers_to_cannot_be_required(kind: str) -> None:
    assert noted(item("a", kind, required=True)) == {("a", "unsupported-type")}
    assert warned(questionnaire(item("a", kind))) == {("a", "unsupported-type")}


@pytest.mark.parametrize(
    "target, condition, code",
    [
        (choice("a", "1"), when("a", answerCoding=coding("2")), "enable-when-option"),
        (choice("a", "1"), when("a", answerInteger=1), "enable-when-option"),
        (choice("a", "1"), when("a", ">", answerCoding=coding("1")), "enable-when-operator"),
        (item("a", "boolean"), when("a", answerInteger=1), "enable-when-type"),
        (item("a", "integer"), when("a", answerBoolean=True), "enable-when-type"),
        (item("a", "date"), when("a", answerReference={"reference": "x"}), "unsupported-value"),
        (group("a", item("inside")), when("a", "exists", answerBoolean=True), "enable-when-on-group"),
    ],
)
def test_a_condition_that_can_never_be_judged_cannot_be_published(target: Node, condition: Node, code: str) -> None:
    assert noted(target, item("b", enableWhen=[condition])) == {("b", code)}


def test_a_condition_on_a_question_that_repeats_elsewhere_cannot_be_published() -> None:
    elsewhere = group("g", item("a", "boolean"), repeats=True)
    assert noted(elsewhere, item("b", enableWhen=[when("a", answerBoolean=True)])) == {("b", "enable-when-ambiguous")}


@pytest.mark.parametrize(
    "kind, initial, code",
    [
        ("integer", [{"valueString": "x"}], "initial-does-not-fit"),
        ("string", [{"valueString": "x"}, {"valueString": "y"}], "initial-too-many"),
    ],
)
def test_an_initial_answer_that_the_item_does_not_take_cannot_be_published(kind: str, initial: Node, code: str) -> None:
    assert noted(item("a", kind, initial=initial)) == {("a", code)}


def test_an_initial_answer_to_what_takes_none_is_refused() -> None:
    assert refused(group("g", item("a"), initial=[{"valueString": "x"}])) == {("g", "initial-on-wrong-type")}


@pytest.mark.parametrize("field", ["url", "version", "status"])
def test_a_questionnaire_without_its_own_name_and_version_cannot_be_published(field: str) -> None:
    nameless = {key: value for key, value in document(item("a")).items() if key != field}
    made = parse(nameless)
    assert [(problem.code, problem.values["field"]) for problem in made.problems] == [("field-missing", field)]
    assert not made.publishable


def test_a_bound_that_cannot_be_checked_keeps_it_from_being_published() -> None:
    assert noted(item("a", "string", extension=[extension("minValue", valueInteger=1)])) == {
        ("a", "bound-on-wrong-type")
    }


def test_a_pattern_that_cannot_be_used_keeps_it_from_being_published() -> None:
    assert noted(item("a", extension=[extension("regex", valueString="(")])) == {("a", "regex-unusable")}


# What is read


def test_several_conditions_without_behaviour_mean_any_with_a_warning() -> None:
    conditions = [when("a", answerBoolean=True), when("b", answerBoolean=True)]
    made = questionnaire(item("a", "boolean"), item("b", "boolean"), item("c", enableWhen=conditions))
    assert made.item("c").enable_any  # type: ignore[union-attr]
    assert warned(made) == {("c", "enable-behavior-missing")}


def test_the_document_is_kept_as_it_came() -> None:
    came = document(choice("a", "1", "2"), somethingElse={"kept": [1, 2.5]})
    before = copy.deepcopy(came)
    made = parse(came)
    assert made.document is came
    assert came == before


def test_an_item_is_read_with_all_its_limits() -> None:
    limits = [
        extension("minValue", valueDecimal=Decimal("30.0")),
        extension("maxValue", valueDecimal=45),
        extension("maxDecimalPlaces", valueInteger=1),
        extension("questionnaire-minOccurs", valueInteger=1),
        extension("questionnaire-maxOccurs", valueInteger=3),
        extension("questionnaire-unit", valueCoding={"system": "http://unitsofmeasure.org", "code": "Cel"}),
        extension("questionnaire-itemControl", valueCodeableConcept={"coding": [{"code": "spinner"}]}),
        extension("questionnaire-hidden", valueBoolean=True),
    ]
    made = parse(
        document(item("t", "decimal", prefix="1.", required=True, repeats=True, readOnly=True, extension=limits))
    )
    read = made.items[0]
    assert (read.min_value, read.max_value, read.max_decimal_places) == (Decimal("30.0"), Decimal(45), 1)
    assert (read.min_occurs, read.max_occurs, read.unit, read.item_control) == (1, 3, "Cel", "spinner")
    assert (read.prefix, read.required, read.repeats, read.read_only, read.hidden) == ("1.", True, True, True, True)


def test_lengths_and_pattern_are_read() -> None:
    limits = [extension("minLength", valueInteger=2), extension("regex", valueString="[a-z]+")]
    read = questionnaire(item("a", maxLength=9, extension=limits)).items[0]
    assert (read.min_length, read.max_length, read.regex) == (2, 9, "[a-z]+")


def test_a_bound_keeps_its_digits_also_from_a_float() -> None:
    read = questionnaire(item("a", "decimal", extension=[extension("maxValue", valueDecimal=1.1)])).items[0]
    assert read.max_value == Decimal("1.1")
    dated = questionnaire(item("a", "date", extension=[extension("maxValue", valueDate="2024-02-29")])).items[0]
    assert dated.max_value == date(2024, 2, 29)


def test_texts_are_read_in_every_language_they_have() -> None:
    def said(language: str, text: str) -> Node:
        parts = [{"url": "lang", "valueCode": language}, {"url": "content", "valueString": text}]
        return {"url": HL7 + "translation", "extension": parts}

    translated = choice(
        "a", "0", text="Vondt?", _text={"extension": [said("nn", "Vondt, du?"), said("se", "Bávččas?")]}
    )
    translated["answerOption"][0]["valueCoding"]["_display"] = {"extension": [said("nn", "Ikkje")]}
    made = questionnaire(translated)
    read = made.items[0]
    assert made.languages == ("nb", "nn", "se")
    assert read.text is not None
    assert read.text.read("nn") == ("Vondt, du?", "nn")
    assert read.text.read("en") == ("Vondt?", "nb")
    chosen = read.option("0")
    assert chosen is not None
    assert chosen.display is not None
    assert chosen.display.read("nn") == ("Ikkje", "nn")


@pytest.mark.parametrize("name", ["ordinalValue", "itemWeight"])
@pytest.mark.parametrize("place", ["coding", "option"])
def test_an_ordinal_is_read_exactly_wherever_it_stands(name: str, place: str) -> None:
    ordinal = [extension(name, valueDecimal=0.5)]
    inside = {"extension": ordinal} if place == "coding" else {}
    beside = {"extension": ordinal} if place == "option" else {}
    made = questionnaire(
        item("a", "choice", answerOption=[{"valueCoding": {"code": "x", "display": "X", **inside}, **beside}])
    )
    chosen = made.items[0].option("x")
    assert chosen is not None
    assert chosen.ordinal == Decimal("0.5")


def test_options_are_read_from_a_contained_value_set() -> None:
    concepts = [{"code": "0", "display": "Nei"}, {"code": "1", "display": "Ja"}]
    value_set = {
        "resourceType": "ValueSet",
        "id": "x",
        "compose": {"include": [{"system": SYSTEM, "concept": concepts}]},
    }
    made = questionnaire(item("a", "choice", answerValueSet="#x"), contained=[value_set])
    assert [option.value for option in made.items[0].options] == [Coding(SYSTEM, "0"), Coding(SYSTEM, "1")]


def test_an_expansion_counts_before_the_recipe_it_came_from() -> None:
    inner = {"system": SYSTEM, "code": "leaf", "display": "Leaf"}
    heading = {"system": SYSTEM, "code": "heading", "abstract": True, "contains": [inner]}
    recipe = {"include": [{"system": SYSTEM, "filter": [{"property": "x", "op": "=", "value": "y"}]}]}
    value_set = {"resourceType": "ValueSet", "id": "x", "expansion": {"contains": [heading]}, "compose": recipe}
    made = questionnaire(item("a", "choice", answerValueSet="#x"), contained=[value_set])
    assert [option.value for option in made.items[0].options] == [Coding(SYSTEM, "leaf")]


def test_an_exclusive_option_is_read() -> None:
    alone = option("none", extension=[extension("questionnaire-optionExclusive", valueBoolean=True)])
    made = questionnaire(item("a", "choice", answerOption=[option("1"), alone]))
    assert [each.exclusive for each in made.items[0].options] == [False, True]


def test_a_help_text_is_read_from_the_item_that_holds_it() -> None:
    control = extension("questionnaire-itemControl", valueCodeableConcept={"coding": [{"code": "help"}]})
    helping = {"linkId": "a-help", "type": "display", "text": "Think of today", "extension": [control]}
    read = questionnaire(item("a", item=[helping])).items[0]
    assert str(read.help) == "Think of today"


def test_items_are_found_at_any_depth_in_the_order_of_the_document() -> None:
    made = questionnaire(group("g", item("a", item=[item("a1")]), item("d", "display")), item("b"))
    assert [each.link_id for each in made.all_items] == ["g", "a", "a1", "d", "b"]
    assert [each.link_id for each in made.questions] == ["a", "a1", "b"]
    assert made.item("a1") is made.all_items[2]
    assert made.item("ghost") is None
    assert made.parent("a1") is made.item("a")
    assert made.parent("g") is None


@pytest.mark.parametrize(
    "fields, name",
    [({}, "sample"), ({"id": None, "url": "http://x.org/fhir/Questionnaire/pain"}, "pain"), ({"id": None}, "sample")],
)
def test_its_name_is_its_id_or_else_the_end_of_its_address(fields: Node, name: str) -> None:
    made = parse({key: value for key, value in (document(item("a")) | fields).items() if value is not None})
    assert made.name == name


def test_its_canonical_is_address_and_version() -> None:
    assert questionnaire(item("a")).canonical == "urn:prom:questionnaire:sample|1.0.0"


def test_a_condition_is_read() -> None:
    made = questionnaire(
        item("a", "integer"), item("b", enableBehavior="all", enableWhen=[when("a", ">=", answerInteger=3)])
    )
    (condition,) = made.items[1].enable_when
    assert (condition.question, condition.operator, condition.answer) == ("a", Operator.GREATER_OR_EQUAL, 3)
    assert not made.items[1].enable_any


def test_every_item_type_of_r4_is_read() -> None:
    made = parse(document(*(item(kind.value, kind.value) for kind in ItemType)))
    assert [each.type for each in made.items] == list(ItemType)


def test_what_lies_in_an_expansion_and_may_not_be_chosen_is_left_out() -> None:
    listed = [{"code": "old", "display": "Old", "inactive": True}, {"code": "new", "display": "New"}]
    value_set = {"resourceType": "ValueSet", "id": "x", "expansion": {"contains": listed}}
    made = questionnaire(item("a", "choice", answerValueSet="#x"), contained=[value_set])
    assert [each.value for each in made.items[0].options] == [Coding(None, "new")]


@pytest.mark.parametrize(
    "compose",
    [
        {"include": [{"concept": [{"code": "1", "display": "1"}]}], "exclude": [{"concept": [{"code": "1"}]}]},
        {"include": [{"concept": [{"code": "1", "display": "1"}], "valueSet": ["http://example.org/vs"]}]},
        {"include": [{"concept": [{"code": "1", "display": "1"}]}, {"system": "http://loinc.org"}]},
    ],
)
def test_a_value_set_that_has_to_be_worked_out_cannot_be_published(compose: Node) -> None:
    value_set = {"resourceType": "ValueSet", "id": "x", "compose": compose}
    assert noted(item("a", "choice", answerValueSet="#x"), contained=[value_set]) == {("a", "value-set-not-listed")}


def test_a_value_sets_designations_are_translations() -> None:
    concept = {"code": "1", "display": "Ja", "designation": [{"language": "se", "value": "Juo"}, {"value": "ignored"}]}
    value_set = {
        "resourceType": "ValueSet",
        "id": "x",
        "compose": {"include": [{"system": SYSTEM, "concept": [concept]}]},
    }
    made = questionnaire(item("a", "choice", answerValueSet="#x"), contained=[value_set])
    chosen = made.items[0].option("1")
    assert chosen is not None
    assert chosen.display == Texts("nb", {"nb": "Ja", "se": "Juo"})


def test_the_same_code_in_two_systems_is_two_options() -> None:
    both = [{"valueCoding": {"system": system, "code": "1", "display": system}} for system in ("first", "second")]
    read = questionnaire(item("a", "choice", answerOption=both)).items[0]
    assert read.option("1") == Coding("first", "1")
    assert read.offered(Coding("second", "1")) == Coding("second", "1")
    assert read.offered(Coding("third", "1")) is None


def test_an_option_that_stands_twice_cannot_be_published() -> None:
    assert noted(choice("a", "1", "1")) == {("a", "option-twice")}


def test_options_need_not_be_codes() -> None:
    offered = [{"valueString": "blue"}, {"valueInteger": 7}, {"valueDate": "2024-02-29"}, {"valueTime": "12:00:00"}]
    read = questionnaire(item("a", "choice", answerOption=offered)).items[0]
    assert [each.value for each in read.options] == ["blue", 7, date(2024, 2, 29), time(12)]


@pytest.mark.parametrize(
    "offered, code",
    [
        ({"valueBoolean": True}, "wrong-field"),
        ({}, "wrong-field"),
        ({"valueInteger": True}, "wrong-kind"),
        ({"valueCoding": "1"}, "wrong-field"),
        ({"valueString": ""}, "blank-text"),
    ],
)
def test_an_option_that_r4_does_not_know_is_refused(offered: Node, code: str) -> None:
    assert ("a", code) in refused(item("a", "choice", answerOption=[option("1"), offered]))


@pytest.mark.parametrize(
    "offered, code",
    [({"valueReference": {"reference": "x"}}, "unsupported-value"), ({"valueCoding": {"code": "1"}}, "option-twice")],
)
def test_an_option_that_prom_cannot_offer_keeps_it_from_being_published(offered: Node, code: str) -> None:
    plain = {"valueCoding": {"code": "1"}}
    assert ("a", code) in noted(item("a", "choice", answerOption=[plain, offered]))


def test_an_option_without_text_is_warned_about_and_one_chosen_beforehand_is_filled_in() -> None:
    plain = {"valueCoding": {"code": "1"}, "initialSelected": True}
    made = questionnaire(item("a", "choice", answerOption=[plain]))
    assert warned(made) == {("a", "option-without-text")}
    assert made.items[0].initial == (Coding(None, "1"),)


@pytest.mark.parametrize(
    "fields",
    [
        {"required": "true"},
        {"required": 1},
        {"maxLength": -1},
        {"maxLength": True},
        {"maxLength": "5"},
        {"text": 5},
        {"text": ""},
        {"prefix": []},
        {"_text": []},
        {"item": {}},
        {"item": [5]},
        {"enableWhen": {}},
        {"enableBehavior": "some"},
        {"extension": {}},
        {"extension": [{"valueInteger": 1}]},
        {"extension": [extension("minLength", valueDecimal=1)]},
        {"extension": [extension("questionnaire-hidden", valueString="true")]},
        {"extension": [extension("questionnaire-unit", valueCoding="kg")]},
        {"extension": [extension("questionnaire-itemControl", valueCodeableConcept={"coding": {}})]},
    ],
)
def test_a_field_of_the_wrong_shape_is_refused_at_its_item(fields: Node) -> None:
    assert refused(item("a") | fields) == {("a", "wrong-field")}


def test_an_ordinal_that_is_no_number_is_refused() -> None:
    coded = {"code": "1", "display": "1", "extension": [extension("ordinalValue", valueDecimal="1")]}
    assert refused(item("a", "choice", answerOption=[{"valueCoding": coded}])) == {("a", "wrong-field")}


def test_a_text_that_stands_twice_in_one_language_is_refused() -> None:
    parts = [{"url": "lang", "valueCode": "nb"}, {"url": "content", "valueString": "Igjen"}]
    twice = {"extension": [{"url": HL7 + "translation", "extension": parts}]}
    assert refused(item("a", _text=twice)) == {("a", "translation-twice")}


# Whatever comes


@sized
@given(ANY_JSON)
def test_no_json_value_raises_anything_but_a_questionnaire_error(value: Any) -> None:
    _parse_or_refuse(value)
    _parse_or_refuse(document(item("a")) | {"item": value})


_SOUND = document(
    group("g", choice("a", "0", "1"), choice("b", "0", "x", enableWhen=[when("a", answerCoding=coding("1"))])),
    item("t", "decimal", extension=[extension("minValue", valueDecimal=30), extension("regex", valueString="x")]),
    item("v", "choice", answerValueSet="#x", _text={"extension": [{"url": HL7 + "translation", "extension": []}]}),
    contained=[{"resourceType": "ValueSet", "id": "x", "compose": {"include": [{"concept": [{"code": "1"}]}]}}],
)


@sized
@given(damaged(_SOUND))
def test_no_damage_to_a_sound_document_raises_anything_but_a_questionnaire_error(value: Any) -> None:
    _parse_or_refuse(value)


def _parse_or_refuse(value: Any) -> None:
    before = copy.deepcopy(value)
    problems = _problems(value)
    assert all(problem.code in SENTENCES and problem.text for problem in problems)
    assert repr(value) == repr(before)


def _problems(value: Any) -> tuple[Problem, ...]:
    try:
        return parse(value).problems
    except QuestionnaireError as error:
        return error.problems or (Problem(None, "refused without a reason"),)


@sized
@given(st.randoms(use_true_random=False))
def test_the_order_of_an_objects_fields_does_not_matter(order: random.Random) -> None:
    sound = document(choice("a", "0", "1"), choice("b", "0", enableWhen=[when("a", answerCoding=coding("1"))]))
    assert parse(_shuffled(sound, order)) == parse(sound)


def _shuffled(node: Any, order: random.Random) -> Any:
    if isinstance(node, dict):
        keys = list(node)
        order.shuffle(keys)
        return {key: _shuffled(node[key], order) for key in keys}
    return [_shuffled(child, order) for child in node] if isinstance(node, list) else node
