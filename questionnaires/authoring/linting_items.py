"""What an author should mend in one item: its lengths, its options, its numbers, its name."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from questionnaires.definition import Coding, Item, ItemType, Texts
from questionnaires.items import AnswerOption
from questionnaires.keys.scales import ScoringKey
from questionnaires.problems import Problem, Severity

#: Characters: a question, what stands beneath it, and one option. Ours: what fits a phone of 390 points.
LONGEST_TEXT, LONGEST_HELP, LONGEST_OPTION = 200, 400, 100
#: The longest name of a variable that Stata takes.
LONGEST_COLUMN = 32
#: A code that is no number by its meaning.
_NO_ANSWER = ("not-applicable",)
_NUMBERS = (ItemType.DECIMAL, ItemType.INTEGER, ItemType.QUANTITY)


def item_problems(item: Item, key: ScoringKey | None) -> Iterator[Problem]:
    """Yield what is to be mended in one item, held against the scoring key that may read it."""
    scales = [scale for scale in key.scales if item.link_id in scale.items] if key is not None else []
    yield from _lengths(item)
    if not item.is_question or item.hidden:
        return
    if item.type in _NUMBERS and not item.read_only:
        yield from _number(item)
    if item.is_choice:
        yield from _options(item, bool(scales), key.answers if key is not None else {})
    if item.repeats and any(not scale.adds_several for scale in scales):
        yield Problem(item.link_id, "scored-item-repeats", "error")
    if len(item.link_id) > LONGEST_COLUMN or not (item.link_id[0].isascii() and item.link_id[0].isalpha()):
        yield Problem(item.link_id, "link-id-as-column", "information", {"given": item.link_id, "most": LONGEST_COLUMN})


def texts_of(item: Item) -> Iterator[tuple[str, Texts | None]]:
    """Yield what of an item people read; a group without a heading has none."""
    if item.text is not None or item.is_question:
        yield "the text", item.text
    if item.help is not None:
        yield "the help", item.help
    for option in item.options if not item.hidden else ():
        if isinstance(option.value, Coding):
            yield f"the option {option.value.code}", option.value.display


def _lengths(item: Item) -> Iterator[Problem]:
    for what, texts in texts_of(item):
        most = LONGEST_OPTION if what.startswith("the option") else LONGEST_TEXT if what == "the text" else LONGEST_HELP
        if item.type is ItemType.DISPLAY:
            most = LONGEST_HELP
        for language, text in texts.by_language.items() if texts is not None else ():
            if len(text) > most:
                yield Problem(
                    item.link_id,
                    "text-too-long",
                    "warning",
                    {"what": what, "given": len(text), "most": most, "language": language},
                )


def _number(item: Item) -> Iterator[Problem]:
    if item.help is None and item.entry_format is None:
        yield Problem(item.link_id, "number-without-help", "information")
    if item.unit is None and not item.units:
        yield Problem(item.link_id, "number-without-unit", "information")
    if item.item_control == "slider" and (item.min_value is None or item.max_value is None):
        least, most = item.slider_ends
        yield Problem(item.link_id, "slider-without-ends", "warning", {"least": least, "most": most})
    elif item.min_value is None or item.max_value is None:
        yield Problem(item.link_id, "number-without-bounds", "warning")


def _options(item: Item, scored: bool, counted: Collection[str]) -> Iterator[Problem]:
    """Yield options that scoring would miss; `counted` are the codes that the key itself gives a number."""
    counts = [option.value.ordinal for option in item.options if isinstance(option.value, Coding)]
    some_count = any(count is not None for count in counts)
    for option in item.options:
        if not isinstance(option.value, Coding):
            if scored:
                yield Problem(item.link_id, "option-without-code", "error", {"option": str(option.value)})
        elif some_count and option.value.ordinal is None and option.value.code not in (*_NO_ANSWER, *counted):
            severity: Severity = "error" if scored else "warning"
            yield Problem(item.link_id, "option-without-ordinal", severity, {"option": option.value.code})
    yield from _alike(item)


def _alike(item: Item) -> Iterator[Problem]:
    for language in dict.fromkeys(tag for option in item.options for tag in _display(option).by_language):
        met: set[str] = set()
        for option in item.options:
            text = _display(option).by_language.get(language, "").strip()
            if text and text.casefold() in met:
                yield Problem(item.link_id, "option-text-twice", "error", {"text": text, "language": language})
            met.add(text.casefold())


def _display(option: AnswerOption) -> Texts:
    if isinstance(option.value, Coding) and option.value.display is not None:
        return option.value.display
    return Texts.of({"und": option.value.code if isinstance(option.value, Coding) else str(option.value)})
