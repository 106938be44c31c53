"""The answers to one questionnaire: frozen, nested as in FHIR R4, and read flat by whoever scores or judges them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

from questionnaires.values import Value

Status: TypeAlias = Literal["in-progress", "completed", "amended", "entered-in-error"]


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


@dataclass(frozen=True)
class QuestionnaireResponse:
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
        flat: dict[str, tuple[Value, ...]] = {}
        for item in walk(self.items):
            if item.answers:
                flat[item.link_id] = flat.get(item.link_id, ()) + tuple(answer.value for answer in item.answers)
        return flat


def walk(items: tuple[ResponseItem, ...]) -> Iterator[ResponseItem]:
    """Yield every response item, depth first, through groups and answers."""
    for item in items:
        yield item
        yield from walk(item.items)
        for answer in item.answers:
            yield from walk(answer.items)
