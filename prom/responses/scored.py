"""The small sealed document beside a response's FHIR document: what it is worth, and its answers as cells.

{scores: {scale: number}, missing: {scale: reason}, answers: {linkId: cell}}, cells as prom/responses/cells.py makes them.
Rows from before it held the answers have {scores: {scale: {value, missing}}, attributes: {...}}: their scores are read
here all the same, and their answers from the FHIR document. So are the answers of a response that could not be scored.
"""

from collections.abc import Mapping
from typing import Any

from alerts.observation import Observation
from prom.responses.cells import cells_of
from questionnaires.definition import Questionnaire
from questionnaires.scales import Score


def document_of(observation: Observation, questionnaire: Questionnaire) -> dict[str, Any]:
    """Write a scored response as the document that is sealed."""
    scores = observation.scores
    return {
        "scores": {scale: score.value for scale, score in scores.items()},
        "missing": {scale: score.missing for scale, score in scores.items() if score.missing is not None},
        "answers": cells_of(questionnaire, observation.answers),
    }


def scores_in(document: Mapping[str, Any]) -> dict[str, Score]:
    """Return scale -> score of an opened document, new or old."""
    reasons = document.get("missing", {})
    return {scale: _score(scale, value, reasons.get(scale)) for scale, value in document["scores"].items()}


def _score(scale: str, value: Any, missing: str | None) -> Score:
    return Score(scale, value["value"], value["missing"]) if isinstance(value, dict) else Score(scale, value, missing)
