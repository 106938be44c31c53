"""What two questionnaire documents say otherwise, words left out: for what the model does not hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from questionnaires.languages import documents

_HL7 = "http://hl7.org/fhir/StructureDefinition/"
#: Extensions that hold nothing but words or their look.
_WORDS = frozenset(
    _HL7 + name
    for name in ("translation", "entryFormat", "rendering-style", "rendering-xhtml", "rendering-markdown", "language")
)
_WORD_FIELDS = frozenset({"text", "display", "prefix", "title", "designation"})
#: What a document says about itself; `_title` and the like count as `title`.
_ABOUT = frozenset(
    [
        "description",
        "purpose",
        "copyright",
        "date",
        "publisher",
        "contact",
        "approvalDate",
        "lastReviewDate",
        "effectivePeriod",
        "name",
        "experimental",
        "useContext",
        "jurisdiction",
        "implicitRules",
        "language",
        "meta",
    ]
)
#: The name of the document, its shown form, and what is compared by itself.
_PASSED_OVER = frozenset({"url", "version", "status", "id", "text", "title", "item"})


def differing_documents(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str | None, str, bool]]:
    """Yield (linkId or None for the head, field, whether it is only about the document) for each field that differs."""
    for old, new in _versions(before, after):
        yield from _differing(old, new)


def _versions(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    """Pair the language versions of both; a version that only one has is told by its texts."""
    old, new = ({each.get("language"): each for each in documents(whole)} for whole in (before, after))
    if len(old) == len(new) == 1:
        yield next(iter(old.values())), next(iter(new.values()))
        return
    yield from ((old[language], each) for language, each in new.items() if language in old)


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str | None, str, bool]]:
    for name in sorted(before.keys() | after.keys()):
        bare_name = name.removeprefix("_")
        about = bare_name in _ABOUT
        if bare_name in _PASSED_OVER or _same(before.get(name), after.get(name), exactly=about):
            continue
        yield None, bare_name, about
    old = dict(_items(before))
    for link_id, item in _items(after):
        for name in sorted((old.get(link_id, item).keys() | item.keys()) - {"item"}):
            if not _same(old.get(link_id, item).get(name), item.get(name)):
                yield link_id, name.removeprefix("_"), False


def _items(node: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for item in node.get("item", ()):
        yield item["linkId"], {name: value for name, value in item.items() if name not in _WORD_FIELDS}
        yield from _items(item)


def _same(one: Any, other: Any, exactly: bool = False) -> bool:
    return bool(one == other) if exactly else bool(_bare(one) == _bare(other))


def _bare(node: Any) -> Any:
    """Return a tree without words; what is empty then is as good as absent (None)."""
    if isinstance(node, Mapping):
        kept = {name: _bare(value) for name, value in node.items() if name not in _WORD_FIELDS}
        return {name: value for name, value in kept.items() if value is not None} or None
    if isinstance(node, list):
        left = [_bare(each) for each in node if not (isinstance(each, Mapping) and each.get("url") in _WORDS)]
        return [each for each in left if each is not None] or None
    return node
