import random

import pytest

from prom.simulation.courses import KINDS, Answers, course
from questionnaires import library
from questionnaires.response import build
from questionnaires.validation import validate

CHECK = library.load("symptom-check")
assert CHECK.key is not None
SYMPTOMS = [tuple(scale.items) for scale in CHECK.key.scales if scale.kind == "level"]
FREE_TEXTS = ("Alt smaker metall.",)


def problems(answers: Answers) -> list[str]:
    response = build(CHECK.questionnaire, answers)
    return [problem.text for problem in validate(CHECK.questionnaire, response, complete=True)]


@pytest.mark.parametrize("number", range(len(KINDS)))
def test_every_report_of_every_course_is_valid(number: int) -> None:
    chance = random.Random(number)
    hers = course(number, SYMPTOMS, FREE_TEXTS, chance)
    for week in range(14):
        assert problems(hers.week(week, chance)) == []
    assert problems(hers.mild(chance)) == []


def test_a_mild_report_calls_for_nobody() -> None:
    chance = random.Random(3)
    answers = course(0, SYMPTOMS, FREE_TEXTS, chance).mild(chance)
    assert answers["contact"] == "no"
    assert {value for item, value in answers.items() if item in {each for symptom in SYMPTOMS for each in symptom}} <= {
        "0",
        "1",
    }


def test_a_worsening_course_becomes_worse() -> None:
    number = [kind.value for kind in KINDS].index("worsening")
    chance = random.Random(5)
    hers = course(number, SYMPTOMS, FREE_TEXTS, chance)

    def burden(week: int) -> int:
        reports = [hers.week(week, chance) for _ in range(20)]
        return sum(int(report[symptom[0]]) for report in reports for symptom in hers.burdens)

    assert burden(11) > burden(0)


def test_the_same_dice_give_the_same_reports() -> None:
    def reports() -> list[Answers]:
        chance = random.Random(9)
        hers = course(4, SYMPTOMS, FREE_TEXTS, chance)
        return [hers.week(week, chance) for week in range(12)]

    assert reports() == reports()
