"""In which order items must be judged when some depend on others, and which depend on themselves in a circle."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping


def in_order(needs: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """Return every name after all the names it needs; what stands in a circle, or needs what does, is left out."""
    waiting = {name: len(set(needed) & needs.keys()) for name, needed in needs.items()}
    needed_by = _reverse(needs)
    ready = deque(name for name, count in waiting.items() if count == 0)
    ordered: list[str] = []
    while ready:
        name = ready.popleft()
        ordered.append(name)
        for other in needed_by.get(name, ()):
            waiting[other] -= 1
            if waiting[other] == 0:
                ready.append(other)
    return tuple(ordered)


def in_circles(needs: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """Return the names that need themselves, directly or through others, and those that link two such circles."""
    left = _without(needs, in_order(needs))
    # The same walk backwards drops those that only hang on a circle.
    both_ways = _without(left, in_order(_reverse(left)))
    return tuple(name for name in needs if name in both_ways)


def _without(needs: Mapping[str, Collection[str]], dropped: Iterable[str]) -> dict[str, set[str]]:
    kept = needs.keys() - set(dropped)
    return {name: set(needs[name]) & kept for name in needs if name in kept}


def _reverse(needs: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    reverse: dict[str, list[str]] = {name: [] for name in needs}
    for name, needed in needs.items():
        for other in set(needed) & needs.keys():
            reverse[other].append(name)
    return reverse
