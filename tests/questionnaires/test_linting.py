"""What an author is told to mend, each by item, code and severity; a sound form is told nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from questionnaires.advice import Advice
from questionnaires.authoring.differences import differences
from questionnaires.authoring.linting import is_grave, lint, missing_texts
from questionnaires.authoring.readability import lix
from questionnaires.definition import Questionnaire, Texts
from questionnaires.keys.scales import Scale, ScoringKey
from questionnaires.library import versions
from questionnaires.parsing import parse
from questionnaires.problems import QuestionnaireError
from tests.questionnaires.samples import (
    URL,
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

BY_LANGUAGE = "http://hl7.org/fhir/StructureDefinition/translation"


def nynorsk(words: str = "På nynorsk") -> Node:
    """A text's field beside it, with nynorsk."""
    parts = [{"url": "lang", "valueCode": "nn"}, {"url": "content", "valueString": words}]
    return {"extension": [{"url": BY_LANGUAGE, "extension": parts}]}


def both(node: Node) -> Node:
    """A node, its options and what is beneath it, with nynorsk beside every text."""
    for each in node.get("answerOption", ()):
        each["valueCoding"]["_display"] = nynorsk(f"Seier {each['valueCoding']['code']}")
    return {**node, "_text": nynorsk(), "item": [both(inner) for inner in node.get("item", ())]}


def form(*items: Node, **fields: Any) -> Questionnaire:
    """A form that is complete in both forms of Norwegian and ends with a shown text."""
    whole = [both(each) for each in (*items, item("end", "display", text="Takk"))]
    return questionnaire(*whole, language="nb", title="Skjema", _title=nynorsk(), **fields)


def key(*link_ids: str) -> ScoringKey:
    """A key with one scale."""
    scale = Scale("s", Texts.of({"nb": "S"}), "sum", link_ids, 1)
    return ScoringKey("k", "1", URL, "made up", (scale,))


def told(made: Questionnaire, *codes: str, **more: Any) -> list[tuple[str | None, str, str]]:
    """What is told, of these codes only where some are named, but for the note that nothing raises an emergency."""
    found = [(each.link_id, each.code, each.severity) for each in lint(made, **more) if each.code != "no-red-flag"]
    return [each for each in found if not codes or each[1] in codes]


def test_a_sound_form_is_told_nothing() -> None:
    assert told(form(choice("mood", "0", "1"), item("why"))) == []


def test_bokmal_and_nynorsk_are_both_needed() -> None:
    only = questionnaire(item("why"), item("end", "display"), language="nb", title="Skjema")
    assert told(only) == [
        (None, "no-translation", "warning"),
        ("why", "no-translation", "warning"),
        ("end", "no-translation", "warning"),
    ]
    english = questionnaire(item("why"), language="en", title="Form")
    assert {each.values["language"] for each in lint(english) if each.code == "no-translation"} == {"nb", "nn"}
    assert missing_texts(english, "en") == ()


def test_another_language_that_is_begun_is_only_noted() -> None:
    made = form({**item("why"), "_text": nynorsk()}, item("more", _text=nynorsk()))
    assert told(made) == []
    begun = {"extension": [*nynorsk()["extension"], *nynorsk()["extension"]]}
    begun["extension"][1] = {
        "url": BY_LANGUAGE,
        "extension": [{"url": "lang", "valueCode": "se"}, {"url": "content", "valueString": "Fidnet"}],
    }
    partly = questionnaire(item("why", _text=begun), item("end", "display", _text=nynorsk()), language="nb")
    assert (None, "partly-translated", "information") in told(partly)


def test_a_red_flag_that_is_asked_late_is_told_and_what_leads_to_it_may_stand_before_it() -> None:
    measured = choice("measured", "yes")
    heat = both(item("heat", "string", enableWhen=[when("measured", answerCoding=coding("yes"))]))
    late = form(item("why"), measured, heat)
    assert told(late, "red-flag-late", emergencies=["heat"]) == [("heat", "red-flag-late", "warning")]
    assert told(form(measured, heat, item("why")), "red-flag-late", emergencies=["heat"]) == []
    both_ends = form(measured, heat, item("why"), item("call"))
    assert told(both_ends, "red-flag-late", emergencies=["heat", "call"]) == [("call", "red-flag-late", "information")]
    assert "no-red-flag" in {each.code for each in lint(late)}
    assert "no-red-flag" not in {each.code for each in lint(late, emergencies=["heat"])}


