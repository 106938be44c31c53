"""What of FHIRPath is refused before anything is worked out, and what cannot be worked out afterwards."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questionnaires.expressions.covering import COVERED_FUNCTIONS
from questionnaires.expressions.evaluation import MOST_STEPS
from questionnaires.expressions.faults import NotComputed, NotCovered
from questionnaires.expressions.grammar import parse
from questionnaires.expressions.patterns import LONGEST_MATCHED, python_pattern
from questionnaires.expressions.reach import NotAvailable, check_reach
from tests.questionnaires.expressions.working import RESPONSE, worth
from tests.questionnaires.samples import ANY_JSON, sized

NUMBERS = "item.where(linkId='again').item.where(linkId='number').answer.value"

# Refused when it is compiled


@pytest.mark.parametrize(
    "expression, missing",
    [
        ("now() > @2024", "now()"),
        ("item.sort()", "sort()"),
        ("item.resolve().name", "resolve()"),
        ("item.memberOf('http://x')", "memberOf()"),
        ("'x'.encode('base64')", "encode()"),
        ("defineVariable('x', 1)", "defineVariable()"),
        ("%patient.name", "%patient"),
        ("%sct", "%sct"),
        ("%has-fever", "%has"),
        ("item is Patient", "the type Patient"),
        ("item.ofType(HumanName)", "the type HumanName"),
        ("item.ofType(1)", "ofType() with no type"),
        ("item.where()", "where() with 0 arguments"),
        ("item.count(1)", "count() with 1 arguments"),
        ("'x'.matches(item.linkId)", "a pattern that does not stand in the expression"),
    ],
)
def test_what_is_not_covered_is_refused_by_its_name(expression: str, missing: str) -> None:
    with pytest.raises(NotCovered, match="^" + missing.replace("(", r"\(").replace(")", r"\)") + "$"):
        worth(expression)


@pytest.mark.parametrize(
    "broken", ["", "3 =", "item.where(linkId='x'", "not true", "1 <> 2", "a b", "'open", "@2024-13"]
)
def test_what_is_no_fhirpath_is_refused(broken: str) -> None:
    with pytest.raises(NotCovered):
        worth(broken)


@pytest.mark.parametrize(
    "hostile",
    [
        "(" * 3_000 + "1" + ")" * 900,
        "1" + "+1" * 1_999,
        "-" * 3_999 + "1",
        "a" + ".where(b" * 400 + ")" * 400,
        "a" * 5_000,
        "item.where(" * 6 + "true" + ")" * 6,
        "%a" + "[0]" * 1_000,
        "'" + "\\" * 3_000,
        "/*" * 2_000,
    ],
)
def test_an_expression_that_is_far_too_long_or_deep_is_refused_at_once(hostile: str) -> None:
    begun = time.process_time()
    with pytest.raises(NotCovered):
        worth(hostile)
    assert time.process_time() - begun < 2


@pytest.mark.parametrize(
    "pattern",
    [
        *("(a+)+$", "(a|aa)+", "a*a*a*", r"(.)\1", "(?i)x", "a{1,9999}", "[", "a**", r"\s", "a|b", "a+?", r"\bx"),
        *("[a-z ]*a[a-z ]*x", "a{0,1000}a{0,1000}b", "^" + "a?" * 30 + "b", "[a-z]*" + "1?" * 50 + "x"),
    ],
)
def test_a_pattern_that_may_take_for_ever_or_mean_two_things_is_refused(pattern: str) -> None:
    with pytest.raises(NotCovered, match="pattern"):
        python_pattern(pattern)


@pytest.mark.parametrize(
    "expression",
    ["this.value > 3", "name.given", "item.text", "author.exists()", "item.answer.value.extension('u').value"],
)
def test_what_could_never_be_in_a_response_is_refused(expression: str) -> None:
    with pytest.raises(NotCovered, match=r"^the element"):
        check_reach(parse(expression), None)


def test_items_beneath_one_that_has_none_are_refused() -> None:
    with pytest.raises(NotCovered, match=r"^the items beneath"):
        check_reach(parse("item.where(linkId='a').answer.value"), False)
    check_reach(parse("item.where(linkId='a').answer.value"), True)
    check_reach(parse("%resource.item.where(linkId='a').answer.value"), False)


def test_another_resource_is_something_that_prom_does_not_have() -> None:
    with pytest.raises(NotAvailable, match=r"^Patient$"):
        check_reach(parse("Patient.name.given"), None)


# Refused while it is worked out


@pytest.mark.parametrize(
    "expression",
    [
        f"{NUMBERS} + 1",
        f"{NUMBERS}.single()",
        f"{NUMBERS}.first() > 'a'",
        f"{NUMBERS}.substring(0)",
        "0.ln()",
        "10.power(40)",
        "10000000000.power(2) * 10000000000.power(2)",
        "'a'.sum()",
        "today()",
        "item.where(linkId='day').answer.value > @2024-01-01T10:00:00Z",
        "item.where(linkId='day').answer.value = '2024-03-31'",
        "item.where(linkId='moment').answer.value > @2024-01-01T10:00:00",
        "item.where(linkId='moment').answer.value + 1 hour",
        "item.where(linkId='day').answer.value + 1 'mo'",
        "item.where(linkId='day').answer.value + 1.5 days",
        "@9999-12-31 + 1 day",
        "item.where(linkId='weight').answer.value > 70000 'g'",
        "item.where(linkId='weight').answer.value > 70",
        "(1 / 3).toString()",
        "item.descendants() is string",
    ],
)
def test_what_cannot_be_worked_out_exactly_is_not_worked_out(expression: str) -> None:
    with pytest.raises(NotComputed):
        worth(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "item.where(%resource.descendants().where(%resource.descendants().count() > 1).count() > 1)",
        "(1|2|3|4|5|6|7|8|9).select(%resource.descendants().select(%resource.descendants().select(1))).count()",
        "'ab'.replace('', 'cccccccccccccccccccc')" + ".replace('c', 'cccccccccccccccccccccccccccccc')" * 8,
        "(1|2|3|4|5).repeat($this + 1)",
        "(1|2).aggregate($total.combine($total), 1|2|3)" + ".combine(item.descendants())" * 20,
    ],
)
def test_work_without_end_is_ended(expression: str) -> None:
    large = {**RESPONSE, "item": [*RESPONSE["item"]] * 20}
    begun = time.process_time()
    with suppress(NotComputed):
        worth(expression, large, steps=MOST_STEPS)
    assert time.process_time() - begun < 10


def test_a_text_that_is_too_long_is_not_held_against_a_pattern() -> None:
    def given_text(text: str) -> dict[str, Any]:
        return {"item": [{"linkId": "a", "answer": [{"valueString": text}]}]}

    assert worth("item.answer.value.matches('^a*b$')", given_text("a" * LONGEST_MATCHED)) == [False]
    with pytest.raises(NotComputed, match="too long"):
        worth("item.answer.value.matches('^a*b$')", given_text("a" * (LONGEST_MATCHED + 1)))


@pytest.mark.parametrize(
    "pattern", ["^[a-z ]*a[a-z ]*x", "[a-z ]*x", "^a{0,1000}a{0,1000}b", "[a-z]{1,900}[0-9]*[A-Z]?@", ".*@.*"]
)
def test_a_pattern_that_is_covered_is_done_soon_whatever_the_text_is(pattern: str) -> None:
    texts = ["a" * LONGEST_MATCHED, "a1" * (LONGEST_MATCHED // 2)]
    begun = time.process_time()
    for text in texts:
        re.search(python_pattern(pattern), text, re.ASCII | re.DOTALL)
    assert time.process_time() - begun < 1


def test_holding_long_texts_against_a_pattern_uses_up_the_steps() -> None:
    text = {"item": [{"linkId": "a", "answer": [{"valueString": "a" * LONGEST_MATCHED}]}]}
    with pytest.raises(NotComputed, match="too many steps"):
        worth("item.answer.value.matches('a*b')", text, steps=1_000)


PIECES = st.sampled_from(
    [
        *(f".{name}(" for name in sorted(COVERED_FUNCTIONS)),
        *"()[]{}.,+-*/&|=~<>%$'",
        *("item", "answer", "value", "linkId", "$this", "%resource", "1", "2.5", "'a'", "@2024-01-01", "@T10", "{}"),
        *(" and ", " or ", " is ", " in ", " 3 days"),
    ]
)


@sized
@given(st.lists(PIECES, max_size=15).map("".join) | st.text(max_size=30))
def test_no_text_at_all_raises_anything_else(text: str) -> None:
    with suppress(NotCovered, NotComputed):
        worth(text, today=date(2024, 1, 1))


@sized
@given(
    st.sampled_from(sorted(COVERED_FUNCTIONS - {"is", "as", "ofType", "matches", "extension"})),
    st.lists(st.sampled_from(["1", "'a'", "{}", "item", "true", "$this", "(1|2)"]), max_size=3),
    st.dictionaries(st.sampled_from(["item", "answer", "valueDate", "valueCoding"]), ANY_JSON, max_size=3),
)
def test_no_function_on_any_document_raises_anything_else(name: str, arguments: list[str], document: Any) -> None:
    with suppress(NotCovered, NotComputed):
        worth(f"item.descendants().{name}({', '.join(arguments)})", {"item": [document]}, today=date(2024, 1, 1))


def test_numbers_are_exact_where_floats_are_not() -> None:
    assert worth("0.1 + 0.2") == [Decimal("0.3")]
    assert worth("1.005.round(2)") == [Decimal("1.01")]
