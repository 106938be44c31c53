"""Rules that are refused for what a scoring key says of its scale: its range, and which way is worse."""

from dataclasses import replace
from decimal import Decimal

from alerts.parsing import parse
from alerts.problems import RuleError
from questionnaires.scoring import Scale
from tests.alerts.samples import KEY, QUESTIONNAIRE, document, over, written


def found(rule: dict[str, object], **changed: object) -> list[str]:
    """What is wrong with a rule when the scale "burden" is like this."""
    scales: tuple[Scale, ...] = tuple(
        replace(scale, **changed) if scale.code == "burden" else scale  # type: ignore[arg-type]
        for scale in KEY.scales
    )
    try:
        parse(document(rule), [(QUESTIONNAIRE, replace(KEY, scales=scales))])
    except RuleError as refused:
        return [one.code for one in refused.problems]
    return []


def test_a_change_for_the_worse_is_refused_where_the_scale_says_not_which_way_that_is() -> None:
    rule = written("one", "change", reads={"score": "burden"}, against="previous", worseBy=2)
    assert found(rule, direction="no direction") == ["no-direction"]
    assert found(rule) == []


def test_a_limit_beyond_the_range_that_the_key_states_never_fires() -> None:
    rule = over("score", "burden", compare=">", value=27)
    assert found(rule, lowest=Decimal(0), highest=Decimal(27)) == ["never-fires"]
    assert found(rule, lowest=Decimal(0), highest=Decimal(28)) == []
