"""What publishing a pathway refuses and tells: no link, a third SMS, a word that tells, what would never be asked."""

from datetime import timedelta
from typing import Any

import pytest

from prom import crypto
from prom.assignments import links
from prom.catalogue.service import PATHWAYS
from prom.pathways.checks import USUAL_LINK, link_length, problems, refuse_unfit, sms_of, telling
from prom.pathways.definition import Offset, PathwayError, Timing, parse
from prom.pathways.unasked import is_before, shortest_gap
from questionnaires.documents import read
from tests.prom.assignments.timing_documents import read as read_a_timing
from tests.prom.pathways.documents import changed, said

#: The newest version of each; what an earlier one said stays as it was.
SHIPPED = [max(each.glob("*.yaml")) for each in sorted(PATHWAYS.iterdir())]
TIMING = ("items", 0, "timing")
IN_TIMING = "items, daily-recovery-check, timing: "


def found(path: tuple[str | int, ...], value: Any, **known: Any) -> list[tuple[str, str]]:
    """Severity and sentence of all that is found in the surgery pathway with one place changed."""
    return [(each.severity, each.text) for each in problems(parse(changed(path, value), "surgery"), **known)]


@pytest.mark.parametrize(
    "kind, words, sentence",
    [
        ("sms", "Hei! Her er den.", "there is no {link} in it: write it where the address belongs, with words before"),
        ("reminder", "Hei!", "there is no {link} in it"),
        ("information", "Hei!", "there is no {link} in it"),
        ("sms", "{link} Hei!", "it begins with {link}: put words before it"),
        ("sms", " {link} Hei!", "it begins with {link}: put words before it"),
        ("sms", "Hei! {link}", "it ends with {link}: put words after it"),
        ("sms", "Hei! {link} ", "it ends with {link}: put words after it"),
        ("sms", "Hei! {link}. Takk", "{link} needs a space on both sides: a point or a bracket would become part"),
        ("sms", "Hei ({link} ) Takk", "{link} needs a space on both sides"),
        ("sms", "Hei {link} og {link} takk", "{link} stands in it more than once"),
        ("sms", "Hei {name}! {link} Takk", "{name} is nothing that can be filled in: only {link} and {phone} are"),
        ("sms", "Hei { {link} Takk", "a brace is nothing that can be filled in"),
        ("sms", "Hei\n{link} Takk", "it holds U+000A, which does not show: a text is one line of visible letters"),
        ("ended", "Takk\u200b", "it holds U+200B, which does not show"),
        (
            "sms",
            "Hei! {link} " + "a" * 300,
            "it takes 3 SMS (411 letters with a link of 75); 2 are the most",
        ),
        (
            "ended",
            "č" * 135,
            "it takes 3 SMS (165 letters with a link of 75); 2 are the most; 'č' (U+010D) can be sent",
        ),
    ],
)
def test_a_text_that_is_unfit_is_refused_by_its_place(kind: str, words: str, sentence: str) -> None:
    told = found(("texts", kind), {**said("Hei! {link} Takk"), "nn": words})
    assert [
        text for severity, text in told if severity == "error" and text.startswith(f"texts, {kind}, nn: {sentence}")
    ]
    with pytest.raises(PathwayError, match=f"surgery: texts, {kind}, nn: "):
        refuse_unfit(parse(changed(("texts", kind), {**said("Hei! {link} Takk"), "nn": words}), "surgery"))


def test_a_second_sms_is_told_with_the_letter_that_forces_it_and_refused_not() -> None:
    words = "Buorre beaivi! {link} Liŋka lea du."
    (told,) = found(("texts", "sms"), {**said("Hei! {link} Takk"), "se": words})
    assert told == (
        "warning",
        "texts, sms, se: it takes 2 SMS (133 letters with a link of 75); 'ŋ' (U+014B) can be sent only as UCS-2, "
        "of which one SMS holds 70",
    )
    refuse_unfit(parse(changed(("texts", "sms"), {**said("Hei! {link} Takk"), "se": words}), "surgery"))


def test_a_longer_address_makes_longer_messages() -> None:
    """The length of a link is that of the installation's address; what fits at one hospital may not at another."""
    words = {"nb": "Hei! {link} " + "a" * 50, "nn": "Hei! {link} " + "a" * 49, "en": "Hei! {link} " + "a" * 47}
    assert found(("texts", "sms"), words) == []
    told = found(("texts", "sms"), words, link=76)
    assert told == [
        ("warning", f"texts, sms, {language}: it takes 2 SMS (161 letters with a link of 76)")
        for language in ("nb", "nn", "en")
    ]


@pytest.mark.parametrize("address", ["https://prom.sykehuset.example", "http://127.0.0.1:8000"])
def test_the_length_reckoned_with_is_that_of_a_real_link(address: str) -> None:
    assert link_length(address) == len(links.address(address, crypto.new_token()))
    assert USUAL_LINK == 75


@pytest.mark.parametrize(
    "language, words, told",
    [
        ("nb", "Hei fra Kreftklinikken! {link} Takk", ["kreftklinikken"]),
        ("nb", "Hvordan går det med cellegiften? {link}", ["cellegiften"]),
        ("nb", "Ring legen eller SYKEHUSET. {link}", ["legen", "sykehuset"]),
        ("nb", "Hei! Du kan ikke bli syk av kollegene i musikkuka", ["syk"]),
        ("nn", "Svar til sjukehuset {link} no", ["sjukehuset"]),
        ("nn", "Spørsmål om seineffektar: {link} no", ["seineffektar"]),
        ("en", "Your cancer clinic asks: {link} now", ["cancer", "clinic"]),
        ("en", "Are you ill? We still will help, towards evening. {link}", ["ill"]),
        ("en", "About late effects: {link} now", ["late effect"]),
        ("se", "Dávda: {link}", ["dávda"]),
        ("nb", "Hei! Tid for spørsmålene vi avtalte: {link} Lenken er bare din, ikke del den.", []),
        ("nb", "{sykehus} {link}", []),
    ],
)
def test_a_word_that_tells_of_illness_clinic_or_register_is_named(language: str, words: str, told: list[str]) -> None:
    assert telling(words, language) == told


