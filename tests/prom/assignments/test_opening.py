"""Opening what is planned: once each, also when Prom was down, and silence and expiry in their time."""

import uuid
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import clock
from prom.assignments import opening
from prom.assignments import service as assignments
from prom.assignments.models import Assignment, Plan
from prom.audit.queries import log_of
from prom.config import Settings
from prom.db import new_id, reading, transaction
from prom.jobs import JOBS, run_once
from prom.messaging.models import Message
from prom.pathways.models import Episode
from prom.pathways.queries import episode, pathway
from prom.pathways.service import end_episode, start_episode
from prom.patients.models import ContactPoint
from prom.patients.service import Registration, register
from prom.responses import service as responses
from tests.conftest import CLINICAL, MONDAY, Hospital
from tests.prom.responses.test_at_once import at_once
from tests.prom.steps import PATIENT, WELL, alerts, ask, ask_again, later, rows, send, short, the_alert

NINE = MONDAY - timedelta(minutes=30)
"""Monday 2 November, 09:00 in Oslo."""


def open_all(settings: Settings) -> list[Assignment | None]:
    """Open everything that is due, one transaction each, as the job does."""
    made: list[Assignment | None] = []
    while True:
        with reading() as session:
            due = assignments.due_plans(session)
        if not due:
            return made
        with transaction() as session:
            made.append(assignments.open_planned(session, due[0], settings))


def planned() -> list[Assignment]:
    """All planned assignments, oldest first."""
    return rows(select(Assignment).order_by(Assignment.opens_at))


def messages() -> list[Message]:
    """All messages with a link, oldest first."""
    return rows(select(Message).where(Message.kind == "assignment").order_by(Message.id))


def plan_id() -> uuid.UUID:
    """The hospital's one plan."""
    (found,) = rows(select(Plan.id))
    return found


def test_nothing_opens_before_its_time(hospital: Hospital, database: Settings) -> None:
    open_all(database)
    clock.move_to(NINE + timedelta(days=7) - timedelta(seconds=1))
    assert open_all(database) == []
    clock.move_to(NINE + timedelta(days=7))
    assert len(open_all(database)) == 1


def test_opening_twice_opens_once(hospital: Hospital, database: Settings) -> None:
    open_all(database)
    with transaction() as session:
        assert assignments.open_planned(session, plan_id(), database) is None
        assert assignments.open_planned(session, new_id(), database) is None
    assert (len([row for row in planned() if row.status == "open"]), len(messages())) == (1, 1)


def test_two_workers_at_once_open_it_once(hospital: Hospital, database: Settings) -> None:
    plan = plan_id()

    def work() -> bool:
        with transaction() as session:
            return assignments.open_planned(session, plan, database) is not None

    assert set(at_once(work, work)) == {False, True}
    assert (len(planned()), len(messages())) == (1, 1)


def test_many_at_once_are_each_asked_once_with_a_message_and_one_record_that_stands_in_each_log(
    hospital: Hospital, database: Settings
) -> None:
    with transaction() as session:
        first = session.scalars(select(Plan)).one()
        second = _with_a_plan(session, hospital, like=first)
        moved = assignments.open_together(session, [first.id, second.id, first.id], database)
    patients = {hospital.patient.id, second.patient_id}
    assert set(moved) == {first.id, second.id}
    assert {each.patient_id for each in planned()} == {each.patient_id for each in messages()} == patients
    with reading() as session:
        logs = [log_of(session, each) for each in patients]
        opened = [[record.id for record in log if record.action == "assignment.open"] for log in logs]
        assert opened[0] == opened[1]
        assert len(opened[0]) == 1


def test_workers_at_once_each_take_plans_of_their_own_and_wait_for_none(
    hospital: Hospital, database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "AT_ONCE", 1)
    with transaction() as session:
        first = session.scalars(select(Plan)).one()
        second = _with_a_plan(session, hospital, like=first)

    def work() -> frozenset[uuid.UUID]:
        with transaction() as session:
            return frozenset(assignments.open_due(session))

    assert set(at_once(work, work)) == {frozenset({first.id}), frozenset({second.id})}
    assert work() == frozenset()