def test_an_emergency_that_is_filled_in_before_anybody_answers_is_told() -> None:
    prefilled = form(choice("bleeding", "0", "1") | {"initial": [{"valueCoding": coding("0")}]})
    assert told(prefilled, "red-flag-prefilled", emergencies=["bleeding"]) == [
        ("bleeding", "red-flag-prefilled", "error")
    ]
    assert told(prefilled, "red-flag-prefilled") == []
    ticked = choice("bleeding", "0", "1")
    ticked["answerOption"][0]["initialSelected"] = True
    assert told(form(ticked), "red-flag-prefilled", emergencies=["bleeding"]) != []
    assert told(form(choice("bleeding", "0", "1")), "red-flag-prefilled", emergencies=["bleeding"]) == []


NEVER: dict[str, list[Node]] = {
    "two answers at once to one question": [
        choice("a", "0", "1"),
        item("b", enableWhen=[when("a", answerCoding=coding(code)) for code in "01"], enableBehavior="all"),
    ],
    "beyond the highest value": [
        item("a", "integer", extension=[extension("maxValue", valueInteger=10)]),
        item("b", enableWhen=[when("a", ">", answerInteger=10)]),
    ],
    "a number between two that leave none": [
        item("a", "integer"),
        item("b", enableWhen=[when("a", ">", answerInteger=3), when("a", "<", answerInteger=4)], enableBehavior="all"),
    ],
    "a question that nobody can answer": [
        item("a", "boolean", readOnly=True),
        item("b", enableWhen=[when("a", answerBoolean=True)]),
    ],
}


@pytest.mark.parametrize("name", NEVER)
def test_what_is_never_asked_is_told_and_worse_where_an_answer_is_required(name: str) -> None:
    first, second = NEVER[name]
    codes = ("never-asked", "never-asked-required")
    assert told(form(first, second), *codes) == [("b", "never-asked", "warning")]
    assert told(form(first, {**second, "required": True}), *codes) == [("b", "never-asked-required", "error")]


ASKED: dict[str, list[Node]] = {
    "either answer": [
        choice("a", "0", "1"),
        item("b", enableWhen=[when("a", answerCoding=coding(code)) for code in "01"], enableBehavior="any"),
    ],
    "two options of several": [
        choice("a", "0", "1", repeats=True),
        item("b", enableWhen=[when("a", answerCoding=coding(code)) for code in "01"], enableBehavior="all"),
    ],
    "a decimal between two": [
        item("a", "decimal"),
        item("b", enableWhen=[when("a", ">", answerDecimal=3), when("a", "<", answerDecimal=4)], enableBehavior="all"),
    ],
    "not answered": [item("a"), item("b", enableWhen=[when("a", "exists", answerBoolean=False)])],
    "answered at all": [item("a", "date"), item("b", enableWhen=[when("a", "exists", answerBoolean=True)])],
    "anything else": [item("a"), item("b", enableWhen=[when("a", "!=", answerString="x")])],
}


@pytest.mark.parametrize("name", ASKED)
def test_what_some_answer_leads_to_is_not_told(name: str) -> None:
    assert told(form(*ASKED[name]), "never-asked", "never-asked-required") == []


def test_what_stands_beneath_what_is_never_asked_is_never_asked() -> None:
    first, second = NEVER["a question that nobody can answer"]
    made = form(first, group("g", item("inner"), enableWhen=second["enableWhen"]))
    assert told(made, "never-asked") == [("g", "never-asked", "warning"), ("inner", "never-asked", "warning")]


def test_an_option_without_a_number_is_worse_where_it_is_scored() -> None:
    made = form(choice("mood", "0", "1", "often", "not-applicable"))
    assert told(made) == [("mood", "option-without-ordinal", "warning")]
    assert told(made, key=key("mood")) == [("mood", "option-without-ordinal", "error")]


def test_a_number_that_the_key_itself_gives_an_option_is_enough() -> None:
    made = form(choice("mood", "0", "1", "often"))
    assert told(made, key=replace(key("mood"), answers={"often": 2})) == []


def test_an_option_that_is_a_bare_text_is_told_where_it_is_scored() -> None:
    bare = item("mood", "choice", answerOption=[{"valueString": "bra"}, {"valueString": "ille"}])
    whole = questionnaire(bare, language="nb")
    assert told(whole, "option-without-code", key=key("mood")) == [("mood", "option-without-code", "error")] * 2
    assert told(whole, "option-without-code") == []


