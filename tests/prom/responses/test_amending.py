"""Amending a response: the corrected answers take its place, what was there is kept, and all is judged again."""

import uuid
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from alerts.rules import Severity
from prom.audit.models import AuditRecord
from prom.audit.service import Actor
from prom.config import Settings
from prom.db import reading, transaction
from prom.errors import Conflict, InvalidResponse, PreconditionFailed
from prom.oversight.auditor import recheck
from prom.patients import sealing
from prom.responses import drafts
from prom.responses.identifiers import Identifier, find_by_identifier
from prom.responses.models import ReplacedResponse, Response
from prom.responses.service import Authorship, amend, enter_in_error, submit_once
from prom.worklist import service as worklist
from prom.worklist.models import Alert
from questionnaires.documents import loads
from questionnaires.exchange import from_fhir
from tests.conftest import MONDAY, Hospital
from tests.prom.responses.test_correction import histories_are_equal
from tests.prom.steps import FEVER, RASH, WELL, ask, ask_again, count, later, response_of, rows, send, short, the_alert

MACHINE = Actor("client", uuid.UUID(int=7))


def correct(
    response_id: uuid.UUID, answers: dict[str, object], version: int = 1, authored_at: datetime | None = None
) -> None:
    """Amend as a machine, in a transaction of its own."""
    with transaction() as session:
        row = session.get_one(Response, response_id)
        amend(session, row, response_of(answers), Authorship("patient", MACHINE, "nb", authored_at), version)


def test_an_older_version_is_refused_and_changes_nothing(hospital: Hospital, database: Settings) -> None:
    response_id = send(ask(database), WELL).response_id
    correct(response_id, RASH["1"])
    for version in (0, 1, 3):
        with pytest.raises(PreconditionFailed):
            correct(response_id, FEVER, version)
    assert short() == set()
    assert count(ReplacedResponse) == 1


def test_answers_that_are_not_allowed_are_refused_by_their_items_and_change_nothing(
    hospital: Hospital, database: Settings
) -> None:
    response_id = send(ask(database), WELL).response_id
    with pytest.raises(InvalidResponse) as refused:
        correct(response_id, {**FEVER, "weight": 7})
    assert [problem.link_id for problem in refused.value.problems] == ["weight"]  # type: ignore[attr-defined]
    assert count(ReplacedResponse) == 0
    assert short() == set()


def test_what_was_entered_in_error_is_not_amended(hospital: Hospital, database: Settings) -> None:
    response_id = send(ask(database), WELL).response_id
    with transaction() as session:
        enter_in_error(session, session.get_one(Response, response_id), hospital.nurse_actor)
    with pytest.raises(Conflict):
        correct(response_id, FEVER, version=2)


def test_a_fever_that_was_left_out_raises_its_alert(hospital: Hospital, database: Settings) -> None:
    response_id = send(ask(database), WELL).response_id
    correct(response_id, FEVER)
    assert short() == {("fever", Severity.EMERGENCY, "open")}
    assert the_alert("fever").responses == {response_id}


@pytest.mark.hazard("H41")
def test_an_emergency_is_closed_by_nobody_but_a_nurse_though_its_answer_is_taken_back(
    hospital: Hospital, database: Settings
) -> None:
    response_id = send(ask(database), FEVER).response_id
    correct(response_id, WELL)
    seen = the_alert("fever")
    assert (seen.alert.severity, seen.alert.state) == (Severity.EMERGENCY, "open")
    assert seen.verbs == ("raise", "evidence-withdrawn")


@pytest.mark.hazard("H41")
def test_an_emergency_that_somebody_has_taken_stays_hers_though_its_answer_is_taken_back(
    hospital: Hospital, database: Settings
) -> None:
    response_id = send(ask(database), FEVER).response_id
    with transaction() as session:
        alert = session.scalars(select(Alert)).one()
        worklist.acknowledge(session, alert, alert.version, hospital.nurse_actor)
    correct(response_id, WELL)
    assert (the_alert("fever").alert.state, the_alert("fever").alert.severity) == ("acknowledged", Severity.EMERGENCY)


