"""Texts fall back visibly, and values compare only with their own kind."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questionnaires.definition import Coding, Quantity, Texts, Uri
from questionnaires.values import compare, is_number, same
from tests.questionnaires.samples import sized


def test_a_text_in_no_language_is_refused() -> None:
    with pytest.raises(ValueError, match="language"):
        Texts.of({})


@pytest.mark.parametrize(
    "by_language, asked, expected",
    [
        ({"nb": "ja", "en": "yes"}, "en", ("yes", "en")),
        ({"nb": "ja", "en": "yes"}, "se", ("ja", "nb")),
        ({"nb-NO": "ja", "en": "yes"}, "nb", ("ja", "nb-NO")),
        ({"nb": "ja", "en": "yes"}, "en-GB", ("yes", "en")),
        ({"en": "yes", "se": "jua"}, "nn", ("yes", "en")),
    ],
)
def test_a_text_says_which_language_it_was_read_in(
    by_language: dict[str, str], asked: str, expected: tuple[str, str]
) -> None:
    assert Texts.of(by_language).read(asked) == expected


def test_a_text_is_shown_in_its_base_language() -> None:
    assert str(Texts.of({"en": "yes", "nb": "ja"})) == "ja"
    assert str(Texts.of({"en": "yes", "nb": "ja"}, base="en")) == "yes"
    assert str(Texts("nb", {"en": "yes"})) == "yes"


def test_equal_texts_have_equal_hashes() -> None:
    assert len({Texts.of({"nb": "a", "en": "b"}), Texts.of({"en": "b", "nb": "a"})}) == 1


def test_two_codings_are_equal_by_system_and_code_alone() -> None:
    assert Coding("s", "1", Texts.of({"nb": "a"}), Decimal(1)) == Coding("s", "1")
    assert Coding("s", "1") != Coding(None, "1")


@pytest.mark.parametrize(
    "one, other",
    [
        (True, 1),
        (False, Decimal(0)),
        (date(2024, 1, 1), datetime(2024, 1, 1, tzinfo=UTC)),
        ("1", 1),
        (Coding("s", "1"), "1"),
        (Decimal("NaN"), Decimal("NaN")),
        (Quantity(Decimal(1), "kg"), Quantity(Decimal(1), "g")),
        (Quantity(Decimal(1), "kg"), Decimal(1)),
    ],
)
def test_values_of_different_kinds_are_never_the_same(one: Any, other: Any) -> None:
    assert not same(one, other)
    assert not same(other, one)


@pytest.mark.parametrize(
    "one, other",
    [
        (5, Decimal("5.0")),
        ("x", Uri("x")),
        (Quantity(Decimal(1), "kg"), Quantity(Decimal("1.0"), "kilo", None, "kg")),
        (Coding("s", "1"), Coding("s", "1", Texts.of({"nb": "a"}))),
        (datetime(2024, 1, 1, 12, tzinfo=UTC), datetime.fromisoformat("2024-01-01T13:00:00+01:00")),
    ],
)
def test_values_that_mean_the_same_are_the_same(one: Any, other: Any) -> None:
    assert same(one, other)


@pytest.mark.parametrize(
    "one, other",
    [
        (True, False),
        ("a", "b"),
        (Coding("s", "1"), Coding("s", "2")),
        (Decimal("sNaN"), 1),
        (date(2024, 1, 1), datetime(2024, 1, 1, tzinfo=UTC)),
        (datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 1)),  # noqa: DTZ001  # without a zone is the point
        (time(1, tzinfo=UTC), time(1)),
        (Quantity(Decimal(1), "kg"), Quantity(Decimal(2), "g")),
    ],
)
def test_values_without_a_common_order_are_not_compared(one: Any, other: Any) -> None:
    assert compare(one, other) is None


@sized
@given(st.integers() | st.decimals(allow_nan=False, allow_infinity=False), st.integers())
def test_numbers_are_compared_as_numbers(one: int | Decimal, other: int) -> None:
    assert compare(one, other) == (one > other) - (one < other)
    assert is_number(one)
    assert same(one, other) == (one == other)