def test_a_telling_word_is_a_warning_in_its_place() -> None:
    words = {**said("Hei! {link} Takk"), "en": "From the hospital: {link} Thanks"}
    assert found(("texts", "sms"), words) == [
        ("warning", "texts, sms, en: 'hospital' may tell of illness, clinic or register to whoever sees the phone")
    ]


@pytest.mark.parametrize(
    "path, place",
    [
        (("title",), "title"),
        (("texts", "sms"), "texts, sms"),
        (("anchors", 0, "title"), "anchors, operation, title"),
        (("phases", 0, "title"), "phases, before, title"),
        (("items", 0, "title"), "daily-recovery-check, title"),
        (("information", 0, "text"), "information, before-operation, text"),
    ],
)
def test_a_text_without_both_kinds_of_norwegian_and_english_is_refused(path: tuple[str | int, ...], place: str) -> None:
    told = found(path, {"nb": "Hei! {link} Takk", "en": "Hi! {link} Thanks"})
    assert ("error", f"{place}: it is missing in nn: nb, nn and en are all needed") in told


@pytest.mark.parametrize(
    "path, value, severity, sentence",
    [
        (
            (*TIMING, "until"),
            {"anchor": "operation", "days": 0},
            "error",
            IN_TIMING + "it ends before it begins, and would never be asked: look at 'from', 'until' and its phase",
        ),
        ((*TIMING, "from"), {"anchor": "operation", "weeks": 8}, "error", IN_TIMING + "it ends before it begins"),
        (
            (*TIMING, "from"),
            {"anchor": "operation", "days": -2},
            "warning",
            IN_TIMING + "it begins before its phase recov",
        ),
        (
            ("phases", 2, "until"),
            {"anchor": "operation", "weeks": 6},
            "error",
            "phases, follow-up: it ends before it begin",
        ),
        (
            ("items", 0, "window"),
            {"dueHours": 4, "overdueHours": 5, "expiresHours": 25, "begunExpiresHours": 26},
            "warning",
            "items, daily-recovery-check, window: the next opens 24 hours after the last, which expires after 25: two",
        ),
        (
            ("items", 0, "timing"),
            {"every": 1, "unit": "week", "weekdays": ["saturday", "sunday"], "at": "09:00", "businessDays": "skip"},
            "error",
            IN_TIMING + "it is planned at weekends alone and passes over them, and would never be asked",
        ),
    ],
)
def test_what_would_never_be_asked_or_not_as_meant_is_told(
    path: tuple[str | int, ...], value: Any, severity: str, sentence: str
) -> None:
    assert [each for each in found(path, value) if each[0] == severity and each[1].startswith(sentence)]


def test_a_finding_that_no_rule_makes_is_refused() -> None:
    """An answer could never ask for the question; which rules there are knows whoever publishes."""
    assert found(("version",), "1.0.0", findings={"fever", "wound"}) == []
    (told,) = found(("afterAnswers", 0, "finding"), "fevre", findings={"fever", "wound"})
    assert told[1].startswith(
        "afterAnswers, fever-again: 'finding' names 'fevre', and there is no such rule in the sets"
    )


@pytest.mark.parametrize(
    "timing, hours",
    [
        ({"every": 1, "unit": "day"}, 24),
        ({"every": 1, "unit": "day", "at": ["09:00", "20:00"]}, 11),
        ({"every": 1, "unit": "day", "at": ["08:00", "20:30"]}, 11.5),
        ({"every": 2, "unit": "week", "weekdays": ["monday", "thursday"]}, 72),
        ({"every": 1, "unit": "week", "weekdays": ["monday", "sunday"]}, 24),
        ({"every": 1, "unit": "cycle", "cycle": {"length": 21, "days": [1, 8, 15]}}, 168),
        ({"every": 1, "unit": "cycle", "cycle": {"length": 21, "days": [1, 20]}}, 48),
        ({"every": 3, "unit": "month"}, 84 * 24),
        ({"every": 1, "unit": "year"}, 365 * 24),
    ],
)
def test_the_shortest_time_between_two_is_found(timing: dict[str, Any], hours: float) -> None:
    compiled: Timing = read_a_timing({"at": "09:00", "from": "anchor", **timing})
    assert shortest_gap(compiled) == timedelta(hours=hours)


def test_days_from_different_anchors_are_not_held_against_each_other() -> None:
    assert is_before(Offset("start", days=29), Offset("start", months=1)) is False
    assert is_before(Offset("start", days=27), Offset("start", months=1))
    assert not is_before(Offset("start", days=-500), Offset("end"))


def test_the_sentence_not_to_reply_is_counted_and_names_the_number_once() -> None:
    short = said("Hei! {link} " + "a" * 60)
    assert "it takes 2 SMS (170 letters" in str(found(("texts", "sms"), short))
    named = {**said("Ingen leser mer. Ring {phone}." + "a" * 103), "en": "Nobody reads. Call {phone}."}
    assert found(("texts", "ended"), named) == []


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name} {path.stem}")
def test_every_shipped_pathway_is_fit_and_each_of_its_messages_one_sms(path: Any) -> None:
    pathway = parse(read(path), path.parent.name)
    assert [each.text for each in problems(pathway)] == []
    assert {each.measured.segments for each in sms_of(pathway)} == {1}
    assert {each.measured.alphabet for each in sms_of(pathway)} == {"GSM-7"}