def test_what_is_no_emergency_goes_with_its_answer(hospital: Hospital, database: Settings) -> None:
    response_id = send(ask(database), RASH["3"]).response_id
    correct(response_id, WELL)
    assert {state for _, _, state in short()} == {"entered-in-error"}


def test_a_graver_answer_takes_the_place_of_the_first_and_opens_the_alert_again(
    hospital: Hospital, database: Settings
) -> None:
    response_id = send(ask(database), FEVER).response_id
    with transaction() as session:
        alert = session.scalars(select(Alert)).one()
        worklist.acknowledge(session, alert, alert.version, hospital.nurse_actor)
    correct(response_id, {**FEVER, "temperature": 40.5})
    seen = the_alert("fever")
    assert (seen.alert.state, seen.alert.new_evidence) == ("open", 1)
    assert [finding["reason"]["values"]["value"] for finding in seen.findings] == [40.5]
    assert seen.verbs == ("raise", "acknowledge", "join", "evidence-withdrawn")


def test_what_holds_over_the_same_answer_is_left_as_it_is(hospital: Hospital, database: Settings) -> None:
    response_id = send(ask(database), FEVER).response_id
    correct(response_id, {**FEVER, "weight": 71.5})
    assert the_alert("fever").verbs == ("raise",)


def test_what_came_after_is_judged_against_the_corrected_past(hospital: Hospital, database: Settings) -> None:
    wrong = send(ask(database), RASH["3"]).response_id
    later(hours=1)
    send(ask_again(hospital), RASH["2"])
    assert "worse-since-last.skin-rash" not in the_alert("skin-rash").rules
    correct(wrong, WELL)
    assert "worse-since-last.skin-rash" in the_alert("skin-rash").rules
    assert histories_are_equal()


def test_an_earlier_time_sets_it_in_its_place(hospital: Hospital, database: Settings) -> None:
    send(ask(database), RASH["2"])
    later(hours=1)
    late = send(ask_again(hospital), WELL).response_id
    correct(late, WELL, authored_at=MONDAY - timedelta(minutes=5))
    assert "worse-since-last.skin-rash" in the_alert("skin-rash").rules
    assert histories_are_equal()


def test_what_was_first_answered_is_kept_sealed_beside_it(hospital: Hospital, database: Settings) -> None:
    response_id = send(ask(database), FEVER).response_id
    later(hours=1)
    correct(response_id, WELL)
    correct(response_id, RASH["1"], version=2)
    with reading() as session:
        row = session.get_one(Response, response_id)
        assert (row.status, row.version, row.author, row.author_id) == ("amended", 3, "client", MACHINE.id)
        assert row.updated_at == row.corrected_at == MONDAY + timedelta(hours=1)
        assert drafts.opened(session, row).flat() == response_of(RASH["1"]).flat()
        kept = session.scalars(select(ReplacedResponse).order_by(ReplacedResponse.version)).all()
        assert [(each.version, each.status, each.author) for each in kept] == [
            (1, "completed", "patient"),
            (2, "amended", "client"),
        ]
        first = from_fhir(loads(sealing.open_column(session, kept[0], "document")))
        assert first.flat() == response_of(FEVER).flat()


def test_its_identifier_stays_with_it(hospital: Hospital, database: Settings) -> None:
    named = Identifier("urn:test", "1")
    with transaction() as session:
        by = Authorship("patient", MACHINE, "nb", identifier=named)
        response_id = submit_once(session, ask(database), response_of(WELL), by).response_id
    correct(response_id, RASH["1"])
    with reading() as session:
        found = find_by_identifier(session, hospital.tenant.id, named)
        assert found is not None
        assert found.id == response_id
        assert drafts.identifier_of(session, found) == named


def test_it_stands_in_the_patients_log_and_the_auditor_agrees(hospital: Hospital, database: Settings) -> None:
    response_id = send(ask(database), WELL).response_id
    recheck()
    correct(response_id, FEVER)
    assert "response.amend" in rows(select(AuditRecord.action).where(AuditRecord.entity_id == response_id))
    assert rows(select(Response.rechecked_at)) == [None]
    assert recheck() == 0
    assert rows(select(Response.rechecked_at)) == [MONDAY]
    assert short() == {("fever", Severity.EMERGENCY, "open")}
