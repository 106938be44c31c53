"""What is refused in a pathway document, by its place; a newcomer to YAML has to understand the sentence."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prom.pathways.definition import BusinessDays, Offset, PathwayError, Timing, Unit, parse
from tests.prom.pathways.documents import DOCUMENT, changed
from tests.prom.properties import sized

DAILY = ("items", 0)
TIMING = (*DAILY, "timing")
IN_TIMING = "surgery: items, daily-recovery-check, timing: "
ITEM = "surgery: items, daily-recovery-check: "


@pytest.mark.parametrize(
    "path, value, sentence",
    [
        (
            ("anchor",),
            [],
            "surgery: the key 'anchor' is not known here (did you mean 'anchors'?). Known here: afterAnswers,",
        ),
        ((*TIMING, "weekDays"), ["monday"], IN_TIMING + "the key 'weekDays' is not known here (did you mean 'weekday"),
        ((*DAILY, "rulez"), None, ITEM + "the key 'rulez' is not known here (did you mean 'rules'?)"),
        ((*DAILY, "window", "due"), 4, "surgery: items, daily-recovery-check, window: the key 'due' is not known here"),
        ((*DAILY, "key"), "Daily Check", "surgery: items, Daily Check: 'key' must be a short name of small letters,"),
        ((*DAILY, "key"), "weekly-recovery-check", "surgery: 'key' weekly-recovery-check stands twice"),
        ((*DAILY, "questionnaire"), "recovery-check", ITEM + "'questionnaire' must be an address and a version with |"),
        ((*DAILY, "rules"), ..., ITEM + "'rules' is missing: it must be the rule set that judges the answers, or null"),
        (
            (*DAILY, "phase"),
            "cure",
            ITEM + "'phase' names cure, and there is no such phase. There is: before, recovery",
        ),
        ((*DAILY, "answeredBy"), ["doctor"], ITEM + "'answeredBy' must be a list out of patient, proxy, staff, not ["),
        ((*DAILY, "answeredBy"), [["patient"]], ITEM + "'answeredBy' must be a list out of patient, proxy, staff"),
        (
            (*DAILY, "onlyIf"),
            {"minimumAge": "65"},
            "onlyIf: 'minimumAge' must be a whole number from 1 to 120, not '65'",
        ),
        (
            (*DAILY, "title"),
            "Daily",
            ITEM + "'title' must be a text in each language, as in {nb: ..., nn: ..., en: ...}",
        ),
        ((*DAILY, "title"), {"nb": " "}, ITEM + "'title' must be a text in each language"),
        ((*DAILY, "reminders"), {"afterHours": [48, 24]}, "'afterHours' must name each hour once, the earliest first"),
        ((*DAILY, "reminders"), {"afterHours": [3, 3]}, "'afterHours' must name each hour once, the earliest first"),
        ((*DAILY, "reminders"), {"afterHours": [22]}, "a reminder after 22 hours comes when the window is over"),
        (
            (*DAILY, "reminders"),
            [24],
            ITEM + "'reminders' must be hours after the opening, as in {afterHours: [24, 48]}",
        ),
        ((*DAILY, "reminders"), {"afterHours": [1, 2, 3, 4, 5, 6]}, "a list of at most 5 whole hours, as in [24, 48]"),
        ((*DAILY, "window"), 24, ITEM + "'window' must be a window, as in {dueHours: 24, ...}, not 24"),
        ((*DAILY, "window", "dueHours"), True, "'dueHours' must be a number of hours above 0, at most 87600, not true"),
        ((*TIMING,), "daily", ITEM + "'timing' must be a timing, as in {every: 1, unit: week, at: \"09:00\"}"),
        ((*TIMING, "unit"), "weekly", IN_TIMING + "'unit' must be one of day, week, month, year, cycle, not 'weekly'"),
        ((*TIMING, "every"), ..., IN_TIMING + "'every' is missing: it must be a whole number from 1 to 1000"),
        ((*TIMING, "every"), "1", IN_TIMING + "'every' must be a whole number from 1 to 1000, not '1'"),
        ((*TIMING, "at"), "9", IN_TIMING + "'at' must be an hour as \"09:00\", in quotation marks, not '9'"),
        ((*TIMING, "at"), ["09:00", "24:00"], IN_TIMING + "'at' must be an hour as \"09:00\""),
        ((*TIMING, "at"), ["09:00", "09:00"], IN_TIMING + "'at' 09:00 stands twice"),
        ((*TIMING, "at"), [], IN_TIMING + "'at' must be an hour as"),
        (
            (*TIMING, "weekdays"),
            ["monday"],
            IN_TIMING + "'weekdays' goes only with 'unit: week'; here stands 'unit: day'",
        ),
        ((*TIMING, "cycle"), {"length": 21, "days": [1]}, IN_TIMING + "'cycle' goes only with 'unit: cycle'"),
        ((*TIMING, "count"), 0, IN_TIMING + "'count' must be a whole number from 1 to 10000, not 0"),
        ((*TIMING, "businessDays"), "yes", IN_TIMING + "'businessDays' must be one of none, next, previous, skip"),
        ((*TIMING, "from"), "operation", IN_TIMING + "'from' must be days counted from an anchor, as in {anchor:"),
        ((*TIMING, "from"), {"days": 1}, "timing, from: 'anchor' is missing: it must be the code of an anchor"),
        ((*TIMING, "from"), {"anchor": "birth"}, "timing, from: 'anchor' names birth, and there is no such anchor."),
        (
            (*TIMING, "from"),
            {"anchor": "operation", "day": 1},
            "the key 'day' is not known here (did you mean 'days'?)",
        ),
        (
            (*TIMING, "from"),
            {"anchor": "operation", "days": 99999},
            "'days' must be a whole number from -36500 to 36500",
        ),
        ((*TIMING, "until"), "2027-01-01", IN_TIMING + "'until' must be days counted from an anchor"),
        (("phases", 1, "from"), ..., "surgery: phases, recovery: 'from' is missing: it must be days counted from"),
        (("phases", 1, "code"), "before", "surgery: phases, before: 'code' before stands twice"),
        (("anchors",), [], "surgery: 'anchors' must be a list of at least one anchor"),
        (("anchors", 0, "title"), ..., "surgery: anchors, operation: 'title' is missing"),
        (("items",), {}, "surgery: 'items' must be a list whose entries have keys, each beginning with '- key:'"),
        (
            ("items", 0),
            "daily",
            "surgery: 'items' must be a list whose entries have keys, each beginning with '- key:'",
        ),
        (("texts", "sms"), ..., "surgery: texts: 'sms' is missing"),
        (("texts", "mail"), {"nb": "Hei"}, "surgery: texts: the key 'mail' is not known here"),
        (("afterAnswers", 0, "ask", "at"), ..., "surgery: afterAnswers, fever-again, ask: 'at' is missing"),
        (
            ("afterAnswers", 0, "most"),
            0,
            "surgery: afterAnswers, fever-again: 'most' must be a whole number from 1 to 100",
        ),
        (("information", 0, "text"), ..., "surgery: information, before-operation: 'text' is missing"),
        (("settings", "quietHours"), "at night", "surgery: settings: 'quietHours' cannot be 'at night' in a pathway."),
        (("settings", "smsPerHour"), 5, "'smsPerHour' cannot be 5 in a pathway. These can be chosen: quietHours,"),
        (("alerts",), {"receivedBy": []}, "surgery: alerts: 'receivedBy' must be 'unit', or the name of another unit"),
        (("version",), {}, "surgery: 'version' must be a version, as in \"1.0.0\""),
    ],
)
def test_a_wrong_place_is_named_with_what_would_be_right(
    path: tuple[str | int, ...], value: Any, sentence: str
) -> None:
    with pytest.raises(PathwayError) as refused:
        parse(changed(path, value), "surgery")
    assert sentence in str(refused.value)
    assert str(refused.value).startswith("surgery: ")


@pytest.mark.parametrize(
    "timing, sentence",
    [
        ({"unit": "cycle"}, "'cycle' is missing: it must be a cycle, as in {length: 21, days: [1, 8, 15]}"),
        (
            {"unit": "cycle", "cycle": {"length": 21, "days": [22]}},
            "day 22 of a cycle of 21 days: the days are 1 to 21",
        ),
        ({"unit": "cycle", "cycle": {"length": 21, "days": [1, 1]}}, "'days' 1 stands twice"),
        ({"unit": "cycle", "cycle": {"length": 21, "days": []}}, "'days' must be a list of days of the cycle"),
        ({"unit": "cycle", "cycle": {"length": 1, "days": [1]}}, "'length' must be a whole number from 2 to 366"),
        ({"unit": "week", "weekdays": ["mandag"]}, "'weekdays' must be a list out of monday, tuesday,"),
        ({"unit": "week", "weekdays": "monday"}, "'weekdays' must be a list out of monday, tuesday,"),
        ({"unit": "week", "weekdays": ["monday", "monday"]}, "'weekdays' monday stands twice"),
        ({"unit": "week", "weekday": "monday", "weekdays": ["friday"]}, "only one of 'weekday' and 'weekdays'"),
    ],
)
def test_a_wrong_cycle_or_weekday_is_named(timing: dict[str, Any], sentence: str) -> None:
    with pytest.raises(PathwayError) as refused:
        parse(changed(TIMING, {"every": 1, "at": "09:00", **timing}), "surgery")
    assert sentence in str(refused.value)


def test_every_wrong_item_is_named_at_once() -> None:
    document = changed((*TIMING, "every"), 0)
    document["items"][1]["phase"] = "cure"
    with pytest.raises(PathwayError) as refused:
        parse(document, "surgery")
    assert [problem.place for problem in refused.value.problems] == [
        "items, daily-recovery-check, timing",
        "items, weekly-recovery-check",
    ]


@pytest.mark.parametrize("document", [{}, {"url": 5}, [], "text", None, {1: 2}, {"items": [None]}])
def test_what_is_no_pathway_is_refused_and_breaks_nothing(document: Any) -> None:
    with pytest.raises(PathwayError):
        parse(document, "x")


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def places(document: Any, way: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place of a document."""
    inner = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    return [way, *(place for key, value in inner for place in places(value, (*way, key)))]


