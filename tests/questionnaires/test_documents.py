"""Files and texts are read exactly, or refused by what is wrong with them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questionnaires import documents
from questionnaires.parsing import parse, read
from questionnaires.problems import QuestionnaireError
from tests.questionnaires.samples import choice, document, sized


def written(folder: Path, name: str, text: str) -> Path:
    """A file with this text."""
    path = folder / name
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    "name, text, reason",
    [
        ("x.yaml", "a: 1\nb: 2\na: 3\n", "'a' stands twice"),
        ("x.yml", "a: {b: 1, b: 2}\n", "'b' stands twice"),
        ("x.json", '{"a": 1, "b": {"a": 2, "a": 3}}', "'a' stands twice"),
        ("x.yaml", "a: [1,\n", "line 2"),
        ("x.json", '{"a": 1,}', "line 1"),
        ("x.json", '{"a": NaN}', "NaN is not a JSON number"),
        ("x.yaml", "a: !!python/object:os.system x\n", "could not determine a constructor"),
        ("x.yaml", "a: !!float x\n", ""),
        ("x.yaml", "- a\n- b\n", "not one mapping"),
        ("x.json", "[1]", "not one mapping"),
        ("x.yaml", "", "not one mapping"),
        ("x.json", "[" * 100_000, "x.json cannot be read"),
        ("x.yaml", "[" * 600, "x.yaml cannot be read"),
    ],
)
def test_a_file_that_is_no_document_is_refused_by_its_name(tmp_path: Path, name: str, text: str, reason: str) -> None:
    with pytest.raises(QuestionnaireError) as caught:
        read(written(tmp_path, name, text))
    assert name in str(caught.value)
    assert reason in str(caught.value)


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(b"a: \xff\xfe")
    with pytest.raises(QuestionnaireError, match=r"x\.yaml cannot be read"):
        read(path)


@pytest.mark.parametrize("text", ["{", "", "{} {}", '{"a": Infinity}', "[" * 100_000])
def test_a_text_that_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(QuestionnaireError, match="JSON cannot be read"):
        documents.loads(text)


@pytest.mark.parametrize("number", [Decimal("NaN"), float("inf")])
def test_what_is_no_number_is_not_written(number: Any) -> None:
    with pytest.raises(ValueError, match="JSON"):
        documents.dumps({"a": number})


def test_a_date_that_yaml_was_told_to_make_is_refused_as_a_document() -> None:
    with pytest.raises(QuestionnaireError, match="JSON does not know"):
        parse({"resourceType": "Questionnaire", "when": Path("x")})


def test_yaml_is_read_as_the_same_tree_as_json(tmp_path: Path) -> None:
    text = """
no: no
time: 12:30
day: 2024-01-01
version: 1.0.0
octal: 010
exact: 36.80
whole: 5
nothing:
truth: true
yes_is_a_text: yes
"""
    assert read(written(tmp_path, "x.yaml", text)) == {
        "no": "no",
        "time": "12:30",
        "day": "2024-01-01",
        "version": "1.0.0",
        "octal": "010",
        "exact": Decimal("36.80"),
        "whole": 5,
        "nothing": None,
        "truth": True,
        "yes_is_a_text": "yes",
    }


def test_yaml_may_share_what_it_says_twice(tmp_path: Path) -> None:
    text = "options: &ladder [{code: x}]\nagain: *ladder\nmore: {<<: {a: 1}, b: 2}\n"
    made = read(written(tmp_path, "x.yaml", text))
    assert made == {"options": [{"code": "x"}], "again": [{"code": "x"}], "more": {"a": 1, "b": 2}}


def test_a_yaml_that_multiplies_without_end_is_refused() -> None:
    shared: list[Any] = ["x"]
    for _ in range(60):
        shared = [shared, shared]
    with pytest.raises(QuestionnaireError, match="more than"):
        parse({"resourceType": "Questionnaire", "item": shared})


def test_json_keeps_every_digit(tmp_path: Path) -> None:
    made = read(written(tmp_path, "x.json", '{"a": 1.10, "b": 5}'))
    assert str(made["a"]) == "1.10"
    assert documents.dumps(made) == '{"a":1.10,"b":5}'


#: What an int or a float writes as it stands, what neither does, and what would stall or break them.
_DIGITS = [
    "0",
    "-0",
    "71",
    "38.0",
    "-0.0",
    "1.10",
    "0.1",
    "1E+5",
    "1E-7",
    "1.5E+300",
    "1E+999999",
    "9" * 30,
    "1" * 5000,
]


@pytest.mark.parametrize("digits", _DIGITS)
def test_a_number_is_written_digit_for_digit(digits: str) -> None:
    assert documents.dumps({"a": [Decimal(digits), "1.10", 1.5]}) == f'{{"a":[{digits},"1.10",1.5]}}'


def test_a_number_that_needs_care_does_not_let_through_one_that_is_none() -> None:
    with pytest.raises(ValueError, match="finite"):
        documents.dumps([Decimal("1.10"), Decimal("NaN")])


_TREES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@sized
@given(_TREES)
def test_what_is_written_is_read_as_it_was(tree: Any) -> None:
    assert documents.loads(documents.dumps(tree)) == tree


def test_a_library_file_in_yaml_makes_the_same_questionnaire_as_in_json(tmp_path: Path) -> None:
    text = documents.dumps(document(choice("a", "0", "1")))
    # JSON is YAML too, which is what makes this a fair comparison.
    as_yaml, as_json = (parse(read(written(tmp_path, name, text))) for name in ("x.yaml", "x.json"))
    assert as_yaml == as_json
