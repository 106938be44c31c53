"""The mix of answers is what it says it is: the quiet ones raise nothing, each of the others something."""

from datetime import UTC, datetime

import pytest

from alerts.evaluation import evaluate, observe
from alerts.library import rule_sets
from alerts.observation import History
from prom.benchmark.answers import MIX, QUIET, Variant, drawn, variants
from questionnaires.library import load
from questionnaires.validation import validate

INSTRUMENT = load("symptom-check")
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def found() -> dict[str, list[Variant]]:
    assert INSTRUMENT.key is not None
    return variants(INSTRUMENT.questionnaire, INSTRUMENT.key)


@pytest.mark.parametrize("kind", MIX)
def test_every_report_is_valid_and_raises_what_its_kind_says(kind: str) -> None:
    rules = next(each for each in rule_sets() if each.name == "symptom-check")
    for variant in found()[kind]:
        assert list(validate(INSTRUMENT.questionnaire, variant.response, complete=True)) == []
        observation = observe(
            INSTRUMENT.questionnaire,
            INSTRUMENT.key,
            variant.response,
            source="patient",
            authored=NOW,
            complete=True,
            age=60,
        )
        findings = evaluate(rules, observation, History(), NOW)
        assert bool(findings) == (kind not in QUIET), [each.rule for each in findings]


def test_what_is_drawn_follows_the_mix_and_is_the_same_each_time() -> None:
    reports = drawn(found(), 1000, seed=1)
    quiet = sum(each.kind in QUIET for each in reports)
    assert 880 < quiet < 960
    assert [each.kind for each in reports] == [each.kind for each in drawn(found(), 1000, seed=1)]
