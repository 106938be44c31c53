"""What people write in an SMS, as words that can be compared; and the few words that mean the same to everybody.

PURE. Every language is read from everybody: a bokmål phone may well say "yes".
"""

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum

#: Marks that some phones put after a digit to make a picture of it.
_MARKS = ("Me", "Mn")
#: A number, with its sign where that does not join it to another, and its decimals; or a word, hyphens and all.
_WORD = re.compile(r"(?:(?<![\w.,)])-)?\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’-][^\W\d_]+)*")
#: No answer has more digits; what has is no number to anybody.
LONGEST_NUMBER = 6


class Keyword(StrEnum):
    """What a message asks for that is one of these words and nothing else."""

    STOP = "stop"
    START = "start"
    HELP = "help"


#: Bokmål, nynorsk, English, Northern Sami and Swedish, as people and vendors write them; accents may be left out.
_KEYWORDS: Mapping[Keyword, str] = {
    Keyword.STOP: "stop|stopp|stans|slutt|avslutt|avslutte|avbryt|avmeld|avmelding|meld av|meld meg av|meld av meg|end|"
    "quit|cancel|unsubscribe|stop all|stopall|opt out|optout|sluta|bisset|bissehit|loahpat|loahpahit|heaittit",
    Keyword.START: "start|starte|begynn|byrja|meld på|meld meg på|meld på meg|unstop|subscribe|opt in|optin|begin|"
    "resume|börja|álggat|álggahit",
    Keyword.HELP: "hjelp|hjelp meg|help|help me|info|informasjon|information|hjälp|hjelpe|veahkki|veahket|veahkehit",
}


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


YES = _set("ja jau jo joda jada yes y j yep yeah yess jepp juo joo jua")
NO = _set("nei neida nope no n ii eai nej")
#: Words around an answer that say nothing of it.
FILLERS = _set(
    "svar svaret svarer mitt min er answer reply my is its it's the alternativ valg nummer nr number option choice "
    "choose velger vástádus vástádan mu takk tusen hei hi hello please thanks thank you jeg eg i det blir"
)
#: Words that stand between two answers: which of them is meant is not for us to guess.
BETWEEN = _set("eller or og and dahje ja mellom between til to kanskje maybe vel")
NUMBERS: Mapping[str, int] = {
    word: number
    for number, words in enumerate(
        (
            "null zero nolla",
            "en én ein éin ett eitt éitt et ei one okta",
            "to two guokte tvo",
            "tre three golbma tri",
            "fire four njeallje",
            "fem five vihtta",
            "seks six guhtta",
            "sju syv seven čieža",
            "åtte eight gávcci gávcce",
            "ni nine ovcci",
            "ti ten logi",
            "elleve eleven",
            "tolv twelve",
            "tretten thirteen",
            "fjorten fourteen",
            "femten fifteen",
            "seksten sixteen",
            "sytten seventeen",
            "atten eighteen",
            "nitten nineteen",
            "tjue twenty",
        )
    )
    for word in words.split()
}


def words_of(text: str) -> tuple[str, ...]:
    """Return the words and numbers of a message, in lower case, without punctuation; full-width digits are digits."""
    # "3½" is a three and a half, not a 31: what is no plain digit stands apart.
    apart = "".join(f" {each} " if unicodedata.category(each) == "No" else each for each in text)
    folded = unicodedata.normalize("NFKC", apart).casefold()
    kept = "".join(_digit(each) for each in folded if unicodedata.category(each) not in _MARKS)
    return tuple(_WORD.findall(kept))


def says_nothing(text: str) -> bool:
    """Whether a message holds neither a letter, a digit nor a picture: only signs and spaces, or nothing at all."""
    return not any(unicodedata.category(each)[0] in "LN" or unicodedata.category(each) == "So" for each in text)


def keyword(text: str) -> Keyword | None:
    """Return what a message asks for when it is a keyword and nothing else; "stop" in a sentence is none."""
    said = plain(" ".join(words_of(text)))
    return next((each for each, known in _READY.items() if said in known), None)


def plain(words: str) -> str:
    """Leave out accents, as people do whose phone has none."""
    return "".join(each for each in unicodedata.normalize("NFD", words) if unicodedata.category(each) != "Mn")


def number_of(word: str) -> int | None:
    """Return the number that a word is, in digits or in letters."""
    if is_digits(word):
        return int(word) if word.lstrip("-").isdecimal() and len(word) <= LONGEST_NUMBER else None
    return NUMBERS.get(word) if word in NUMBERS else _PLAIN_NUMBERS.get(word)


def is_digits(word: str) -> bool:
    """Whether a word is written in digits, be it a number that any answer has or not."""
    return word.lstrip("-")[:1].isdecimal()


def _digit(letter: str) -> str:
    """Write any script's digit as ours."""
    found = unicodedata.decimal(letter, None)
    return letter if found is None else str(found)


_READY: Mapping[Keyword, frozenset[str]] = {
    each: frozenset(plain(word) for word in known.split("|")) for each, known in _KEYWORDS.items()
}
_PLAIN_NUMBERS: Mapping[str, int] = {plain(word): number for word, number in NUMBERS.items()}
