from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from alerts import library
from prom.catalogue.service import publish, take_in
from prom.db import transaction
from questionnaires import library as instruments
from tests.conftest import Hospital
from tests.prom.commands.conftest import Prom, answer

SHIPPED = library.LIBRARY / "symptom-check" / "1.0.0.yaml"


def test_a_rule_on_an_unknown_item_is_refused_by_name(nowhere: Prom, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(SHIPPED.read_text().replace("reads: {answer: temperature}", "reads: {answer: tempersture}"))
    result = nowhere("rules", "check", str(wrong), "--json")
    assert result.exit_code == 1
    (verdict,) = answer(result)
    assert verdict["valid"] is False
    assert ("fever", "tempersture") in {(each["rule"], each["item"]) for each in verdict["problems"]}


def test_an_example_that_does_not_come_out_is_told(nowhere: Prom, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(SHIPPED.read_text())
    examples = yaml.safe_load(SHIPPED.with_name("1.0.0.examples.yaml").read_text())
    examples[0]["expect"] = [{"rule": "silence", "severity": "next-working-day"}]
    (tmp_path / "mine.examples.yaml").write_text(yaml.safe_dump(examples[:1]))
    result = nowhere("rules", "check", str(file))
    assert result.exit_code == 1
    assert "silence" in result.stdout


def test_an_unknown_rule_set_is_refused_by_name(nowhere: Prom) -> None:
    result = nowhere("rules", "check", "unheard-of")
    assert result.exit_code == 1
    assert "unheard-of" in result.stderr


def test_the_shipped_rules_are_listed_without_keys_and_database(nowhere: Prom, tmp_path: Path) -> None:
    listed = answer(nowhere("rules", "list", "--json"))
    assert {each["name"] for each in listed} >= {"symptom-check", "clinical-frailty"}
    assert all(rule["source"] for each in listed for rule in each["rules"])
    assert not (tmp_path / "nowhere").exists()


def test_an_unknown_rule_set_is_not_tried(nowhere: Prom) -> None:
    result = nowhere("rules", "test", "unheard-of")
    assert (result.exit_code, "unheard-of" in result.stderr) == (1, True)


def test_each_example_is_told_by_its_name_whether_it_came_out(nowhere: Prom, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(SHIPPED.read_text())
    examples = yaml.safe_load(SHIPPED.with_name("1.0.0.examples.yaml").read_text())[:2]
    examples[0]["expect"] = [{"rule": "silence", "severity": "next-working-day"}]
    (tmp_path / "mine.examples.yaml").write_text(yaml.safe_dump(examples))
    result = nowhere("rules", "test", str(file))
    assert result.exit_code == 1
    failed, why, passed = result.stdout.splitlines()
    assert failed == "FAILED  mine.yaml  all zero raises nothing"
    assert "silence" in why
    assert passed == "passed  mine.yaml  36.8 degrees raises nothing"
    told = answer(nowhere("rules", "test", str(file), "--json"))
    assert [each["passed"] for each in told] == [False, True]


def test_what_cannot_be_read_or_has_no_example_does_not_pass(nowhere: Prom, tmp_path: Path) -> None:
    for text in (SHIPPED.read_text(), SHIPPED.read_text().replace("answer: temperature}", "answer: nowhere}")):
        (tmp_path / "mine.yaml").write_text(text)
        result = nowhere("rules", "test", str(tmp_path / "mine.yaml"))
        assert (result.exit_code, result.stdout.splitlines()[0]) == (1, "FAILED  mine.yaml  not run")


def test_an_emergency_on_a_question_that_an_sms_asks_is_found_before_anything_is_taken_in(
    nowhere: Prom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = instruments.load("symptom-check")
    declared = replace(asked, questionnaire=replace(asked.questionnaire, reveals_nothing=True))
    monkeypatch.setattr("questionnaires.library.versions", lambda: (declared,))
    result = nowhere("rules", "check", "symptom-check")
    assert result.exit_code == 1
    assert "temperature: it would be an emergency in what is asked by SMS" in result.stdout


def test_what_is_published_here_is_listed_beside_what_is_shipped_each_once(prom: Prom, hospital: Hospital) -> None:
    listed = answer(prom("rules", "list", "--json"))
    names = [(each["url"], each["version"]) for each in listed]
    assert len(names) == len(set(names))
    by_name = {each["name"]: (each["status"], each["signedBy"]) for each in listed}
    assert by_name["symptom-check"] == ("active", "physician")
    assert by_name["symptom-triage"] == ("shipped", None)
    document = {**library.load("symptom-check").document, "url": "urn:mine:rules", "name": "ours", "version": "7"}
    with transaction() as session:
        publish(session, take_in(session, "rule-set", "urn:mine:rules", "7", "ours", document, "author"), "physician")
        take_in(session, "rule-set", "urn:mine:rules", "8", "ours", {**document, "version": "8"}, "author")
    ours = [each for each in answer(prom("rules", "list", "--json")) if each["name"] == "ours"]
    assert [(each["version"], each["status"]) for each in ours] == [("7", "active")]


def test_the_shipped_rules_come_out_as_their_examples_say(nowhere: Prom) -> None:
    result = nowhere("rules", "check", "--json")
    assert result.exit_code == 0
    assert all(verdict["valid"] and verdict["examples"] > 0 for verdict in answer(result))
