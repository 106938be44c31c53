"""Columns are found by the names that people give them, and cells are read strictly."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questionnaires.keys import instrument_library
from questionnaires.keys.instrument_keys import parse_instrument
from questionnaires.keys.numbers import NOT_ANSWERED, NOT_ON_THE_SCALE
from questionnaires.keys.table_columns import find_columns
from questionnaires.keys.tables import TableScorer, as_text, read_cell
from questionnaires.problems import QuestionnaireError
from questionnaires.sentences import SENTENCES
from tests.questionnaires.samples import ANY_JSON, Node, damaged, sized
from tests.questionnaires.tables import numbered, worth

PHQ9 = instrument_library.load("phq-9")
ITEM = PHQ9.items[0]

OWN: Node = {
    "name": "our-own",
    "version": "1",
    "title": {"nb": "Vår egen"},
    "source": "our ward",
    "licence": "ours",
    "missing": "half",
    "items": {"a1-a4": {"low": 0, "high": 4}},
    "columns": ["{name}"],
    "scales": [
        {
            "code": "mean",
            "title": {"nb": "Snitt"},
            "method": "mean",
            "items": ["a1-a4"],
            "minimumAnswered": 2,
            "direction": "low is good",
        },
        {
            "code": "weighted",
            "title": {"nb": "Vektet"},
            "method": "weighted",
            "items": ["a1", "a2"],
            "weights": {"a1": 1, "a2": 0.5},
            "direction": "low is good",
        },
        {
            "code": "percent",
            "title": {"nb": "Prosent"},
            "method": "percent",
            "items": ["a1-a4"],
            "direction": "low is good",
        },
        {
            "code": "weighted-mean",
            "title": {"nb": "Vektet snitt"},
            "method": "weighted-mean",
            "items": ["a3", "a4"],
            "weights": {"a3": 3, "a4": 1},
            "minimumAnswered": 1,
            "direction": "low is good",
        },
    ],
}


def refused(document: object) -> str:
    """What a key is refused for."""
    with pytest.raises(QuestionnaireError) as caught:
        parse_instrument(document)
    assert all(problem.code in SENTENCES for problem in caught.value.problems)
    return str(caught.value)


# Cells


@pytest.mark.parametrize("cell", ["4", "-1", "1.5", "1,5", "yes", "1 2", "1e0", "٣", "99", "=1"])
def test_a_cell_that_is_no_answer_is_none(cell: str) -> None:
    assert read_cell(ITEM, cell) is NOT_ON_THE_SCALE


@pytest.mark.parametrize("cell", ["", " ", "NA", "nan", ".", "NULL"])
def test_nothing_is_not_an_answer_and_never_nought(cell: str) -> None:
    assert read_cell(ITEM, cell) is NOT_ANSWERED


@pytest.mark.parametrize("cell", ["3", " 3 ", "3.0", "3,0", "03", "+3"])
def test_a_number_may_be_written_in_several_ways(cell: str) -> None:
    assert read_cell(ITEM, cell).value == 3


def test_a_bad_cell_counts_as_missing_and_is_told_with_what_would_be_right() -> None:
    scorer = TableScorer(PHQ9, find_columns(PHQ9, [f"q{number}" for number in range(1, 10)], {}).places)
    ((_, shown),), (bad,) = scorer.score(["1"] * 8 + ["7"])
    assert shown == ""
    assert (bad.place, bad.text, bad.allowed) == (8, "7", "a whole number from 0 to 3")


def test_a_row_that_ends_early_lacks_the_answers_that_it_does_not_hold() -> None:
    scorer = TableScorer(PHQ9, find_columns(PHQ9, [f"q{number}" for number in range(1, 10)], {}).places)
    assert scorer.score(["1"] * 8) == ([((None, "too few answered", 8), "")], [])


def test_counts_keep_their_leading_noughts_and_whole_numbers_have_no_point() -> None:
    scales = {scale.code: scale for scale in instrument_library.load("eq-5d-5l").scales}
    assert as_text(scales["LFS"], 320.0) == "00320"
    assert (as_text(scales["LSS"], 14.0), as_text(scales["VT_Norway"], 1 / 3)) == ("14", repr(1 / 3))


# Columns


@pytest.mark.parametrize(
    "spelling", ["q{}", "Q{}", "phq{}", "PHQ9_{}", "phq9-{}", "phq9.q{}", "PHQ 9 Q{}", "item0{}", "PHQ-9 item {}", "{}"]
)
def test_items_are_found_however_they_are_spelt(spelling: str) -> None:
    header = ["id", *(spelling.format(number) for number in range(1, 10))]
    assert find_columns(PHQ9, header, {}).places == {f"q{number}": number for number in range(1, 10)}


def test_a_total_is_not_taken_for_an_item_because_it_ends_in_its_number() -> None:
    header = [*(f"phq9_{number}" for number in range(1, 9)), "PHQ9"]
    assert "q9" not in find_columns(PHQ9, header, {}).places
    assert worth("phq-9", dict.fromkeys(header, 1)) == {"PHQ9": None}


def test_a_column_of_another_spelling_is_told_and_not_read() -> None:
    header = [*(f"phq9_{number}" for number in range(1, 9)), "q9"]
    found = find_columns(PHQ9, header, {})
    assert ("q9" in found.places, found.doubtful) == (False, ("q9",))
    assert find_columns(PHQ9, header, {"q9": "Q9"}).places["q9"] == 8


def test_a_column_that_stands_twice_is_told() -> None:
    assert find_columns(PHQ9, ["q1", "Q_1"], {}).twice == ("q1",)


def test_names_of_dimensions_are_found_too() -> None:
    header = ["Mobility", "Self-care", "Usual activities", "Pain_discomfort", "Anxiety/depression", "EQ VAS"]
    found = find_columns(instrument_library.load("eq-5d-5l"), header, {})
    assert set(found.places) >= {"MO", "SC", "UA", "PD"}


# Keys of one's own


def test_a_key_with_an_unknown_field_item_or_part_is_refused_by_name() -> None:
    assert "extra is not a field that is known here" in refused(OWN | {"extra": 1})
    scale = OWN["scales"][0]
    assert "ghost: scale mean: the questionnaire has no such item" in refused(
        OWN | {"scales": [scale | {"items": ["ghost"]}]}
    )
    part = {**scale, "of": ["later"]}
    del part["items"]
    assert "scale mean: no scale later stands before it" in refused(OWN | {"scales": [part]})


@pytest.mark.parametrize("field", ["name", "version", "title", "source", "licence", "missing", "items", "scales"])
def test_a_key_says_what_it_is_and_where_it_comes_from(field: str) -> None:
    refused({name: value for name, value in OWN.items() if name != field})


def test_weights_are_given_for_every_item_and_for_weighted_scales_only() -> None:
    weighted = OWN["scales"][1]
    assert "one number for each item" in refused(OWN | {"scales": [weighted | {"weights": {"a1": 1}}]})
    assert "left out for mean" in refused(OWN | {"scales": [weighted | {"method": "mean"}]})


@pytest.mark.parametrize(
    "field, value",
    [
        ("range", [1, 1]),
        ("cutOffs", [{"meaning": "x", "from": 1, "below": 2}]),
        ("cutOffs", [{"from": 1}]),
        ("table", {"x": 1}),
        ("table", {}),
        ("points", {"a1": {"0": "x"}}),
        ("times", "4"),
        ("minimumItems", 0),
        ("aliases", [1]),
    ],
)
def test_a_field_that_holds_something_else_is_refused(field: str, value: object) -> None:
    assert f"scale mean: {field} should be" in refused(OWN | {"scales": [OWN["scales"][0] | {field: value}]})


def test_a_hospitals_own_key_gives_means_and_weighted_sums() -> None:
    key = parse_instrument(OWN)
    assert worth(key, numbered("a", [1, 2, None, 4])) == {
        "mean": pytest.approx(7 / 3),
        "weighted": 2.0,
        "percent": None,
        "weighted-mean": 4.0,
    }
    assert worth(key, numbered("a", [4, 4, 0, 4]))["percent"] == 75
    assert worth(key, numbered("a", [4, 4, 0, 4]))["weighted-mean"] == 1.0


def test_a_file_that_is_no_key_is_refused_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text("name: x\n")
    with pytest.raises(QuestionnaireError, match=r"own\.yaml is refused"):
        instrument_library.read_key(path)


def read(document: object) -> list[str]:
    """The codes of what is wrong with a key; one that can be read is tried on a row."""
    try:
        key = parse_instrument(document)
    except QuestionnaireError as refusal:
        return [problem.code for problem in refusal.problems] or ["nothing"]
    TableScorer(key, {item.name: place for place, item in enumerate(key.items)}).score(["1"] * len(key.items))
    return []


@sized
@given(ANY_JSON | damaged(OWN))
def test_whatever_a_key_holds_it_is_read_or_refused_with_reasons(document: object) -> None:
    assert all(code in SENTENCES for code in read(document))


@sized
@given(st.lists(st.text(max_size=6), max_size=12))
def test_whatever_a_cell_holds_it_is_read_or_told(cells: list[str]) -> None:
    scorer = TableScorer(PHQ9, {item.name: place for place, item in enumerate(PHQ9.items)})
    (((value, missing, _), shown),), bad = scorer.score(cells)
    assert (value is None) == bool(missing) == (shown == "")
    assert value is None or not bad
