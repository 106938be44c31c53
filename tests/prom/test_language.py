"""Texts by key: one that a language lacks says where it came from; numbers, days and waits are written as people do."""

from datetime import UTC, date, datetime

import pytest

from prom import language
from prom.errors import Refused

SPACE = "\u00a0"


def test_an_unknown_key_comes_back_as_itself() -> None:
    assert language.read("no.such-key", "nb") == ("no.such-key", "nb")
    assert not language.has("no.such-key", "nb")


def test_what_sami_lacks_comes_in_bokmal_and_says_so() -> None:
    lacking = sorted(language.keys("nb") - language.keys("se"))
    assert lacking
    for key in lacking:
        words, used = language.read(key, "se")
        assert used == "nb", key
        assert words == language.read(key, "nb")[0]


def test_what_a_language_has_comes_in_it() -> None:
    for tag in ("nb", "nn", "en"):
        assert language.read("sign-in.title", tag)[1] == tag
    assert len({language.text("sign-in.title", tag) for tag in ("nb", "en")}) == 2


def test_a_language_that_nobody_knows_falls_back() -> None:
    assert language.read("sign-in.title", "de") == language.read("sign-in.title", "nb")


def test_a_place_in_a_text_is_filled() -> None:
    words = language.text("message.on-call", "nb", unit="Poliklinikk A", time="09:30")
    assert "Poliklinikk A" in words
    assert "09:30" in words
    assert "{" not in words


@pytest.mark.parametrize("tag", ["nb", "nn", "en"])
def test_every_refusal_has_words(tag: str) -> None:
    def kinds(of: type[Refused]) -> set[type[Refused]]:
        return {of, *(inner for each in of.__subclasses__() for inner in kinds(each))}

    codes = {each.code for each in kinds(Refused)} | {"not-allowed", "too-large", "failed", "form-too-old"}
    assert len(codes) > 12
    assert {code for code in codes if not language.has(f"error.{code}", tag)} == set()


@pytest.mark.parametrize(
    "number, tag, written",
    [
        (38.0, "nb", "38"),
        (38.5, "nb", "38,5"),
        (38.5, "en", "38.5"),
        (1234.5, "nn", f"1{SPACE}234,5"),
        (0.125, "nb", "0,12"),
    ],
)
def test_a_number_has_its_languages_decimal_sign_and_no_more_digits_than_it_needs(
    number: float, tag: str, written: str
) -> None:
    assert language.as_number(number, tag).replace("\u202f", SPACE) == written


def test_an_instant_is_written_in_the_wall_time_of_its_zone_on_both_sides_of_a_change() -> None:
    for at, written in (
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "25. okt. 2026 02:30"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "25. okt. 2026 02:30"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "29. mars 2026 03:00"),
    ):
        assert language.as_instant(at, "Europe/Oslo", "nb") == written


def test_a_day_is_written_as_people_of_the_language_do() -> None:
    assert language.as_date(date(2026, 11, 2), "nb") == "2. november 2026"
    assert language.as_short_date(date(2026, 11, 2), "nn") == "2. nov."


@pytest.mark.parametrize(
    "seconds, written",
    [
        (-5, "0 minutter"),
        (0, "0 minutter"),
        (59, "1 minutt"),
        (600, "10 minutter"),
        (5400, "2 timer"),
        (172800, "2 døgn"),
    ],
)
def test_a_wait_is_written_in_its_largest_fitting_unit(seconds: float, written: str) -> None:
    assert language.as_waiting(seconds, "nb") == written
