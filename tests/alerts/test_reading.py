"""What a rule reads, and how it is held against a limit."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.reading import Plain, Read, Unreadable, beyond, exact, read
from alerts.rules import Comparison, Limit, Reading, ReadingKind
from questionnaires.definition import Coding, Quantity
from questionnaires.values import Attachment, Partial, Reference
from tests.alerts.samples import ALL_ITEMS, celsius, report, sized


def answer(link_id: str, value: Any, **more: Any) -> Read:
    return read(Reading("answer", link_id), report({link_id: value}), **more)


def scale(kind: ReadingKind, name: str, **more: Any) -> Read:
    return read(Reading(kind, name), report(**more))


def test_a_quantity_in_another_unit_is_refused_rather_than_compared() -> None:
    with pytest.raises(Unreadable, match="the rule wants Cel"):
        answer("dose", Quantity(Decimal("100.4"), "degF", code="[degF]"), unit="Cel")


@pytest.mark.parametrize("file", [Attachment("image/png", 7), Reference("Patient", "Patient/1")])
def test_a_file_or_a_pointer_has_no_value_to_compare_and_is_refused(file: Any) -> None:
    with pytest.raises(Unreadable, match="a file has no value"):
        answer("note", file)


def test_a_day_of_which_only_the_month_is_told_is_read_as_it_was_told() -> None:
    assert answer("since", Partial("2026-03")) == Read((("since", "2026-03"),))


@pytest.mark.parametrize("number", [float("nan"), float("inf"), Decimal("NaN"), Decimal("-Infinity")])
def test_what_is_no_finite_number_is_refused(number: float | Decimal) -> None:
    with pytest.raises(Unreadable, match="not a finite number"):
        exact(number)


@pytest.mark.parametrize(
    "value,comparison,limit",
    [
        ("now", Comparison.AT_LEAST, Decimal(1)),
        (Decimal(1), Comparison.IN, ("1",)),
        ("now", Comparison.IN, "now"),
        (True, Comparison.ABOVE, Decimal(0)),
        (True, Comparison.EQUAL, Decimal(1)),
        (Decimal(1), Comparison.EQUAL, True),
        (Decimal(1), Comparison.BELOW, "2"),
    ],
)
def test_values_of_different_kinds_are_never_compared(value: Plain, comparison: Comparison, limit: Limit) -> None:
    with pytest.raises(Unreadable, match="cannot be compared"):
        beyond(value, comparison, limit)


def test_an_item_that_was_not_asked_is_not_missing_even_with_an_answer_left_behind() -> None:
    left_behind = report({"temperature": Decimal("39.8")}, asked=ALL_ITEMS - {"temperature"})
    assert read(Reading("answer", "temperature"), left_behind) == Read()


def test_an_item_that_was_asked_and_not_answered_is_missing() -> None:
    assert read(Reading("answer", "temperature"), report()) == Read(missing="not answered")


@pytest.mark.parametrize(
    "given_value,value",
    [
        (Coding("urn:sample", "now"), "now"),
        ("hello", "hello"),
        (True, True),
        (38, Decimal(38)),
        (Decimal("38.0"), Decimal("38.0")),
        (celsius("38.3"), Decimal("38.3")),
        (date(2026, 11, 9), "2026-11-09"),
        (datetime(2026, 11, 9, 8, tzinfo=UTC), "2026-11-09T08:00:00+00:00"),
        (time(8, 30), "08:30:00"),
    ],
)
def test_every_type_of_answer_is_read(given_value: Any, value: Plain) -> None:
    found = answer("note", given_value)
    assert found == Read((("note", value),))
    assert type(found.values[0][1]) is type(value)


@pytest.mark.parametrize("value", [celsius("38.0"), Quantity(Decimal("38.0"), "Cel")])
def test_a_quantity_is_read_by_its_code_and_only_without_one_by_its_unit(value: Quantity) -> None:
    assert answer("dose", value, unit="Cel").values == (("dose", Decimal("38.0")),)
    with pytest.raises(Unreadable):
        answer("dose", value, unit="°C")


def test_a_choice_is_read_as_its_number_where_the_limit_is_a_number() -> None:
    numbers = {"0": Decimal(0), "2": Decimal(2)}
    assert answer("dark-thoughts", Coding(None, "2"), ordinals=numbers).values == (("dark-thoughts", Decimal(2)),)


def test_an_option_without_a_number_is_missing_and_not_nought() -> None:
    found = answer("dark-thoughts", Coding(None, "not-applicable"), ordinals={"0": Decimal(0)})
    assert found == Read(missing="no number")


def test_every_answer_of_a_repeated_item_is_read() -> None:
    assert answer("note", ("a", "b")).values == (("note", "a"), ("note", "b"))


def test_a_level_is_read_from_the_scores() -> None:
    assert scale("level", "nausea", levels={"nausea": 3.0}) == Read(((None, Decimal(3)),))


@pytest.mark.parametrize("missing", ["not answered", "too few answered", "not applicable", "not on the scale"])
def test_a_missing_score_is_missing_for_its_own_reason(missing: str) -> None:
    assert scale("score", "nausea", levels={"nausea": missing}) == Read(missing=missing)


def test_a_scale_that_nobody_scored_is_missing() -> None:
    assert scale("level", "nausea") == Read(missing="not scored")
    assert scale("worst-attribute", "nausea") == Read(missing="not scored")


def test_a_scale_whose_items_were_not_asked_is_not_missing() -> None:
    assert scale("level", "nausea", levels={"nausea": "not asked"}) == Read()


def test_the_worst_attribute_comes_first_and_says_which_it_is() -> None:
    found = scale("worst-attribute", "pain", attributes={"pain": {"weight": 1.0, "pain-severity": 4.0, "note": 2.0}})
    assert found.values[0] == ("pain-severity", Decimal(4))
    assert found.missing is None


def test_an_attribute_that_was_not_asked_does_not_count() -> None:
    attributes = {"nausea": {"nausea-frequency": 0.0, "nausea-severity": 4.0}}
    found = scale("worst-attribute", "nausea", attributes=attributes, asked=ALL_ITEMS - {"nausea-severity"})
    assert found == Read((("nausea-frequency", Decimal(0)),))


def test_an_attribute_that_was_asked_and_not_answered_is_said_beside_the_others() -> None:
    attributes = {"nausea": {"nausea-frequency": 2.0, "nausea-severity": None}}
    found = scale("worst-attribute", "nausea", attributes=attributes)
    assert found == Read((("nausea-frequency", Decimal(2)),), "not answered")


def test_circumstances_are_read_where_they_are_known() -> None:
    known = report(age=71, phase="cycle", day_of_cycle=9)
    assert read(Reading("circumstance", "age"), known) == Read(((None, Decimal(71)),))
    assert read(Reading("circumstance", "phase"), known) == Read(((None, "cycle"),))
    assert read(Reading("circumstance", "day-of-cycle"), known) == Read(((None, Decimal(9)),))
    assert read(Reading("circumstance", "age"), report()) == Read(missing="not known")
    assert read(Reading("circumstance", "shoe-size"), known) == Read(missing="not known")


@pytest.mark.parametrize(
    "comparison,below,at,above",
    [
        (">=", False, True, True),
        (">", False, False, True),
        ("<=", True, True, False),
        ("<", True, False, False),
        ("=", False, True, False),
    ],
)
@pytest.mark.parametrize("as_number", [Decimal, float])
def test_each_comparison_holds_one_below_at_and_one_above(
    comparison: str, below: bool, at: bool, above: bool, as_number: type
) -> None:
    limit = Decimal("38.0")
    found = [beyond(exact(as_number(value)), Comparison(comparison), limit) for value in ("37.9", "38.0", "38.1")]
    assert found == [below, at, above]


def test_a_code_is_in_a_list_or_not() -> None:
    assert beyond("now", Comparison.IN, ("last-24-hours", "now"))
    assert not beyond("no", Comparison.IN, ("last-24-hours", "now"))
    assert beyond("no", Comparison.EQUAL, "no")
    assert beyond(True, Comparison.EQUAL, True)


@pytest.mark.parametrize("noisy,written", [(30.000000000000004, "30"), (49.99999999999999, "50"), (38.3, "38.3")])
def test_the_noise_of_a_computed_float_decides_nothing(noisy: float, written: str) -> None:
    assert exact(noisy) == Decimal(written)


tenths = st.integers(-100_000, 100_000).map(lambda number: Decimal(number) / 10)


@sized
@given(tenths, tenths, st.sampled_from([">=", ">", "<=", "<", "="]))
def test_a_float_is_compared_as_the_decimal_it_was_written_as(value: Decimal, limit: Decimal, comparison: str) -> None:
    as_decimal = beyond(exact(value), Comparison(comparison), limit)
    assert beyond(exact(float(value)), Comparison(comparison), limit) is as_decimal
