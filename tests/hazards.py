"""docs/clinical-safety.md, made of docs/hazards.yaml and of the tests that name a hazard: `python -m tests.hazards`."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import prom
from questionnaires.documents import read

ROOT = Path(prom.__file__).parent.parent
SOURCE = ROOT / "docs" / "hazards.yaml"
DOCUMENT = ROOT / "docs" / "clinical-safety.md"
BEGINNING = """\
# Clinical safety: hazards, controls, and the tests that show them

What can go wrong for a patient, what Prom does against it, and the tests that show it: each is named as the sentence
that it holds, after the file under `tests/` where it stands. This is a working list of the project. It is not a risk
management file: nobody has estimated severities and probabilities, and no clinician has reviewed it yet.

Made by `python -m tests.hazards` of [hazards.yaml](hazards.yaml) and of the tests marked with a hazard; a test holds it
equal to them.

"""


@dataclass(frozen=True)
class Hazard:
    """What can go wrong, what is done against it, and what Prom calls it for good, as in `H07`."""

    id: str
    hazard: str
    control: str


def hazards() -> list[Hazard]:
    """Every hazard of the list, in its order."""
    return [Hazard(**row) for row in read(SOURCE)["hazards"]]


def marked() -> list[tuple[str, str, str]]:
    """Every mark in the tests, by file and then from top to bottom: hazard, file under tests/, name of the test."""
    return [mark for path in sorted((ROOT / "tests").rglob("test_*.py")) for mark in marks_in(path.read_text(), path)]


def marks_in(source: str, path: Path) -> Iterator[tuple[str, str, str]]:
    """The marks in one file. A mark is `@pytest.mark.hazard(...)` on a test, with the hazards' ids as they stand."""
    if "mark.hazard" not in source:
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            for decorator in node.decorator_list:
                if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.hazard":
                    for argument in decorator.args:
                        yield ast.literal_eval(argument), path.relative_to(ROOT / "tests").as_posix(), node.name


def document() -> str:
    """The whole document: a heading for each hazard with its control and its tests, and what is not covered."""
    marks = marked()
    parts = [_section(hazard, [mark[1:] for mark in marks if mark[0] == hazard.id]) for hazard in hazards()]
    not_covered = "".join(f"- {line}\n" for line in read(SOURCE)["not_covered"])
    return f"{BEGINNING}{''.join(parts)}## Known and not covered\n\n{not_covered}"


def _section(hazard: Hazard, tests: list[tuple[str, str]]) -> str:
    by_file: dict[str, list[str]] = {}
    for path, name in tests:
        by_file.setdefault(path, []).append(name.removeprefix("test_").replace("_", " "))
    shown = "".join(f"- `{path}`: {'; '.join(names)}\n" for path, names in by_file.items())
    return f"## {hazard.id}. {hazard.hazard}\n\n{hazard.control}.\n\n{shown}\n"


if __name__ == "__main__":
    print(document(), end="")  # noqa: T201
