"""Phone numbers: what is none is refused by the field it stood in, and all others are kept as E.164."""

import pytest

from prom.errors import Invalid
from prom.patients import phone


@pytest.mark.parametrize("text", ["", "abc", "12345", "+47 900 00", "+47 900 000 000 00", "0047", "+999 90000001"])
def test_what_is_no_number_is_refused_by_its_field(text: str) -> None:
    for read in (phone.mobile, phone.any_phone):
        with pytest.raises(Invalid) as refused:
            read(text, "the_field")
        assert refused.value.field == "the_field"


@pytest.mark.parametrize("text", ["22 00 00 01", "+47 55 97 50 00", "800 40 567"])
def test_a_number_that_takes_no_sms_is_refused_as_a_mobile(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        phone.mobile(text)
    assert refused.value.field == "mobile"
    assert phone.any_phone(text).startswith("+47")


@pytest.mark.parametrize(
    "text, stored",
    [
        ("90000001", "+4790000001"),
        ("900 00 001", "+4790000001"),
        (" +47 900-00-001 ", "+4790000001"),
        ("0047 90000001", "+4790000001"),
        ("+46 70 174 06 05", "+46701740605"),
        ("+44 7400 123456", "+447400123456"),
    ],
)
def test_a_mobile_number_is_kept_as_e164_and_is_norwegian_without_a_country_code(text: str, stored: str) -> None:
    assert phone.mobile(text) == stored


def test_a_number_is_read_aloud_in_the_groups_of_its_country() -> None:
    assert phone.as_spoken("+4790000001") == "90 00 00 01"
    assert phone.as_spoken("+4722000001") == "22 00 00 01"
    assert phone.as_spoken("+46701740605").startswith("+46 70")
