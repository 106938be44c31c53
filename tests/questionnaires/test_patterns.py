"""The regex of an item: one that could take for ever keeps the questionnaire from being published."""

from __future__ import annotations

import pytest

from questionnaires.definition import Questionnaire
from questionnaires.parsing import parse
from tests.questionnaires.samples import Node, document, extension, item

ADDRESS = (
    r"^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
    r"(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$"
)


def read(pattern: object, kind: str = "string", **fields: Node | int) -> Questionnaire:
    return parse(document(item("a", kind, extension=[extension("regex", valueString=pattern)], **fields)))


@pytest.mark.parametrize(
    "pattern",
    [
        5,
        *("(a+)+$", "(a|aa)+", "(a*)*", "(?:a?){30}", r"^(\w+ ?)*$", "(x+x+)+y", "(?:[a-z-]{0,5}[a-z.])*"),
        *("(?=.*a).*", r"(a)\1*", "(?i)a", "(" * 90 + ")" * 90, "a" * 2_000, ".*a.*", "a?" * 30 + "a" * 30),
    ],
)
def test_a_pattern_that_may_take_for_ever_keeps_it_from_being_published(pattern: object) -> None:
    made = read(pattern)
    assert {(problem.link_id, problem.code) for problem in made.problems} == {("a", "regex-unusable")}
    assert not made.publishable
    assert made.items[0].regex is None


@pytest.mark.parametrize(
    "pattern",
    [
        *(ADDRESS, r"^[\x00-\x7F\xA0-\xFF]+$", r"^(?:[a-z,.]|[ \r\n\t])*$", r"(\d{1,3}\.){3}\d{1,3}", "[0-9]{8}"),
        *(r"^(\w+( \w+)*)$", r"^(0[1-9]|[12][0-9]|3[01])\.(19|20)\d\d$", "(ab|ac)*", "[^@]+@[^@]+"),
    ],
)
def test_a_pattern_whose_work_grows_with_the_text_is_used(pattern: str) -> None:
    made = read(pattern)
    assert made.publishable
    assert made.items[0].regex == pattern


def test_a_pattern_with_a_choice_is_used_where_the_answer_is_short() -> None:
    assert not read(r"-?\d*\.?\d+").publishable
    assert read(r"-?\d*\.?\d+", maxLength=100).publishable
    assert read(r"-?\d*\.?\d+", "decimal").publishable
