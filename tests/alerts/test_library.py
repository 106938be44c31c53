"""Library folders and worked examples, over the small instrument of these tests."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from alerts.library import check, in_folder, read_rule_set
from alerts.parsing import RuleError, parse
from tests.alerts.samples import INSTRUMENT, KEY, QUESTIONNAIRE, document, fever, written

RULES = """
url: urn:prom:rules:sample
version: {version}
title: {{nb: Prøve}}
questionnaire: urn:prom:questionnaire:sample
questionnaireVersions: [1.0.0]
rules:
  - id: fever
    kind: threshold
    topic: fever
    reads: {{answer: temperature}}
    unit: Cel
    compare: ">="
    value: 38.0
    severity: emergency
    title: {{nb: Feber}}
    source: made for tests
"""
EXAMPLES = """
- name: warm
  answers: {temperature-measured: "yes", temperature: 38.0}
  expect: [{rule: fever, severity: emergency}]
  exactly: true
"""
WARM = {"temperature-measured": "yes", "temperature": 38}
FEVER = {"rule": "fever", "severity": "emergency"}


def put(folder: Path, version: str, text: str = RULES, examples: str | None = EXAMPLES, name: str = "sample") -> Path:
    path = folder / name / f"{version}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text.replace("{version}", version).replace("{{", "{").replace("}}", "}"))
    if examples is not None:
        path.with_name(f"{version}.examples.yaml").write_text(examples)
    return path


def checked(example: dict[str, Any], *rules: dict[str, Any]) -> list[tuple[str | None, str]]:
    made = parse(document(*rules, examples=[{"name": "one", "expect": []} | example]), [INSTRUMENT])
    return [(problem.rule, problem.code) for problem in check(made, [INSTRUMENT])]


def severe() -> dict[str, Any]:
    fields = {"each": "level-scale", "reads": "level", "compare": ">=", "value": 3, "topic": None, "title": None}
    return written("severe", "threshold", **fields, whenMissing="not applicable")


def worse(against: str) -> dict[str, Any]:
    return written("worse", "change", reads={"level": "pain"}, against=against, worseBy=2, whenMissing="not applicable")


@pytest.mark.parametrize(
    "rules,examples",
    [
        ("rules: [", EXAMPLES),
        ("- a list", EXAMPLES),
        (RULES + "title: {nb: twice}\n", EXAMPLES),
        (RULES.replace("temperature", "nowhere"), EXAMPLES),
        (RULES, "- ["),
        (RULES, "name: no list"),
        (RULES, EXAMPLES.replace("rule: fever", "rule: cough")),
    ],
)
def test_a_faulty_file_is_refused(tmp_path: Path, rules: str, examples: str) -> None:
    with pytest.raises(RuleError):
        read_rule_set(put(tmp_path, "1.0.0", rules, examples), [INSTRUMENT])


def test_a_file_in_the_wrong_place_is_refused(tmp_path: Path) -> None:
    for path in (put(tmp_path, "1.0.0", name="other"), put(tmp_path, "1.0.1", RULES.replace("{version}", "1.0.0"))):
        with pytest.raises(RuleError, match="are not those of its file"):
            read_rule_set(path, [INSTRUMENT])


def test_a_folder_gives_its_rule_sets_by_name_and_version(tmp_path: Path) -> None:
    for version in ("1.10.0", "1.9.0", "1.10.0-draft"):
        put(tmp_path, version, examples=None)
    found = in_folder(tmp_path, [INSTRUMENT])
    assert [(one.name, one.version) for one in found] == [
        ("sample", "1.9.0"),
        ("sample", "1.10.0-draft"),
        ("sample", "1.10.0"),
    ]


def test_the_examples_beside_a_file_belong_to_it(tmp_path: Path) -> None:
    rules = read_rule_set(put(tmp_path, "1.0.0"), [INSTRUMENT])
    assert [example.name for example in rules.examples] == ["warm"]
    assert check(rules, [INSTRUMENT]) == []


def test_a_rule_set_without_examples_does_not_pass(tmp_path: Path) -> None:
    rules = read_rule_set(put(tmp_path, "1.0.0", examples=None), [INSTRUMENT])
    assert [problem.code for problem in check(rules, [INSTRUMENT])] == ["no-examples"]


def test_a_rule_set_whose_questionnaire_is_not_here_does_not_pass(tmp_path: Path) -> None:
    rules = read_rule_set(put(tmp_path, "1.0.0"), [INSTRUMENT])
    assert [problem.code for problem in check(rules, [])] == ["unknown-questionnaire"]


def test_an_example_with_answers_that_are_not_valid_does_not_pass() -> None:
    assert checked({"answers": {"temperature": 39}}) == [(None, "example-refused")]
    assert checked({"answers": {"nowhere": 1}}) == [(None, "example-refused")]


def test_an_example_that_cannot_be_run_does_not_pass() -> None:
    rules = parse(document(examples=[{"name": "one", "expect": []}]), [INSTRUMENT])
    another = (QUESTIONNAIRE, replace(KEY, questionnaire="urn:another"))
    assert [problem.code for problem in check(rules, [another])] == ["example-failed"]


def test_an_example_is_run_over_every_version_that_the_rules_cover() -> None:
    newer = (replace(QUESTIONNAIRE, version="2.0.0"), KEY)
    example = {"name": "one", "answers": WARM, "expect": [], "exactly": True}
    made = document(examples=[example], questionnaireVersions=["1.0.0", "2.0.0"])
    rules = parse(made, [newer, INSTRUMENT])
    assert [problem.code for problem in check(rules, [newer, INSTRUMENT])] == ["example-surplus"] * 2


def test_an_expected_finding_that_is_not_made_does_not_pass() -> None:
    assert checked({"answers": {"temperature-measured": "no"}, "expect": [FEVER]}) == [("fever", "example-missed")]
    less = FEVER | {"severity": "same-day"}
    assert checked({"answers": WARM, "expect": [less]}) == [("fever", "example-missed")]


def test_a_finding_that_is_not_expected_passes_only_where_the_example_is_not_exact() -> None:
    assert checked({"answers": WARM}) == []
    assert checked({"answers": WARM, "exactly": True}) == [("fever", "example-surplus")]


def test_an_example_can_expect_that_something_could_not_be_assessed() -> None:
    missing = {"rule": "fever", "severity": "same-day", "kind": "could not be assessed"}
    assert checked({"answers": {"temperature-measured": "yes"}, "expect": [missing], "exactly": True}) == []
    assert checked({"answers": {"temperature-measured": "yes"}, "complete": False, "exactly": True}) == []


def test_an_example_may_write_a_choice_as_a_number() -> None:
    expected = [{"rule": "severe.pain", "severity": "same-day"}]
    assert checked({"answers": {"pain-severity": 4}, "expect": expected, "exactly": True}, severe()) == []


@pytest.mark.parametrize("against", ["previous", "baseline"])
def test_an_example_has_a_past(against: str) -> None:
    expected = [{"rule": "worse", "severity": "same-day"}]
    example = {"answers": {"pain-severity": 2}, "source": "proxy", "exactly": True}
    assert checked(example | {against: {"pain": 0}, "expect": expected}, worse(against)) == []
    assert checked(example | {against: {"pain": 1}}, worse(against)) == []


def test_an_example_has_circumstances() -> None:
    rule = written("old", "threshold", reads={"circumstance": "age"}, compare=">=", value=65)
    expected = [{"rule": "old", "severity": "same-day"}]
    assert checked({"age": 65, "phase": "cycle", "dayOfCycle": 8, "expect": expected, "exactly": True}, rule) == []
    assert checked({"age": 64, "exactly": True}, rule) == []


def test_an_example_can_be_one_of_silence() -> None:
    silence = written("silence", "overdue", afterHours=24)
    expected = [{"rule": "silence", "severity": "same-day"}]
    assert checked({"silentHours": 24, "expect": expected, "exactly": True}, fever(), silence) == []
    assert checked({"silentHours": 23, "exactly": True}, fever(), silence) == []
    begun = {"silentHours": 24, "answers": WARM, "complete": False, "expect": [*expected, FEVER], "exactly": True}
    assert checked(begun, fever(), silence) == []
