"""How many SMS a text takes: by the standard's limits, by the letter that forces UCS-2, and by what is not torn."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prom.messaging import segments as door
from prom.segments import GSM_7, GSM_7_EXTENSION, measure
from tests.prom.properties import sized


def test_the_gsm_alphabet_has_its_127_letters_and_the_extension_its_ten() -> None:
    """128 places of the basic table, of which one is the escape to the other (3GPP TS 23.038, 6.2.1)."""
    assert (len(GSM_7), len(GSM_7_EXTENSION)) == (127, 10)
    assert not GSM_7 & GSM_7_EXTENSION


@pytest.mark.parametrize(
    "text, alphabet, units, segments",
    [
        ("", "GSM-7", 0, 1),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("æøåÆØÅéÉäöüßñ" + "a" * 147, "GSM-7", 160, 1),
        ("€" * 80, "GSM-7", 160, 1),
        ("€" * 81, "GSM-7", 162, 2),
        ("å" * 159 + "[", "GSM-7", 161, 2),
        ("č" * 70, "UCS-2", 70, 1),
        ("č" * 71, "UCS-2", 71, 2),
        ("č" + "a" * 133, "UCS-2", 134, 2),
        ("č" + "a" * 134, "UCS-2", 135, 3),
        ("😀" * 35, "UCS-2", 70, 1),
        ("😀" * 36, "UCS-2", 72, 2),
    ],
)
def test_a_text_takes_as_many_sms_as_the_standard_says(text: str, alphabet: str, units: int, segments: int) -> None:
    measured = measure(text)
    assert (measured.alphabet, measured.units, measured.segments) == (alphabet, units, segments)


def test_an_escaped_letter_is_not_torn_apart_at_the_end_of_a_joined_sms() -> None:
    """306 septets would fill two of 153; the euro sign that straddles them begins the second, and a third is needed."""
    assert measure("a" * 152 + "€" + "a" * 152).units == 306
    assert measure("a" * 152 + "€" + "a" * 152).segments == 3
    assert measure("a" * 151 + "€" + "a" * 153).segments == 2


def test_a_surrogate_pair_is_not_torn_apart_either() -> None:
    assert measure("a" * 66 + "😀" + "a" * 66).segments == 3
    assert measure("a" * 65 + "😀" + "a" * 67).segments == 2


@pytest.mark.parametrize("letter", ["č", "đ", "ŋ", "š", "ŧ", "ž", "á", "ç", "’", "–", "…", "\u00a0", "\t", "´", "`"])
def test_the_letter_that_forces_ucs_2_is_named(letter: str) -> None:
    """Northern Sami letters do, and so do the quotation marks and dashes that word processors put in unasked."""
    assert measure(f"Hei {letter} der {letter}").forcing == (letter,)
    assert measure("Hei! Å, ä, ö: {link} € ~ |").forcing == ()


def test_letters_that_look_alike_are_told_apart() -> None:
    """An å that is an a with a ring put over it (as some systems' file names and copied texts have it) is no å."""
    assert measure("å").alphabet == "GSM-7"
    assert measure(unicodedata.normalize("NFD", "å")).forcing == ("\u030a",)


def test_messages_count_as_pathways_do() -> None:
    assert door.measure is measure


@sized
@given(st.text(max_size=700))
def test_segments_hold_the_text_and_no_fewer_would(text: str) -> None:
    measured = measure(text)
    assert measured.units <= measured.room
    least = -(-measured.units // measured.room) if measured.segments > 1 else 1
    assert measured.segments >= least
    # Only what cannot be torn apart can waste room: at most one unit per joined SMS.
    if measured.segments > 1:
        per_segment = measured.room // measured.segments
        assert measured.units > (measured.segments - 1) * (per_segment - 1)


@sized
@given(st.text(max_size=200), st.text(max_size=200))
def test_a_longer_text_never_takes_fewer(one: str, other: str) -> None:
    assert measure(one + other).segments >= max(measure(one).segments, 1)
