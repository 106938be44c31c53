"""A pathway version: which questionnaires are asked when, by which rules they are judged, and with which words.

PURE: no database, no clock. Documents lie in `library/`; `parse()` refuses a wrong one by the name of its place. The
format stands in docs/pathways.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from prom.pathways.items import ANSWERERS, AfterAnswer, Anchor, Asked, InformationItem, Phase, Window
from prom.pathways.places import TEXTS, Place, each, shown
from prom.pathways.problems import PathwayError, PathwayProblem
from prom.pathways.reading_items import (
    read_after_answer,
    read_anchors,
    read_information,
    read_item,
    read_on_demand,
    read_phases,
    read_recorded,
)
from prom.pathways.timings import FIRST_ANCHOR, WEEKDAYS, BusinessDays, Offset, Timing, Unit
from prom.settings import known
from questionnaires.definition import Texts
from questionnaires.documents import faults

__all__ = [
    "ANSWERERS",
    "FIRST_ANCHOR",
    "WEEKDAYS",
    "AfterAnswer",
    "Anchor",
    "Asked",
    "BusinessDays",
    "InformationItem",
    "Offset",
    "Pathway",
    "PathwayError",
    "Phase",
    "Texts",
    "Timing",
    "Unit",
    "Window",
    "parse",
]

#: The messages that a pathway words: with a link to what is asked, a reminder of it, a text that waits, and the end.
TEXT_KINDS = ("sms", "reminder", "information", "ended")
#: The receiver of alerts where nothing else is said: the episode's own unit.
THE_UNIT = "unit"

_KEYS = frozenset(
    {"url", "version", "title", "texts", "anchors", "phases", "items", "onDemand", "recorded"}
    | {"afterAnswers", "information", "alerts", "settings"}
)


@dataclass(frozen=True)
class Pathway:
    """One version of a pathway."""

    url: str
    version: str
    name: str
    title: Texts
    items: tuple[Asked, ...]
    #: What "I am worse: report again" asks.
    on_demand: Asked
    #: What staff may fill in, such as a frailty score.
    recorded: tuple[Asked, ...]
    #: Messages by kind (sms, reminder, information, ended); `{link}` is the place of the address.
    texts: Mapping[str, Texts]
    #: The days that it is reckoned from. The first is the episode's own, the others may become known later.
    anchors: tuple[Anchor, ...] = ()
    phases: tuple[Phase, ...] = ()
    after_answers: tuple[AfterAnswer, ...] = ()
    information: tuple[InformationItem, ...] = ()
    #: What it chooses of the names in prom/settings/known.py, as the document says it.
    settings: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    #: Who receives its alerts: `unit`, the episode's own, or the name of another unit.
    received_by: str = THE_UNIT

    @property
    def asked(self) -> tuple[Asked, ...]:
        """All that the pathway asks: by plan, on demand, by staff, and after an answer."""
        return (*self.items, self.on_demand, *self.recorded, *(each.ask for each in self.after_answers))

    def phase_on(self, day: date, anchors: Mapping[str, date]) -> Phase | None:
        """Return the phase that a local day lies in, the later of two that overlap; None before, between and after."""
        return next((phase for phase in reversed(self.phases) if phase.lasts_on(day, anchors)), None)


def parse(document: Mapping[str, Any], name: str) -> Pathway:
    """Compile a pathway document; raises PathwayError, and nothing else, naming every place that is wrong."""
    try:
        unsound = faults(document)
        if unsound or not isinstance(document, Mapping):
            detail = unsound[0].text if unsound else "it is not one mapping of keys"
            raise PathwayError([PathwayProblem("", "unsound-document", {"detail": detail})])
        return _pathway(Place("", document), name)
    except PathwayError as error:
        raise PathwayError(error.problems, name) from None


def _pathway(place: Place, name: str) -> Pathway:
    place.only(_KEYS)
    place.needs("url", "version", "title", "items", "onDemand", "texts")
    title = place.texts("title")
    anchors = read_anchors(place)
    codes = [anchor.code for anchor in anchors]
    phases = read_phases(place, codes, title)
    pathway = Pathway(
        url=place.text("url", "an address, as in urn:prom:pathway:systemic-treatment"),
        version=_version(place),
        name=name,
        title=title,
        items=each(place.parts("items", "key"), lambda part: read_item(part, codes, phases)),
        on_demand=read_on_demand(place.part("onDemand", "what 'I am worse: report again' asks")),
        recorded=each(place.parts("recorded", "key"), read_recorded),
        texts=_texts(place),
        anchors=anchors,
        phases=phases,
        after_answers=each(place.parts("afterAnswers", "key"), read_after_answer),
        information=each(place.parts("information", "key"), lambda part: read_information(part, codes)),
        settings=_settings(place),
        received_by=_received_by(place),
    )
    _keys_once(place, pathway)
    return pathway


def _version(place: Place) -> str:
    value = place.values.get("version")
    # 1.0 without quotation marks is a number to YAML; its digits are kept.
    return str(value) if isinstance(value, int | Decimal) else place.text("version", 'a version, as in "1.0.0"')


def _texts(place: Place) -> Mapping[str, Texts]:
    part = place.part("texts", "the messages by kind, as in {sms: {nb: ..., nn: ..., en: ...}}")
    part.only(TEXT_KINDS)
    if not part.has("sms"):
        part.wrong("sms", TEXTS)
    return {str(kind): part.texts(kind) for kind in part.values}


def _settings(place: Place) -> Mapping[str, Any]:
    if not place.has("settings"):
        return MappingProxyType({})
    part = place.part("settings", "what is chosen, as in {remindersOn: true}")
    chosen = {}
    for name, value in part.values.items():
        try:
            chosen[name] = known.checked(name, value, "pathway")
        except known.WrongValue:
            names = [each.name for each in known.KNOWN.values() if "pathway" in each.levels]
            part.refuse("setting", name, found=shown(value), known=", ".join(names))
    return MappingProxyType(chosen)


def _received_by(place: Place) -> str:
    if not place.has("alerts"):
        return THE_UNIT
    part = place.part("alerts", "who receives them, as in {receivedBy: unit}")
    part.only({"receivedBy"})
    return part.text("receivedBy", "'unit', or the name of another unit")


def _keys_once(place: Place, pathway: Pathway) -> None:
    """Refuse one key for two things: plans, assignments and what was read are known by it."""
    keys = [asked.key for asked in pathway.asked] + [item.key for item in pathway.information]
    for key in keys:
        if keys.count(key) > 1:
            place.refuse("twice", "key", found=key)
