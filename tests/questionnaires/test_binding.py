"""An instrument key bound to a hospital's own wording of it, by linkId or by code."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questionnaires.definition import Questionnaire
from questionnaires.keys import instrument_library
from questionnaires.keys.key_documents import parse_key
from questionnaires.problems import QuestionnaireError
from questionnaires.response import build
from questionnaires.scoring import score
from questionnaires.sentences import SENTENCES
from tests.questionnaires.samples import URL, Node, choice, item, option, questionnaire, sized
from tests.questionnaires.tables import numbered, worth

LOINC = "http://loinc.org"
PHQ9 = instrument_library.load("phq-9")
LADDER = ("0", "1", "2", "3")


def worded(*, codes: bool = False, most: int = 9) -> Questionnaire:
    """Nine questions of the hospital's own, with or without LOINC codes."""
    made = [choice(f"ours-{number}", *LADDER) for number in range(1, most + 1)]
    for node, asked in zip(made, PHQ9.items, strict=False):
        if codes:
            node["code"] = [{"system": LOINC, "code": asked.codes[0].code}]
    return questionnaire(*made)


BY_LINK_ID = {f"q{number}": f"ours-{number}" for number in range(1, 10)}


def binding(**fields: Any) -> Node:
    """A scoring key document that names the instrument."""
    return {"name": "ours", "version": "1", "questionnaire": URL, "instrument": "phq-9", "items": BY_LINK_ID, **fields}


def refused(document: Node, asked: Questionnaire) -> str:
    """What a binding is refused for."""
    with pytest.raises(QuestionnaireError) as caught:
        parse_key(document, asked)
    assert all(problem.code in SENTENCES for problem in caught.value.problems)
    return str(caught.value)


def test_an_instrument_that_is_not_there_is_refused() -> None:
    assert refused(binding(instrument="hads"), worded()) == "there is no instrument key hads"
    assert refused(binding(instrument="phq-9|9.9.9"), worded()) == "there is no instrument key phq-9|9.9.9"
    assert "there is no instrument key" in refused(binding(instrument=9), worded())


def test_an_item_that_is_bound_to_nothing_is_refused_by_name() -> None:
    said = refused(binding(items={name: link for name, link in BY_LINK_ID.items() if name != "q4"}), worded())
    assert said == "item q4 of phq-9 is bound to no question"
    assert "ghost: scale PHQ9: the questionnaire has no such item" in refused(
        binding(items=BY_LINK_ID | {"q4": "ghost"}), worded()
    )


def test_an_item_that_the_instrument_does_not_have_is_refused() -> None:
    assert "phq-9 has no item q10" in refused(binding(items=BY_LINK_ID | {"q10": "ours-1"}), worded())


def test_two_items_cannot_be_one_question() -> None:
    said = refused(binding(items=BY_LINK_ID | {"q2": "ours-1"}), worded())
    assert "ours-1: two items of phq-9 are bound to this one question" in said


def test_options_that_the_instrument_does_not_have_are_refused() -> None:
    asked = questionnaire(*(choice(f"ours-{number}", "0", "1", "4") for number in range(1, 10)))
    assert "the ordinal of option 4 lies outside 0 to 3" in refused(binding(), asked)


def without_numbers() -> Questionnaire:
    """Questions whose options are words."""
    words = [option(code) for code in ("never", "some", "more", "daily")]
    return questionnaire(*(item(f"ours-{number}", "choice", answerOption=words) for number in range(1, 10)))


def test_options_without_numbers_are_refused_unless_the_binding_gives_them() -> None:
    asked = without_numbers()
    assert "the option daily has no ordinal" in refused(binding(), asked)
    key = parse_key(binding(answers={"never": 0, "some": 1, "more": 2, "daily": 3}), asked)
    response = build(asked, dict.fromkeys(BY_LINK_ID.values(), "daily"))
    assert score(key, asked, response)["PHQ9"].value == 27


