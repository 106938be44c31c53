from pathlib import Path

import yaml

from alerts import library
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


def test_the_shipped_rules_come_out_as_their_examples_say(nowhere: Prom) -> None:
    result = nowhere("rules", "check", "--json")
    assert result.exit_code == 0
    assert all(verdict["valid"] and verdict["examples"] > 0 for verdict in answer(result))
