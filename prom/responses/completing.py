"""What Prom works out itself in a response, calculated answers and sums, whatever came with it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import structlog

from questionnaires.answers import QuestionnaireResponse
from questionnaires.branching import undecided
from questionnaires.calculating import completed, works_out
from questionnaires.definition import Questionnaire

log = structlog.get_logger()

#: Whose day today() is in an expression: that of most who answer; a form is not told of its unit.
_ZONE = ZoneInfo("Europe/Oslo")


def complete(questionnaire: Questionnaire, given: QuestionnaireResponse, authored: datetime) -> QuestionnaireResponse:
    """Return the response with its calculated answers as of the day of the answers; itself where nothing is.

    That an answer was replaced refuses nothing: what is stored, scored and judged is what Prom worked out.
    """
    if not works_out(questionnaire):
        return given
    try:
        return completed(questionnaire, given, day_of(authored)).response
    except Exception as failure:  # an answer is never lost to a calculation: what judges it says that this one failed
        log.error("could not be assessed", step="calculation", failure=type(failure).__name__)
        return given


def not_computed(questionnaire: Questionnaire, given: QuestionnaireResponse, authored: datetime) -> frozenset[str]:
    """Return the linkIds of what could not be worked out; what came to nothing for want of answers is not among them.

    Whether an item is asked may be worked out too (enableWhenExpression). Where all of it failed, its failure's name.

    Asked anew of the stored answers, so that whoever judges them again finds the same.
    """
    try:
        unasked = undecided(questionnaire, given)
        if not works_out(questionnaire):
            return unasked
        problems = completed(questionnaire, given, day_of(authored)).problems
    except Exception as failure:
        return frozenset({type(failure).__name__})
    return unasked | {str(each.link_id) for each in problems if each.code == "not-computed"}


def day_of(moment: datetime) -> date:
    """Return what today() means in an expression at a moment."""
    return moment.astimezone(_ZONE).date()
