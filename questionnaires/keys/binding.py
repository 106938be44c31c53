"""An instrument key bound to a questionnaire: which of its items is which of the instrument's, by linkId or by code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from questionnaires.definition import Questionnaire
from questionnaires.keys import instrument_library
from questionnaires.keys.instrument_keys import InstrumentKey, parse_instrument
from questionnaires.keys.scales import Scale, ScoringKey
from questionnaires.problems import Findings, QuestionnaireError

#: The fields of a scoring key document that names an instrument, beside its name, version and questionnaire.
BOUND_FIELDS = frozenset({"instrument", "items", "answers"})


def read_binding(
    document: Mapping[str, Any],
    head: ScoringKey,
    questionnaire: Questionnaire | None,
    found: Findings,
) -> ScoringKey:
    """Return `head` with the scales of the instrument that a document names or holds, over linkIds for its items."""
    instrument = _instrument(document["instrument"], found)
    items = document.get("items", {})
    if instrument is None:
        return head
    if not isinstance(items, Mapping) or not all(isinstance(each, str) for each in items.values()):
        found.add(None, "wrong-field", field="items", expected="a linkId, or system|code, for each item")
        return head
    for name in items.keys() - instrument.by_name.keys():
        found.add(None, "instrument-unknown-item", instrument=instrument.name, item=name)
    bound = bind_items(instrument, items, questionnaire)
    scales = _renamed(instrument, bound, found)
    safety = tuple(replace(each, item=bound[each.item]) for each in instrument.safety if each.item in bound)
    return replace(head, source=instrument.source, scales=scales, safety=safety, instrument=instrument.canonical)


def bind_items(
    instrument: InstrumentKey, given: Mapping[str, str], questionnaire: Questionnaire | None
) -> dict[str, str]:
    """Return item name -> linkId: as given (a linkId, or `system|code` of one), else by the code that both carry.

    An item that is found nowhere is left out.
    """
    by_code = _link_ids_by_code(questionnaire)
    bound: dict[str, str] = {}
    for item in instrument.items:
        own = given.get(item.name)
        known = own is not None and (questionnaire is None or questionnaire.item(own) is not None)
        codes = [f"{coding.system or ''}|{coding.code}" for coding in item.codes] if own is None else [own]
        link_id = own if known else next((by_code[code] for code in codes if code in by_code), own)
        if link_id is not None:
            bound[item.name] = link_id
    return bound


def _link_ids_by_code(questionnaire: Questionnaire | None) -> Mapping[str, str]:
    """Return `system|code` -> the linkId of the one question that carries it; a code of several items tells nothing."""
    carried: dict[str, list[str]] = {}
    for item in questionnaire.questions if questionnaire is not None else ():
        for coding in item.codes:
            carried.setdefault(f"{coding.system or ''}|{coding.code}", []).append(item.link_id)
    return {code: link_ids[0] for code, link_ids in carried.items() if len(link_ids) == 1}


def _instrument(given: Any, found: Findings) -> InstrumentKey | None:
    try:
        if isinstance(given, Mapping):
            return parse_instrument(given)
        if isinstance(given, str):
            return instrument_library.load(given)
    except QuestionnaireError as refused:
        found.problems.extend(refused.problems)
        return None
    except KeyError:
        pass
    found.add(None, "instrument-unknown", instrument=str(given))
    return None


def _renamed(instrument: InstrumentKey, bound: Mapping[str, str], found: Findings) -> tuple[Scale, ...]:
    """Return the scales over linkIds. One whose items a form may leave out, and does, goes; any other gap is found."""
    gaps = [item for item in instrument.items if item.name not in bound]
    for item in gaps:
        if not item.optional:
            found.add(None, "instrument-item-unbound", instrument=instrument.name, item=item.name)
    for link_id in _twice(bound.values()):
        found.add(link_id, "instrument-item-twice", instrument=instrument.name)
    left_out = {item.name for item in gaps}
    kept: dict[str, Scale] = {}
    for scale in instrument.scales:
        if not left_out & set(scale.items) and all(code in kept for code in scale.of):
            kept[scale.code] = renamed(scale, bound)
    if not kept and not found.problems:
        found.add(None, "no-scales")
    return tuple(kept.values())


def _twice(link_ids: Iterable[str]) -> list[str]:
    listed = list(link_ids)
    return [link_id for link_id in dict.fromkeys(listed) if listed.count(link_id) > 1]


def renamed(scale: Scale, names: Mapping[str, str]) -> Scale:
    """Return a scale over items of other names; a scale of scales has no items of its own."""
    if scale.of:
        return scale
    return replace(
        scale,
        items=tuple(names[item] for item in scale.items),
        reverse=frozenset(names[item] for item in scale.reverse),
        points={names[item]: points for item, points in scale.points.items()},
        permitted={names[item]: numbers for item, numbers in scale.permitted.items()},
        weights={names[item]: weight for item, weight in scale.weights.items()},
    )