def test_a_field_of_scales_has_no_place_beside_an_instrument() -> None:
    assert "scales is not a field that is known here" in refused(binding(scales=[]), worded())


def test_a_hospitals_wording_is_scored_by_link_id() -> None:
    asked = worded()
    key = parse_key(binding(), asked)
    answers = dict(zip(BY_LINK_ID.values(), "301200103", strict=True))
    assert score(key, asked, build(asked, answers))["PHQ9"].value == 10
    assert key.instrument == "phq-9|1.0.0"
    assert key.source == PHQ9.source


def test_a_hospitals_wording_is_scored_by_the_codes_of_its_items() -> None:
    asked = worded(codes=True)
    key = parse_key(binding(items={}), asked)
    assert key.scales[0].items == tuple(BY_LINK_ID.values())
    by_code = {item.name: f"{LOINC}|{item.codes[0].code}" for item in PHQ9.items}
    assert parse_key(binding(items=by_code), asked).scales == key.scales


def test_a_code_that_two_questions_carry_binds_neither() -> None:
    nodes = [choice(name, *LADDER, code=[{"system": LOINC, "code": "44250-9"}]) for name in ("a", "b")]
    said = refused(binding(items={}), questionnaire(*nodes))
    assert "item q1 of phq-9 is bound to no question" in said


def test_the_item_that_is_an_emergency_goes_along_under_its_own_link_id() -> None:
    (safety,) = parse_key(binding(), worded()).safety
    assert (safety.item, safety.above) == ("ours-9", Decimal(0))


def test_a_form_may_ask_for_some_symptoms_only_and_has_their_scales_alone() -> None:
    asked = questionnaire(*(choice(name, "0", "1", "2", "3", "4") for name in ("n-often", "n-bad", "dry")))
    items = {"9A": "n-often", "9B": "n-bad", "1A": "dry"}
    key = parse_key(binding(instrument="pro-ctcae", items=items), asked)
    made = score(key, asked, build(asked, {"n-often": "3", "n-bad": "4", "dry": "0"}))
    assert {code: each.value for code, each in made.items()} == {"PROCTCAE_9_COMP": 3.0, "PROCTCAE_1_COMP": 0.0}


def test_a_key_of_ones_own_may_stand_in_the_document_itself() -> None:
    own = {
        "name": "own",
        "version": "1",
        "title": {"nb": "Egen"},
        "source": "ours",
        "licence": "ours",
        "missing": "all",
        "items": {"a": {"low": 0, "high": 3}},
        "scales": [{"code": "s", "title": {"nb": "S"}, "method": "sum", "items": ["a"], "direction": "low is good"}],
    }
    asked = worded(most=1)
    key = parse_key(binding(instrument=own, items={"a": "ours-1"}), asked)
    assert score(key, asked, build(asked, {"ours-1": "2"}))["s"].value == 2


@sized
@given(
    st.lists(st.none() | st.integers(1, 4), min_size=28, max_size=28),
    st.lists(st.integers(1, 7), min_size=2, max_size=2),
)
def test_a_bound_questionnaire_and_a_row_of_a_table_are_worth_the_same(answers: list[Any], whole: list[int]) -> None:
    cells: dict[str, Any] = numbered("q", [*answers, *whole])
    made = score(C30, C30_FORM, build(C30_FORM, cells))
    assert {code: each.value for code, each in made.items()} == worth("qlq-c30", cells)


C30_FORM = questionnaire(*(item(f"q{number}", "integer") for number in range(1, 31)))
C30 = parse_key(binding(instrument="qlq-c30", items={f"q{number}": f"q{number}" for number in range(1, 31)}), C30_FORM)


def test_a_number_that_the_item_cannot_have_is_not_on_the_scale() -> None:
    made = score(C30, C30_FORM, build(C30_FORM, dict.fromkeys((f"q{number}" for number in range(1, 31)), 5)))
    assert (made["PF"].value, made["PF"].missing) == (None, "not on the scale")
    assert made["QL"].value == pytest.approx(200 / 3)
