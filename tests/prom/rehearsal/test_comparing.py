from alerts.rules import Severity
from prom.rehearsal.comparing import About, Comparison, Raised, as_document, per_100_weeks

PAIN, FEVER = About("1", "pain"), About("1", "fever")
ORANGE = Raised(Severity.SAME_DAY, frozenset({"level-three"}), "advice")
YELLOW = Raised(Severity.NEXT_WORKING_DAY, frozenset({"level-two"}))
RED = Raised(Severity.EMERGENCY, frozenset({"fever"}))


def compared(*pairs: tuple[dict[About, Raised], dict[About, Raised]]) -> Comparison:
    comparison = Comparison()
    for current, these in pairs:
        comparison.add(current, these)
    return comparison


def test_nothing_on_either_side_is_nothing() -> None:
    document = as_document(compared(({}, {})), 10)
    assert document["current"] == document["these"] == {"alerts": 0, "per100PatientWeeks": 0.0, "bySeverity": {}}
    assert document["symptoms"] == []


def test_where_nobody_was_followed_there_is_no_rate() -> None:
    assert per_100_weeks(3, 0) is None
    assert per_100_weeks(3, 40) == 7.5


def test_what_was_and_would_not_be_is_gone_with_how_it_ended() -> None:
    document = as_document(compared(({PAIN: ORANGE}, {}), ({PAIN: Raised(Severity.SAME_DAY, frozenset())}, {})), 10)
    assert document["gone"] == {"alerts": 2, "bySeverity": {"same-day": 2}, "ended": {"advice": 1, "open": 1}}
    assert document["new"]["alerts"] == 0
    assert document["goneByRule"] == {"level-three": 1}


def test_what_was_not_and_would_be_is_new_with_its_rule() -> None:
    document = as_document(compared(({}, {FEVER: RED, PAIN: YELLOW})), 10)
    assert document["new"] == {"alerts": 2, "bySeverity": {"emergency": 1, "next-working-day": 1}}
    assert document["newByRule"] == {"fever": 1, "level-two": 1}
    assert document["gone"] == {"alerts": 0, "bySeverity": {}, "ended": {}}


def test_the_same_alert_at_another_severity_is_graver_or_milder_and_neither_new_nor_gone() -> None:
    document = as_document(compared(({PAIN: ORANGE}, {PAIN: YELLOW}), ({PAIN: YELLOW}, {PAIN: ORANGE})), 10)
    assert (document["graver"], document["milder"]) == (1, 1)
    assert document["new"]["alerts"] == document["gone"]["alerts"] == 0
    (symptom,) = document["symptoms"]
    assert symptom["current"] == symptom["these"] == {"same-day": 1, "next-working-day": 1}


def test_the_same_topic_of_another_report_is_another_alert() -> None:
    document = as_document(compared(({PAIN: ORANGE}, {About("2", "pain"): ORANGE})), 10)
    assert (document["new"]["alerts"], document["gone"]["alerts"]) == (1, 1)


def test_symptoms_with_most_alerts_stand_first() -> None:
    twice = {PAIN: ORANGE, About("2", "pain"): ORANGE}
    document = as_document(compared((twice, {}), ({}, {FEVER: RED})), 10)
    assert [each["symptom"] for each in document["symptoms"]] == ["pain", "fever"]