@sized
@given(st.sampled_from(places(DOCUMENT)[1:]), _json)
def test_whatever_stands_somewhere_is_taken_or_refused_in_a_sentence(place: tuple[str | int, ...], value: Any) -> None:
    try:
        sentences = [parse(changed(place, value), "surgery").name]
    except PathwayError as refused:
        sentences = [problem.text for problem in refused.problems]
    assert all(sentences)


def test_what_the_format_says_becomes_the_timing() -> None:
    pathway = parse(DOCUMENT, "surgery")
    daily = pathway.items[0]
    assert daily.timing == Timing(
        every=1,
        unit=Unit.DAY,
        at=(time(9, 0),),
        start=Offset("operation", days=1),
        until=(Offset("operation", weeks=7, days=-1),),
        count=10,
    )
    assert (daily.reminders, daily.phase, daily.minimum_age) == ((timedelta(hours=3),), "recovery", None)
    assert [item.minimum_age for item in pathway.items if item.key.startswith("frailty")] == [65]
    assert [item.timing.business_days for item in pathway.items[-2:] if item.timing] == [BusinessDays.NEXT] * 2
    assert pathway.after_answers[0].plan_key == "after:fever-again"
    assert pathway.settings["quietHours"] == "21:00-08:00"
    assert pathway.received_by == "unit"


