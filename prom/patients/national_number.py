"""Norwegian national identity numbers: checked, and never used to derive a birth date or a sex.

By our own code, since the library at hand (python-stdnum 2.2) refuses what Norway accepts: synthetic numbers, H and FH
numbers, and the series that begins in 2032. The rules are those of Skatteetaten, as gathered in docs/adr/0013.
"""

from datetime import date

WEIGHTS_1 = (3, 7, 6, 1, 8, 9, 4, 5, 2)
WEIGHTS_2 = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
#: From 2032 the first control digit may leave a remainder of 0 to 3 (Skatteetaten, "nytt fødselsnummer fra 2032").
REMAINDERS = (0, 1, 2, 3)


def is_valid(number: str) -> bool:
    """Whether these are eleven digits that the registry, a hospital or an official test source could have given out."""
    if len(number) != 11 or not number.isascii() or not number.isdecimal():
        return False
    digits = [int(digit) for digit in number]
    # FH numbers (first digit 8 or 9) hold no date.
    has_right_date = digits[0] in (8, 9) or _holds_a_date(number)
    return has_right_date and _first_control_is_right(digits) and _second_control_is_right(digits)


def _first_control_is_right(digits: list[int]) -> bool:
    total = sum(weight * digit for weight, digit in zip(WEIGHTS_1, digits, strict=False))
    return (total + digits[9]) % 11 in REMAINDERS


def _second_control_is_right(digits: list[int]) -> bool:
    total = sum(weight * digit for weight, digit in zip(WEIGHTS_2, digits, strict=False))
    return (total + digits[10]) % 11 == 0


def fits(number: str, birth_date: date) -> bool:
    """Whether day, month and year in a valid number are those of a birth date. A number that holds no date fits any.

    They may honestly differ, so this is for a warning only.
    """
    return int(number[0]) in (8, 9) or _date_in(number) == (birth_date.day, birth_date.month, birth_date.year % 100)


def _date_in(number: str) -> tuple[int, int, int]:
    day, month, year = int(number[:2]), int(number[2:4]), int(number[4:6])
    if day > 40:
        day -= 40  # D-number
    if month > 80:
        month -= 80  # synthetic, Skatteetaten Tenor
    elif month > 65:
        month -= 65  # synthetic D- and birth numbers of the population register's test environment
    elif month > 40:
        month -= 40  # H-number, and NAV's synthetic ones
    return day, month, year


def _holds_a_date(number: str) -> bool:
    day, month, year = _date_in(number)
    return any(_is_date(century + year, month, day, number) for century in (1800, 1900, 2000))


def _is_date(year: int, month: int, day: int, number: str) -> bool:
    if not _century_fits(year, int(number[6:9])):
        return False
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _century_fits(year: int, individual: int) -> bool:
    """The century of the old series by individual number; the series from 2032 does not tell (clinical.md 5.1)."""
    return (
        (1854 <= year <= 1899 and 500 <= individual <= 749)
        or (1900 <= year <= 1999 and individual <= 499)
        or (1940 <= year <= 1999 and 900 <= individual <= 999)
        or (2000 <= year <= 2039 and 500 <= individual <= 999)
    )
