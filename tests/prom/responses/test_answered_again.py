"""The same answer given again: what she typed anew is new evidence, whatever a nurse did about the first."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from alerts.lifecycle import Outcome, Place
from alerts.rules import Severity
from prom import clock
from prom.config import Settings
from prom.db import reading, transaction
from prom.messaging.models import Message
from prom.responses.drafts import Given, save_answer
from prom.responses.models import Response
from prom.responses.service import enter_in_error
from prom.worklist import service as worklist
from prom.worklist.models import Alert
from tests.conftest import Hospital
from tests.prom.steps import FEVER, RASH, WELL, alerts, ask, later, send, short, the_alert, visit_of

OPEN, RESOLVED = "open", "resolved"


def save(assignment_id: uuid.UUID, link_id: str, given: Given) -> list[str]:
    """Save one answer, and return the rules whose instruction she is shown."""
    with transaction() as session:
        findings = save_answer(session, visit_of(session, assignment_id), link_id, given, "nb")
    return [finding.rule for finding in findings]


def acknowledge(hospital: Hospital, topic: str) -> None:
    """Let the nurse take the newest alert of a topic."""
    with transaction() as session:
        alert = session.get_one(Alert, alerts(topic)[-1].alert.id)
        worklist.acknowledge(session, alert, alert.version, hospital.nurse_actor)


def resolve(hospital: Hospital, topic: str) -> None:
    """Let the nurse call her and close the newest alert of a topic."""
    acknowledge(hospital, topic)
    with transaction() as session:
        alert = session.get_one(Alert, alerts(topic)[-1].alert.id)
        worklist.resolve(session, alert, alert.version, hospital.nurse_actor, Outcome.ADVICE, Place.PHONE)


def correct(hospital: Hospital, response_id: uuid.UUID) -> None:
    """Mark a response as entered in error."""
    with transaction() as session:
        enter_in_error(session, session.get_one(Response, response_id), hospital.nurse_actor)


def states(topic: str) -> list[str]:
    """The states of a topic's alerts, oldest first."""
    return [seen.alert.state for seen in alerts(topic)]


def calls() -> int:
    """How many messages to the on-call phone were made."""
    with reading() as session:
        return len(session.scalars(select(Message.id).where(Message.kind == "on-call")).all())


def test_a_red_flag_that_comes_back_in_the_same_form_after_it_was_resolved_is_a_new_alert(
    hospital: Hospital, database: Settings
) -> None:
    """A form stays open for days: she had shivers on Monday, had none, and has them again."""
    assignment_id = ask(database)
    save(assignment_id, "shivering", "now")
    resolve(hospital, "shivering")
    later(days=1)
    save(assignment_id, "shivering", "no")
    assert save(assignment_id, "shivering", "now") == ["shivering"]
    assert states("shivering") == [RESOLVED, OPEN]
    assert calls() == 2


def test_what_was_called_a_mistake_and_is_sent_all_the_same_is_a_new_alert(
    hospital: Hospital, database: Settings
) -> None:
    """She said on the telephone that she had touched the wrong answer, and then sent it as it stood."""
    assignment_id = ask(database)
    save(assignment_id, "shivering", "now")
    acknowledge(hospital, "shivering")
    with transaction() as session:
        alert = session.get_one(Alert, alerts("shivering")[-1].alert.id)
        worklist.enter_in_error(session, alert, alert.version, hospital.nurse_actor, "Hadde trykket feil.")
    save(assignment_id, "shivering", "now")  # the same page once more: nothing is sent by it
    assert states("shivering") == ["entered-in-error"]
    receipt = send(assignment_id, {**WELL, "shivering": "now"})
    assert states("shivering") == ["entered-in-error", OPEN]
    assert alerts("shivering")[-1].responses == {receipt.response_id}
    assert calls() == 2


