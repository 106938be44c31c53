"""Language versions of one questionnaire are read as one, with the texts of all."""

from questionnaires.definition import Texts
from questionnaires.languages import merge
from questionnaires.response import build
from questionnaires.validation import validate
from tests.questionnaires.expressed_samples import constraint
from tests.questionnaires.samples import item, questionnaire


def test_what_a_broken_constraint_says_is_kept_in_every_language_version() -> None:
    versions = [
        questionnaire(
            item("a", "integer", extension=[constraint("%context.answer.value > 5", said)]),
            language=language,
            extension=[constraint("item.answer.value.first() < 3", "Sum: " + said)],
        )
        for language, said in (("nb", "For lite."), ("nn", "For lite, då."))
    ]
    made, problems = merge(versions)
    assert problems == ()
    found = [problem.values["message"] for problem in validate(made, build(made, {"a": 4}))]
    assert {str(said): isinstance(said, Texts) and said.read("nn") for said in found} == {
        "For lite.": ("For lite, då.", "nn"),
        "Sum: For lite.": ("Sum: For lite, då.", "nn"),
    }
