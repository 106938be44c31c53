"""The answers to one questionnaire: frozen, nested as in FHIR R4, and read flat by whoever scores or judges them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

from questionnaires.once import Once
from questionnaires.values import Value

Status: TypeAlias = Literal["in-progress", "completed", "amended", "entered-in-error", "stopped"]


@dataclass(frozen=True)
class Answer:
    """One value, and the items that were asked because of it."""

    value: Value
    items: tuple[ResponseItem, ...] = ()


@dataclass(frozen=True)
class ResponseItem:
    """One item of the questionnaire as it was answered; a repeated group stands here once per repetition."""

    link_id: str
    answers: tuple[Answer, ...] = ()
    items: tuple[ResponseItem, ...] = ()
    #: Its document had an answer without a value, around what lies beneath: a question left open, but no group.
    has_empty_answer: bool = False


@dataclass(frozen=True)
class QuestionnaireResponse(Once):
    """What one person answered to one version of a questionnaire; it says nothing of whom or when."""

    questionnaire: str
    status: Status
    items: tuple[ResponseItem, ...] = ()
    language: str | None = None

    def answers_to(self, link_id: str) -> tuple[Value, ...]:
        """Return every value given for this linkId, in order; empty where there is none."""
        return self._flat.get(link_id, ())

    def flat(self) -> Mapping[str, tuple[Value, ...]]:
        """Return linkId -> values, with answered items only."""
        return self._flat

    @cached_property
    def _flat(self) -> Mapping[str, tuple[Value, ...]]:
        flat: dict[str, list[Value]] = {}
        _gather(self.items, flat)
        return {link_id: tuple(values) for link_id, values in flat.items()}


def walk(items: tuple[ResponseItem, ...]) -> Iterator[ResponseItem]:
    """Yield every response item, depth first, through groups and answers."""
    for item in items:
        yield item
        yield from walk(item.items)
        for answer in item.answers:
            yield from walk(answer.items)


def _gather(items: tuple[ResponseItem, ...], flat: dict[str, list[Value]]) -> None:
    """Add the values of walk(items), in its order."""
    for item in items:
        if item.answers:
            flat.setdefault(item.link_id, []).extend([answer.value for answer in item.answers])
        if item.items:
            _gather(item.items, flat)
        for answer in item.answers:
            if answer.items:
                _gather(answer.items, flat)
