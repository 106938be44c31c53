"""Calculated answers of what somebody sends: Prom works them out itself, whatever came with it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from questionnaires.answers import QuestionnaireResponse
from questionnaires.calculating import completed
from questionnaires.definition import Questionnaire
from questionnaires.keys.summing import with_sums

#: Whose day today() is in an expression.
_ZONE = ZoneInfo("Europe/Oslo")


def complete(questionnaire: Questionnaire, given: QuestionnaireResponse, authored: datetime) -> QuestionnaireResponse:
    """Return the response with its calculated answers as of the day of the answers; itself where nothing is.

    That an answer was replaced refuses nothing: what is stored, scored and judged is what Prom worked out.
    """
    return completed(questionnaire, with_sums(questionnaire, given), authored.astimezone(_ZONE).date()).response
