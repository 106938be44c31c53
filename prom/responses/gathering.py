"""Pages made of what is shown and asked: a question with the texts before it, a group on one page, "another?"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from prom.responses.places import Kind, Stop
from questionnaires.definition import Item


@dataclass(frozen=True)
class Step:
    """One page: a question, or several of a group, with what is read before and between them; or "another?"."""

    key: str
    parts: tuple[Stop, ...]
    #: The group that is shown whole on this page, or of which there may be another.
    group: Item | None = None

    @property
    def questions(self) -> tuple[Stop, ...]:
        """What is asked on it."""
        return tuple(part for part in self.parts if part.kind is Kind.QUESTION)

    @property
    def another(self) -> Stop | None:
        """The question whether a group has another repetition, on the page that asks it."""
        return next((part for part in self.parts if part.kind is Kind.ANOTHER), None)

    @property
    def turns(self) -> tuple[int, ...]:
        """The repetitions and answers that it stands beneath."""
        return self.parts[-1].turns

    @property
    def is_answered(self) -> bool:
        """Whether anything is answered on it, or any repetition was added."""
        another = self.another
        return bool(another.count) if another is not None else any(part.values for part in self.questions)

    @property
    def is_missing(self) -> bool:
        """Whether something on it has to be answered and is not."""
        return any(part.item.required and not part.values for part in self.questions)


class Gathering:
    """Puts stops together to pages: texts wait for the question that comes after them."""

    def __init__(self, positions: Mapping[str, int], groups: Mapping[str, int]) -> None:
        self.positions = positions
        self.groups = groups
        self.steps: dict[str, Step] = {}
        self.waiting: list[Stop] = []

    def take(self, stop: Stop) -> None:
        """Take the next stop."""
        if stop.page is not None:
            group, turns = stop.page
            self._join(key_of(f"p{self.groups[group.link_id]}", turns), stop, group)
        elif stop.kind is Kind.QUESTION:
            self._close(key_of(str(self.positions[stop.item.link_id]), stop.turns), stop, None)
        elif stop.kind is Kind.ANOTHER:
            self._close(key_of(f"a{self.groups[stop.item.link_id]}", stop.turns), stop, stop.item)
        else:
            self.waiting.append(stop)

    def _close(self, key: str, stop: Stop, group: Item | None) -> None:
        self.steps[key] = Step(key, (*_worth_reading(self.waiting), stop), group)
        self.waiting = []

    def _join(self, key: str, stop: Stop, group: Item) -> None:
        begun = self.steps.get(key, Step(key, (), group))
        before, self.waiting = _worth_reading(self.waiting), []
        self.steps[key] = Step(key, (*before, *begun.parts, stop), group)


def _worth_reading(waiting: list[Stop]) -> list[Stop]:
    """Leave out a heading with nothing to read beneath it: the question that follows says its own."""
    read = [at for at, stop in enumerate(waiting) if stop.kind is not Kind.HEADING]
    return [stop for at, stop in enumerate(waiting) if at in read or at + 1 in read]


def key_of(name: str, turns: tuple[int, ...]) -> str:
    """Return the key of a page: its name, and the turns that it stands beneath."""
    return "-".join((name, *map(str, turns)))
