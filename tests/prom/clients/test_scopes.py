"""Scopes: what does not exist is refused by name, and what SMART writes together is split up."""

import pytest

from prom.clients.scopes import SCOPES, canonical, permissions_of
from prom.errors import Invalid
from prom.staff.permissions import Permission


@pytest.mark.parametrize(
    "scope",
    [
        "",
        "everything",
        "system/*.rs",
        "system/Patient.rs",
        "system/Task.u",
        "system/Task.crus",
        "system/Task.r",
        "system/Task.",
        "user/Task.rs",
        "system/QuestionnaireResponse.d",
        "prom/alerts.write",
        "system/Task.rs ",
    ],
)
def test_a_scope_that_does_not_exist_is_refused_with_those_that_do(scope: str) -> None:
    with pytest.raises(Invalid) as refused:
        canonical([scope])
    assert refused.value.field == "scope"
    assert "system/Task.rs" in str(refused.value.values["known"])


def test_no_scope_at_all_is_refused() -> None:
    with pytest.raises(Invalid):
        canonical([])


@pytest.mark.parametrize(
    "given, meant",
    [
        ("system/QuestionnaireResponse.crus", ["c", "rs", "u"]),
        ("system/QuestionnaireResponse.curs", ["c", "rs", "u"]),
        ("system/QuestionnaireResponse.cu", ["c", "u"]),
        ("system/QuestionnaireResponse.read", ["rs"]),
        ("system/QuestionnaireResponse.write", ["c", "u"]),
        ("system/QuestionnaireResponse.*", ["c", "rs", "u"]),
    ],
)
def test_what_smart_writes_together_is_split_up(given: str, meant: list[str]) -> None:
    assert canonical([given]) == tuple(f"system/QuestionnaireResponse.{does}" for does in meant)


def test_a_scope_given_twice_counts_once() -> None:
    assert canonical(["system/Task.rs", "system/Task.read", "system/Task.rs"]) == ("system/Task.rs",)


def test_scopes_allow_what_the_table_says_and_an_unknown_one_nothing() -> None:
    assert permissions_of(["system/Task.rs", "prom/metrics.read"]) == {
        Permission.READ_ASSIGNMENT,
        Permission.READ_METRICS,
    }
    assert permissions_of(["prom/everything"]) == frozenset()


def test_no_scope_lets_a_machine_take_an_alert_or_sign_in_as_a_person() -> None:
    assert not permissions_of(SCOPES) & {
        Permission.HANDLE_ALERT,
        Permission.RECORD_RESPONSE,
        Permission.CORRECT_RESPONSE,
        Permission.OWN_SESSION,
        Permission.READ_OUTBOX,
    }
