"""Every problem has a sentence, and every sentence says where and what."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import questionnaires
from questionnaires.problems import Problem, QuestionnaireError, ResponseError
from questionnaires.sentences import SENTENCES

#: What makes a problem, and which of its arguments is the code.
_MAKERS = {"Problem": 1, "add": 1, "ValueFault": 0}


def _made_problems() -> Iterator[tuple[str, set[str]]]:
    """Each code that the package names where it makes a problem, with the names of the values given there."""
    for path in Path(questionnaires.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                place = _MAKERS.get(name)
                if place is not None and len(node.args) > place:
                    names = {keyword.arg for keyword in node.keywords if keyword.arg}
                    names |= {
                        str(key.value)
                        for argument in node.args
                        if isinstance(argument, ast.Dict)
                        for key in argument.keys
                        if isinstance(key, ast.Constant)
                    }
                    for code in (each for each in ast.walk(node.args[place]) if isinstance(each, ast.Constant)):
                        yield str(code.value), names


def test_every_problem_that_is_made_has_a_sentence_and_the_values_it_asks_for() -> None:
    made = list(_made_problems())
    assert len(made) > 60
    for code, names in made:
        assert code in SENTENCES
        wanted = {field for _, field, _, _ in string.Formatter().parse(SENTENCES[code]) if field}
        assert wanted <= names, (code, wanted - names)


def test_a_problem_leads_with_its_link_id() -> None:
    problem = Problem("heat", "too-high", "error", {"most": Decimal("45.0")})
    assert problem.text == "heat: the answer is above 45.0"
    assert Problem(None, "no-scales").text == "there are no scales"


def test_a_problem_of_another_package_still_says_something() -> None:
    assert Problem("fever", "rule-on-unknown-item").text == "fever: rule on unknown item"
    assert Problem(None, "too-high").text == "the answer is above ?"


def test_problems_are_equal_by_all_they_say_and_can_be_collected() -> None:
    assert len({Problem("a", "x"), Problem("a", "x"), Problem("b", "x")}) == 2
    assert Problem("a", "x", values={"n": 1}) != Problem("a", "x", values={"n": 2})


def test_an_error_carries_its_problems() -> None:
    problems = [Problem("a", "too-high", values={"most": 1}), Problem(None, "no-scales")]
    assert QuestionnaireError(problems).problems == tuple(problems)
    assert str(QuestionnaireError(problems)) == "a: the answer is above 1; there are no scales"
    assert str(ResponseError(problems)) == "a: too-high; document: no-scales"
