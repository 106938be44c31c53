"""How hard a text is to read: the index LIX, which counts long words and long sentences.

Björnsson, C. H.: Läsbarhet, 1968: below 30 is as easy as books for children, 30 to 40 as fiction, 40 to 50 as
newspapers, above that as official texts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

#: From here on the texts read like a newspaper; ours should be plainer.
PLAIN = 40
#: A word is long from seven letters on.
_LONG = 7
#: Fewer words than these say nothing.
_FEWEST_WORDS = 100
_WORD = re.compile(r"[^\W\d_]+")
_END = re.compile(r"[.!?:]+(?:\s|$)")


def lix(texts: Sequence[str]) -> int | None:
    """Return words per sentence and the percentage of long words, added; None for fewer than a hundred words.

    Each text ends a sentence, whether it has a full stop or not.
    """
    sentences = [part for text in texts for part in _END.split(text) if _WORD.search(part)]
    words = [word for part in sentences for word in _WORD.findall(part)]
    if len(words) < _FEWEST_WORDS:
        return None
    long = sum(len(word) >= _LONG for word in words)
    return round(len(words) / len(sentences) + 100 * long / len(words))
