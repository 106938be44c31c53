"""What a page posts, item type by item type."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from prom.errors import Invalid, InvalidResponse
from prom.responses import forms
from questionnaires.definition import AnswerOption, Coding, Item, ItemType, Quantity, Texts, Value
from questionnaires.problems import Problem

OSLO = "Europe/Oslo"
RED, BLUE = Coding("urn:colours", "red", Texts.of({"nb": "Rød"})), Coding("urn:colours", "blue")
OTHER_RED = Coding("urn:other", "red")
COLOURS = Item("colour", ItemType.CHOICE, options=(AnswerOption(RED), AnswerOption(BLUE), AnswerOption(OTHER_RED)))
OPEN = Item("colour", ItemType.OPEN_CHOICE, options=COLOURS.options)
SEVERAL = Item("colour", ItemType.CHOICE, options=COLOURS.options, repeats=True)


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
        (ItemType.QUANTITY, "tung", "not-a-number"),
        (ItemType.INTEGER, "5.9", "not-an-integer"),
        (ItemType.INTEGER, "5,0", "not-an-integer"),
        (ItemType.INTEGER, "fem", "not-a-number"),
        (ItemType.BOOLEAN, "yes", "option-not-offered"),
        (ItemType.CHOICE, "green", "option-not-offered"),
        (ItemType.DATE, "2026-02-30", "no-such-moment"),
        (ItemType.DATE_TIME, "i går", "no-such-moment"),
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
        (ItemType.INTEGER, "007", 7),
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
    assert read(OPEN, "red", other=" lilla ") == ("lilla",)
    assert read(OPEN, "red") == (RED,)
    assert forms.own_words(OPEN, ("lilla",)) == "lilla"
    assert forms.own_words(OPEN, (RED,)) == ""


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
        (ItemType.TIME, time(8, 30), "08:30:00"),
        (ItemType.TEXT, "en\nto", "en\nto"),
    ],
)
def test_what_a_control_holds_is_read_back_as_the_same_value(kind: ItemType, value: Value, shown: str) -> None:
    item = Item("it", kind, unit="kg")
    assert forms.held(item, [value], "nb", OSLO) == (shown,)
    again = read(item, shown)
    assert again == (Quantity(value.value, "kg", code="kg"),) if isinstance(value, Quantity) else again == (value,)
