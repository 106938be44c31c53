"""What is worked out of two frozen things is worked out once, and kept with the one that lives the shorter life."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, Self, TypeVar

Other = TypeVar("Other")
Result = TypeVar("Result")


class Once:
    """A frozen thing that keeps what was worked out of it beside another: a response beside its questionnaire."""

    def once(self, work: Callable[[Other, Self], Result], other: Other) -> Result:
        """Return work(other, self), worked out the first time for this very `other` and kept as long as this object.

        One result is kept for each `work`, that of the latest `other`. `work` must be pure, and what it returns frozen.
        """
        kept = self._kept.get(work)
        if kept is None or kept[0] is not other:
            kept = self._kept[work] = (other, work(other, self))
        result: Result = kept[1]
        return result

    @cached_property
    def _kept(self) -> dict[Callable[..., Any], tuple[object, Any]]:
        return {}
