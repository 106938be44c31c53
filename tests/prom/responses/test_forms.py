"""What a page posts, item type by item type."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from prom.errors import Invalid, InvalidResponse
from prom.responses import forms
from questionnaires.definition import AnswerOption, Coding, Item, ItemType, Quantity, Texts, Value
from questionnaires.problems import Problem
from questionnaires.values import Partial

OSLO = "Europe/Oslo"
RED, BLUE = Coding("urn:colours", "red", Texts.of({"nb": "Rød"})), Coding("urn:colours", "blue")
OTHER_RED = Coding("urn:other", "red")
COLOURS = Item("colour", ItemType.CHOICE, options=(AnswerOption(RED), AnswerOption(BLUE), AnswerOption(OTHER_RED)))
OPEN = Item("colour", ItemType.OPEN_CHOICE, options=COLOURS.options)
SEVERAL = Item("colour", ItemType.CHOICE, options=COLOURS.options, repeats=True)


METRE = Coding("urn:ucum", "m", Texts.of({"nb": "meter"}))
CENTIMETRE = Coding("urn:ucum", "cm")


def refusal(item: Item, *posted: str, other: str = "", unit: str = "") -> str:
    """The code that an item refuses what was posted with."""
    with pytest.raises(InvalidResponse) as refused:
        forms.read(item, posted, other, OSLO, unit)
    (problem,) = refused.value.problems
    assert isinstance(problem, Problem)
    return problem.code


def read(item: Item, *posted: str, other: str = "") -> tuple[Value, ...]:
    return forms.read(item, posted, other, OSLO)


@pytest.mark.parametrize(
    "kind, typed, code",
    [
        (ItemType.DECIMAL, "38,5,1", "not-a-number"),
        (ItemType.DECIMAL, "1e3", "not-a-number"),
        (ItemType.DECIMAL, "NaN", "not-a-number"),
        (ItemType.DECIMAL, "٣٨", "not-a-number"),
        (ItemType.DECIMAL, "1" * 40, "not-a-number"),
        (ItemType.DECIMAL, "1 00", "not-a-number"),
        (ItemType.DECIMAL, "1 0000", "not-a-number"),
        (ItemType.INTEGER, "1.000", "not-an-integer"),
        (ItemType.QUANTITY, "tung", "not-a-number"),
        (ItemType.INTEGER, "5.9", "not-an-integer"),
        (ItemType.INTEGER, "5,0", "not-an-integer"),
        (ItemType.INTEGER, "fem", "not-a-number"),
        (ItemType.BOOLEAN, "yes", "option-not-offered"),
        (ItemType.CHOICE, "green", "option-not-offered"),
        (ItemType.DATE, "2026-02-30", "no-such-moment"),
        (ItemType.DATE, "i går", "not-a-date"),
        (ItemType.DATE, "2026-11", "not-a-date"),
        (ItemType.DATE_TIME, "i går", "not-an-instant"),
        (ItemType.DATE_TIME, "2026-03-29T02:30", "no-such-moment"),
        (ItemType.TIME, "halv åtte", "not-a-time"),
        (ItemType.TIME, "25:00", "no-such-moment"),
    ],
)
def test_what_cannot_be_a_value_of_the_type_is_refused(kind: ItemType, typed: str, code: str) -> None:
    with pytest.raises(InvalidResponse) as refused:
        read(Item("it", kind), typed)
    assert refused.value.problems == (Problem("it", code),)


@pytest.mark.parametrize("typed", [("", "", ""), ("31", "4", "1950"), ("1", "1", "1 950"), ("1", "1", "0000")])
def test_what_is_no_birth_date_is_refused(typed: tuple[str, str, str]) -> None:
    with pytest.raises(Invalid, match="invalid"):
        forms.birth_date(*typed)


def test_a_birth_date_is_read_with_and_without_zeros() -> None:
    assert forms.birth_date(" 03", "4 ", "1950") == forms.birth_date("3", "04", "1950") == date(1950, 4, 3)


@pytest.mark.parametrize(
    "kind, typed, value",
    [
        (ItemType.DECIMAL, "38,5", Decimal("38.5")),
        (ItemType.DECIMAL, "38.50", Decimal("38.50")),
        (ItemType.DECIMAL, "-2", Decimal("-2")),
        (ItemType.DECIMAL, "1 000,5", Decimal("1000.5")),
        (ItemType.DECIMAL, "\u22122,5", Decimal("-2.5")),
        (ItemType.INTEGER, "007", 7),
        (ItemType.INTEGER, "12\u00a0000", 12000),
        (ItemType.DATE, "2.11.2026", date(2026, 11, 2)),
        (ItemType.DATE, "02 / 11 / 2026", date(2026, 11, 2)),
        (ItemType.DATE_TIME, "1.7.2026 kl. 12.00", datetime(2026, 7, 1, 10, tzinfo=UTC)),
        (ItemType.TIME, "kl 8.30", time(8, 30)),
        (ItemType.BOOLEAN, "true", True),
        (ItemType.BOOLEAN, "false", False),
        (ItemType.DATE, "2026-11-02", date(2026, 11, 2)),
        (ItemType.DATE_TIME, "2026-07-01T12:00", datetime(2026, 7, 1, 10, tzinfo=UTC)),
        (ItemType.TIME, "08:30", time(8, 30)),
        (ItemType.TEXT, "en\r\nto", "en\nto"),
        (ItemType.STRING, "  æøå ", "æøå"),
    ],
)
def test_each_type_is_read_from_what_its_control_posts(kind: ItemType, typed: str, value: Value) -> None:
    assert read(Item("it", kind), typed) == (value,)


def test_blank_is_no_answer() -> None:
    for kind in ItemType:
        assert read(Item("it", kind), "", "  ") == ()


def test_a_quantity_takes_the_unit_of_its_item() -> None:
    assert read(Item("it", ItemType.QUANTITY, unit="kg"), "70,5") == (Quantity(Decimal("70.5"), "kg", code="kg"),)


def test_one_code_in_two_systems_is_told_apart() -> None:
    keys = [choice.key for choice in forms.choices(COLOURS)]
    assert keys == ["red", "blue", "urn:other|red"]
    assert read(COLOURS, "urn:other|red") == (OTHER_RED,)
    assert read(COLOURS, "red") == (RED,)


def test_words_of_ones_own_stand_in_the_place_of_an_open_choice() -> None:
    assert read(OPEN, other=" lilla ") == read(OPEN, forms.OWN, other="lilla") == ("lilla",)
    assert read(OPEN, "red") == (RED,)
    assert forms.own_words(OPEN, ("lilla",)) == "lilla"
    assert forms.own_words(OPEN, (RED,)) == ""


def test_an_option_together_with_own_words_is_refused_for_nobody_knows_which_is_meant() -> None:
    assert refusal(OPEN, "red", other="lilla") == "option-and-own-words"
    assert refusal(OPEN, forms.OWN) == "own-words-missing"


def test_where_several_may_be_chosen_own_words_stand_beside_them_one_on_each_line() -> None:
    several = replace(OPEN, repeats=True)
    assert read(several, "red", other="lilla\r\n\r\ngrå") == (RED, "lilla", "grå")
    assert forms.own_words(several, (RED, "lilla", "grå")) == "lilla\ngrå"


def test_a_slider_takes_only_the_numbers_that_it_can_stand_on() -> None:
    slider = Item("it", ItemType.INTEGER, item_control="slider", slider_step=Decimal(5), min_value=2)
    assert forms.control(slider) == "slider"
    assert refusal(slider, "5") == "between-steps"
    assert read(slider, "7") == (7,)
    assert read(slider, "") == ()


def test_a_quantity_with_a_choice_of_units_is_refused_until_one_is_chosen() -> None:
    height = Item("it", ItemType.QUANTITY, units=(METRE, CENTIMETRE))
    assert refusal(height, "1,72") == refusal(height, "1,72", unit="urn:none|m") == "unit-missing"
    (value,) = forms.read(height, ["1,72"], "", OSLO, "urn:ucum|m")
    assert value == Quantity(Decimal("1.72"), "meter", "urn:ucum", "m")
    assert forms.unit_held(height, (value,)) == "urn:ucum|m"
    assert forms.read(height, [""], "", OSLO, "urn:ucum|m") == ()


@pytest.mark.parametrize(
    "precision, typed, value",
    [("year", "2018", "2018"), ("yearMonth", "3.2019", "2019-03"), ("yearMonth", "2019-03", "2019-03")],
)
def test_a_part_of_a_date_is_read_where_only_a_part_is_asked_for(precision: str, typed: str, value: str) -> None:
    item = Item("it", ItemType.DATE, item_control=precision)
    assert read(item, typed) == (Partial(value),)
    assert forms.held(item, [Partial(value)], "nb", OSLO) == (value,)
    assert refusal(item, "13.2019" if precision == "yearMonth" else "0000") == "no-such-moment"


def test_a_list_and_boxes_follow_the_item_control() -> None:
    assert forms.control(replace(COLOURS, item_control="drop-down")) == "select"
    assert forms.control(replace(SEVERAL, item_control="drop-down")) == "checkboxes"
    assert forms.control(replace(COLOURS, item_control="check-box")) == "radios"


def test_several_choices_come_in_the_order_posted() -> None:
    assert forms.control(SEVERAL) == "checkboxes"
    assert read(SEVERAL, "blue", "red") == (BLUE, RED)


@pytest.mark.parametrize(
    "kind, value, shown",
    [
        (ItemType.DECIMAL, Decimal("38.5"), "38,5"),
        (ItemType.QUANTITY, Quantity(Decimal("70.0"), "kg"), "70,0"),
        (ItemType.INTEGER, 7, "7"),
        (ItemType.BOOLEAN, False, "false"),
        (ItemType.DATE, date(2026, 11, 2), "2026-11-02"),
        (ItemType.DATE_TIME, datetime(2026, 7, 1, 10, tzinfo=UTC), "2026-07-01T12:00"),
        (ItemType.TIME, time(8, 30), "08:30"),
        (ItemType.TEXT, "en\nto", "en\nto"),
    ],
)
def test_what_a_control_holds_is_read_back_as_the_same_value(kind: ItemType, value: Value, shown: str) -> None:
    item = Item("it", kind, unit="kg")
    assert forms.held(item, [value], "nb", OSLO) == (shown,)
    again = read(item, shown)
    assert again == (Quantity(value.value, "kg", code="kg"),) if isinstance(value, Quantity) else again == (value,)
