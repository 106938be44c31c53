"""What every shipped instrument must hold: its languages, its origin, its limits, and no licensed wording."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from questionnaires import documents

LIBRARY = Path(__file__).parents[2] / "questionnaires" / "library"
COMPLETE = {"nb", "nn", "en"}
TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"

SCORING = sorted(LIBRARY.glob("*/*.scoring.yaml"))
ADVICE = sorted(LIBRARY.glob("*/*.advice.yaml"))
INSTRUMENTS = sorted(set(LIBRARY.glob("*/*.yaml")) - set(SCORING) - set(ADVICE))
SYMPTOM_CHECK = LIBRARY / "symptom-check" / "1.0.0.yaml"

#: Turns of phrase that belong to licensed or other people's instruments, as short as will recognise them.
OTHERS_WORDING = (
    "how often did you",
    "at its worst",
    "usual or daily activities",
    "almost constantly",
    "quite a bit",
    "very much",
    "during the past week",
    "did you need to rest",
    "were you limited",
    "have you been bothered",
    "bothered by",
    "worst possible",
    "little interest or pleasure",
    "more than half the days",
    "nearly every day",
    "wound up",
    "lack of energy",
    "ikke i det hele tatt",
    "svært mye",
    "nesten hver dag",
    "lite interesse for",
    "i svært stor grad",
    "i noen grad",
    "energetic and motivated",
    "life expectancy",
)


@cache
def read(path: Path) -> Mapping[str, Any]:
    """Read a library file once; no test changes it."""
    return documents.read(path)


def name_of(path: Path) -> str:
    return str(path.relative_to(LIBRARY))


def mappings(node: Any) -> Iterator[Mapping[str, Any]]:
    """Every mapping of a document, however deep."""
    if isinstance(node, Mapping):
        yield node
        for child in node.values():
            yield from mappings(child)
    elif isinstance(node, list):
        for child in node:
            yield from mappings(child)


def items(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every item of a questionnaire's document, in order."""
    for item in document.get("item", []):
        yield item
        yield from items(item)


