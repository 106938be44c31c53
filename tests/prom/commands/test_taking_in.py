"""Rule sets, pathways and advice taken in at the shell: an instrument that asks about danger, all the way to use."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from alerts.evaluation import History, evaluate, observe
from prom import clock
from prom.catalogue.queries import from_json, instrument, newest, rule_set
from prom.catalogue.service import take_in
from prom.db import reading, transaction
from questionnaires.response import build
from tests.conftest import Hospital
from tests.prom.authoring.drafts_on_stage import ADVICE, CANONICAL, FORM, KEY, RULES, URL, put_forward
from tests.prom.commands.conftest import Prom, answer

Write = Callable[[str, Any], str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def do(name: str, document: Any) -> str:
        path = tmp_path / name
        path.write_text(json.dumps(document), encoding="utf-8")
        return str(path)

    return do


def put_key() -> None:
    """Put the form's scoring key forward."""
    with transaction() as session:
        put_forward(session, "scoring-key", KEY)


def test_rules_for_a_questionnaire_that_is_not_stored_are_refused(prom: Prom, hospital: Hospital, write: Write) -> None:
    result = prom("rules", "import", write("rules.json", RULES))
    assert result.exit_code == 1
    assert URL in result.stderr


@pytest.mark.parametrize("document", [{}, {"questionnaire": 5}, {"questionnaire": URL}])
def test_what_is_no_rule_set_is_refused_in_words(prom: Prom, hospital: Hospital, write: Write, document: Any) -> None:
    assert prom("rules", "import", write("rules.json", document)).exit_code == 1


def test_advice_without_a_scoring_key_is_refused(prom: Prom, hospital: Hospital, write: Write) -> None:
    assert prom("questionnaire", "import", write("form.json", FORM)).exit_code == 0
    result = prom("questionnaire", "advise", URL, write("advice.json", ADVICE))
    assert (result.exit_code, "has no scoring key" in result.stderr) == (1, True)


def test_an_unknown_rule_set_is_not_published(prom: Prom, hospital: Hospital) -> None:
    result = prom("rules", "publish", "nothing", "--signed-by", "nurse")
    assert (result.exit_code, result.stderr) == (1, "Error: There is no rule-set for 'nothing'.\n")


def test_shipped_rules_that_are_not_there_are_not_taken_in(prom: Prom, hospital: Hospital) -> None:
    result = prom("rules", "import", "horoscope")
    assert (result.exit_code, "no shipped rule set 'horoscope'" in result.stderr) == (1, True)


def test_rules_over_an_instrument_are_refused_over_a_form_that_is_not_stored(prom: Prom, hospital: Hospital) -> None:
    assert prom("rules", "import", "qlq-c30-importance", "--over", "urn:mine").exit_code == 2
    refused = prom("rules", "import", "qlq-c30-importance", "--over", "urn:mine|1")
    assert (refused.exit_code, "urn:mine version 1 is not here" in refused.stderr) == (1, True)
    assert prom("rules", "import", "qlq-c30-importance").exit_code == 1


def test_rules_over_an_instrument_judge_the_form_that_a_hospital_bound_to_it(
    prom: Prom, hospital: Hospital, write: Write
) -> None:
    asked = [{"linkId": f"ours-{number}", "type": "integer", "text": str(number)} for number in range(1, 31)]
    form = {**FORM, "url": "urn:mine", "item": asked}
    bound = {f"q{number}": f"ours-{number}" for number in range(1, 31)}
    key = {"name": "mine", "version": "1", "questionnaire": "urn:mine", "instrument": "qlq-c30", "items": bound}
    assert prom("questionnaire", "import", write("form.json", form)).exit_code == 0
    with transaction() as session:
        take_in(session, "scoring-key", "urn:mine", "1", "mine", key, "author")
    assert prom("questionnaire", "publish", "urn:mine", "--signed-by", "physician").exit_code == 0
    taken = prom("rules", "import", "qlq-c30-importance", "--over", "urn:mine|1", "--json")
    assert taken.exit_code == 0, taken.stderr
    assert prom("rules", "publish", "qlq-c30-importance", "--signed-by", "physician").exit_code == 0
    with reading() as session:
        rules, mine = rule_set(session, answer(taken)["url"] + "|1.0.0"), instrument(session, "urn:mine|1")
        best = {f"ours-{number}": 1 for number in range(1, 29)}
        for pain, raised in ((1, []), (2, ["pain"])):
            given = build(mine.questionnaire, {**best, "ours-9": pain, "ours-19": pain})
            seen = observe(mine.questionnaire, mine.key, given, source="patient", authored=clock.now(), complete=True)
            found = evaluate(rules, seen, History(), clock.now())
            assert [(one.rule, one.severity.word) for one in found] == [(each, "at-visit") for each in raised]


def test_a_broken_pathway_is_refused_by_the_place_in_it(prom: Prom, hospital: Hospital, write: Write) -> None:
    result = prom("pathway", "import", write("pathway.json", {"url": "u"}), "--name", "mine")
    assert (result.exit_code, result.stderr.splitlines()[0]) == (1, "Error: mine: 'version' is missing")


def test_an_instrument_that_asks_about_danger_goes_all_the_way_only_with_its_rules_and_its_crisis_text(
    prom: Prom, hospital: Hospital, write: Write
) -> None:
    assert prom("questionnaire", "import", write("form.json", FORM)).exit_code == 0
    put_key()
    refused = prom("questionnaire", "publish", URL, "--signed-by", "physician")
    assert refused.exit_code == 1
    assert "no published rule set judges this version" in refused.stderr
    assert "no advice document with a crisis text in nb" in refused.stderr
    assert prom("questionnaire", "advise", URL, write("advice.json", ADVICE)).exit_code == 0
    stored = answer(prom("rules", "import", write("rules.json", RULES), "--json"))
    assert (stored["kind"], stored["status"]) == ("rule-set", "draft")
    assert prom("questionnaire", "publish", URL, "--signed-by", "physician").exit_code == 1
    unsigned = prom("rules", "publish", "danger", "--signed-by", "nurse")
    assert (unsigned.exit_code, "for rules a physician" in unsigned.stderr) == (1, True)
    assert prom("rules", "publish", "danger", "--signed-by", "physician").exit_code == 0
    assert prom("questionnaire", "publish", URL, "--signed-by", "physician").exit_code == 0
    with reading() as session:
        pathway = from_json(newest(session, "pathway", "systemic-treatment").document)
    asked = {**pathway["onDemand"], "questionnaire": CANONICAL, "rules": f"{RULES['url']}|1"}
    only = {"onDemand": asked, "items": [], "recorded": [], "afterAnswers": []}
    mine = {**pathway, "url": "urn:prom:test:pathway", "version": "1", **only}
    assert prom("pathway", "import", write("pathway.json", mine), "--name", "mine").exit_code == 0
    assert prom("pathway", "publish", "mine", "--signed-by", "physician").exit_code == 0
