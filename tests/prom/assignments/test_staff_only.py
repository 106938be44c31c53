"""What only staff fill in is never hers: not to open, not to be sent a link to, and nobody's silence."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest

from prom import clock
from prom.assignments import adherence
from prom.assignments import service as assignments
from prom.assignments.models import Assignment
from prom.clinic import reporting
from prom.config import Settings
from prom.db import reading, transaction
from prom.errors import Conflict
from prom.pathways.queries import episode, pathway
from tests.conftest import Hospital
from tests.prom.assignments.courses import Stay, begin, item, publish
from tests.prom.steps import later

MONDAY = datetime(2026, 11, 9, 8, 0, tzinfo=UTC)
ONLY_STAFF: Mapping[str, Any] = {"answeredBy": ["staff"]}


@pytest.fixture
def theirs(hospital: Hospital, database: Settings) -> Stay:
    """A stay in which staff are asked every Monday, and nobody else is."""
    clock.move_to(MONDAY)
    stay = begin(hospital, database, publish(item(**ONLY_STAFF)), date(2026, 11, 9))
    stay.tick()
    return stay


def test_a_new_link_never_opens_what_only_staff_fill_in(theirs: Stay) -> None:
    with transaction() as session:
        assert assignments.answerable(session, theirs.hospital.patient.id) is None
        assignments.send_new_links(session, theirs.hospital.tenant.id, "+4790000001", theirs.settings)
    sent = {each.assignment_id for each in theirs.messages("new-link")}
    (staffs,) = [each for each in theirs.asked() if each.origin == "staff"]
    assert len(sent) == 1
    assert staffs.id not in sent


def test_a_form_that_staff_left_is_not_the_patients_silence(theirs: Stay) -> None:
    later(hours=19)
    with reading() as session:
        assert assignments.silent(session) == []
    for _ in range(3):
        later(days=7)
        theirs.tick()
    with reading() as session:
        assert adherence.adherence(session, [theirs.id]) == []
        assert adherence.fell_silent(session, [theirs.hospital.unit.id]) == []


def test_staff_who_fill_it_in_answer_what_was_planned_for_them(theirs: Stay) -> None:
    (planned,) = theirs.asked()
    with reading() as session:
        of = episode(session, theirs.id)
        offered = reporting.offered(pathway(session, of.pathway_url, of.pathway_version))
        own = reporting.target(session, of, offered, None).own
    assert own is not None
    assert own.id == planned.id


def test_planning_anew_asks_staff_nothing_again_that_they_were_asked(theirs: Stay) -> None:
    before = theirs.next()
    theirs.verb("set_anchor", "treatment-start", date(2026, 11, 8))
    theirs.tick()
    assert (len(theirs.asked()), theirs.next()) == (1, before)


def test_staff_are_not_asked_the_same_twice_at_once(theirs: Stay) -> None:
    with pytest.raises(Conflict):
        theirs.verb("ask_now", "check", "clinician")


def test_what_staff_may_fill_in_beside_her_stays_hers(hospital: Hospital, database: Settings) -> None:
    clock.move_to(MONDAY)
    stay = begin(hospital, database, publish(item(answeredBy=["patient", "staff"])), date(2026, 11, 9))
    stay.tick()
    with reading() as session:
        found = assignments.answerable(session, hospital.patient.id)
    assert isinstance(found, Assignment)
    assert found.origin == "planned"
