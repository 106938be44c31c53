"""What a response is worth: score() -> one Score per scale of a key; a missing score says why it is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from questionnaires.answers import QuestionnaireResponse
from questionnaires.composites import HIGHEST_ATTRIBUTE, level
from questionnaires.definition import Questionnaire
from questionnaires.keys import parse_key
from questionnaires.numbers import Number, Numbers
from questionnaires.scales import Scale, Score, ScoringKey

__all__ = ["Scale", "Score", "ScoringKey", "attributes", "attributes_of", "parse_key", "score"]


def score(key: ScoringKey, questionnaire: Questionnaire, response: QuestionnaireResponse) -> Mapping[str, Score]:
    """Return scale code -> Score for every scale of the key; computed exactly, turned to float last, never rounded.

    An item that is missing, not asked or "not-applicable" is never taken as 0, but for attributes of a composite whose
    first attribute is 0: they were not asked because there is nothing to ask about. Raises ValueError when the key is
    another questionnaire's.
    """
    numbers = _numbers(key, questionnaire, response)
    return {scale.code: _score(scale, numbers) for scale in key.scales}


def attributes(
    key: ScoringKey, questionnaire: Questionnaire, response: QuestionnaireResponse, scale: str
) -> Mapping[str, float | None]:
    """Return linkId -> number for the items of one scale, unreversed; None where there is none.

    Of a composite, what was not asked because the first attribute is 0 is 0.0. Raises KeyError for an unknown scale.
    """
    return attributes_of(key, questionnaire, response, (scale,))[scale]


def attributes_of(
    key: ScoringKey, questionnaire: Questionnaire, response: QuestionnaireResponse, scales: Iterable[str]
) -> Mapping[str, Mapping[str, float | None]]:
    """Return the attributes of many scales by scale code; the response is branched once, not once per scale."""
    numbers = _numbers(key, questionnaire, response)
    return {code: _attributes(key.scale(code), code, numbers) for code in scales}


def _attributes(scale: Scale | None, code: str, numbers: Numbers) -> Mapping[str, float | None]:
    if scale is None:
        raise KeyError(code)
    read = _read(scale, numbers)
    return {link_id: None if number.value is None else float(number.value) for link_id, number in read.items()}


def _numbers(key: ScoringKey, questionnaire: Questionnaire, response: QuestionnaireResponse) -> Numbers:
    if key.questionnaire != questionnaire.url:
        raise ValueError(f"the key {key.name} scores {key.questionnaire}, not {questionnaire.url}")
    return Numbers(questionnaire, response)


def _read(scale: Scale, numbers: Numbers) -> dict[str, Number]:
    read = {link_id: numbers.of(link_id, scale) for link_id in scale.items}
    if scale.method == "composite" and read[scale.items[0]].value == 0:
        # A symptom that is not there has no severity: not asked, or skipped, it counts 0.
        nothing = ("not asked", "not answered")
        return {link_id: Number(Fraction(0)) if each.missing in nothing else each for link_id, each in read.items()}
    return read


def _score(scale: Scale, numbers: Numbers) -> Score:
    read = _read(scale, numbers)
    values = {link_id: number.value for link_id, number in read.items() if number.value is not None}
    if scale.method == "composite" and values.get(scale.items[0]) == 0:
        return Score(scale.code, 0.0)
    if len(values) < scale.minimum_answered:
        return Score(scale.code, None, _why_missing(scale, [each.missing for each in read.values() if each.missing]))
    if scale.method == "composite":
        return _composite(scale, list(values.values()))
    return Score(scale.code, float(_combine(scale, [_turned(scale, *each) for each in values.items()])))


def _why_missing(scale: Scale, reasons: list[str]) -> str:
    # In a composite the first gap explains the ones after it, which were not asked because of it.
    alike = len(reasons) == len(scale.items) and len(set(reasons)) == 1
    return reasons[0] if alike or scale.method == "composite" else "too few answered"


def _composite(scale: Scale, values: list[Fraction]) -> Score:
    if not all(value.denominator == 1 and 0 <= value <= HIGHEST_ATTRIBUTE for value in values):
        return Score(scale.code, None, "not on the scale")
    return Score(scale.code, float(level(scale.attribute_kinds, [int(value) for value in values])))


def _turned(scale: Scale, link_id: str, value: Fraction) -> Fraction:
    if link_id not in scale.reverse or scale.low is None or scale.high is None:
        return value
    return Fraction(scale.low) + Fraction(scale.high) - value


def _combine(scale: Scale, values: list[Fraction]) -> Fraction:
    mean = sum(values, Fraction(0)) / len(values)
    if scale.method == "sum":
        # With some missing, the others stand in for them: the mean of what was answered, times all the items.
        return mean * len(scale.items)
    if scale.method == "percent" and scale.low is not None and scale.high is not None:
        return (mean - Fraction(scale.low)) / (Fraction(scale.high) - Fraction(scale.low)) * 100
    return mean
