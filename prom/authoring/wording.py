"""What is to be mended, and what differs, in the language of whoever reads it."""

from collections.abc import Mapping

from prom import language
from prom.responses.wording import Words
from questionnaires.authoring.differences import Change
from questionnaires.problems import Problem

#: The parts of an item by the names that the pure packages give them.
PARTS: Mapping[str, str] = {
    "the title": "title",
    "the text": "text",
    "the help": "help",
    "the placeholder": "placeholder",
}


def problem(what: Problem, wanted: str) -> Words:
    """Say what is to be mended; what only parsing can find is said in its own English."""
    return _said(f"lint.{what.code}", what, wanted)


def change(what: Change, wanted: str) -> Words:
    """Say what differs."""
    return _said(f"change.{what.code}", what.problem, wanted)


def part(name: str, wanted: str) -> str:
    """Name a part of an item, such as its text or one of its options."""
    if name in PARTS:
        return language.text(f"authoring.part.{PARTS[name]}", wanted)
    return name.replace("the option", language.text("authoring.part.option", wanted), 1)


def _said(key: str, what: Problem, wanted: str) -> Words:
    if not language.has(key, wanted):
        sentence = what.text.removeprefix(f"{what.link_id}: ")
        return Words(sentence[:1].upper() + sentence[1:], "en")
    values: dict[str, object] = {"field": "", **what.values}
    if "what" in values:
        values["what"] = part(str(values["what"]), wanted)
    tag = str(values.pop("language", ""))
    values["in_language"] = language.LANGUAGE_NAMES.get(tag, tag)
    return Words(language.text(key, wanted, **values), wanted)
