"""Begun forms: each answer is refused or saved by itself, and judged at that very save."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from alerts.rules import Severity
from prom.assignments import links
from prom.assignments.models import Assignment
from prom.assignments.service import lock
from prom.config import Settings
from prom.db import reading, transaction
from prom.errors import DeadLink, Invalid, InvalidResponse
from prom.messaging.models import Message
from prom.patients import sealing
from prom.responses import drafts
from prom.responses.drafts import Given, finished, of_assignment, save_answer
from prom.responses.models import Draft
from prom.responses.service import expire
from questionnaires.library import load
from questionnaires.validation import validate
from tests.conftest import MONDAY, Hospital
from tests.prom.steps import WELL, ask, later, send, short, the_alert, visit_of


def save(assignment_id: Any, link_id: str, given: Given, language: str = "nb") -> list[str]:
    """Save one answer in a transaction of its own, and return the rules whose instruction she is shown."""
    with transaction() as session:
        findings = save_answer(session, visit_of(session, assignment_id), link_id, given, language)
    return [finding.rule for finding in findings]


def saved(assignment_id: Any) -> dict[str, Any]:
    """What the begun form holds: codes and plain values by link id."""
    with reading() as session:
        begun = of_assignment(session, session.get_one(Assignment, assignment_id))
    assert begun is not None
    return {link_id: getattr(values[0], "code", values[0]) for link_id, values in begun.response.flat().items()}


def test_an_answer_that_the_item_cannot_hold_is_refused_and_what_was_saved_before_stays(
    hospital: Hospital, database: Settings
) -> None:
    assignment_id = ask(database)
    save(assignment_id, "temperature-measured", "yes")
    refused: list[tuple[str, Given]] = [
        ("temperature", "warm"),
        ("temperature", 398),
        ("temperature", None),
        ("shivering", "sometimes"),
        ("nausea-severity", "2"),
        ("free-text", "x" * 1001),
    ]
    for link_id, given in refused:
        with pytest.raises(InvalidResponse) as problems:
            save(assignment_id, link_id, given)
        assert {getattr(each, "link_id", None) for each in problems.value.problems} == {link_id}
    assert saved(assignment_id) == {"temperature-measured": "yes"}


def test_an_item_that_is_not_there_is_refused(hospital: Hospital, database: Settings) -> None:
    with pytest.raises(Invalid):
        save(ask(database), "no-such-item", "1")


def test_before_the_birth_date_nothing_is_saved(hospital: Hospital, database: Settings) -> None:
    assignment_id = ask(database)
    with transaction() as session:
        token = links.begin_visit(session, session.get_one(Assignment, assignment_id), confirmed=False)
        session.flush()
        with pytest.raises(DeadLink):
            save_answer(session, links.find_visit(session, token), "shivering", "no", "nb")


def test_nothing_is_saved_to_what_was_sent_or_is_over(hospital: Hospital, database: Settings) -> None:
    assignment_id = ask(database)
    send(assignment_id, WELL)
    with pytest.raises(DeadLink):
        save(assignment_id, "shivering", "now")
    assert short() == set()


def test_an_untouched_form_closes_before_one_that_was_begun(hospital: Hospital, database: Settings) -> None:
    assignment_id = ask(database)
    later(hours=119)
    save(assignment_id, "temperature-measured", "no")
    later(hours=12)
    save(assignment_id, "shivering", "no")
    later(hours=3)
    with pytest.raises(DeadLink):
        save(assignment_id, "chest-pain", "no")


@pytest.mark.hazard("H01")
def test_a_red_flag_raises_its_alert_at_that_save_and_shows_its_instruction(
    hospital: Hospital, database: Settings
) -> None:
    assignment_id = ask(database)
    assert save(assignment_id, "temperature-measured", "yes") == []
    assert save(assignment_id, "temperature", Decimal("38.0")) == ["fever"]
    assert short() == {("fever", Severity.EMERGENCY, "open")}
    with reading() as session:
        assert len(session.scalars(select(Message).where(Message.kind == "on-call")).all()) == 1


def test_an_instruction_is_shown_for_the_answer_just_given_and_not_for_earlier_ones(
    hospital: Hospital, database: Settings
) -> None:
    assignment_id = ask(database)
    save(assignment_id, "shivering", "now")
    assert save(assignment_id, "chest-pain", "no") == []
    assert save(assignment_id, "bleeding", "now") == ["bleeding"]


def test_a_red_flag_saved_twice_and_then_sent_is_one_alert_with_one_piece_of_evidence(
    hospital: Hospital, database: Settings
) -> None:
    assignment_id = ask(database)
    save(assignment_id, "shivering", "now")
    save(assignment_id, "shivering", "now")
    receipt = send(assignment_id, {**WELL, "shivering": "now"})
    seen = the_alert("shivering")
    assert (len(seen.findings), seen.verbs, seen.alert.new_evidence) == (1, ("raise",), 0)
    assert seen.responses == {receipt.response_id}


@pytest.mark.hazard("H01")
def test_a_red_flag_that_is_taken_back_before_sending_stays_on_the_list(hospital: Hospital, database: Settings) -> None:
    """Somebody typed it: a nurse decides what it meant."""
    assignment_id = ask(database)
    save(assignment_id, "shivering", "now")
    save(assignment_id, "shivering", "no")
    send(assignment_id, WELL)
    assert short() == {("shivering", Severity.EMERGENCY, "open")}


def test_what_is_no_emergency_waits_until_it_is_sent(hospital: Hospital, database: Settings) -> None:
    assignment_id = ask(database)
    save(assignment_id, "skin-rash-severity", "3")
    assert short() == set()


def test_an_answer_can_be_changed_and_left_out_again(hospital: Hospital, database: Settings) -> None:
    assignment_id = ask(database)
    save(assignment_id, "weight", Decimal("70.5"))
    save(assignment_id, "weight", None)
    save(assignment_id, "shivering", "no")
    assert saved(assignment_id) == {"shivering": "no"}


def test_what_was_answered_and_then_branched_away_is_not_sent(hospital: Hospital, database: Settings) -> None:
    questionnaire = load("symptom-check").questionnaire
    assignment_id = ask(database)
    for link_id, given in {**WELL, "nausea-frequency": "3"}.items():
        save(assignment_id, link_id, given)
    save(assignment_id, "nausea-severity", "4")
    save(assignment_id, "nausea-frequency", "0")
    with reading() as session:
        begun = of_assignment(session, session.get_one(Assignment, assignment_id))
    assert begun is not None
    sent = finished(questionnaire, begun.response)
    assert "nausea-severity" in begun.response.flat()
    assert "nausea-severity" not in sent.flat()
    assert validate(questionnaire, sent, complete=True) == ()


def test_a_form_read_in_another_language_midway_is_one_form(hospital: Hospital, database: Settings) -> None:
    assignment_id = ask(database)
    save(assignment_id, "shivering", "no", "nb")
    with transaction() as session:
        drafts.set_language(session, lock(session, assignment_id), "se")
    save(assignment_id, "bleeding", "no", "en")
    with reading() as session:
        (row,) = session.scalars(select(Draft))
        assert (row.language, row.begun_at) == ("en", MONDAY)
    assert saved(assignment_id).keys() == {"shivering", "bleeding"}


@pytest.mark.hazard("H02")
def test_a_begun_form_that_expires_is_kept_and_judged_on_what_it_holds(hospital: Hospital, database: Settings) -> None:
    assignment_id = ask(database)
    save(assignment_id, "skin-rash-severity", "3")
    later(hours=132)
    with transaction() as session:
        assert expire(session, assignment_id)
        assert not expire(session, assignment_id)
    assert short() == {
        ("skin-rash", Severity.SAME_DAY, "open"),
        ("silence", Severity.NEXT_WORKING_DAY, "open"),
    }
    assert the_alert("skin-rash").findings[0]["kind"] == "rule"
    assert the_alert("silence").findings[0]["reason"]["values"]["begun"] == "true"
    with reading() as session:
        assert session.scalars(select(Draft)).all() == []
        assert session.get_one(Assignment, assignment_id).status == "expired"


def test_a_begun_form_lies_sealed(hospital: Hospital, database: Settings) -> None:
    assignment_id = ask(database)
    save(assignment_id, "free-text", "planted words")
    with reading() as session:
        (row,) = session.scalars(select(Draft))
        assert b"planted" not in row.response_sealed
        assert "planted words" in str(sealing.open_column(session, row, "response"))