def test_what_was_tried_and_failed_holds_up_nothing_behind_it(
    hospital: Hospital, database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "AT_ONCE", 1)
    with transaction() as session:
        first = session.scalars(select(Plan)).one()
        second = _with_a_plan(session, hospital, like=first)
        assert assignments.open_due(session, without=[first.id]) == [second.id]
        assert assignments.due_plans(session) == [first.id]


def test_what_is_opened_belongs_to_the_tenant_patient_and_unit_of_its_episode(
    hospital: Hospital, database: Settings
) -> None:
    with transaction() as session:
        _with_a_plan(session, hospital, like=session.scalars(select(Plan)).one())
        assert len(assignments.open_due(session)) == 2
    whose = [(each.id, each.tenant_id, each.patient_id, each.unit_id) for each in rows(select(Episode))]
    made = [(each.episode_id, each.tenant_id, each.patient_id, each.unit_id) for each in planned()]
    assert sorted(made) == sorted(whose)
    brought = [(each.assignment_id, each.tenant_id, each.patient_id, each.unit_id) for each in messages()]
    assert sorted(brought) == sorted((each.id, each.tenant_id, each.patient_id, each.unit_id) for each in planned())


def _with_a_plan(session: Session, hospital: Hospital, like: Plan) -> Plan:
    """Another patient, whose plan is due when this one's is."""
    actor = hospital.nurse_actor
    given = Registration("Kari", "Prøve", "15076500565", date(1965, 7, 15), "+4790000002", "nn")
    patient = register(session, hospital.tenant.id, given, actor)
    of = episode(session, hospital.episode.id)
    chosen = pathway(session, of.pathway_url, of.pathway_version)
    started = start_episode(session, patient, hospital.unit, chosen, of.anchor, CLINICAL, actor)
    assignments.plan_episode(session, started)
    plan = session.scalars(select(Plan).where(Plan.episode_id == started.id)).one()
    plan.next_day, plan.next_opens_at = like.next_day, like.next_opens_at
    return plan


def test_an_ended_episode_asks_nothing_more(hospital: Hospital, database: Settings) -> None:
    with transaction() as session:
        end_episode(session, episode(session, hospital.episode.id), hospital.nurse_actor)
    assert open_all(database) == [None]
    assert (planned(), messages()) == ([], [])


def test_an_assignment_opens_with_its_window_and_one_message_that_has_no_words_yet(
    hospital: Hospital, database: Settings
) -> None:
    ask(database)
    row = planned()[-1]
    assert (row.opens_at, row.status, row.origin) == (NINE, "open", "planned")
    hours = [(each - NINE).total_seconds() / 3600 for each in (row.due_at, row.overdue_at, row.expires_at)]
    assert hours == [24, 36, 120]
    assert row.begun_expires_at == NINE + timedelta(hours=132)
    (message,) = messages()
    assert (message.assignment_id, message.letter_sealed, message.expires_at) == (row.id, None, row.begun_expires_at)


def test_weeks_before_she_was_registered_are_not_hers_and_are_named_nowhere(
    hospital: Hospital, database: Settings
) -> None:
    assert rows(select(Plan.next_opens_at)) == [NINE]  # the first Monday of treatment was a week before
    open_all(database)
    assert [row.opens_at for row in planned()] == [NINE]


@pytest.mark.hazard("H17")
def test_after_weeks_of_standing_still_the_past_ones_are_stored_as_expired_the_unit_is_told_and_she_is_asked_once(
    hospital: Hospital, database: Settings
) -> None:
    clock.move_to(NINE + timedelta(weeks=5, hours=3))
    open_all(database)
    made = planned()
    assert [row.status for row in made] == ["expired"] * 5 + ["open"]
    assert [row.opens_at for row in made] == [NINE + timedelta(weeks=week) for week in range(6)]
    assert [message.assignment_id for message in messages()] == [made[-1].id]
    assert open_all(database) == []
    told = the_alert("not-asked")
    assert (told.short, told.findings[0]["reason"]["values"]) == (("not-asked", 2, "open"), {"times": 5.0})