def test_an_item_begins_with_its_phase_where_it_says_nothing_and_ends_with_it() -> None:
    item = parse(changed((*TIMING, "from"), ...), "surgery").items[0]
    assert item.timing is not None
    assert item.timing.start == Offset("operation")
    assert item.timing.end({"operation": date(2026, 11, 2)}) == date(2026, 12, 20)
    assert item.timing.end({}) is None


@pytest.mark.parametrize(
    "day, phase",
    [
        (date(2026, 10, 4), None),
        (date(2026, 10, 5), "before"),
        (date(2026, 11, 1), "before"),
        (date(2026, 11, 2), "recovery"),
        (date(2026, 12, 20), "recovery"),
        (date(2026, 12, 21), "follow-up"),
        (date(2027, 12, 2), "follow-up"),
        (date(2027, 12, 3), None),
    ],
)
def test_a_day_lies_in_the_phase_that_has_begun_and_not_ended(day: date, phase: str | None) -> None:
    found = parse(DOCUMENT, "surgery").phase_on(day, {"operation": date(2026, 11, 2)})
    assert (found.code if found else None) == phase


def test_a_pathway_may_ask_on_demand_alone() -> None:
    assert parse(changed(("items",), []), "surgery").items == ()


def test_a_timing_hashes_and_compares_by_what_it_says() -> None:
    one, other = parse(DOCUMENT, "surgery").items[0].timing, parse(DOCUMENT, "surgery").items[0].timing
    assert one == other
    assert hash(one) == hash(other)
    assert one != parse(changed((*TIMING, "count"), 9), "surgery").items[0].timing
