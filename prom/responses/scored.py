"""The small sealed document beside a response's FHIR document: its row as exports write it, and what it is worth.

{row: text, scores: {scale: {value, missing}}, attributes: {scale: {linkId: number}}}; a score's `missing` and an
attribute of 0 are left out. Reading a FHIR document costs some hundred times as much as a row, so whoever reads many
responses reads rows. The row stands first, so that it can be read without the rest (`row_in`).

Rows of the table from before this have no `row` or one of another layout, and a response that could not be scored has
none: whoever wants it makes it from the FHIR document, with the same function (`cells.row_of`).
"""

import json
from typing import Any

from alerts.observation import Observation
from prom.responses.cells import layout_of, row_of
from questionnaires.definition import Questionnaire
from questionnaires.scoring import ScoringKey

#: How the text of the document begins where it has a row.
_HEAD = '{"row":'
_read = json.JSONDecoder().raw_decode


def document_of(observation: Observation, questionnaire: Questionnaire, key: ScoringKey | None) -> dict[str, Any]:
    """Write a scored response as the document that is sealed."""
    values = {scale: score.value for scale, score in observation.scores.items()}
    return {
        "row": row_of(
            layout_of(questionnaire, key),
            observation.answers,
            values,
            asked=observation.asked,
            complete=observation.complete,
        ),
        "scores": {
            scale: {"value": score.value} if score.missing is None else {"value": score.value, "missing": score.missing}
            for scale, score in observation.scores.items()
        },
        "attributes": {
            scale: above
            for scale, each in observation.attributes.items()
            if (above := {link_id: number for link_id, number in each.items() if number})
        },
    }


def row_in(text: str) -> str | None:
    """Return the row at the head of an opened document, or None where it has none."""
    if not text.startswith(_HEAD):
        return None
    row: str = _read(text, len(_HEAD))[0]
    return row