def test_a_scored_question_with_several_answers_is_told() -> None:
    made = form(choice("mood", "0", "1", repeats=True))
    assert told(made, key=key("mood")) == [("mood", "scored-item-repeats", "error")]
    counts_all = replace(key("mood").scales[0], method="total")
    assert told(made, key=replace(key("mood"), scales=(counts_all,))) == []
    assert told(made) == []


def test_options_that_read_alike_are_told() -> None:
    alike = choice("mood", "0", "1")
    alike["answerOption"][1]["valueCoding"]["display"] = "says 0 "
    assert told(form(alike)) == [("mood", "option-text-twice", "error")]


def test_texts_that_fill_a_phone_are_told() -> None:
    assert told(form(item("why", text="a" * 201))) == [("why", "text-too-long", "warning")]
    assert told(form(item("why", text="a" * 200))) == []
    wordy = choice("mood", "0", "1")
    wordy["answerOption"][1] = option("1", valueCoding={**option("1")["valueCoding"], "display": "b" * 101})
    assert told(form(wordy)) == [("mood", "text-too-long", "warning")]


def test_a_bare_number_is_told_to_lack_help_unit_and_bounds() -> None:
    assert told(form(item("weight", "decimal"))) == [
        ("weight", "number-without-help", "information"),
        ("weight", "number-without-unit", "information"),
        ("weight", "number-without-bounds", "warning"),
    ]


def test_a_slider_without_its_ends_is_told_which_ones_are_taken() -> None:
    control = extension("questionnaire-itemControl", valueCodeableConcept={"coding": [{"code": "slider"}]})
    made = form(item("pain", "integer", extension=[control, extension("minValue", valueInteger=1)]))
    codes = ("slider-without-ends", "number-without-bounds")
    assert told(made, *codes) == [("pain", "slider-without-ends", "warning")]
    assert [each.values for each in lint(made) if each.code in codes] == [{"least": 1, "most": 100}]
    ends = [extension("minValue", valueInteger=0), extension("maxValue", valueInteger=10)]
    assert told(form(item("pain", "integer", extension=[control, *ends])), *codes) == []


def test_a_poor_name_of_a_column_is_told() -> None:
    for link_id in ("1.2", "a" * 33, "ærlig"):
        assert told(form(item(link_id))) == [(link_id, "link-id-as-column", "information")]


def test_a_form_that_just_ends_is_told_unless_it_has_advice() -> None:
    made = questionnaire(both(item("why")), language="nb", title="Skjema", _title=nynorsk())
    assert told(made) == [(None, "no-end-text", "information")]
    assert told(made, advice=Advice({}, Texts.of({"nb": "Ring oss"}))) == []


def test_a_document_without_a_language_is_told() -> None:
    bare = document(item("why"))
    del bare["language"]
    assert (None, "language-unknown", "warning") in told(parse(bare))


def test_what_parsing_found_stands_first() -> None:
    made = form(item("file", "attachment"))
    assert lint(made)[: len(made.problems)] == made.problems
    assert made.problems


def test_only_errors_and_warnings_are_grave() -> None:
    assert is_grave(lint(form(item("weight", "decimal"))))
    assert not is_grave(lint(form(item("1.2"))))


@pytest.mark.parametrize(
    "words, expected",
    [("Jeg er her. " * 50, 3), ("Pasientjournalloven " * 100, 200), ("Kort.", None)],
)
def test_readability_counts_long_words_and_long_sentences(words: str, expected: int | None) -> None:
    assert lix([words]) == expected


@pytest.mark.parametrize("made", versions(), ids=lambda made: made.name)
def test_what_prom_ships_has_nothing_grave(made: Any) -> None:
    assert [
        each.text for each in lint(made.questionnaire, made.key, made.advice) if each.severity != "information"
    ] == []


@sized
@given(damaged(document(choice("mood", "0", "1"), item("why", enableWhen=[when("mood", answerCoding=coding("1"))]))))
def test_whatever_can_be_read_can_be_linted_and_compared(broken: Any) -> None:
    try:
        made = parse(broken)
    except QuestionnaireError:
        return
    assert all(problem.text for problem in lint(made))
    assert differences(made, made) == ()
