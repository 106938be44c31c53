"""The words of answers, problems and instructions, and that the catalogues have them."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from prom import language
from prom.responses import wording
from prom.responses.wording import Words
from questionnaires.definition import Coding, Item, ItemType, Quantity, Texts, Value
from questionnaires.problems import Problem

FOLDER = Path(wording.__file__).parent
#: What `questionnaires.limits` can find wrong with an answer that came through a page.
CODES = (
    "required-missing too-many-answers too-few-answers exclusive-option-with-others option-not-offered not-a-number "
    "not-an-integer number-out-of-range too-low too-high too-many-decimals too-long too-short other-pattern "
    "unusable-characters not-an-address no-such-moment disabled-item-answered"
)
UNIT_PHONE = "+4722000001"


@pytest.mark.parametrize("code", CODES.split())
def test_every_problem_of_an_answer_has_its_own_words(code: str) -> None:
    for each in ("nb", "nn", "en"):
        assert language.has(f"error.answer.{code}", each)


def test_a_problem_without_words_of_its_own_still_says_something() -> None:
    assert wording.problem(Problem("it", "quite-new"), "nb").text.startswith("Svaret kan ikke brukes")


def test_a_broken_constraint_is_told_in_the_language_of_the_reader() -> None:
    said = Texts.of({"nb": "Velg en senere dag.", "en": "Choose a later day."})
    broken = Problem("it", "constraint-broken", "error", {"message": said})
    assert wording.problem(broken, "en") == Words("Choose a later day.", "en")
    assert wording.problem(broken, "nn") == Words("Velg en senere dag.", "nb")


@pytest.mark.parametrize("tag", ["nb", "nn", "en"])
def test_nobody_is_shown_the_formula_of_a_constraint_that_has_no_words(tag: str) -> None:
    told = wording.problem(Problem("it", "constraint-broken", "error", {"message": "%context.answer < 5"}), tag)
    assert told.language == tag
    assert len(told.text) > 10
    assert "%" not in told.text


def test_every_text_that_the_pages_name_is_in_the_catalogues() -> None:
    source = "".join(path.read_text() for path in (*FOLDER.glob("templates/**/*.html"), *FOLDER.glob("**/*.py")))
    named = re.findall(r'(?:\bt|plain|message|_texts)\("([a-z0-9.-]+[a-z0-9])"', source)
    assert len(named) > 40
    assert [key for key in named if not all(language.has(key, each) for each in ("nb", "nn", "en"))] == []


@pytest.mark.parametrize(
    "value, words",
    [
        (True, "Ja"),
        (Decimal("38.5"), "38,5\u00a0°C"),
        (Quantity(Decimal("70.25"), "kg"), "70,25\u00a0kg"),
        (Quantity(Decimal("3"), "furlong"), "3\u00a0furlong"),
        (date(2026, 11, 2), "2. november 2026"),
        ("med egne ord", "med egne ord"),
        (Coding("urn:x", "gone"), "gone"),
    ],
)
def test_an_answer_is_written_as_she_would_read_it(value: Value, words: str) -> None:
    item = Item("it", ItemType.DECIMAL, unit="Cel")
    assert wording.answer(item, value, "nb", "Europe/Oslo") == Words(words, "nb")


def test_an_instant_is_written_in_the_units_wall_time() -> None:
    item = Item("it", ItemType.DATE_TIME)
    assert "12:00" in wording.answer(item, datetime(2026, 7, 1, 10, tzinfo=UTC), "nb", "Europe/Oslo").text


def test_an_instruction_gets_the_units_number_and_keeps_numbers_on_one_line() -> None:
    texts = Texts.of({"nb": "Ring {unit_phone} nå. Svarer ingen: ring 116 117."})
    assert wording.instruction(texts, UNIT_PHONE, "se") == Words(
        "Ring 22\u00a000\u00a000\u00a001 nå. Svarer ingen: ring 116\u00a0117.", "nb"
    )


def test_numbers_stand_in_the_order_in_which_they_are_named() -> None:
    first = wording.instruction(Texts.of({"nb": "Ring {unit_phone}. Er det over: 113."}), UNIT_PHONE, "nb")
    assert wording.numbers([first], UNIT_PHONE) == (UNIT_PHONE, "113", "116117")
    assert wording.numbers([Words("Ring 113 nå.", "nb")], UNIT_PHONE)[0] == "113"
