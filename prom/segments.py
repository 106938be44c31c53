"""How many SMS a text takes: each holds 160 letters of the GSM alphabet or 70 of UCS-2, and fewer when joined. PURE.

Alphabets, escapes and lengths are those of 3GPP TS 23.038, 6.2.1 and 6.2.3, and TS 23.040, 9.2.3.24.1 (a joined SMS
gives 6 of its 140 bytes to the joining). One letter outside the GSM alphabet turns the whole text into UCS-2. Whoever
sends pays for each SMS, and a phone may show a joined text in pieces.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

#: One septet each.
GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: Two septets each: an escape goes before them.
GSM_7_EXTENSION = frozenset("\f^{}\\[~]|€")

#: What one SMS holds, alone and joined with others: septets, and UTF-16 code units.
ALONE, JOINED = {"GSM-7": 160, "UCS-2": 70}, {"GSM-7": 153, "UCS-2": 67}


@dataclass(frozen=True)
class Measured:
    """What a text takes. `units` are septets or UTF-16 code units; `forcing` are the letters that force UCS-2."""

    alphabet: Literal["GSM-7", "UCS-2"]
    units: int
    segments: int
    forcing: tuple[str, ...] = ()

    @property
    def room(self) -> int:
        """How many units its segments hold together."""
        return ALONE[self.alphabet] if self.segments <= 1 else self.segments * JOINED[self.alphabet]


def measure(text: str) -> Measured:
    """Count the segments of a text as it stands, with its link and all; an empty one takes one."""
    forcing = tuple(dict.fromkeys(letter for letter in text if letter not in GSM_7 | GSM_7_EXTENSION))
    alphabet: Literal["GSM-7", "UCS-2"] = "UCS-2" if forcing else "GSM-7"
    width = _utf_16_units if forcing else _septets
    units = sum(width(letter) for letter in text)
    segments = 1 if units <= ALONE[alphabet] else _joined(text, width, JOINED[alphabet])
    return Measured(alphabet, units, segments, forcing)


def _septets(letter: str) -> int:
    return 2 if letter in GSM_7_EXTENSION else 1


def _utf_16_units(letter: str) -> int:
    return 2 if ord(letter) > 0xFFFF else 1


def _joined(text: str, width: Callable[[str], int], room: int) -> int:
    """Count joined segments: an escape and its letter, or a surrogate pair, are not torn apart."""
    segments, left = 1, room
    for letter in text:
        needed = width(letter)
        if needed > left:
            segments, left = segments + 1, room
        left -= needed
    return segments
