"""What publishing a pathway refuses and what it tells: its SMS, its languages, and what would never be asked. PURE.

A document that `parse()` takes can still be unfit: a text without its link, or an item that ends before it begins.
Errors are refused; warnings are told, and left to whoever signs. `prom pathway check` shows both.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from prom.language import STAFF_LANGUAGES
from prom.pathways.closing import closed
from prom.pathways.definition import Pathway
from prom.pathways.problems import PathwayError, PathwayProblem
from prom.pathways.unasked import problems_of_plan
from prom.segments import Measured, measure
from questionnaires.definition import Texts
from questionnaires.documents import read

#: The letters of a link behind the installation's address: `/a#` and a token of 256 bits.
LINK_TAIL = len("/a#") + 43
#: The length of a link where the installation is not known, such as https://prom.sykehuset.example/a#...
USUAL_LINK = 29 + LINK_TAIL
#: What a unit's telephone number takes.
PHONE = "00 00 00 00"
MOST_SEGMENTS = 2
#: Messages that lead somewhere; that an episode has ended can be said without.
WITH_LINK = ("sms", "reminder", "information")
#: What is filled in as a message is sent.
PLACES = ("link", "phone")

_PLACE = re.compile(r"\{([^{}]*)\}")
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Sms:
    """What one text takes in one language."""

    kind: str
    language: str
    measured: Measured

    @property
    def text(self) -> str:
        """One line for people."""
        took = self.measured
        forced = f", because of {_letters(took)}" if took.forcing else ""
        return f"{self.kind} {self.language}: {took.segments} SMS, {took.units} of {took.room} {took.alphabet}{forced}"


def link_length(public_address: str) -> int:
    """Return how long the links are that an installation at this address makes."""
    return len(public_address) + LINK_TAIL


def sms_of(pathway: Pathway, link: int = USUAL_LINK) -> list[Sms]:
    """Count the segments of every message in every language, with a link of so many letters.

    As they go out from a number that nobody reads: with the sentence that says so.
    """
    return [
        Sms(kind, language, measure(_filled(words, language, link)))
        for kind, texts in pathway.texts.items()
        for language, words in texts.by_language.items()
    ]


def refuse_unfit(pathway: Pathway, findings: Collection[str] | None = None, link: int = USUAL_LINK) -> None:
    """Raise PathwayError with every error that `problems` finds."""
    errors = [each for each in problems(pathway, findings, link) if each.severity == "error"]
    if errors:
        raise PathwayError(errors, pathway.name)


def problems(
    pathway: Pathway, findings: Collection[str] | None = None, link: int = USUAL_LINK
) -> tuple[PathwayProblem, ...]:
    """Return what is wrong and what is worth telling. `findings` are the ids of the rules it uses, where known."""
    found = [*_of_messages(pathway, link), *_of_languages(pathway), *problems_of_plan(pathway)]
    if findings is not None:
        for each in pathway.after_answers:
            if each.finding not in findings:
                values = {"field": "finding", "found": f"'{each.finding}'", "kind": "rule in the sets that it uses"}
                known = ", ".join(sorted(findings)) or "none"
                found.append(PathwayProblem(f"afterAnswers, {each.key}", "unknown-name", {**values, "known": known}))
    return tuple(found)


def _of_messages(pathway: Pathway, link: int) -> Iterator[PathwayProblem]:
    for kind, texts in pathway.texts.items():
        for language, words in texts.by_language.items():
            place = f"texts, {kind}, {language}"
            yield from _of_link(place, kind, words)
            yield from _of_places(place, words)
            yield from _of_segments(place, measure(_filled(words, language, link)), link)
            for word in telling(words, language):
                yield PathwayProblem(place, "telling-word", {"word": word}, "warning")


def _of_link(place: str, kind: str, words: str) -> Iterator[PathwayProblem]:
    """A link between spaces, with words before and after it: what is glued to an address becomes part of it."""
    parts = words.split("{link}")
    if len(parts) == 1 and kind in WITH_LINK:
        yield PathwayProblem(place, "no-link")
    if len(parts) > 2:
        yield PathwayProblem(place, "several-links")
    if len(parts) == 2 and not parts[0].strip():
        yield PathwayProblem(place, "link-first")
    if len(parts) == 2 and not parts[1].strip():
        yield PathwayProblem(place, "link-last")
    if len(parts) == 2 and all(part.strip() for part in parts) and (parts[0][-1:] != " " or parts[1][:1] != " "):
        yield PathwayProblem(place, "link-glued")


def _of_places(place: str, words: str) -> Iterator[PathwayProblem]:
    unknown = [name for name in _PLACE.findall(words) if name not in PLACES]
    if unknown or "{" in _PLACE.sub("", words) or "}" in _PLACE.sub("", words):
        found = f"{{{unknown[0]}}}" if unknown else "a brace"
        known = " and ".join(f"{{{name}}}" for name in PLACES)
        yield PathwayProblem(place, "unknown-place", {"found": found, "known": known})
    controls = [letter for letter in words if not letter.isprintable()]
    if controls:
        yield PathwayProblem(place, "control-character", {"code": f"U+{ord(controls[0]):04X}"})


def _of_segments(place: str, took: Measured, link: int) -> Iterator[PathwayProblem]:
    if took.segments > 1:
        why = f"; {_letters(took)} can be sent only as UCS-2, of which one SMS holds 70" if took.forcing else ""
        values = {"segments": str(took.segments), "units": str(took.units), "link": str(link), "why": why}
        too_many = took.segments > MOST_SEGMENTS
        code = "too-many-segments" if too_many else "several-segments"
        yield PathwayProblem(place, code, {**values, "most": str(MOST_SEGMENTS)}, "error" if too_many else "warning")


def telling(words: str, language: str) -> list[str]:
    """Return the words of a message that may tell of illness, clinic or register, in the order in which they stand."""
    parts = _telling_words().get(language.partition("-")[0], ())
    small = _PLACE.sub(" ", words).lower()
    phrases = [part for part in parts if " " in part and part in small]
    return [word for word in _WORD.findall(small) if any(_tells(part, word) for part in parts)] + phrases


def _tells(part: str, word: str) -> bool:
    if part.startswith("="):
        return word == part[1:]
    return word.startswith(part[1:]) if part.startswith("^") else part in word


@cache
def _telling_words() -> Mapping[str, tuple[str, ...]]:
    document = read(Path(__file__).parent / "telling_words.yaml")
    return {language: tuple(parts) for language, parts in document.items()}


def _of_languages(pathway: Pathway) -> Iterator[PathwayProblem]:
    """Both forms of Norwegian have to be there at the same time (språklova), and English."""
    for place, texts in _all_texts(pathway):
        missing = [language for language in STAFF_LANGUAGES if language not in texts.by_language]
        if missing:
            yield PathwayProblem(place, "language-missing", {"missing": ", ".join(missing)})


def _all_texts(pathway: Pathway) -> Iterator[tuple[str, Texts]]:
    yield "title", pathway.title
    yield from ((f"texts, {kind}", texts) for kind, texts in pathway.texts.items())
    yield from ((f"anchors, {each.code}, title", each.title) for each in pathway.anchors)
    yield from ((f"phases, {each.code}, title", each.title) for each in pathway.phases)
    yield from ((f"{each.key}, title", each.title) for each in pathway.asked if each.title is not None)
    for item in pathway.information:
        yield f"information, {item.key}, title", item.title
        yield f"information, {item.key}, text", item.text


def _filled(words: str, language: str, link: int) -> str:
    return closed(words.replace("{link}", "x" * link).replace("{phone}", PHONE), language, PHONE)


def _letters(took: Measured) -> str:
    return " ".join(f"'{letter}' (U+{ord(letter):04X})" for letter in took.forcing)
