"""Two versions side by side: what changes the meaning is told from what is mere words."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questionnaires.authoring.differences import Change, differences, key_changes, needs_new_version
from questionnaires.library import versions
from questionnaires.parsing import parse
from tests.questionnaires.samples import (
    Node,
    choice,
    document,
    extension,
    group,
    item,
    option,
    questionnaire,
    sized,
    when,
)

FORM: list[Node] = [
    choice("mood", "0", "1", "2", required=True),
    item("weight", "decimal", extension=[extension("minValue", valueDecimal=20)]),
    group("more", item("why"), item("since", "date"), enableWhen=[when("weight", ">", answerDecimal=50)]),
]


def changed(change: Callable[[list[Node]], object]) -> tuple[Change, ...]:
    """What differs after a change to the form."""
    items = copy.deepcopy(FORM)
    change(items)
    return differences(questionnaire(*copy.deepcopy(FORM)), questionnaire(*items))


def translated(language: str, words: str) -> Node:
    """A field beside a text, with one translation."""
    parts = [{"url": "lang", "valueCode": language}, {"url": "content", "valueString": words}]
    return {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/translation", "extension": parts}]}


MEANING: dict[str, tuple[Callable[[list[Node]], object], set[tuple[str, str | None]]]] = {
    "an item comes": (lambda items: items.append(item("new")), {("item-added", "new")}),
    "an item goes": (lambda items: items[2]["item"].pop(0), {("item-removed", "why")}),
    "items change places": (lambda items: items.insert(0, items.pop(1)), {("item-moved", "weight")}),
    "an item moves out": (lambda items: items.append(items[2]["item"].pop(0)), {("item-moved", "why")}),
    "another type": (lambda items: items[2]["item"][1].update(type="dateTime"), {("type-changed", "since")}),
    "no longer required": (lambda items: items[0].pop("required"), {("required-changed", "mood")}),
    "another bound": (
        lambda items: items[1]["extension"][0].update(valueDecimal=30),
        {("bounds-changed", "weight")},
    ),
    "a longest text": (lambda items: items[2]["item"][0].update(maxLength=9), {("bounds-changed", "why")}),
    "an option comes": (lambda items: items[0]["answerOption"].append(option("3")), {("option-added", "mood")}),
    "an option goes": (lambda items: items[0]["answerOption"].pop(), {("option-removed", "mood")}),
    "options change places": (lambda items: items[0]["answerOption"].reverse(), {("options-moved", "mood")}),
    "an option counts more": (
        lambda items: items[0]["answerOption"][2]["valueCoding"]["extension"][0].update(valueDecimal=4),
        {("option-value-changed", "mood")},
    ),
    "another condition": (
        lambda items: items[2]["enableWhen"][0].update(answerDecimal=60),
        {("logic-changed", "more")},
    ),
    "an extension that is not read": (
        lambda items: items[2]["item"][0].update(extension=[{"url": "urn:other", "valueCode": "x"}]),
        {("otherwise-changed", "why")},
    ),
}


@pytest.mark.parametrize("name", MEANING)
def test_a_change_of_meaning_is_named_and_asks_for_a_new_version(name: str) -> None:
    change, expected = MEANING[name]
    found = changed(change)
    assert {(each.code, each.link_id) for each in found} == expected
    assert needs_new_version(found)
    assert {each.problem.severity for each in found} == {"error"}


WORDING: dict[str, tuple[Callable[[list[Node]], object], set[tuple[str, str | None]]]] = {
    "another text": (lambda items: items[0].update(text="Otherwise"), {("text-changed", "mood")}),
    "a translation": (lambda items: items[0].update(_text=translated("se", "Mo")), {("translation-added", "mood")}),
    "an option's words": (
        lambda items: items[0]["answerOption"][1]["valueCoding"].update(display="Otherwise"),
        {("text-changed", "mood")},
    ),
    "a number in front": (lambda items: items[1].update(prefix="2."), {("about-changed", "weight")}),
}


@pytest.mark.parametrize("name", WORDING)
def test_a_change_of_words_is_named_and_changes_no_meaning(name: str) -> None:
    change, expected = WORDING[name]
    found = changed(change)
    assert {(each.code, each.link_id) for each in found} == expected
    assert not needs_new_version(found)


def test_nothing_differs_from_itself() -> None:
    for each in versions():
        keys = (each.key_document, each.key_document)
        assert differences(each.questionnaire, each.questionnaire, keys) == ()


def test_what_a_document_says_about_itself_is_no_meaning() -> None:
    before, after = questionnaire(*FORM), questionnaire(*FORM, publisher="Somebody else", date="2026-01-01")
    assert {(each.kind, each.values["field"]) for each in differences(before, after)} == {
        ("wording", "publisher"),
        ("wording", "date"),
    }


def test_an_unknown_part_of_the_head_is_meaning() -> None:
    before = questionnaire(*FORM)
    after = questionnaire(*FORM, extension=[{"url": "urn:other", "valueCode": "x"}])
    assert [(each.kind, each.code) for each in differences(before, after)] == [("meaning", "otherwise-changed")]


KEY: Node = {"name": "k", "questionnaire": "q", "scales": [{"code": "a", "title": {"nb": "A"}, "items": ["x", "y"]}]}


def key_with(**fields: Any) -> Node:
    return {**KEY, "scales": [{**KEY["scales"][0], **fields}]}


@pytest.mark.parametrize(
    "after, expected",
    [
        (None, [("meaning", "scoring-removed")]),
        (key_with(items=["x"]), [("meaning", "scale-changed")]),
        (key_with(code="b"), [("meaning", "scale-removed"), ("meaning", "scale-added")]),
        (key_with(title={"nb": "Otherwise"}), [("wording", "text-changed")]),
        ({**KEY, "safety": [{"item": "x", "above": 0}]}, [("meaning", "scoring-changed")]),
        ({**KEY, "name": "other", "source": "the same, printed again"}, []),
    ],
)
def test_a_change_of_scoring_is_meaning_and_a_scales_name_is_not(after: Any, expected: list[tuple[str, str]]) -> None:
    assert [(each.kind, each.code) for each in key_changes(KEY, after)] == expected


@sized
@given(st.permutations(range(6)))
def test_items_that_stand_in_another_order_are_told_to_have_moved_and_nothing_else(order: list[int]) -> None:
    items = [item(f"i{number}") for number in range(6)]
    found = differences(questionnaire(*items), questionnaire(*(items[each] for each in order)))
    assert {each.code for each in found} == ({"item-moved"} if list(order) != sorted(order) else set())
    assert len(found) < 6


def bundle(*languages: str, **fields: Any) -> Node:
    """One form as a Bundle of its language versions; `fields` are those of the last."""
    made = [document(item("why", text=f"Hvorfor? {language}"), language=language) for language in languages]
    made[-1] |= fields
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": each} for each in made]}


def between(before: Node, after: Node) -> set[str]:
    """The codes of what differs between two Bundles."""
    return {each.code for each in differences(parse(before), parse(after), sources=(before, after))}


def test_language_versions_in_a_bundle_are_compared_one_by_one() -> None:
    before = bundle("nb", "en")
    assert between(before, bundle("nb", "en")) == set()
    assert between(before, bundle("nb", "en", "nn")) == {"translation-added"}
    assert between(before, bundle("nb", "en", title="Otherwise")) == {"text-changed"}
    unknown = [{"url": "urn:other", "valueCode": "x"}]
    assert between(before, bundle("nb", "en", extension=unknown)) == {"otherwise-changed"}
