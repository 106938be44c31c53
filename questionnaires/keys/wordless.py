"""An instrument without its words: a questionnaire of numbers alone, so that rules over its scores can be tried."""

from __future__ import annotations

from questionnaires.definition import Item, ItemType, Questionnaire
from questionnaires.keys.instrument_keys import InstrumentKey
from questionnaires.keys.key_documents import parse_key
from questionnaires.keys.scales import ScoringKey

#: What the urls begin with by which rules name an instrument whose wording Prom may not hold.
INSTRUMENT = "urn:prom:instrument:"


def wordless(key: InstrumentKey) -> tuple[Questionnaire, ScoringKey]:
    """Return the instrument as whole numbers within each item's bounds, with the very scales of its key.

    Nobody is asked by it: a hospital asks with its own form, bound to the same key. Raises QuestionnaireError for an
    instrument whose items are not whole numbers.
    """
    questionnaire = Questionnaire(
        url=f"{INSTRUMENT}{key.name}",
        version=key.version,
        name=key.name,
        title=key.title,
        status="draft",
        language="nb",
        languages=("nb",),
        items=tuple(
            Item(each.name, ItemType.INTEGER, min_value=int(each.low), max_value=int(each.high)) for each in key.items
        ),
    )
    head = {"name": key.name, "version": key.version, "questionnaire": questionnaire.url}
    items = {each.name: each.name for each in key.items}
    return questionnaire, parse_key({**head, "instrument": key.canonical, "items": items}, questionnaire)
