"""The shipped rule sets: one folder each, one file per version, with its worked examples beside it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from alerts.parsing import parse
from alerts.problems import RuleError, RuleProblem
from alerts.rehearsing import rehearse
from alerts.resolving import Instrument
from alerts.rules import RuleSet
from questionnaires import library as instrument_library
from questionnaires.documents import read
from questionnaires.keys.instrument_library import load as load_key
from questionnaires.keys.wordless import wordless
from questionnaires.problems import QuestionnaireError
from questionnaires.trees import yaml_tree

LIBRARY = Path(__file__).parent / "library"
_EXAMPLES = ".examples.yaml"
#: Instruments that shipped rules are over and whose wording is not ours to ship: a hospital binds its own form to them.
WORDLESS = ("qlq-c30",)


@cache
def rule_sets() -> tuple[RuleSet, ...]:
    """Return every shipped rule set, by name and then version, the newest last. Raises RuleError for a faulty file."""
    return in_folder(LIBRARY, instruments())


def load(name: str, version: str | None = None) -> RuleSet:
    """Return a shipped rule set, the newest without a version. Raises LookupError where there is none."""
    found = [one for one in rule_sets() if one.name == name and version in (None, one.version)]
    if not found:
        raise LookupError(f"there is no rule set {name} {version or ''}".strip())
    return found[-1]


def check(rule_set: RuleSet, over: Sequence[Instrument] | None = None) -> list[RuleProblem]:
    """Run a rule set's worked examples over every version it covers and return what did not come out (empty = good).

    `over` are the instruments to look among; without it the shipped ones.
    """
    if not rule_set.examples:
        return [RuleProblem(None, None, "no-examples")]
    problems: list[RuleProblem] = []
    for version in rule_set.questionnaire_versions:
        problems += _checked(rule_set, version, instruments() if over is None else over)
    return problems


def _checked(rule_set: RuleSet, version: str, over: Sequence[Instrument]) -> list[RuleProblem]:
    url = rule_set.questionnaire
    for instrument in over:
        if (instrument[0].url, instrument[0].version) == (url, version):
            return list(rehearse(rule_set, instrument))
    return [RuleProblem(None, None, "unknown-questionnaire", {"questionnaire": url, "version": version})]


@cache
def instruments() -> tuple[Instrument, ...]:
    """Return the shipped questionnaires with their scoring keys, and the instruments without words as numbers alone."""
    asked = ((one.questionnaire, one.key) for one in instrument_library.versions())
    return *asked, *(wordless(load_key(name)) for name in WORDLESS)


def in_folder(folder: Path, over: Sequence[Instrument]) -> tuple[RuleSet, ...]:
    """Read every rule set of a library folder, laid out as <name>/<version>.yaml."""
    paths = [path for path in folder.glob("*/*.yaml") if not path.name.endswith(_EXAMPLES)]
    return tuple(read_rule_set(path, over) for path in sorted(paths, key=_name_and_version))


def read_rule_set(path: Path, over: Sequence[Instrument]) -> RuleSet:
    """Read one version of a rule set, with the examples beside it.

    Raises RuleError, also where the document's name and version are not those of its folder and file.
    """
    rule_set = parse(_document(path), over)
    if (rule_set.name, rule_set.version) != (path.parent.name, path.stem):
        raise RuleError([RuleProblem(None, None, "other-file", {"name": path.parent.name, "version": path.stem})])
    return rule_set


def _document(path: Path) -> dict[str, Any]:
    examples_path = path.with_name(path.stem + _EXAMPLES)
    try:
        document = dict(read(path))
        if examples_path.exists():
            document["examples"] = yaml_tree.load(examples_path.read_text())
    except (QuestionnaireError, ValueError) as error:
        raise RuleError([RuleProblem(None, None, "unsound-document", {"detail": f"{path.name}: {error}"})]) from error
    return document


def _name_and_version(path: Path) -> tuple[str, list[tuple[int, str]]]:
    parts = path.stem.split(".")
    return path.parent.name, [(int(part), "") if part.isdigit() else (-1, part) for part in parts]
