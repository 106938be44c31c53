"""The message catalogues: texts by key in every language, read from `texts/<language>.po` of each feature.

Keys such as `worklist.empty` stand in code and templates; words stand only in the catalogues. A text that a language
lacks is taken from its fallback, and `read()` says in which language it came, so that a page can mark it.
"""

from collections.abc import Iterator
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, format_timedelta
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

#: Bokmål, nynorsk, English and Northern Sami, in the order in which they are offered.
PATIENT_LANGUAGES = ("nb", "nn", "en", "se")
STAFF_LANGUAGES = ("nb", "nn", "en")
#: What a language falls back on, in order.
FALLBACKS = {"nb": ("en",), "nn": ("nb", "en"), "en": ("nb",), "se": ("nb", "en")}
#: Each language by its own name.
LANGUAGE_NAMES = {"nb": "Bokmål", "nn": "Nynorsk", "en": "English", "se": "Davvisámegiella"}

_FOLDER = Path(__file__).parent


def read(key: str, language: str, **values: object) -> tuple[str, str]:
    """Return a text and the language that it came in. An unknown key comes back as itself; tests find those."""
    for candidate in (language, *FALLBACKS.get(language, ("nb", "en"))):
        text = _texts(candidate).get(key)
        if text:
            return (text.format_map(values) if values else text), candidate
    return key, language


def text(key: str, language: str, **values: object) -> str:
    """Return a text in a language or its fallback, with `{name}` places filled."""
    return read(key, language, **values)[0]


def has(key: str, language: str) -> bool:
    """Whether a language has this text of its own."""
    return bool(_texts(language).get(key))


def keys(language: str) -> frozenset[str]:
    """Return all keys that a language has."""
    return frozenset(_texts(language))


@cache
def _texts(language: str) -> dict[str, str]:
    texts: dict[str, str] = {}
    for catalogue in _catalogues(language):
        for message in catalogue:
            if message.id and isinstance(message.id, str) and isinstance(message.string, str):
                texts[message.id] = message.string
    return texts


def _catalogues(language: str) -> Iterator[Catalog]:
    for path in sorted(_FOLDER.glob(f"**/texts/{language}.po")):
        with path.open("rb") as file:
            yield read_po(file, locale=language)


def as_date(day: date, language: str) -> str:
    """Write a day as people of the language do."""
    return format_date(day, format="long", locale=_locale(language))


def as_month(day: date, language: str) -> str:
    """Write the month and year of a day."""
    return format_skeleton("yMMMM", day, locale=_locale(language))


@lru_cache(maxsize=4096)
def as_short_date(day: date, language: str) -> str:
    """Write a day shortly, for tables."""
    return format_skeleton("MMMd", day, locale=_locale(language))


def as_instant(instant: datetime, zone: str, language: str) -> str:
    """Write an instant as local wall time of a zone."""
    local = instant.astimezone(ZoneInfo(zone))
    return f"{format_skeleton('yMMMd', local, locale=_locale(language))} {local:%H:%M}"


@lru_cache(maxsize=4096)
def as_weekday(day: date, language: str) -> str:
    """Write the weekday of a day shortly."""
    return format_date(day, format="EEE", locale=_locale(language))


def as_waiting(seconds: float, language: str) -> str:
    """Write a length of time in its largest fitting unit, by whole half minutes; what has begun is a minute."""
    begun = min(max(int(seconds), 0), 1)
    return _as_waiting(int(seconds) // 30 * 30 if seconds >= 30 else begun, language)


@lru_cache(maxsize=4096)
def _as_waiting(seconds: int, language: str) -> str:
    return format_timedelta(seconds, granularity="minute", threshold=1.5, locale=_locale(language))


@lru_cache(maxsize=4096)
def as_number(number: float, language: str) -> str:
    """Write a number with the language's decimal sign and no more digits than it needs, two at most."""
    return format_decimal(number, format="#,##0.##", locale=_locale(language))


@cache
def _locale(language: str) -> Locale:
    # British dates beside a 24-hour clock, as Norwegians write English.
    return Locale.parse("en_GB" if language == "en" else language)
