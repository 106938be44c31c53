"""The row beside the answers holds what the answers say, cell by cell, and no word of her own."""

import csv
import io
import json
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prom.responses.cells import Gap, as_text, cells_in, layout_of, row_of
from prom.responses.scored import row_in
from questionnaires.definition import Questionnaire
from questionnaires.documents import dumps, loads
from questionnaires.exchange import from_fhir, to_fhir
from questionnaires.keys.key_documents import parse_key
from questionnaires.response import build
from questionnaires.values import Value
from tests.questionnaires.samples import URL, choice, item, option, questionnaire, sized

CODES = ("-1", "0", "1", "=2", "a b", 'say "no"', "a,b", "@")


def asked(*more: dict[str, Any]) -> Questionnaire:
    """A questionnaire with an item of each kind that a cell can hold, and two of free text."""
    return questionnaire(
        choice("one", *CODES),
        choice("many", *CODES, repeats=True),
        item("measured", "decimal"),
        item("weighed", "quantity"),
        item("counted", "integer"),
        item("said", "boolean"),
        item("day", "date"),
        item("at", "time"),
        item("words", "text"),
        item("other", "open-choice", answerOption=[option("x")]),
        *more,
    )


QUESTIONNAIRE = asked()
KEY = parse_key(
    {
        "name": "sample",
        "version": "1.0.0",
        "questionnaire": URL,
        "source": "made up for this test",
        "scales": [
            {
                "code": code,
                "title": {"nb": code},
                "kind": "scale",
                "method": "single",
                "items": ["counted"],
                "direction": "high is good",
            }
            for code in ("first", "second")
        ],
    },
    QUESTIONNAIRE,
)
LAYOUT = layout_of(QUESTIONNAIRE, KEY)

NUMBERS = st.one_of(st.decimals(-(10**6), 10**6, places=3), st.just(Decimal("-0")), st.just(Decimal("38.0")))
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "one": st.sampled_from(CODES),
        "many": st.lists(st.sampled_from(CODES), min_size=1, max_size=3),
        "measured": NUMBERS,
        "weighed": NUMBERS,
        "counted": st.integers(-(2**31) + 1, 2**31 - 1),
        "said": st.booleans(),
        "day": st.dates(),
        "at": st.times(),
        "words": st.just("her own words"),
        "other": st.just("her own words"),
    },
)


def made_of(
    answers: Mapping[str, tuple[Value, ...]],
    values: Mapping[str, float | None],
    *,
    without: Collection[str] = (),
    complete: bool = True,
) -> str:
    """The row of these answers; all is asked but what is named."""
    asked = set(LAYOUT.links) - set(without)
    return row_of(LAYOUT, answers, values, asked=asked, complete=complete)


VALUES = st.dictionaries(st.sampled_from(LAYOUT.scales), st.none() | st.floats(0, 100))


@pytest.mark.parametrize("code", ["=1+1", "+1", "-1", "@sum", "\tx"])
def test_a_code_that_a_spreadsheet_would_run_is_kept_from_it(code: str) -> None:
    assert as_text(code) == f"'{code}"


def test_a_document_without_a_row_has_none() -> None:
    assert row_in('{"scores":{},"attributes":{}}') is None


@sized
@given(ANSWERS)
def test_free_text_is_in_no_row(answers: dict[str, Any]) -> None:
    assert "her own words" not in made_of(build(QUESTIONNAIRE, answers).flat(), {})


@sized
@given(ANSWERS, VALUES)
def test_a_row_is_the_same_from_the_answers_and_from_their_document(
    answers: dict[str, Any], values: dict[str, float | None]
) -> None:
    given = build(QUESTIONNAIRE, answers)
    stored = from_fhir(loads(dumps(to_fhir(given))))
    assert made_of(given.flat(), values) == made_of(stored.flat(), values)


@sized
@given(ANSWERS, VALUES)
def test_a_row_says_what_each_answer_says(answers: dict[str, Any], values: dict[str, float | None]) -> None:
    flat = build(QUESTIONNAIRE, answers).flat()
    told, worth = cells_in(LAYOUT, made_of(flat, values))
    assert told == {link_id: _cell(flat.get(link_id, ())) for link_id in LAYOUT.links}
    assert worth == {scale: "" if (value := values.get(scale)) is None else f"{value:.15g}" for scale in LAYOUT.scales}


@sized
@given(ANSWERS, VALUES)
def test_what_follows_the_gaps_stands_in_a_longer_line_as_it_is(
    answers: dict[str, Any], values: dict[str, float | None]
) -> None:
    row = made_of(build(QUESTIONNAIRE, answers).flat(), values)
    cells = next(csv.reader([row]))[2:]
    line = io.StringIO()
    csv.writer(line).writerow(["before", *cells])
    assert line.getvalue() == f"before{row[LAYOUT.answers_at :]}\r\n"


@sized
@given(ANSWERS, st.sets(st.sampled_from(LAYOUT.links)), st.booleans())
def test_each_question_without_an_answer_says_why(answers: dict[str, Any], without: set[str], complete: bool) -> None:
    flat = build(QUESTIONNAIRE, answers).flat()
    gaps = LAYOUT.gaps_in(made_of(flat, {}, without=without, complete=complete))
    for link, gap in zip(LAYOUT.links, gaps, strict=True):
        passed_over = Gap.SKIPPED if complete else Gap.NOT_ANSWERED
        assert gap == (Gap.ANSWERED if link in flat else Gap.NOT_APPLICABLE if link in without else passed_over)


@sized
@given(ANSWERS)
def test_the_row_is_read_from_the_head_of_its_document(answers: dict[str, Any]) -> None:
    row = made_of(build(QUESTIONNAIRE, answers).flat(), {})
    assert row_in(json.dumps({"row": row, "scores": {}}, ensure_ascii=False, separators=(",", ":"))) == row


def test_another_order_another_question_or_another_key_is_another_layout() -> None:
    turned = questionnaire(item("counted", "integer"), choice("one", *CODES))
    straight = questionnaire(choice("one", *CODES), item("counted", "integer"))
    made = [layout_of(turned, None), layout_of(straight, None), layout_of(asked(item("more", "date")), KEY), LAYOUT]
    assert len({each.name for each in (*made, layout_of(QUESTIONNAIRE, None))}) == 5


def _cell(values: tuple[Value, ...]) -> str:
    return " ".join(as_text(value) for value in values)
