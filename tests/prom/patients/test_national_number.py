"""National identity numbers: the valid and the invalid ones of clinical.md 5.1, each kind by name; none is real."""

import pytest

from prom.patients.national_number import is_valid

VALID = {
    "birth numbers": "13097248022 29029648784 29020075838 15021951940 15076500565 21016400952 12057900499 13116900216 "
    "14019800513 05073500186",
    "D-numbers": "53097248016 70019950032 41010199946",
    "H-numbers of hospitals, and NAV's synthetic ones": "13527248013 01410199935",
    "joint help numbers, which hold no date": "88888888831",
    "synthetic, Tenor": "10915596784",
    "D and H": "68467038838",
    "D and Tenor": "50846202355",
    "the series from 2032": "02013299997 30108299920 30108299939 70108299914",
}
#: Wrong check digits; the first of the two, the second, or both.
WRONG_DIGITS = "13097248032 13097248023 02013299987 02013299996 98019800546 15076500561"


@pytest.mark.hazard("H30")
@pytest.mark.parametrize("number", WRONG_DIGITS.split())
def test_a_number_with_a_wrong_check_digit_is_refused(number: str) -> None:
    assert not is_valid(number)


def test_a_day_that_never_was_is_refused_although_the_check_digits_are_right() -> None:
    assert not is_valid("29022512321")  # 29 February 1925


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1309724802",
        "130972480222",
        "13097248O22",
        "13097 48022",
        " 3097248022",
        "١٣٠٩٧٢٤٨٠٢٢",
        "-3097248022",
        "1309724802\n",
    ],
)
def test_what_is_not_eleven_digits_is_refused(text: str) -> None:
    assert not is_valid(text)


@pytest.mark.parametrize(
    "kind, number", [(kind, number) for kind, numbers in VALID.items() for number in numbers.split()]
)
def test_a_valid_number_of_each_kind_is_taken(kind: str, number: str) -> None:
    assert is_valid(number), kind


@pytest.mark.hazard("H30")
@pytest.mark.parametrize("number", [number for numbers in VALID.values() for number in numbers.split()])
def test_no_valid_number_stays_valid_with_its_last_digit_changed(number: str) -> None:
    others = [f"{number[:-1]}{digit}" for digit in range(10) if str(digit) != number[-1]]
    assert not any(is_valid(other) for other in others)
