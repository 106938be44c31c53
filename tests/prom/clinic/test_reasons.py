"""A finding's reason in words: every code, in every language of the staff, with values and limits that read right."""

from typing import Any

import pytest

from prom.clinic import reasons
from prom.clinic.vocabulary import NAMELESS, Names, Reader
from prom.language import STAFF_LANGUAGES
from questionnaires.definition import Texts
from questionnaires.library import load

INSTRUMENT = load("symptom-check")
NAMES = Names(
    topics={"nausea": Texts.of({"nb": "Kvalme", "en": "Nausea"}), "pain": Texts.of({"nb": "Smerter", "en": "Pain"})},
    items={item.link_id: item for item in INSTRUMENT.questionnaire.all_items},
)
NB, NN, EN = (Reader(language, "Europe/Oslo") for language in STAFF_LANGUAGES)
EARLIER = {"earlier": 1.0, "earlier_authored": "2026-11-08T23:30:00+00:00"}
LEVEL = {"reads": "level", "name": "nausea", "item": None, "value": 3.0}
ANSWER = {"reads": "answer", "comparison": "in", "limit": "last-24-hours,now", "unit": None}

REASONS: dict[str, tuple[str, dict[str, Any], str]] = {
    "level": (
        "threshold",
        {**LEVEL, "comparison": ">=", "limit": 3.0, "unit": None, **EARLIER},
        "nivå 3 (grense 3), var 1 den 9. nov.",
    ),
    "level without a past": (
        "threshold",
        {**LEVEL, "comparison": ">=", "limit": 3.0, "unit": None, "earlier": None, "earlier_authored": None},
        "nivå 3 (grense 3)",
    ),
    "one strong answer": (
        "threshold",
        {"reads": "worst-attribute", "name": "nausea", "item": "nausea-frequency", "value": 3.0,
         "comparison": ">=", "limit": 3.0, "unit": None},
        "svarte «Store deler av hver dag» (3 av 4, grense 3)",
    ),
    "temperature": (
        "threshold",
        {**ANSWER, "name": "temperature", "item": "temperature", "value": 38.5, "comparison": ">=", "limit": 38.0,
         "unit": "Cel"},
        "38,5 °C (grense 38 °C)",
    ),
    "red flag": (
        "threshold",
        {**ANSWER, "name": "chest-pain", "item": "chest-pain", "value": "now"},
        "«Ja, akkurat nå»",
    ),
    "below": ("threshold", {**LEVEL, "comparison": "<", "limit": 4.0, "unit": None}, "nivå 3 (grense under 4)"),
    "free text": (
        "present",
        {"reads": "answer", "name": "free-text", "item": "free-text", "value": "Kan jeg reise?"},
        "«Kan jeg reise?»",
    ),
    "change": (
        "change",
        {**LEVEL, "worse_by": 2.0, "worse": "higher", "against": "previous", **EARLIER},
        "nivå 3, var 1 den 9. nov. (verre med 2)",
    ),
    "baseline": (
        "change",
        {**LEVEL, "worse_by": 2.0, "worse": "higher", "against": "baseline", **EARLIER},
        "nivå 3, var 1 ved start 9. nov. (verre med 2)",
    ),
    "change of a score": (
        "change",
        {**LEVEL, "reads": "score", "worse_by": 2.0, "worse": "higher", "against": "previous", **EARLIER},
        "skår 3, var 1 den 9. nov. (verre med 2)",
    ),
    "persistence": (
        "persistence",
        {**LEVEL, "comparison": ">=", "limit": 2.0, "reports": 3.0, "since": "2026-10-26T08:00:00+00:00"},
        "nivå 3 i 3 svar på rad, siden 26. okt. (grense 2)",
    ),
    "trend": (
        "trend",
        {**LEVEL, "worse_by": 2.0, "worse": "higher", "days": 28.0, **EARLIER},
        "nivå 3, var 1 den 9. nov. (verre med 2 på 28 dager)",
    ),
    "count": ("count", {"count": 2.0, "limit": 2.0, "topics": "nausea,pain", "rules": "a,b"}, "Kvalme, Smerter"),
    "silence": ("overdue", {"hours": 12.0, "begun": "false"}, "12 timer over fristen"),
    "begun": ("overdue", {"hours": 48.0, "begun": "true"}, "begynte, men sendte ikke; 2 døgn over fristen"),
    "all of": (
        "all-of",
        {"count": 2.0, "1.code": "threshold", **{f"1.{k}": v for k, v in LEVEL.items()}, "1.comparison": ">=",
         "1.limit": 3.0, "2.code": "present", "2.reads": "answer", "2.name": "free-text", "2.item": "free-text",
         "2.value": "Hei"},
        "nivå 3 (grense 3) og «Hei»",
    ),
    "missing": (
        "missing",
        {"reads": "answer", "name": "fluids", "item": "fluids", "missing": "not answered", "severity": "emergency"},
        "kunne ikke vurderes: ikke besvart",
    ),
    "failed": (
        "failed",
        {"detail": "scoring", "severity": "same-day", "judged": "2026-11-09T08:00:00+00:00"},
        "Prom klarte ikke å regne ut skårene. Les svarene selv.",
    ),
    "failed for a reason without words": (
        "failed",
        {"detail": "KeyError", "severity": "same-day"},
        "Prom klarte ikke å vurdere svaret. Les det selv.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REASONS)
def test_a_reason_says_what_was_read_and_which_limit_it_passed(name: str) -> None:
    code, values, expected = REASONS[name]
    assert reasons.explanation(code, values, NAMES, NB) == expected


@pytest.mark.parametrize("reader", [NN, EN], ids=["nn", "en"])
@pytest.mark.parametrize("name", REASONS)
def test_every_reason_has_words_of_its_own_in_every_language(name: str, reader: Reader) -> None:
    code, values, _ = REASONS[name]
    words = reasons.explanation(code, values, NAMES, reader)
    assert words
    assert "reason." not in words
    assert "{" not in words


def test_a_sentence_begins_with_what_it_is_about() -> None:
    finding = {"title": {"nb": "Kvalme"}, "reason": {"code": "threshold", "values": REASONS["level"][1]}}
    assert reasons.sentence(finding, NAMES, NB) == "Kvalme: nivå 3 (grense 3), var 1 den 9. nov."


def test_a_code_without_words_leaves_the_title() -> None:
    finding = {"title": {"nb": "Feil fødselsdato"}, "reason": {"code": "wrong-person", "values": {"tries": 5.0}}}
    assert reasons.sentence(finding, NAMES, NB) == "Feil fødselsdato"
    assert reasons.explained(finding, NAMES, NB) == "Feil fødselsdato"


def test_a_rule_set_that_is_gone_leaves_codes_and_numbers_readable() -> None:
    for code, values, _ in REASONS.values():
        assert reasons.explanation(code, values, NAMELESS, NB)


def test_a_long_text_is_cut_on_the_list() -> None:
    values = {"reads": "answer", "name": "free-text", "item": "free-text", "value": "å" * 500}
    words = reasons.explanation("present", values, NAMES, NB)
    assert words == f"«{'å' * reasons.LONGEST_QUOTE}…»"


def test_days_are_those_of_the_unit_not_of_utc() -> None:
    assert "9. nov." in reasons.explanation("threshold", REASONS["level"][1], NAMES, NB)
    assert "8. nov." in reasons.explanation("threshold", REASONS["level"][1], NAMES, Reader("nb", "UTC"))


def test_of_equally_severe_reasons_the_telling_one_comes_first() -> None:
    found = [{"reason": {"code": code, "values": values}} for code, values, _ in REASONS.values()]
    ordered = sorted(found, key=reasons.rank)
    assert [each["reason"]["code"] for each in ordered][:2] == ["failed", "failed"]
    assert ordered[-1]["reason"]["code"] == "overdue"
