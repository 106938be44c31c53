"""Timings as a document may say them, for properties: every unit, hours, ends, counts and business days."""

from typing import Any

from hypothesis import strategies as st

from prom.pathways.items import Phase
from prom.pathways.places import Place
from prom.pathways.reading_timings import read_timing
from prom.pathways.timings import WEEKDAYS, Offset, Timing
from questionnaires.definition import Texts

HOURS = ("00:00", "02:00", "02:30", "03:00", "09:00", "14:30", "20:00", "23:59")
PHASE = Phase("treatment", Texts.of({"en": "Treatment"}), Offset("start"), None)


def read(document: dict[str, Any]) -> Timing:
    """Compile a timing as the parser of pathways does."""
    return read_timing(Place("timing", document), ["start"], PHASE)


def offsets(least: int) -> st.SearchStrategy[dict[str, Any]]:
    """Days from the anchor, not (much) before `least` of each unit."""
    return st.fixed_dictionaries(
        {"anchor": st.just("start")},
        optional={
            "days": st.integers(max(least, -40), 60),
            "weeks": st.integers(max(least, -5), 30),
            "months": st.integers(max(least, -14), 30),
            "years": st.integers(max(least, -2), 3),
        },
    )


_COMMON: dict[str, st.SearchStrategy[Any]] = {
    "at": st.sampled_from(HOURS) | st.lists(st.sampled_from(HOURS), min_size=1, max_size=3, unique=True),
    "from": st.just("anchor") | offsets(-100),
}
_OPTIONAL: dict[str, st.SearchStrategy[Any]] = {
    "until": offsets(-2),
    "count": st.integers(1, 40),
    "businessDays": st.sampled_from(["none", "next", "previous", "skip"]),
}


def _of(unit: str, most: int, also: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    own = {"unit": st.just(unit), "every": st.integers(1, most)}
    return st.fixed_dictionaries({**own, **_COMMON}, optional={**_OPTIONAL, **also})


@st.composite
def _cycles(draw: st.DrawFn) -> dict[str, Any]:
    document = draw(_of("cycle", 2, {}))
    length = draw(st.integers(2, 42))
    days = draw(st.lists(st.integers(1, length), min_size=1, max_size=5, unique=True))
    return {**document, "cycle": {"length": length, "days": days}}


_WEEKDAYS = st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=7, unique=True)
documents = st.one_of(
    _of("day", 40, {}),
    _of("week", 6, {"weekdays": _WEEKDAYS}),
    _of("month", 14, {}),
    _of("year", 3, {}),
    _cycles(),
)