def test_an_answer_that_stays_as_it_was_is_not_new_after_a_nurse_has_resolved_it(
    hospital: Hospital, database: Settings
) -> None:
    assignment_id = ask(database)
    save(assignment_id, "shivering", "now")
    resolve(hospital, "shivering")
    save(assignment_id, "shivering", "now")
    save(assignment_id, "bleeding", "no")
    receipt = send(assignment_id, {**WELL, "shivering": "now"})
    assert states("shivering") == [RESOLVED]
    assert the_alert("shivering").responses == {receipt.response_id}


def test_a_higher_fever_in_the_same_form_opens_an_acknowledged_alert_again_and_rings(
    hospital: Hospital, database: Settings
) -> None:
    assignment_id = ask(database)
    save(assignment_id, "temperature-measured", "yes")
    save(assignment_id, "temperature", Decimal("38.0"))
    acknowledge(hospital, "fever")
    later(minutes=20)
    save(assignment_id, "temperature", Decimal("40.5"))
    seen = the_alert("fever")
    assert (seen.alert.state, seen.alert.new_evidence, calls()) == (OPEN, 1, 2)
    assert [finding["reason"]["values"]["value"] for finding in seen.findings] == [38.0, 40.5]
    assert seen.alert.next_action_at == clock.now() + timedelta(minutes=10)


def test_a_temperature_that_counts_again_because_another_answer_was_changed_is_new(
    hospital: Hospital, database: Settings
) -> None:
    assignment_id = ask(database)
    save(assignment_id, "temperature-measured", "yes")
    save(assignment_id, "temperature", Decimal("39.0"))
    resolve(hospital, "fever")
    save(assignment_id, "temperature-measured", "no")
    save(assignment_id, "temperature-measured", "yes")
    assert states("fever") == [RESOLVED, OPEN]


@pytest.mark.parametrize("by_whom", ["herself", "the nurse"])
def test_a_form_that_is_filled_in_again_after_a_correction_raises_what_it_holds(
    hospital: Hospital, database: Settings, by_whom: str
) -> None:
    """The flag was typed, taken back and resolved before the first response; the second one is hers anew."""
    assignment_id = ask(database)
    save(assignment_id, "shivering", "now")
    save(assignment_id, "shivering", "no")
    first = send(assignment_id, WELL).response_id
    resolve(hospital, "shivering")
    correct(hospital, first)
    if by_whom == "herself":
        assert save(assignment_id, "shivering", "now") == ["shivering"]
    else:
        send(assignment_id, {**WELL, "shivering": "now"}, actor=hospital.nurse_actor)
    assert states("shivering") == [RESOLVED, OPEN]


def test_a_red_flag_that_was_taken_back_stays_on_the_list_when_its_form_was_entered_in_error(
    hospital: Hospital, database: Settings
) -> None:
    assignment_id = ask(database)
    save(assignment_id, "shivering", "now")
    save(assignment_id, "shivering", "no")
    correct(hospital, send(assignment_id, FEVER).response_id)
    assert (states("shivering"), states("fever")) == ([OPEN], ["entered-in-error"])


def test_what_she_had_typed_herself_is_judged_when_a_nurse_answers_for_her(
    hospital: Hospital, database: Settings
) -> None:
    assignment_id = ask(database)
    save(assignment_id, "skin-rash-severity", "3")
    save(assignment_id, "free-text", "Det kom blod.")
    send(assignment_id, WELL, actor=hospital.nurse_actor)
    assert short() == {
        ("skin-rash", Severity.SAME_DAY, OPEN),
        ("free-text", Severity.NEXT_WORKING_DAY, OPEN),
    }


def test_what_a_nurse_and_she_have_both_answered_is_one_piece_of_evidence(
    hospital: Hospital, database: Settings
) -> None:
    assignment_id = ask(database)
    save(assignment_id, "skin-rash-severity", "3")
    receipt = send(assignment_id, RASH["3"], actor=hospital.nurse_actor)
    seen = the_alert("skin-rash")
    assert seen.verbs == ("raise",)
    assert seen.responses == {receipt.response_id}
