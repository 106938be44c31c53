"""Phone numbers, by Google's libphonenumber."""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from prom.errors import Invalid

HOME_REGION = "NO"
_TEXTABLE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE, PhoneNumberType.UNKNOWN)


def mobile(text: str, field: str = "mobile") -> str:
    """Return a mobile number as E.164; a number without country code is Norwegian. Raises Invalid naming the field."""
    number = _parse(text, field)
    if phonenumbers.number_type(number) not in _TEXTABLE:
        raise Invalid(field)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def any_phone(text: str, field: str = "phone") -> str:
    """Return any valid phone number as E.164; raises Invalid naming the field."""
    return phonenumbers.format_number(_parse(text, field), PhoneNumberFormat.E164)


def as_spoken(number: str) -> str:
    """Write an E.164 number in the groups that people read aloud."""
    parsed = phonenumbers.parse(number)
    national = parsed.country_code == phonenumbers.country_code_for_region(HOME_REGION)
    return phonenumbers.format_number(
        parsed, PhoneNumberFormat.NATIONAL if national else PhoneNumberFormat.INTERNATIONAL
    )


def _parse(text: str, field: str) -> phonenumbers.PhoneNumber:
    try:
        number = phonenumbers.parse(text, HOME_REGION)
    except NumberParseException:
        raise Invalid(field) from None
    if not phonenumbers.is_valid_number(number):
        raise Invalid(field)
    return number
