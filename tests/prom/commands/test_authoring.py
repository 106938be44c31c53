"""`prom questionnaire diff` and `lint`: over files and over what is stored."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from prom.config import Settings
from tests.conftest import Hospital
from tests.prom.commands.conftest import Prom, answer

Write = Callable[[str, Any], str]

FORM: dict[str, Any] = {
    "resourceType": "Questionnaire",
    "url": "https://example.org/form",
    "version": "1",
    "status": "draft",
    "language": "nb",
    "title": "Et skjema",
    "item": [{"linkId": "a", "type": "boolean", "text": "Ja eller nei?"}],
}
REQUIRED = {**FORM, "item": [{**FORM["item"][0], "required": True}]}
REWORDED = {**FORM, "title": "Skjemaet"}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def do(name: str, document: Any) -> str:
        path = tmp_path / name
        path.write_text(json.dumps(document), encoding="utf-8")
        return str(path)

    return do


@pytest.mark.parametrize("command", [("diff", "nothing", "nothing"), ("lint", "nothing")])
def test_an_unknown_questionnaire_is_refused_by_name(prom: Prom, database: Settings, command: tuple[str, ...]) -> None:
    result = prom("questionnaire", *command)
    assert result.exit_code == 1
    assert "There is no questionnaire 'nothing'" in result.stderr


def test_a_file_that_is_no_questionnaire_is_refused(nowhere: Prom, write: Write) -> None:
    result = nowhere("questionnaire", "lint", write("patient.json", {"resourceType": "Patient"}))
    assert (result.exit_code, result.stderr) == (1, "Error: the document is no Questionnaire\n")


def test_a_change_of_meaning_under_one_version_ends_with_1_and_names_what(nowhere: Prom, write: Write) -> None:
    files = write("a.json", FORM), write("b.json", REQUIRED)
    result = nowhere("questionnaire", "diff", *files, "--json")
    assert result.exit_code == 1
    document = answer(result)
    assert document["needsNewVersion"] is True
    assert [(each["kind"], each["linkId"], each["code"]) for each in document["changes"]] == [
        ("meaning", "a", "required-changed")
    ]
    spoken = nowhere("questionnaire", "diff", *files)
    assert spoken.stdout.splitlines()[-1] == "The meaning differs: this needs a new version."


def test_a_change_of_meaning_under_a_new_version_ends_well(nowhere: Prom, write: Write) -> None:
    result = nowhere("questionnaire", "diff", write("a.json", FORM), write("b.json", {**REQUIRED, "version": "2"}))
    assert (result.exit_code, result.stdout.splitlines()[0].split(":")[0]) == (0, "meaning")


def test_a_change_of_words_is_told_as_such(nowhere: Prom, write: Write) -> None:
    result = nowhere("questionnaire", "diff", write("a.json", FORM), write("b.json", REWORDED))
    assert (result.exit_code, result.stdout) == (0, "wording: the title reads otherwise in nb\n")


def test_nothing_differs_between_a_file_and_itself(nowhere: Prom, write: Write) -> None:
    file = write("a.json", FORM)
    assert nowhere("questionnaire", "diff", file, file).stdout == "nothing differs\n"


def test_the_scoring_key_beside_a_file_is_compared_too(nowhere: Prom, write: Write, tmp_path: Path) -> None:
    before, after = write("a.json", FORM), write("b.json", FORM)
    (tmp_path / "b.scoring.yaml").write_text("name: b\nscales: []\n")
    assert nowhere("questionnaire", "diff", before, after).stdout.startswith("meaning: there is a scoring key now")


def test_what_is_stored_is_compared_with_a_file(prom: Prom, hospital: Hospital, write: Write) -> None:
    exported = prom("questionnaire", "export", "patient-experience").stdout
    changed = json.loads(exported) | {"title": "Skjemaet"}
    canonical = f"{changed['url']}|{changed['version']}"
    result = prom("questionnaire", "diff", canonical, write("changed.json", changed), "--json")
    codes = {(each["kind"], each["code"]) for each in answer(result)["changes"]}
    assert ("wording", "text-changed") in codes


def test_lint_ends_with_1_for_what_is_grave_and_names_item_code_and_severity(nowhere: Prom, write: Write) -> None:
    result = nowhere("questionnaire", "lint", write("a.json", FORM), "--json")
    assert result.exit_code == 1
    document = answer(result)
    assert document["canonical"] == "https://example.org/form|1"
    assert {
        "linkId": "a",
        "code": "no-translation",
        "severity": "warning",
        "text": "a: the text has no text in nn",
    } in (document["problems"])


@pytest.mark.parametrize("name", ["symptom-check", "urn:prom:questionnaire:symptom-check|1.0.0"])
def test_what_prom_ships_lints_well_and_its_stored_rules_tell_where_the_red_flags_are(
    prom: Prom, hospital: Hospital, name: str
) -> None:
    result = prom("questionnaire", "lint", name, "--json")
    assert result.exit_code == 0
    told = {each["code"]: each["linkId"] for each in answer(result)["problems"]}
    assert "no-red-flag" not in told
    assert told["red-flag-late"] == "contact"


def test_a_change_over_what_is_published_is_refused_and_the_changes_are_listed(
    prom: Prom, hospital: Hospital, write: Write
) -> None:
    assert prom("questionnaire", "import", write("form.json", FORM)).exit_code == 0
    assert prom("questionnaire", "publish", "https://example.org/form", "--signed-by", "physician").exit_code == 0
    refused = answer(prom("questionnaire", "import", write("changed.json", REQUIRED), "--json"))
    assert [(each["code"], each["linkId"]) for each in refused["problems"]] == [
        ("published-already", None),
        ("required-changed", "a"),
    ]
    reworded = answer(prom("questionnaire", "import", write("reworded.json", REWORDED), "--json"))
    assert [each["code"] for each in reworded["problems"]] == [
        "published-already",
        "published-already-wording",
        "text-changed",
    ]
