"""What could not be assessed is stored all the same and raises an alert that says so: never a silent pass."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import alerts.observing
from alerts.rules import Severity
from prom.assignments.models import Assignment
from prom.catalogue import queries as catalogue
from prom.catalogue.models import Definition
from prom.config import Settings
from prom.db import reading, transaction
from prom.responses import drafts, history
from prom.responses.models import Response
from prom.responses.service import expire, raise_silence
from tests.conftest import Hospital
from tests.prom.steps import FEVER, RASH, WELL, ask, ask_again, later, response_of, send, short, the_alert, visit_of


@pytest.fixture(autouse=True)
def _as_after_a_restart() -> None:
    """Let each test compile for itself: a process that runs keeps what it has compiled."""
    catalogue._instruments.clear()
    catalogue._rule_sets.clear()


UNASSESSED = ("could-not-be-assessed", Severity.SAME_DAY, "open")


def _of(session: Session, kind: str) -> Definition:
    asked = select(Definition).where(Definition.kind == kind, Definition.name == "symptom-check")
    return session.scalars(asked).one()


def lose(kind: str) -> None:
    """Remove a definition, as somebody with access to the database might."""
    with transaction() as session:
        session.delete(_of(session, kind))


def spoil(kind: str, change: Callable[[dict[str, Any]], None]) -> None:
    """Change a stored definition, as a faulty import might."""
    with transaction() as session:
        row = _of(session, kind)
        document = json.loads(row.document)
        change(document)
        row.document, row.imported_at = json.dumps(document), datetime.now(UTC)


def unpublish() -> None:
    """Make the rule set a draft again."""
    with transaction() as session:
        _of(session, "rule-set").status = "draft"


FAULTS: dict[str, Callable[[], None]] = {
    "the rule set is gone": lambda: lose("rule-set"),
    "the rule set was never signed": unpublish,
    "the rule set cannot be read": lambda: spoil("rule-set", lambda document: document.pop("rules")),
    "the rule set reads an unknown item": lambda: spoil(
        "rule-set", lambda document: document["rules"][0].update(reads={"answer": "no-such-item"})
    ),
    "the scoring key cannot be read": lambda: spoil("scoring-key", lambda document: document.pop("scales")),
    "the scoring key is gone": lambda: lose("scoring-key"),
    "the questionnaire cannot be read": lambda: spoil("questionnaire", lambda document: document.pop("item")),
    "the questionnaire is gone": lambda: lose("questionnaire"),
}


@pytest.mark.hazard("H04")
@pytest.mark.parametrize("fault", FAULTS)
def test_a_response_that_cannot_be_judged_is_kept_and_raises_an_alert(
    hospital: Hospital, database: Settings, fault: str
) -> None:
    assignment_id = ask(database)
    FAULTS[fault]()
    receipt = send(assignment_id, FEVER)
    assert UNASSESSED in short()
    with reading() as session:
        row = session.get_one(Response, receipt.response_id)
        assert drafts.opened(session, row) == response_of(FEVER)
    (finding,) = the_alert("could-not-be-assessed").findings
    assert (finding["kind"], finding["reason"]["code"]) == ("could not be assessed", "failed")
    assert "39.8" not in json.dumps(finding)


@pytest.mark.hazard("H04")
def test_a_scorer_that_fails_does_not_silence_a_fever(
    hospital: Hospital, database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    assignment_id = ask(database)
    monkeypatch.setattr(alerts.observing, "score", fail)
    send(assignment_id, FEVER)
    assert short() == {UNASSESSED, ("fever", Severity.EMERGENCY, "open")}


@pytest.mark.hazard("H01")
def test_a_red_flag_in_a_begun_form_whose_rules_are_lost_raises_an_alert_at_that_save(
    hospital: Hospital, database: Settings
) -> None:
    assignment_id = ask(database)
    lose("rule-set")
    with transaction() as session:
        drafts.save_answer(session, visit_of(session, assignment_id), "shivering", "now", "nb")
    assert short() == {UNASSESSED}


@pytest.mark.hazard("H04")
def test_silence_whose_rules_are_lost_raises_an_alert(hospital: Hospital, database: Settings) -> None:
    assignment_id = ask(database)
    lose("rule-set")
    later(hours=36)
    with transaction() as session:
        assert raise_silence(session, assignment_id)
    assert short() == {UNASSESSED}


@pytest.mark.hazard("H02")
def test_a_begun_form_that_expires_after_its_questionnaire_was_lost_is_kept_and_raises_an_alert(
    hospital: Hospital, database: Settings
) -> None:
    assignment_id = ask(database)
    with transaction() as session:
        drafts.save_answer(session, visit_of(session, assignment_id), "temperature-measured", "no", "nb")
    lose("questionnaire")
    later(hours=132)
    with transaction() as session:
        assert expire(session, assignment_id)
    assert UNASSESSED in short()
    with reading() as session:
        (row,) = session.scalars(select(Response))
        assert row.status == "in-progress"
        assert set(drafts.opened(session, row).flat()) == {"temperature-measured"}


def test_a_report_without_scores_leaves_the_history_as_it_was_and_equal_to_the_rebuilt_one(
    hospital: Hospital, database: Settings
) -> None:
    send(ask(database), RASH["1"])
    spoil("scoring-key", lambda document: document.pop("scales"))
    later(hours=1)
    send(ask_again(hospital), WELL)
    with reading() as session:
        row = session.scalars(select(Response).limit(1)).one()
        of = session.get_one(Assignment, row.assignment_id)
        kept = history.read(session, history.state_of(session, of))
        assert kept == history.rebuilt(session, history.responses_in(session, of))
        assert [each.scores["skin-rash"] for each in kept.previous] == [1.0]
