"""A question as an SMS asks it: its words, its answers with their numbers, and how to answer. PURE but for catalogues.

Nothing else stands in it: no name, no hospital, no greeting. That its words reveal nothing its publisher has declared
(`questionnaires/declaring.py`).
"""

from prom.language import text
from prom.responses import wording
from prom.responses.sms.reading import Offer, offers
from questionnaires.definition import Item, ItemType


def question(item: Item, language: str, *, again: bool = False) -> str:
    """Write one question; `again` where an answer to it could not be read."""
    lines = [text("sms.again", language)] if again else []
    lines.append(wording.question(item, language).text)
    lines += [_line(item, offer, language) for offer in offers(item) if item.type is not ItemType.INTEGER]
    lines.append(_how(item, language))
    return "\n".join(lines)


def _line(item: Item, offer: Offer, language: str) -> str:
    words = wording.answer(item, offer.value, language, "UTC").text
    return words if words == str(offer.number) else f"{offer.number} {words}"


def _how(item: Item, language: str) -> str:
    if item.type is not ItemType.INTEGER:
        return text("sms.how.number", language)
    return text("sms.how.between", language, least=item.min_value, most=item.max_value)
