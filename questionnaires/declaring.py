"""Whether a questionnaire whose publisher says that its wording reveals nothing may be asked in plain SMS.

An SMS lies on a locked screen and in a vendor's files. So only what is short, closed and harmless may be asked there:
the declaration is the publisher's, and this is what it is held against. PURE.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from questionnaires.definition import Coding, Item, ItemType, Questionnaire
from questionnaires.problems import Problem

#: The issue's own limit: one question a message, and nobody is sent more than five of them.
MOST_QUESTIONS = 5
#: What asks for the symptoms of treatment is never asked in plain words, however it is worded.
NEVER = frozenset({"urn:prom:questionnaire:symptom-check"})


def refused_by_sms(questionnaire: Questionnaire, dangers: Collection[str] = ()) -> tuple[Problem, ...]:
    """Return what keeps a questionnaire from being asked by SMS: empty where it may be, or where nobody declared it.

    `dangers` are the linkIds whose answers its rules call an emergency, or its scoring key a matter of safety.
    """
    return tuple(_problems(questionnaire, dangers)) if questionnaire.reveals_nothing else ()


def _problems(questionnaire: Questionnaire, dangers: Collection[str]) -> Iterator[Problem]:
    if questionnaire.url in NEVER:
        yield Problem(None, "sms-never")
    count = len(questionnaire.questions)
    if not 1 <= count <= MOST_QUESTIONS:
        yield Problem(None, "sms-too-many", "error", {"given": count, "most": MOST_QUESTIONS})
    for item in questionnaire.all_items:
        if item.link_id in dangers:
            yield Problem(item.link_id, "sms-danger")
        if item.is_question:
            yield from _question(item)
        elif _is_read_before(questionnaire, item):
            yield Problem(item.link_id, "sms-words-lost")


def _question(item: Item) -> Iterator[Problem]:
    if not is_closed(item):
        yield Problem(item.link_id, "sms-open")
    if item.help is not None:
        yield Problem(item.link_id, "sms-words-lost")
    numbers = [_is_number(option.value) for option in item.options]
    if any(numbers) and not all(numbers):
        yield Problem(item.link_id, "sms-numbers-clash")


def is_closed(item: Item) -> bool:
    """Whether a question is answered by one yes or no, one of its own options, or one whole number within bounds."""
    if item.repeats or item.hidden or item.read_only or item.expressions is not None:
        return False
    if item.type is ItemType.CHOICE:
        return len(item.options) > 1 and item.options_at is None
    bounds = item.min_value, item.max_value
    return item.type is ItemType.BOOLEAN or (
        item.type is ItemType.INTEGER and not item.options and all(isinstance(bound, int) for bound in bounds)
    )


def _is_read_before(questionnaire: Questionnaire, item: Item) -> bool:
    """Whether words outside the questions would be missed: all but a text that ends the form; a repeating group too."""
    if item.is_group:
        return item.text is not None or item.repeats
    return item is not questionnaire.items[-1]


def _is_number(value: object) -> bool:
    texts = value.display.by_language.values() if isinstance(value, Coding) and value.display else [str(value)]
    return any(text.strip().lstrip("-").isdecimal() for text in texts)
