"""What an SMS answers to one closed question: the value that it can only mean, or that nobody can tell.

PURE. Nothing is guessed: a message that could mean two answers means none, and so does one with a word in it that is
neither part of an answer nor one of the words that people put around it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from prom.language import PATIENT_LANGUAGES
from prom.responses import wording
from prom.responses.sms.words import BETWEEN, FILLERS, NO, NUMBERS, YES, is_digits, number_of, says_nothing, words_of
from questionnaires.definition import Coding, Item, ItemType, Value
from questionnaires.items import AnswerOption


class Unread(Enum):
    """Why a message is no answer."""

    #: She tries to answer, and what she means cannot be told: "2 or 3", "23" of 1 to 5, "!!".
    UNCLEAR = auto()
    #: She writes something else, which a person has to read.
    WORDS = auto()


@dataclass(frozen=True)
class Offer:
    """One answer that may be given: the number that stands before it, its value, and its own words by language."""

    number: int
    value: Value
    words: tuple[tuple[str, tuple[str, ...]], ...]


def offers(item: Item) -> tuple[Offer, ...]:
    """Return what a question offers, numbered from 1; options that are numbers themselves are called by those.

    A whole number within bounds offers nothing that is numbered.
    """
    if item.type is ItemType.BOOLEAN:
        return (_boolean(1, True, YES), _boolean(2, False, NO))
    own = [_own_number(option) for option in item.options]
    numbers = [each for each in own if each is not None]
    called = numbers if len(numbers) == len(own) == len(set(numbers)) else range(1, len(own) + 1)
    return tuple(
        Offer(number, option.value, _words(option)) for number, option in zip(called, item.options, strict=True)
    )


def read(item: Item, text: str, language: str) -> Value | Unread:
    """Return the answer that a message gives to a closed question, or why it gives none.

    The patient's own language is tried first: what is one option's words in it is not another's in a second language.
    """
    said = words_of(text)
    if not said:
        return Unread.UNCLEAR if says_nothing(text) else Unread.WORDS
    found = _whole_number(item, said) if item.type is ItemType.INTEGER else _offered(item, said, language)
    if len(found) == 1:
        return found[0]
    return Unread.UNCLEAR if found or _tries(item, said) else Unread.WORDS


def _whole_number(item: Item, said: Sequence[str]) -> list[Value]:
    """Return the number that is named, where nothing but it is, and it lies within the bounds."""
    units = {word for language in PATIENT_LANGUAGES for word in words_of(wording.unit(item.unit, language))}
    numbers = {number_of(word) for word in _rest(said) if word not in units}
    low, high = item.min_value, item.max_value
    if len(numbers) != 1 or not isinstance(low, int) or not isinstance(high, int):
        return []
    number = numbers.pop()
    return [number] if number is not None and low <= number <= high else []


def _offered(item: Item, said: Sequence[str], language: str) -> list[Value]:
    """Return every answer that the message names, by number or by words; several are a riddle, not an answer."""
    offered = offers(item)
    for wanted in (language, None):
        whole = [offer.value for offer in offered if _is_said(offer, said, wanted)]
        if whole:
            # An option's own words may be a number too: then both readings count.
            return _each_once([*whole, *(_by_number(offered, said) or [])])
    rest = _rest(said)
    without_digits = [word for word in rest if not is_digits(word)]
    if not without_digits or all(number_of(word) is not None for word in rest):
        return _by_number(offered, rest) or []
    named = [offer.value for offer in offered if _is_said(offer, without_digits, None) or _is_said(offer, rest, None)]
    digits = [word for word in rest if is_digits(word)]
    if not named:
        return []
    numbered = _by_number(offered, digits) if digits else []
    # "3 litt", where 3 is not "litt", is two answers; so is "9 litt" where nothing is called 9.
    return [] if numbered is None else _each_once([*named, *numbered])


def _by_number(offered: Sequence[Offer], said: Sequence[str]) -> list[Value] | None:
    """Return the answers that are called by these numbers; None where one of them is no answer's."""
    numbers = {number_of(word) for word in _rest(said)}
    called = {offer.number: offer.value for offer in offered}
    return None if not numbers or not numbers <= set(called) else [called[each] for each in numbers if each is not None]


def _is_said(offer: Offer, said: Sequence[str], language: str | None) -> bool:
    """Whether these are an answer's own words, with or without what people put around them."""
    tried = (tuple(said), tuple(_rest(said)))
    return any(words in tried for tag, words in offer.words if tag in (language, "") or language is None)


def _rest(said: Sequence[str]) -> list[str]:
    """Leave out the words around an answer; all of them, where there is nothing else, are left."""
    return [word for word in said if word not in FILLERS]


def _tries(item: Item, said: Sequence[str]) -> bool:
    """Whether every word is a number, part of an answer's words, or stands around or between answers."""
    own = {word for offer in offers(item) for _, words in offer.words for word in words}
    known = own | FILLERS | BETWEEN | YES | NO | NUMBERS.keys()
    return all(word in known or is_digits(word) or number_of(word) is not None for word in said)


def _boolean(number: int, value: bool, said: frozenset[str]) -> Offer:
    return Offer(number, value, tuple(("", (word,)) for word in sorted(said)))


def _own_number(option: AnswerOption) -> int | None:
    """Return the number that an option's words are in every language, or None."""
    numbers = {
        number_of(words[0]) if len(words) == 1 and is_digits(words[0]) else None for _, words in _displays(option)
    }
    return numbers.pop() if len(numbers) == 1 else None


def _words(option: AnswerOption) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return an option's words by language; one that says yes or no is said in every language."""
    own = list(_displays(option))
    for known in (YES, NO):
        if any(len(words) == 1 and words[0] in known for _, words in own):
            own += [("", (word,)) for word in sorted(known)]
    return tuple(own)


def _displays(option: AnswerOption) -> Iterator[tuple[str, tuple[str, ...]]]:
    value = option.value
    texts = value.display.by_language if isinstance(value, Coding) and value.display else {"": _bare(value)}
    for language, text in texts.items():
        if words := words_of(text):
            yield language, words


def _bare(value: object) -> str:
    return value.code if isinstance(value, Coding) else str(value)


def _each_once(values: Sequence[Value]) -> list[Value]:
    return [value for at, value in enumerate(values) if value not in values[:at]]
