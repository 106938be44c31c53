"""Advice is complete, or refused by what lacks; and is read in the reader's language where it exists."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from questionnaires.advice import Advice, parse_advice
from questionnaires.problems import QuestionnaireError
from questionnaires.scoring import parse_key
from questionnaires.sentences import SENTENCES
from tests.questionnaires.samples import ANY_JSON, URL, Node, damaged, sized


def _scale(code: str, kind: str) -> Node:
    common = {"code": code, "title": {"nb": code}, "kind": kind, "direction": "low is good"}
    if kind == "level":
        return common | {"method": "composite", "attributes": [{"item": code, "kind": "severity"}]}
    return common | {"method": "single", "items": [code]}


KEY = parse_key(
    {
        "name": "k",
        "version": "1",
        "questionnaire": URL,
        "source": "made up",
        "scales": [_scale("nausea", "level"), _scale("index", "scale")],
    }
)
LEVELS = {level: {"nb": f"Råd {level}", "en": f"Advice {level}"} for level in ("1", "2", "3")}
SOUND: Node = {"scales": {"nausea": LEVELS}, "general": {"nb": "Ring oss", "se": "Riŋge"}}


def refused(document: Any) -> str:
    """What an advice document is refused for."""
    with pytest.raises(QuestionnaireError) as caught:
        parse_advice(document, KEY)
    return str(caught.value)


@pytest.mark.parametrize("broken", [None, [], "x", 5])
def test_what_is_no_advice_is_refused(broken: Any) -> None:
    assert refused(broken) == "the document is no advice document"


def test_advice_for_an_unknown_scale_is_refused() -> None:
    assert refused(SOUND | {"scales": {"nausea": LEVELS, "ghost": LEVELS}}) == "the scoring key has no scale ghost"


@pytest.mark.parametrize("level", ["0", "4", "one", ""])
def test_advice_for_a_level_that_does_not_exist_is_refused(level: str) -> None:
    assert f"scale nausea: {level} is not a level" in refused(
        SOUND | {"scales": {"nausea": LEVELS | {level: {"nb": "x"}}}}
    )


@pytest.mark.parametrize("texts", [None, {}, "Ring", {"nb": ""}, {"nb": 5}])
def test_a_level_without_advice_is_refused(texts: Any) -> None:
    assert refused(SOUND | {"scales": {"nausea": LEVELS | {"2": texts}}}) == "scale nausea: level 2 has no advice"


def test_a_level_scale_without_advice_is_refused_and_another_scale_needs_none() -> None:
    assert "scale nausea: level 1 has no advice" in refused(SOUND | {"scales": {}})
    assert "index" not in refused(SOUND | {"scales": {}})


def test_there_is_always_general_advice() -> None:
    assert refused({"scales": {"nausea": LEVELS}}) == "general should be a text by language"


def test_a_misspelt_field_is_refused() -> None:
    assert refused(SOUND | {"generel": {}}) == "generel is not a field that is known here"


def test_advice_is_read_in_the_language_asked_for_or_else_the_base() -> None:
    advice = parse_advice(SOUND, KEY)
    assert advice.read("nausea", 2, "en") == ("Advice 2", "en")
    assert advice.read("nausea", 2, "se") == ("Råd 2", "nb")


def test_what_has_no_advice_of_its_own_gets_the_general_one() -> None:
    advice = parse_advice(SOUND, KEY)
    assert advice.read("index", 1, "nb") == ("Ring oss", "nb")
    assert advice.read("nausea", 7, "se") == ("Riŋge", "se")


@sized
@given(ANY_JSON)
def test_no_json_value_raises_anything_but_a_questionnaire_error(value: Any) -> None:
    for document in (value, SOUND | {"scales": value}, SOUND | {"scales": {"nausea": value}}):
        _read_or_refuse(document)


@sized
@given(damaged(SOUND))
def test_no_damage_to_sound_advice_raises_anything_but_a_questionnaire_error(value: Any) -> None:
    _read_or_refuse(value)


def _read_or_refuse(document: Any) -> None:
    made = _read(document)
    assert isinstance(made, Advice) or (made and all(code in SENTENCES for code in made))


def _read(document: Any) -> Advice | list[str]:
    try:
        return parse_advice(document, KEY)
    except QuestionnaireError as error:
        return [problem.code for problem in error.problems]
