"""What differs between two versions of a questionnaire, with wording told from meaning.

Of meaning is whatever can change which answers are possible, when something is asked, or what an answer is worth; and
everything that is not known to be mere words, such as a field that is added to the model later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from difflib import SequenceMatcher
from typing import Any, Literal, TypeAlias

from questionnaires.authoring.differing_documents import differing_documents
from questionnaires.authoring.differing_keys import differing_keys
from questionnaires.definition import AnswerOption, Coding, Item, Questionnaire, Texts
from questionnaires.problems import Problem

Kind: TypeAlias = Literal["meaning", "wording"]

#: Of the fields of an item, those that are mere words, and what they are called.
WORDS: Mapping[str, str] = {"text": "the text", "help": "the help", "entry_format": "the placeholder"}
#: Those that are looked at by themselves.
_APART = frozenset({*WORDS, "prefix", "items", "link_id", "options"})
_CODES: Mapping[str, str] = {
    "type": "type-changed",
    "required": "required-changed",
    "unit": "unit-changed",
    "units": "unit-changed",
    "enable_when": "logic-changed",
    "enable_any": "logic-changed",
    "expressions": "logic-changed",
    "initial": "logic-changed",
    **dict.fromkeys(("min_value", "max_value", "min_length", "max_length", "max_decimal_places"), "bounds-changed"),
    **dict.fromkeys(("min_occurs", "max_occurs", "repeats", "regex", "slider_step", "max_size"), "bounds-changed"),
}


@dataclass(frozen=True)
class Change:
    """One thing that is not as it was; a change of meaning needs a new version to be asked with."""

    kind: Kind
    code: str
    link_id: str | None = None
    values: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def problem(self) -> Problem:
        """The same as a problem: an error where the meaning changes."""
        return Problem(self.link_id, self.code, "error" if self.kind == "meaning" else "information", self.values)

    @property
    def text(self) -> str:
        """An English sentence, led by the linkId."""
        return self.problem.text


def differences(
    before: Questionnaire,
    after: Questionnaire,
    keys: tuple[Mapping[str, Any] | None, Mapping[str, Any] | None] = (None, None),
    sources: tuple[Mapping[str, Any], Mapping[str, Any]] | None = None,
) -> tuple[Change, ...]:
    """Return what differs, in the order of the newer document; `keys` are the scoring keys' documents of both.

    `sources` are the Bundles that both were read from, where they are such. Url, version and status are not compared.
    """
    found = [
        *_texts("the title", None, before.title, after.title),
        *_head(before, after),
        *_places(before, after),
        *(each for item in after.all_items for each in _item(before.item(item.link_id), item)),
    ]
    return (*found, *key_changes(*keys), *_otherwise(sources or (before.document, after.document), found))


def key_changes(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> tuple[Change, ...]:
    """Return what differs between two scoring keys, as documents; None is no key."""
    pairs = differing_keys(before, after)
    return tuple(Change("wording" if code == "text-changed" else "meaning", code, None, said) for code, said in pairs)


def needs_new_version(changes: Iterable[Change]) -> bool:
    """Whether one of the changes is of meaning."""
    return any(change.kind == "meaning" for change in changes)


def _head(before: Questionnaire, after: Questionnaire) -> Iterator[Change]:
    for name in ("variables", "constraints"):
        if getattr(before, name) != getattr(after, name):
            yield Change("meaning", "logic-changed", None, {"field": name})


def _places(before: Questionnaire, after: Questionnaire) -> Iterator[Change]:
    for item in before.all_items:
        if after.item(item.link_id) is None:
            yield Change("meaning", "item-removed", item.link_id)
    moved = _moved(before, after)
    for item in after.all_items:
        if before.item(item.link_id) is None:
            yield Change("meaning", "item-added", item.link_id)
        elif item.link_id in moved:
            yield Change("meaning", "item-moved", item.link_id)


def _moved(before: Questionnaire, after: Questionnaire) -> set[str]:
    """Return the items that stand under another item, or in another order among those that stay beside them."""
    old, new = _by_parent(before), _by_parent(after)
    moved = {link_id for link_id, parent in new.items() if link_id in old and old[link_id] != parent}
    for parent in dict.fromkeys(new.values()):
        staying = [link_id for link_id in new if new[link_id] == old.get(link_id, "") == parent]
        earlier = [link_id for link_id in old if link_id in set(staying)]
        blocks = SequenceMatcher(None, earlier, staying, autojunk=False).get_matching_blocks()
        unmoved = {link_id for block in blocks for link_id in earlier[block.a : block.a + block.size]}
        moved |= set(staying) - unmoved
    return moved


def _by_parent(questionnaire: Questionnaire) -> dict[str, str | None]:
    parents = {item.link_id: questionnaire.parent(item.link_id) for item in questionnaire.all_items}
    return {link_id: parent.link_id if parent is not None else None for link_id, parent in parents.items()}


def _item(before: Item | None, after: Item) -> Iterator[Change]:
    if before is None:
        return
    for each in fields(Item):
        old, new = getattr(before, each.name), getattr(after, each.name)
        if each.name not in _APART and old != new:
            values = {"field": each.name.replace("_", " "), "before": _shown(old), "after": _shown(new)}
            yield Change("meaning", _CODES.get(each.name, "setting-changed"), after.link_id, values)
    yield from _options(before, after)
    for name, what in WORDS.items():
        yield from _texts(what, after.link_id, getattr(before, name), getattr(after, name))
    if before.prefix != after.prefix:
        yield Change("wording", "about-changed", after.link_id, {"field": "the number before the text"})


def _shown(value: object) -> str:
    return "unset" if value is None or value == () else str(value)


def _options(before: Item, after: Item) -> Iterator[Change]:
    old, new = _by_name(before.options), _by_name(after.options)
    for name in old.keys() - new.keys():
        yield Change("meaning", "option-removed", after.link_id, {"option": name})
    for name in new.keys() - old.keys():
        yield Change("meaning", "option-added", after.link_id, {"option": name})
    both = [name for name in new if name in old]
    if both != [name for name in old if name in new]:
        yield Change("meaning", "options-moved", after.link_id)
    for name in both:
        yield from _option(after.link_id, name, old[name], new[name])


def _option(link_id: str, name: str, before: AnswerOption, after: AnswerOption) -> Iterator[Change]:
    if before.exclusive != after.exclusive:
        yield Change("meaning", "option-exclusive-changed", link_id, {"option": name})
    if not isinstance(before.value, Coding) or not isinstance(after.value, Coding):
        return
    if before.value.ordinal != after.value.ordinal:
        counts = {"before": _shown(before.value.ordinal), "after": _shown(after.value.ordinal)}
        yield Change("meaning", "option-value-changed", link_id, {"option": name, **counts})
    yield from _texts(f"the option {name}", link_id, before.value.display, after.value.display)


def _by_name(options: Iterable[AnswerOption]) -> dict[str, AnswerOption]:
    """Return options by code, with the system where two share a code; a bare value by itself."""
    codes = [each.value.code for each in options if isinstance(each.value, Coding)]
    twice = {code for code in codes if codes.count(code) > 1}
    return {_name(each.value, twice): each for each in options}


def _name(value: object, twice: set[str]) -> str:
    if not isinstance(value, Coding):
        return str(value)
    return f"{value.system}|{value.code}" if value.code in twice else value.code


def _texts(what: str, link_id: str | None, before: Texts | None, after: Texts | None) -> Iterator[Change]:
    old = before.by_language if before is not None else {}
    new = after.by_language if after is not None else {}
    for language in dict.fromkeys((*new, *old)):
        if old.get(language) == new.get(language):
            continue
        gone, come = language not in new, language not in old
        code = "translation-removed" if gone else "translation-added" if come else "text-changed"
        yield Change("wording", code, link_id, {"what": what, "language": language})


def _otherwise(sources: tuple[Mapping[str, Any], Mapping[str, Any]], found: list[Change]) -> Iterator[Change]:
    """What the documents say that the model does not hold: of meaning, but for what is only about the document."""
    told = {change.link_id for change in found if change.kind == "meaning"}
    for link_id, name, about in differing_documents(*sources):
        if about:
            yield Change("wording", "about-changed", link_id, {"field": name})
        elif link_id not in told and not (name == "contained" and told):
            yield Change("meaning", "otherwise-changed", link_id, {"field": name})
