"""The checks of palliative care, recovery, late effects and fever: what comes first, how much is asked, what counts."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from questionnaires.authoring.linting import lint
from questionnaires.branching import enabled
from questionnaires.definition import Item, ItemType
from questionnaires.library import FOLDER, Instrument, load
from questionnaires.response import build
from questionnaires.scoring import score
from questionnaires.validation import validate

CHECKS = ("palliative-check", "recovery-check", "late-effects-check", "fever-check")
#: What each asks first: the red flags of the design's severity table, and the check's own.
FIRST = {
    "palliative-check": "fever chest-pain breathless-at-rest bleeding confusion leg-weakness fluids pain-crisis",
    "recovery-check": "fever chest-breath alarm-signs",
    "late-effects-check": "fever chest-pain breathless-at-rest bleeding confusion leg-weakness fluids",
    "fever-check": "temperature-measured shivering",
}
#: A day without anything to tell.
ALL_WELL_AFTER_AN_OPERATION: dict[str, Any] = {
    "fever": "no",
    "chest-breath": "no",
    "alarm-signs": ["none"],
    "wound": "0",
    "pain-severity": "0",
    "stomach-severity": "0",
    "walking": "0",
    "contact": "no",
}
#: The ends of ESAS-r's numbers and its turns of phrase, as short as will recognise them.
ESAS = (
    "worst possible",
    "best wellbeing",
    "no tiredness",
    "no drowsiness",
    "verst tenkelig",
    "verst tenkjeleg",
    "how you feel now",
)
LEVELS = (0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3)


def questions(instrument: Instrument) -> list[Item]:
    """What is asked, in order, follow-ups included."""
    return list(instrument.questionnaire.questions)


def asked(name: str, answers: dict[str, Any]) -> list[str]:
    """The linkIds of the questions that these answers leave open."""
    questionnaire = load(name).questionnaire
    shown = enabled(questionnaire, build(questionnaire, answers, "in-progress"))
    return [item.link_id for item in questionnaire.questions if item.link_id in shown]


@pytest.mark.parametrize("name", CHECKS)
def test_the_red_flags_come_first_and_must_be_answered(name: str) -> None:
    """A temperature is the detail of the answer before it, and no question between the flags."""
    flags = FIRST[name].split()
    first = [item for item in questions(load(name)) if item.link_id != "temperature"][: len(flags)]
    assert [item.link_id for item in first] == flags
    assert all(item.required for item in first)


@pytest.mark.parametrize("name", CHECKS)
def test_an_author_would_find_nothing_to_mend(name: str) -> None:
    found = load(name)
    problems = lint(found.questionnaire, found.key, found.advice, FIRST[name].split())
    assert [problem.text for problem in problems if problem.severity != "information"] == []


@pytest.mark.parametrize("name", CHECKS)
def test_it_ends_with_whether_contact_is_wanted(name: str) -> None:
    last = questions(load(name))[-2:]
    assert [item.required for item in last if item.link_id == "contact"] == [True]


def test_who_recovers_well_answers_eight_questions_a_day() -> None:
    open_to_her = asked("recovery-check", ALL_WELL_AFTER_AN_OPERATION)
    assert open_to_her == list(ALL_WELL_AFTER_AN_OPERATION)
    assert len(open_to_her) == 8
    found = load("recovery-check").questionnaire
    assert validate(found, build(found, ALL_WELL_AFTER_AN_OPERATION, "completed"), complete=True) == ()


@pytest.mark.parametrize(
    "answer, opened",
    [
        ({"fever": "now"}, ["temperature"]),
        ({"wound": "1"}, ["wound-signs"]),
        ({"pain-severity": "1"}, ["pain-interference"]),
        ({"stomach-severity": "2"}, ["stomach-interference", "bowel-signs"]),
        ({"contact": "can-wait"}, ["free-text"]),
    ],
)
def test_what_is_wrong_opens_its_own_questions_and_no_others(answer: dict[str, Any], opened: list[str]) -> None:
    further = asked("recovery-check", ALL_WELL_AFTER_AN_OPERATION | answer)
    assert [link_id for link_id in further if link_id not in ALL_WELL_AFTER_AN_OPERATION] == opened


@pytest.mark.parametrize("leave, about", [("sexual-life-leave", "sexual-life"), ("work-leave", "work")])
def test_what_is_private_is_asked_only_with_leave(leave: str, about: str) -> None:
    assert not any(
        link_id.startswith(about) and link_id != leave for link_id in asked("late-effects-check", {leave: "no"})
    )
    assert any(
        link_id.startswith(about) and link_id != leave for link_id in asked("late-effects-check", {leave: "yes"})
    )
    found = load("late-effects-check")
    assert found.key is not None
    made = score(found.key, found.questionnaire, build(found.questionnaire, {leave: "no"}, "completed"))[about]
    assert (made.value, made.missing) == (None, "not asked")


def test_a_complaint_is_asked_about_further_only_where_its_first_answer_is_above_zero() -> None:
    found = load("late-effects-check")
    assert found.key is not None
    for scale in found.key.scales:
        first, *further = scale.items
        none, some = (asked("late-effects-check", {first: code}) for code in ("0", "1"))
        assert not set(further) & set(none)
        assert set(further) <= set(some)


def sliders() -> list[Item]:
    """The numbers of the comfort check."""
    return [item for item in questions(load("palliative-check")) if item.type is ItemType.INTEGER]


def test_the_comfort_check_asks_ten_numbers_from_0_to_10_with_words_at_both_ends() -> None:
    assert len(sliders()) == 10
    for item in sliders():
        assert (item.item_control, item.min_value, item.max_value, item.slider_step) == ("slider", 0, 10, Decimal(1))
        assert item.required
        ends = {child.item_control: child.text for child in item.items if child.item_control != "help"}
        assert set(ends) == {"lower", "upper"}
        assert all(text is not None and {"nb", "nn", "en"} <= text.by_language.keys() for text in ends.values())


@pytest.mark.parametrize("number", range(11))
def test_a_number_becomes_the_level_of_its_source(number: int) -> None:
    found = load("palliative-check")
    assert found.key is not None
    for item in sliders():
        response = build(found.questionnaire, {item.link_id: number}, "in-progress")
        assert score(found.key, found.questionnaire, response)[item.link_id].value == LEVELS[number]


def test_an_untouched_slider_is_no_zero() -> None:
    found = load("palliative-check")
    assert found.key is not None
    made = score(found.key, found.questionnaire, build(found.questionnaire, {}, "completed"))
    assert {each.value for each in made.values()} == {None}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("palliative-check/*.yaml")), ids=lambda path: path.name)
def test_the_comfort_check_holds_none_of_the_words_of_esas(path: Path) -> None:
    text = path.read_text(encoding="utf-8").lower()
    assert [phrase for phrase in ESAS if phrase in text] == []


@pytest.mark.parametrize("name", CHECKS)
def test_the_advice_for_everything_tells_that_nobody_watches_and_whom_to_call(name: str) -> None:
    advice = load(name).advice
    assert advice is not None
    for language, watched in (("nb", "Ingen følger med"), ("nn", "Ingen følgjer med"), ("en", "Nobody watches")):
        words, spoken = advice.general.read(language)
        assert spoken == language
        assert watched in words
        assert "116 117" in words
        assert "113" in words.replace("116 117", "")
