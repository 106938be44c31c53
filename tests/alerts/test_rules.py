"""Rules are values: their words and their names."""

import pytest

from alerts.rules import Count, Overdue, Rule, Severity, countable
from tests.alerts.samples import URL, common, rule_set, threshold


@pytest.mark.parametrize("word", ["", "red", "SAME_DAY", "same day"])
def test_a_word_that_is_no_severity_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match="is no severity"):
        Severity.parse(word)


def test_severities_have_words_and_an_order() -> None:
    words = ["at-visit", "next-working-day", "same-day", "emergency"]
    assert [severity.word for severity in sorted(Severity)] == words
    assert [Severity.parse(word) for word in words] == list(Severity)


def test_a_rule_set_is_named_by_its_url_and_version() -> None:
    assert rule_set().canonical == "urn:prom:rules:sample|1.0.0"


@pytest.mark.parametrize("other", [URL, f"{URL}|", f"{URL}|1.0.1", "urn:another|1.0.0", "|1.0.0", ""])
def test_rules_cover_no_other_questionnaire_and_no_other_version(other: str) -> None:
    assert not rule_set().covers(other)
    assert rule_set().covers(f"{URL}|1.0.0")


def test_silence_at_visit_counts_and_what_says_so_are_never_counted() -> None:
    never: list[Rule] = [
        Overdue(**common()),
        Count(**common(), of=("a",), at_least=1),
        threshold("level", "nausea", ">=", 2, severity=Severity.AT_VISIT),
        threshold("level", "nausea", ">=", 2, counted=False),
    ]
    assert not any(countable(rule) for rule in never)
    assert countable(threshold("level", "nausea", ">=", 2, severity=Severity.NEXT_WORKING_DAY))
