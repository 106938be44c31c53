"""What an SMS answers: forgiven in its form, never guessed in its meaning."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prom.responses.sms.reading import Unread, offers, read
from prom.responses.sms.words import FILLERS, NUMBERS, Keyword, keyword, words_of
from questionnaires.definition import Coding, Item, Value
from tests.prom.responses.sms.forms import choice, five, option, whole, yes_no

LANGUAGES = ("nb", "nn", "en", "se")
# fmt: off
UNCLEAR = (
    "2 eller 3", "2 or 3", "2-3", "2/3", "23", "33", "6", "0", "-3", "3.5", "3,5", "3.3", "3½", "!!", "  ", "",
    "1 2 3", "2 3", "3 godt", "godt dårlig", "godt eller dårlig", "99999999999999999999", "ja 3", "to eller tre",
    "①②", "3 av 5",
)
THREE = (
    "3", " 3 !", "3.", "3)", "(3)", "svar: 3", "Svar 3", "SVARET MITT ER 3", "nr. 3", "alternativ 3", "３", "3️⃣", "٣",
    "#3", "tre", "Tre!", "three", "golbma", "3, tre", "Dårlig", "dårlig.", "3 dårlig", "dårlig (3)", "3: Dårlig",
    "Badly", "jeg velger 3", "answer: 3", "My answer is three", "vástádus 3", "3 takk", "svar:3", "svar3", "\n3\n",
    "3 3", "③",
)
# fmt: on


def code(value: Value | Unread) -> str:
    """What was read, as a short word."""
    return value.code if isinstance(value, Coding) else str(value)


@pytest.mark.parametrize("text", UNCLEAR)
def test_what_could_mean_two_answers_or_none_is_not_guessed(text: str) -> None:
    assert read(five(), text, "nb") in (Unread.UNCLEAR, Unread.WORDS)


@pytest.mark.parametrize("text", ["ja og nei", "nei 1", "ja/nei", "kanskje", "3", "yes no", "1 eller 2", "ja 3"])
def test_a_yes_that_may_be_a_no_is_not_guessed(text: str) -> None:
    assert read(yes_no(), text, "nb") is Unread.UNCLEAR


@pytest.mark.parametrize(
    "text",
    ["Jeg har feber", "ja, men jeg har det vondt", "don't know, 3", "3 hvis jeg tar medisin", "👍", "三", "ring meg",
     "godt, bortsett fra at jeg fryser", "stopp dette 3", "hva betyr 3?"],
)  # fmt: skip
def test_what_a_person_has_to_read_is_told_from_a_failed_try(text: str) -> None:
    assert read(five(), text, "nb") is Unread.WORDS
    assert read(yes_no(), text, "nb") is Unread.WORDS


@pytest.mark.parametrize("text", THREE)
def test_an_answer_is_read_however_it_is_written(text: str) -> None:
    for language in LANGUAGES:
        assert code(read(five(), text, language)) == "o2"


@pytest.mark.parametrize(
    "text", ["ja", "Ja!", "JA.", "jo", "jau", "yes", "y", "j", "juo", "1", "1 ja", "ja takk", "yes, please"]
)
def test_yes_is_read_in_every_language(text: str) -> None:
    assert read(yes_no(), text, "se") is True


@pytest.mark.parametrize("text", ["nei", "Nei.", "no", "n", "ii", "2", "2: nei", "nei takk", "No, thank you"])
def test_no_is_read_in_every_language(text: str) -> None:
    for language in LANGUAGES:
        assert read(yes_no(), text, language) is False


def test_an_option_that_says_yes_is_said_in_every_language() -> None:
    asked = choice(option("y", "Ja"), option("n", "Nei"), option("u", "Vet ikke"))
    assert [code(read(asked, each, "nb")) for each in ("juo", "yes", "ii", "vet ikke", "3")] == [
        "y",
        "y",
        "n",
        "u",
        "u",
    ]


def test_options_that_are_numbers_are_called_by_themselves() -> None:
    asked = choice(*(option(f"c{number}", str(number)) for number in range(11)))
    assert [offer.number for offer in offers(asked)] == list(range(11))
    assert code(read(asked, "0", "nb")) == "c0"
    assert code(read(asked, "ti", "nb")) == "c10"


def test_a_number_that_is_one_options_place_and_anothers_words_is_not_guessed() -> None:
    asked = choice(option("none", "Ingen"), option("one", "1"), option("more", "Flere"))
    assert read(asked, "1", "nb") is Unread.UNCLEAR
    assert code(read(asked, "3", "nb")) == "more"


def test_the_same_words_of_two_options_in_two_languages_are_read_in_hers() -> None:
    asked = choice(option("a", "Gift", en="Married"), option("b", "Annet", en="Gift"))
    assert code(read(asked, "gift", "nb")) == "a"
    assert code(read(asked, "gift", "en")) == "b"


@pytest.mark.parametrize(
    "text, number", [("0", 0), ("10", 10), ("ti", 10), ("åtte", 8), ("atte", 8), ("čieža", 7), ("７", 7)]
)
def test_a_whole_number_within_its_bounds_is_read(text: str, number: int) -> None:
    assert read(whole(), text, "nb") == number


@pytest.mark.parametrize("text", ["11", "-1", "5 eller 6", "5.5", "100000000000000000000000000"])
def test_a_number_outside_its_bounds_is_not_bent(text: str) -> None:
    assert read(whole(), text, "nb") is Unread.UNCLEAR


def test_the_unit_may_be_written_beside_the_number() -> None:
    assert read(whole(30, 200, unit="kg"), "72 kg", "nb") == 72
    assert read(whole(30, 200, unit="kg"), "72 timer", "nb") is Unread.WORDS


# Keywords


@pytest.mark.parametrize(
    "text", ["Stop", "STOPP!", " stopp. ", "Avslutt", "meld av", "STOP ALL", "unsubscribe", "bisset", "«Stopp»"]
)
def test_stop_is_heard_in_every_language(text: str) -> None:
    assert keyword(text) is Keyword.STOP


@pytest.mark.parametrize("text", ["START", "start!", "Meld på", "meld pa", "álggat", "ALGGAT", "unstop"])
def test_start_is_heard_in_every_language(text: str) -> None:
    assert keyword(text) is Keyword.START


@pytest.mark.parametrize("text", ["HJELP", "Help?", "hjelp meg", "info", "veahkki", "veahkehit"])
def test_help_is_heard_in_every_language(text: str) -> None:
    assert keyword(text) is Keyword.HELP


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3",
        "ja",
        "Kan du stoppe?",
        "Blødningen vil ikke stoppe, stopp",
        "jeg trenger hjelp til å starte",
        "don't stop",
    ],
)
def test_a_keyword_inside_a_sentence_is_none(text: str) -> None:
    assert keyword(text) is None


# Properties

AROUND = st.text(string.punctuation.replace("-", "") + " \n\t\u00a0", max_size=6)
FILLER = st.sampled_from(["", *sorted(FILLERS)])


@given(st.integers(1, 5), AROUND, AROUND, FILLER, st.sampled_from(LANGUAGES))
def test_any_number_in_any_decoration_is_read_as_itself(
    number: int, before: str, after: str, said: str, language: str
) -> None:
    assert code(read(five(), f"{said} {before}{number}{after}", language)) == f"o{number - 1}"


@given(
    st.lists(st.integers(0, 30), min_size=2, max_size=4, unique=True),
    st.sampled_from([" ", ",", "/", "-", " eller ", " or ", ".", "\n"]),
)
def test_no_two_numbers_are_ever_read_as_one(numbers: list[int], between: str) -> None:
    text = between.join(map(str, numbers))
    for asked in (five(), yes_no(), whole()):
        assert isinstance(read(asked, text, "nb"), Unread)


@given(st.text(max_size=60), st.sampled_from(LANGUAGES))
def test_whatever_comes_is_an_offered_answer_or_none(text: str, language: str) -> None:
    for asked in (five(), yes_no(), whole()):
        found = read(asked, text, language)
        assert isinstance(found, Unread) or found in [offer.value for offer in offers(asked)] or found in range(11)


@given(st.text("0123456789 .,-/½³３abcjneiøå", max_size=12))
def test_an_answer_never_contradicts_a_digit_that_was_written(text: str) -> None:
    """Every number in the message is the one that was read: nothing is left out to make sense of it."""
    asked: Item = whole(0, 99)
    found = read(asked, text, "nb")
    if not isinstance(found, Unread):
        digits = {int(word) for word in words_of(text) if word.lstrip("-").isdecimal()}
        assert digits <= {found}
        assert digits or {NUMBERS.get(word) for word in words_of(text)} & {found}
