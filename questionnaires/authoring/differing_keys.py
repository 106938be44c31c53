"""What two scoring keys' documents say otherwise. They are compared as documents: what a key may hold grows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

#: A key's own name and number, and where it is taken from: they change no score.
_ABOUT = frozenset({"name", "version", "source", "title", "scales"})
_WORDS = ("title", "source")


def differing_keys(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield (code, values) for each difference: `text-changed` for words, any other code changes what is scored."""
    if before is None or after is None:
        if before is not after:
            yield ("scoring-added" if before is None else "scoring-removed"), {}
        return
    for name in _differing(before, after):
        if name not in _ABOUT:
            yield "scoring-changed", {"field": name}
    old, new = _scales(before), _scales(after)
    yield from (("scale-removed", {"scale": code}) for code in old if code not in new)
    for code, scale in new.items():
        if code not in old:
            yield "scale-added", {"scale": code}
        else:
            yield from _scale(code, old[code], scale)


def _scale(code: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    for name in _differing(before, after):
        if name in _WORDS:
            languages = ", ".join(_differing(before.get(name), after.get(name))) or "the document"
            yield "text-changed", {"what": f"the {name} of the scale {code}", "language": languages}
        else:
            yield "scale-changed", {"scale": code, "field": name}


def _differing(before: Any, after: Any) -> list[str]:
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return []
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def _scales(key: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    listed = key.get("scales")
    found = [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []
    return {str(each.get("code", place)): each for place, each in enumerate(found)}