def concepts(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every answer that a contained value set offers."""
    for value_set in document.get("contained", []):
        for include in value_set["compose"]["include"]:
            yield from include["concept"]


def texts(document: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Every text that people read: where it stands, and the name of its field."""
    yield from ((document, name) for name in ("title", "description", "purpose", "copyright"))
    yield from ((item, "text") for item in items(document))
    yield from ((concept, "display") for concept in concepts(document))


def languages(node: Mapping[str, Any], name: str) -> dict[str, str]:
    """Return language -> text of one field and its translations; the base language is nb."""
    found = {"nb": node[name]}
    for extension in node[f"_{name}"]["extension"]:
        assert extension["url"] == TRANSLATION
        parts = {part["url"]: part for part in extension["extension"]}
        language = parts["lang"]["valueCode"]
        assert language not in found, f"{language} stands twice beside {node[name]!r}"
        found[language] = parts["content"]["valueString"]
    return found


def test_the_library_is_found() -> None:
    checks = {"symptom-check", "palliative-check", "recovery-check", "late-effects-check", "fever-check"}
    assert {path.parent.name for path in INSTRUMENTS} == {*checks, "patient-experience", "clinical-frailty"}
    assert len(SCORING) == len(INSTRUMENTS)
    assert {path.parent.name for path in ADVICE} == checks


@pytest.mark.parametrize("path", sorted(LIBRARY.glob("*/*.yaml")), ids=name_of)
def test_no_file_holds_the_wording_of_another_instrument(path: Path) -> None:
    text = path.read_text(encoding="utf-8").lower()
    assert [phrase for phrase in OTHERS_WORDING if phrase in text] == []


@pytest.mark.parametrize("path", INSTRUMENTS, ids=name_of)
def test_every_text_stands_in_bokmal_nynorsk_and_english(path: Path) -> None:
    document = read(path)
    assert document["language"] == "nb"
    for node, name in texts(document):
        found = languages(node, name)
        assert set(found) >= COMPLETE, f"{name} {node[name]!r} lacks {COMPLETE - set(found)}"
        assert all(text.strip() == text and text for text in found.values())


@pytest.mark.parametrize("path", [*SCORING, *ADVICE], ids=name_of)
def test_every_scale_title_and_every_advice_stands_in_bokmal_nynorsk_and_english(path: Path) -> None:
    translated = [node for node in mappings(read(path)) if "nb" in node]
    assert translated
    for texts_of_one in translated:
        assert set(texts_of_one) >= COMPLETE, texts_of_one
        assert all(str(text).strip() for text in texts_of_one.values()), texts_of_one


@pytest.mark.parametrize("path", INSTRUMENTS, ids=name_of)
def test_an_instrument_says_in_each_language_that_it_is_not_validated(path: Path) -> None:
    description = languages(read(path), "description")
    assert "ikke et validert instrument" in description["nb"]
    assert "ikkje eit validert instrument" in description["nn"]
    assert "not a validated instrument" in description["en"]


@pytest.mark.parametrize("path", INSTRUMENTS, ids=name_of)
def test_an_instrument_names_version_author_languages_and_intended_use(path: Path) -> None:
    document = read(path)
    assert document["id"] == path.parent.name
    assert document["url"] == f"urn:prom:questionnaire:{path.parent.name}"
    assert document["version"] == path.stem
    assert document["status"] == "draft"
    assert document["publisher"] == "Prom"
    assert document["contact"][0]["name"]
    assert document["date"]
    purpose = languages(document, "purpose")["en"]
    assert purpose.startswith("Intended use: ")
    assert "Bokmål" in purpose
    assert "Nynorsk" in purpose
    assert "English" in purpose


@pytest.mark.parametrize("path", INSTRUMENTS, ids=name_of)
def test_an_answer_on_a_ladder_has_its_own_code_as_its_number(path: Path) -> None:
    for concept in concepts(read(path)):
        ordinals = [one["valueDecimal"] for one in concept.get("extension", []) if one["url"] == ORDINAL]
        assert ordinals == ([Decimal(concept["code"])] if concept["code"].isdigit() else [])


def test_frailty_says_from_which_age_it_is_validated_and_whose_descriptions_it_lacks() -> None:
    description = languages(read(LIBRARY / "clinical-frailty" / "1.0.0.yaml"), "description")["en"]
    assert "validated from 65 years" in description
    assert "the descriptions come from the licence holder" in description


def test_the_red_flags_come_first_and_must_be_answered() -> None:
    questions = [item for item in items(read(SYMPTOM_CHECK)) if item["type"] not in ("group", "display")]
    flags = ["shivering", "chest-pain", "breathless-at-rest", "bleeding", "confusion", "leg-weakness", "fluids"]
    assert [item["linkId"] for item in questions[:9]] == ["temperature-measured", "temperature", *flags]
    assert all(item["required"] for item in questions[:9])


def test_the_last_questions_are_weight_free_text_and_contact() -> None:
    questions = [item for item in items(read(SYMPTOM_CHECK)) if item["type"] not in ("group", "display")]
    assert [item["linkId"] for item in questions[-3:]] == ["weight", "free-text", "contact"]
    assert [item["required"] for item in questions[-3:]] == [False, False, True]


def test_a_symptom_is_asked_about_further_only_where_its_first_answer_is_above_zero() -> None:
    by_link = {item["linkId"]: item for item in items(read(SYMPTOM_CHECK))}
    for scale in read(LIBRARY / "symptom-check" / "1.0.0.scoring.yaml")["scales"]:
        first, *further = [by_link[attribute["item"]] for attribute in scale["attributes"]]
        assert "enableWhen" not in first
        assert first["required"]
        for item in further:
            assert item["required"]
            assert item["enableBehavior"] == "all"
            assert {condition["question"] for condition in item["enableWhen"]} == {first["linkId"]}
            assert [one["answerCoding"]["code"] for one in item["enableWhen"] if one["operator"] == "!="] == ["0"]


@pytest.mark.parametrize("path", ADVICE, ids=name_of)
def test_every_level_scale_has_advice_for_each_level_above_zero(path: Path) -> None:
    scales = read(path.with_name("1.0.0.scoring.yaml"))["scales"]
    advice = read(path)["scales"]
    assert list(advice) == [scale["code"] for scale in scales if scale["kind"] == "level"]
    assert all(set(levels) == {"1", "2", "3"} for levels in advice.values())


@pytest.mark.parametrize("path", ADVICE, ids=name_of)
def test_the_advice_at_level_three_is_always_to_call_the_unit_today(path: Path) -> None:
    for levels in read(path)["scales"].values():
        assert levels["3"]["nb"].startswith("Ring avdelingen i dag")
        assert levels["3"]["nn"].startswith("Ring avdelinga i dag")
        assert levels["3"]["en"].startswith("Call the unit today")
