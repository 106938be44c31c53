"""From a response to the observation that is judged: the one way for the service, the auditor and the examples."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from alerts.observation import Observation
from questionnaires.branching import enabled
from questionnaires.definition import Questionnaire
from questionnaires.response import QuestionnaireResponse
from questionnaires.scoring import ScoringKey, attributes_of, score


def observe(
    questionnaire: Questionnaire,
    key: ScoringKey | None,
    response: QuestionnaireResponse,
    *,
    source: str,
    authored: datetime,
    complete: bool,
    age: int | None = None,
    phase: str | None = None,
    day_of_cycle: int | None = None,
) -> Observation:
    """Make the observation of a response: branch it and score it. Raises whatever scoring raises."""
    return Observation(
        answers=response.flat(),
        scores={} if key is None else score(key, questionnaire, response),
        attributes={} if key is None else attributes_of_levels(key, questionnaire, response),
        asked=enabled(questionnaire, response),
        source=source,
        authored=authored,
        complete=complete,
        age=age,
        phase=phase,
        day_of_cycle=day_of_cycle,
    )


def attributes_of_levels(
    key: ScoringKey, questionnaire: Questionnaire, response: QuestionnaireResponse
) -> Mapping[str, Mapping[str, float | None]]:
    """Return the attributes of every level scale, by scale code."""
    levels = [scale.code for scale in key.scales if scale.kind == "level"]
    return attributes_of(key, questionnaire, response, levels)