def test_a_stop_within_the_window_only_delays_the_message(hospital: Hospital, database: Settings) -> None:
    clock.move_to(NINE + timedelta(hours=100))
    open_all(database)
    assert planned()[-1].status == "open"
    assert messages()[-1].created_at == clock.now()


def test_a_week_after_week_asks_each_week_once(hospital: Hospital, database: Settings) -> None:
    for _ in range(60):
        open_all(database)
        later(days=1)
    days = [date.fromisoformat(row.occurrence.partition(":")[2]) for row in planned()]
    assert days == [date(2026, 11, 2) + timedelta(weeks=week) for week in range(9)]


@pytest.mark.hazard("H15")
def test_a_patient_without_a_phone_is_asked_and_silence_finds_her(hospital: Hospital, database: Settings) -> None:
    with transaction() as session:
        session.scalars(select(ContactPoint)).one().active = False
    assignment_id = ask(database)
    later(hours=36)
    with transaction() as session:
        assert responses.raise_silence(session, assignment_id)
    assert {topic for topic, _, _ in short()} == {"silence"}


@pytest.mark.hazard("H15")
def test_silence_past_due_comes_on_the_call_list_once_and_goes_when_she_answers(
    hospital: Hospital, database: Settings
) -> None:
    assignment_id = ask(database)
    clock.move_to(NINE + timedelta(hours=36) - timedelta(seconds=1))
    run_once(database)
    assert short() == set()
    for _ in range(3):
        later(seconds=1)
        run_once(database)
        assert short() == {("silence", 2, "open")}
    assert the_alert("silence").verbs == ("raise",)
    assert the_alert("silence").findings[0]["reason"]["values"] == {"hours": 12.0, "begun": "false"}
    send(assignment_id, WELL)
    assert short() == {("silence", 2, "entered-in-error")}
    run_once(database)
    assert len(alerts()) == 1


@pytest.mark.hazard("H15")
def test_a_report_on_her_own_that_she_never_sends_is_silence_too_and_one_that_staff_began_is_not(
    hospital: Hospital, database: Settings
) -> None:
    send(ask(database), WELL)
    ask_again(hospital)
    with transaction() as session:
        of = episode(session, hospital.episode.id)
        assignments.assign(session, of, hospital.pathway.recorded[0], "staff", hospital.nurse_actor)
    later(hours=37)
    run_once(database)
    assert len(the_alert("silence").findings) == 1


def test_what_nobody_answers_expires_with_its_message(hospital: Hospital, database: Settings) -> None:
    assignment_id = ask(database)
    clock.move_to(NINE + timedelta(hours=120) - timedelta(seconds=1))
    assert run_once(database) == {}
    with reading() as session:
        assert session.get_one(Assignment, assignment_id).status == "open"
    later(seconds=1)
    assert run_once(database) == {}
    with reading() as session:
        assert session.get_one(Assignment, assignment_id).status == "expired"
        assert not responses.expire(session, assignment_id)
    assert short() == {("silence", 2, "open")}


@pytest.mark.hazard("H17")
def test_running_every_job_twice_in_the_same_moment_changes_nothing(hospital: Hospital, database: Settings) -> None:
    ask(database)
    later(hours=37)
    run_once(database)
    before = [(row.id, row.status) for row in planned()], short(), len(messages())
    run_once(database, JOBS)
    assert ([(row.id, row.status) for row in planned()], short(), len(messages())) == before


def test_a_report_on_her_own_can_be_answered_at_once(hospital: Hospital, database: Settings) -> None:
    assignment_id = ask_again(hospital)
    with reading() as session:
        found = assignments.answerable(session, hospital.patient.id)
        assert found is not None
        assert (found.id, found.origin, found.opens_at) == (assignment_id, "patient", MONDAY)
    send(assignment_id, WELL, actor=PATIENT)
    with reading() as session:
        assert assignments.answerable(session, hospital.patient.id) is None
