"""One question as its page shows it: the words beside it, the control, what that holds, and what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import g, request
from markupsafe import Markup

from prom.errors import InvalidResponse
from prom.responses import forms, wording
from prom.responses.forms import Choice
from prom.responses.pages.visits import Begun, say
from prom.responses.places import Stop, shown_with
from prom.responses.saving import Answered
from prom.responses.steps import Step
from prom.responses.wording import Words
from prom.responses.working_out import start_values
from questionnaires.definition import Item, ItemType, Texts
from questionnaires.problems import Problem

#: Controls that hold one value each, so that a question with several answers has a line for each of them.
_LINES = ("number", "text", "textarea", "url", "date", "datetime-local", "time")


@dataclass(frozen=True)
class Posted:
    """What one question's controls posted, or hold."""

    texts: Sequence[str] = ()
    other: str = ""
    unit: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether nothing was given; a unit alone is nothing."""
        return not any(text.strip() for text in (*self.texts, self.other))


@dataclass(frozen=True)
class Field:
    """One question on a page; `name` is what its controls are called there."""

    name: str
    item: Item
    control: str
    held: Sequence[str]
    other: str
    unit_held: str
    unit: str
    #: What is said between the question and its control: help, the wanted form, the bounds of a slider.
    hints: Sequence[Words]
    low: Words | None
    high: Words | None
    problems: Sequence[Markup]
    #: Whether there is a saved answer that she may take back.
    can_clear: bool

    @property
    def lines(self) -> Sequence[str]:
        """What each line holds: a question with several answers has a blank one after them."""
        if self.control not in _LINES or not self.item.repeats:
            return self.held[:1] or ("",)
        full = self.item.max_occurs is not None and len(self.held) >= self.item.max_occurs
        return self.held if full else (*self.held, "")

    @property
    def is_several(self) -> bool:
        """Whether there is a line for each of several answers."""
        return self.item.repeats and self.control in _LINES

    @property
    def choices(self) -> Sequence[Choice]:
        """What is offered."""
        return forms.choices(self.item)

    @property
    def units(self) -> Sequence[Choice]:
        """The units to choose among."""
        return forms.units(self.item)

    @property
    def least(self) -> str:
        """The lowest number of a slider, as HTML writes it."""
        return str(self.item.slider_ends[0])

    @property
    def most(self) -> str:
        """The highest number of a slider, as HTML writes it."""
        return str(self.item.slider_ends[1])

    @property
    def step(self) -> str:
        """How far a slider goes at once."""
        return str(self.item.slider_step or 1)


def name_of(begun: Begun, step: Step, stop: Stop) -> str:
    """Return what a question's controls are called: on a page of several by its key, which tells nothing of it."""
    return "answer" if step.group is None else f"answer-{begun.steps.key(stop)}"


def posted(name: str) -> Posted:
    """Return what came for one question; a page that holds several names each by itself."""
    own, unit = name.replace("answer", "other", 1), name.replace("answer", "unit", 1)
    return Posted(request.form.getlist(name), request.form.get(own, ""), request.form.get(unit, ""))


def read(begun: Begun, step: Step, stops: Sequence[Stop]) -> tuple[list[Answered], list[Problem]]:
    """Return what was posted for those of these questions that can be read, and what is wrong with the others."""
    given: list[Answered] = []
    problems: list[Problem] = []
    for stop in stops:
        came = posted(name_of(begun, step, stop))
        try:
            values = forms.read(stop.item, came.texts, came.other, begun.unit.zone, came.unit)
            given.append(Answered(stop.item, stop.turns, values))
        except InvalidResponse as refused:
            problems.extend(each for each in refused.problems if isinstance(each, Problem))
    return given, problems


def fields(
    begun: Begun, step: Step, typed: Mapping[str, Posted] | None, problems: Sequence[Problem]
) -> Mapping[str, Field]:
    """Return the fields of a page by the key of their question; `typed` is what to show in place of what is saved."""
    return {
        begun.steps.key(stop): _field(begun, stop, name_of(begun, step, stop), typed, problems)
        for stop in step.questions
    }


def _field(
    begun: Begun, stop: Stop, name: str, typed: Mapping[str, Posted] | None, problems: Sequence[Problem]
) -> Field:
    item = stop.item
    holds = _saved(begun, stop) if typed is None else typed.get(name, Posted())
    own = {each.code: each for each in problems if each.link_id == item.link_id}
    control = forms.control(item)
    return Field(
        name=name,
        item=item,
        control=control,
        held=holds.texts,
        other=holds.other,
        unit_held=holds.unit,
        unit=wording.unit(item.unit, g.language),
        hints=_hints(item, control),
        low=_label(item, "lower"),
        high=_label(item, "upper"),
        problems=[say(wording.problem(each, g.language)) for each in own.values()],
        can_clear=bool(stop.values) and not item.required and control in ("radios", "select"),
    )


def _saved(begun: Begun, stop: Stop) -> Posted:
    """What was saved; where nothing was, what the questionnaire fills in for her to go on with or change."""
    item = stop.item
    values = stop.values or start_values(begun.steps.questionnaire).get(item.link_id, ())
    return Posted(
        forms.held(item, values, g.language, begun.unit.zone),
        forms.own_words(item, values),
        forms.unit_held(item, values),
    )


def _hints(item: Item, control: str) -> list[Words]:
    said = [item.help] if item.help else []
    said += [
        child.text
        for child in item.items
        if child.text and child.text is not item.help and shown_with(child) and child.item_control not in _LABELS
    ]
    hints = [wording.of(text, g.language) for text in said]
    if item.entry_format:
        hints.append(_format(item.entry_format))
    elif control == "text" and item.type is ItemType.DATE:
        hints.append(wording.message(f"responses.question.hint.{item.item_control}", g.language))
    return hints


#: Words beneath a question that stand at the ends of its slider.
_LABELS = ("lower", "upper")


def _format(entry_format: Texts) -> Words:
    text, language = wording.of(entry_format, g.language)
    said = wording.message("responses.question.hint.format", g.language, format=text)
    return said if language == g.language else Words(said.text, said.language)


def _label(item: Item, end: str) -> Words | None:
    found = (child.text for child in item.items if child.item_control == end and child.text)
    return next((wording.of(text, g.language) for text in found), None)
