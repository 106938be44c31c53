"""Which items are asked, given what has been answered so far."""

from __future__ import annotations

from questionnaires.answers import QuestionnaireResponse
from questionnaires.definition import Questionnaire
from questionnaires.logic.conditions import hold
from questionnaires.logic.formulas import logic_of
from questionnaires.logic.places import Place, is_told_apart
from questionnaires.logic.repetitions import Branching, judged


def enabled(questionnaire: Questionnaire, response: QuestionnaireResponse) -> frozenset[str]:
    """Return the linkIds of the items that are asked: their parents are, and their conditions hold.

    What repeats is asked when it is in some repetition; place_of() tells them apart. Answers to items that are not
    asked do not count, however long the chain. Never raises, whatever the answers. Worked out once for a response,
    however often it is asked for.
    """
    return response.once(_branch, questionnaire)


def place_of(questionnaire: Questionnaire, response: QuestionnaireResponse) -> Place:
    """Return what is asked in each repetition of what repeats, each judged by the answers in it and around it.

    One place for the whole response where no repetition can differ from another. Never raises.
    """
    return response.once(_branching, questionnaire).place


def undecided(questionnaire: Questionnaire, response: QuestionnaireResponse) -> frozenset[str]:
    """Return the linkIds of items whose enableWhenExpression cannot be worked out. They are asked. Never raises."""
    if logic_of(questionnaire) is None:
        return frozenset()
    return response.once(_branching, questionnaire).undecided


def _branch(questionnaire: Questionnaire, response: QuestionnaireResponse) -> frozenset[str]:
    if not questionnaire.once(_is_plain, None):
        return place_of(questionnaire, response).anywhere()
    asked = set(questionnaire.always_asked)
    answers = response.flat()
    for item in questionnaire.sometimes_asked:
        parent = questionnaire.parent(item.link_id)
        if (parent is None or parent.link_id in asked) and hold(item, answers, asked):
            asked.add(item.link_id)
    return frozenset(asked)


def _branching(questionnaire: Questionnaire, response: QuestionnaireResponse) -> Branching:
    if questionnaire.once(_is_plain, None):
        return Branching(Place(enabled(questionnaire, response)))
    return judged(questionnaire, response)


def _is_plain(_: None, questionnaire: Questionnaire) -> bool:
    """Whether enableWhen decides everything, and the same for all repetitions."""
    logic = logic_of(questionnaire)
    return not (logic and logic.enable) and not is_told_apart(questionnaire)
