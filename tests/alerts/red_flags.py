"""What the shipped checks must call an emergency: written down here by hand, so that no rule can vouch for itself."""

from collections.abc import Mapping
from typing import Any

from alerts.library import instruments
from alerts.resolving import Instrument, codings_of
from questionnaires.definition import Item, ItemType

WHEN = ("last-24-hours", "now")
_FLAGS = ("fever", "chest-pain", "breathless-at-rest", "bleeding", "confusion", "leg-weakness", "fluids")
_URGENT: Mapping[str, tuple[str, ...]] = {"contact": ("urgent",)}

#: Rule set (and questionnaire) -> linkId -> the answers that are an emergency.
EMERGENCIES: Mapping[str, Mapping[str, tuple[Any, ...]]] = {
    "symptom-check": {
        "temperature": (38, 38.4, 45),
        **dict.fromkeys((*_FLAGS[1:], "shivering"), WHEN),
        **_URGENT,
    },
    "palliative-check": {**dict.fromkeys((*_FLAGS, "pain-crisis"), WHEN), **_URGENT},
    "recovery-check": {
        "fever": WHEN,
        "chest-breath": WHEN,
        "alarm-signs": (
            "bleeding",
            "wound-open",
            "confusion",
            "leg-weakness",
            "fluids",
            "belly",
            "leg-swelling",
            "urine",
            "stoma-dark",
        ),
        **_URGENT,
    },
    "late-effects-check": {**dict.fromkeys(_FLAGS, WHEN), **_URGENT},
    "fever-check": {"temperature": (38, 38.4, 45), "shivering": WHEN, **_URGENT},
}
#: What must be answered before a flagged answer is asked for at all.
OPENED_BY: Mapping[str, Mapping[str, Any]] = {"temperature": {"temperature-measured": "yes"}}

#: Every such answer: of which check, to which question, which answer.
ANSWERS = [
    (name, link_id, value)
    for name, flags in EMERGENCIES.items()
    for link_id, values in flags.items()
    for value in values
]


def instrument(name: str) -> Instrument:
    """Return the newest shipped version of a questionnaire with its key."""
    return [one for one in instruments() if one[0].name == name][-1]


def codes_of(item: Item) -> list[Any]:
    """Return what may be answered to a question, as people write it in an example: codes, or numbers within bounds."""
    if item.type is ItemType.CHOICE:
        return [coding.code for coding in codings_of(item)]
    if item.type in (ItemType.INTEGER, ItemType.DECIMAL):
        return [item.min_value, item.max_value]
    return ["Eg lurer på noko."]
