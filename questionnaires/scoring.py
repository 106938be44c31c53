"""What a response is worth: score() -> one Score per scale of a key; a missing score says why it is missing.

Which items each scale reads, and what each of their options counts, is worked out once for a key and its questionnaire;
what one response gives for them is read once, for its scores and its attributes together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from questionnaires.answers import QuestionnaireResponse
from questionnaires.branching import enabled
from questionnaires.definition import Questionnaire, Value
from questionnaires.keys.arithmetic import Worth, worth, worths
from questionnaires.keys.key_documents import parse_key
from questionnaires.keys.numbers import NOT_ANSWERED, NOT_ASKED, NOUGHT, Number, Source
from questionnaires.keys.scales import Scale, Score, ScoringKey

__all__ = ["Scale", "Score", "ScoringKey", "attributes", "attributes_of", "parse_key", "score"]

#: linkId -> what was read of it for one scale.
Numbers: TypeAlias = Mapping[str, Number]


@dataclass(frozen=True, eq=False)
class _Sources:
    """Where the scales of a key find their numbers in a questionnaire: each scale with its items as it takes them."""

    questionnaire: Questionnaire
    of: tuple[tuple[Scale, tuple[Source, ...]], ...]


def score(key: ScoringKey, questionnaire: Questionnaire, response: QuestionnaireResponse) -> Mapping[str, Score]:
    """Return scale code -> Score for every scale of the key; computed exactly, turned to float last, never rounded.

    An item that is missing, not asked or "not-applicable" is never taken as 0, but for attributes of a composite whose
    first attribute is 0: they were not asked because there is nothing to ask about. Raises ValueError when the key is
    another questionnaire's.
    """
    read = _numbers(key, questionnaire, response)
    if not key.derived:
        return {scale.code: _score(scale, numbers) for scale, numbers in read}
    made = worths(read)
    return {scale.code: _as_score(scale, made[scale.code]) for scale in key.scales}


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
    """Return the attributes of many scales by scale code. Raises KeyError for an unknown scale."""
    # Backwards, since of two scales with one code the first is meant.
    read = {scale.code: numbers for scale, numbers in reversed(_numbers(key, questionnaire, response))}
    return {
        code: {link_id: None if number.value is None else float(number.value) for link_id, number in read[code].items()}
        for code in scales
    }


def _numbers(
    key: ScoringKey, questionnaire: Questionnaire, response: QuestionnaireResponse
) -> tuple[tuple[Scale, Numbers], ...]:
    if key.questionnaire != questionnaire.url:
        raise ValueError(f"the key {key.name} scores {key.questionnaire}, not {questionnaire.url}")
    return response.once(_read_all, key.once(_find_sources, questionnaire))


def _find_sources(questionnaire: Questionnaire, key: ScoringKey) -> _Sources:
    of = [
        (scale, tuple([Source(link_id, questionnaire.item(link_id), scale, key.answers) for link_id in scale.items]))
        for scale in key.scales
    ]
    return _Sources(questionnaire, tuple(of))


def _read_all(sources: _Sources, response: QuestionnaireResponse) -> tuple[tuple[Scale, Numbers], ...]:
    asked, answers = enabled(sources.questionnaire, response), response.flat()
    return tuple([(scale, _read(scale, each, asked, answers)) for scale, each in sources.of])


def _read(
    scale: Scale, sources: tuple[Source, ...], asked: frozenset[str], answers: Mapping[str, tuple[Value, ...]]
) -> Numbers:
    read = {
        source.link_id: source.number(answers.get(source.link_id, ())) if source.link_id in asked else NOT_ASKED
        for source in sources
    }
    if scale.method == "composite" and read[scale.items[0]].value == 0:
        # A symptom that is not there has no severity: not asked, or skipped, it counts 0.
        nothing = (NOT_ASKED, NOT_ANSWERED)
        return {link_id: NOUGHT if number in nothing else number for link_id, number in read.items()}
    return read


def _score(scale: Scale, read: Numbers) -> Score:
    if scale.method == "composite" and read[scale.items[0]].value == 0:
        return Score(scale.code, 0.0)  # Which most symptoms are.
    return _as_score(scale, worth(scale, read))


def _as_score(scale: Scale, made: Worth) -> Score:
    value, missing, _ = made
    return Score(scale.code, None if value is None else float(value), missing)
