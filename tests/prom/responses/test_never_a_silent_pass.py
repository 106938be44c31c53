"""Where judging fails in part, an earlier alert hides nothing, and rules that fit nothing call nothing quiet."""

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

import alerts.observing
from alerts.lifecycle import Outcome, Place
from alerts.rules import Severity
from prom import clock
from prom.assignments.models import Assignment
from prom.catalogue.models import Definition
from prom.catalogue.queries import from_json
from prom.config import Settings
from prom.db import new_id, reading, transaction
from prom.responses import history
from prom.responses.drafts import save_answer
from prom.responses.models import PatientState
from prom.responses.service import expire, raise_silence
from prom.worklist import service as worklist
from prom.worklist.models import Alert
from questionnaires.documents import dumps
from tests.conftest import Hospital
from tests.prom.steps import FEVER, RASH, ask, ask_again, later, send, short, the_alert, visit_of
from tests.prom.steps import alerts as seen_alerts

UNASSESSED = ("could-not-be-assessed", Severity.SAME_DAY, "open")
EMERGENCY = ("shivering", Severity.EMERGENCY, "open")


def rules(session: Any) -> Definition:
    """The rule set of the symptom check."""
    asked = select(Definition).where(Definition.kind == "rule-set", Definition.name == "symptom-check")
    found: Definition = session.scalars(asked).one()
    return found


def lose_rules() -> None:
    """Remove the rule set, as somebody with access to the database might."""
    with transaction() as session:
        session.delete(rules(session))


def save(assignment_id: uuid.UUID, link_id: str, given: str) -> list[str]:
    """Save one answer, and return the rules whose instruction she is shown."""
    with transaction() as session:
        findings = save_answer(session, visit_of(session, assignment_id), link_id, given, "nb")
    return [finding.rule for finding in findings]


def resolve(hospital: Hospital) -> None:
    """Let the nurse close what could not be assessed."""
    with transaction() as session:
        alert = session.get_one(Alert, the_alert("could-not-be-assessed").alert.id)
        worklist.acknowledge(session, alert, alert.version, hospital.nurse_actor)
        worklist.resolve(session, alert, alert.version, hospital.nurse_actor, Outcome.ADVICE, Place.PHONE)


def states() -> list[str]:
    """The states of what could not be assessed, oldest first."""
    return [seen.alert.state for seen in seen_alerts("could-not-be-assessed")]


@pytest.mark.parametrize("first", ["silence", "a save"])
def test_a_response_that_cannot_be_assessed_is_told_although_a_nurse_has_closed_the_same_before(
    hospital: Hospital, database: Settings, first: str
) -> None:
    assignment_id = ask(database)
    lose_rules()
    if first == "silence":
        later(hours=36)
        with transaction() as session:
            raise_silence(session, assignment_id)
    else:
        save(assignment_id, "temperature-measured", "no")
    resolve(hospital)
    send(assignment_id, FEVER)
    assert states() == ["resolved", "open"]


def test_each_save_that_nobody_can_judge_does_not_add_to_the_list(hospital: Hospital, database: Settings) -> None:
    assignment_id = ask(database)
    lose_rules()
    for link_id in ("shivering", "chest-pain", "bleeding"):
        save(assignment_id, link_id, "no")
    seen = the_alert("could-not-be-assessed")
    assert (len(seen.findings), seen.verbs) == (1, ("raise",))


def test_a_scorer_that_fails_does_not_silence_a_red_flag_at_its_save(
    hospital: Hospital, database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    assignment_id = ask(database)
    monkeypatch.setattr(alerts.observing, "score", fail)
    assert save(assignment_id, "shivering", "now") == ["shivering"]
    assert short() == {EMERGENCY, UNASSESSED}


def test_rules_that_are_for_another_version_of_the_questionnaire_are_not_taken_for_quiet(
    hospital: Hospital, database: Settings
) -> None:
    """A rule whose item is not there finds it "not asked": without this, every such report would pass."""
    assignment_id = ask(database)
    with transaction() as session:
        _copy(session, "questionnaire", "symptom-check", "2.0.0")
        _copy(session, "scoring-key", "symptom-check", "2.0.0")
        session.get_one(Assignment, assignment_id).questionnaire = "urn:prom:questionnaire:symptom-check|2.0.0"
    assert save(assignment_id, "shivering", "no") == []
    assert short() == {UNASSESSED}


def _copy(session: Any, kind: str, name: str, version: str) -> None:
    of = session.scalars(select(Definition).where(Definition.kind == kind, Definition.name == name)).one()
    values = {column: getattr(of, column) for column in ("kind", "url", "name", "status", "author", "signed_by")}
    document = {**from_json(of.document), "version": version}
    session.add(Definition(id=new_id(), version=version, document=dumps(document), imported_at=clock.now(), **values))


def test_a_history_that_does_not_open_keeps_no_answer_out_and_is_rebuilt(
    hospital: Hospital, database: Settings
) -> None:
    send(ask(database), RASH["1"])
    with transaction() as session:
        session.scalars(select(PatientState)).one().history_sealed = b"\x01" + bytes(40)
    later(days=1)
    send(ask_again(hospital), RASH["3"])
    assert "worse-since-last.skin-rash" in the_alert("skin-rash").rules
    with reading() as session:
        of = session.scalars(select(Assignment).limit(1)).one()
        kept = history.read(session, history.state_of(session, of))
        assert kept == history.rebuilt(session, history.responses_in(session, of))


def test_a_rule_that_waits_longer_than_the_first_look_at_silence_still_fires(
    hospital: Hospital, database: Settings
) -> None:
    assignment_id = ask(database)
    with transaction() as session:
        row = rules(session)
        document = json.loads(row.document)
        next(rule for rule in document["rules"] if rule["id"] == "silence")["afterHours"] = 48
        row.document, row.imported_at = json.dumps(document), clock.now() + timedelta(seconds=1)
    later(hours=36)
    with transaction() as session:
        assert raise_silence(session, assignment_id)
    assert short() == set()
    later(hours=84)
    with transaction() as session:
        assert expire(session, assignment_id)
    assert short() == {("silence", Severity.NEXT_WORKING_DAY, "open")}


def test_silence_that_a_nurse_has_resolved_is_not_raised_again_when_the_form_expires(
    hospital: Hospital, database: Settings
) -> None:
    assignment_id = ask(database)
    later(hours=36)
    with transaction() as session:
        raise_silence(session, assignment_id)
    with transaction() as session:
        alert = session.get_one(Alert, the_alert("silence").alert.id)
        worklist.acknowledge(session, alert, alert.version, hospital.nurse_actor)
        worklist.resolve(session, alert, alert.version, hospital.nurse_actor, Outcome.NO_CONTACT)
    later(hours=84)
    with transaction() as session:
        assert expire(session, assignment_id)
    assert the_alert("silence").alert.state == "resolved"
