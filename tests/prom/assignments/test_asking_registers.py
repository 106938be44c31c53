"""Asking the register: death stops everything, silence changes nothing, and no transaction is open meanwhile."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from prom import clock
from prom.assignments import asking_registers
from prom.assignments.asking_registers import RegisterSilent, ask_about_all
from prom.assignments.models import Assignment, Plan
from prom.audit.queries import log_of
from prom.config import Settings
from prom.db import reading, transaction
from prom.pathways.models import Episode
from prom.pathways.queries import offered
from prom.pathways.service import start_episode
from prom.patients import contact
from prom.patients.models import Patient, PatientKey
from prom.patients.person_source import NotKnown, Person, Unclear, Unreachable
from prom.patients.service import register
from tests.conftest import CLINICAL, MONDAY, REGISTRATION, Hospital
from tests.prom.steps import ask, later, rows

NUMBER = REGISTRATION.national_number
OTHER = "50846202355"
OTHERS = ("50846235652", "50846235660")


@dataclass
class FakeRegister:
    """A register that says what it is told to, and checks that it may take its time."""

    persons: dict[str, Person | Exception] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def look_up(self, national_number: str) -> Person:
        self.asked.append(national_number)
        with transaction() as session:  # would wait for ever if one that writes were open
            session.execute(update(Patient).where(Patient.id == uuid.UUID(int=0)).values(created_at=clock.now()))
        said = self.persons.get(national_number, NotKnown())
        if isinstance(said, Exception):
            raise said
        return said


def add(hospital: Hospital, number: str) -> uuid.UUID:
    """Register one more patient on the pathway."""
    with transaction() as session:
        who = register(session, hospital.tenant.id, replace(REGISTRATION, national_number=number), hospital.nurse_actor)
        session.flush()
        start_episode(session, who, hospital.unit, offered(session)[0], MONDAY.date(), CLINICAL, hospital.nurse_actor)
    return who.id


def in_front_of_one_who_died(hospital: Hospital) -> uuid.UUID:
    """Let three stand before one who died: the hospital's patient and two more, each longer without an answer."""
    for number in OTHERS:
        add(hospital, number)
    dead = add(hospital, OTHER)
    with transaction() as session:
        session.execute(update(Patient).where(Patient.id != dead).values(person_checked_at=None, person_tried_at=None))
        session.execute(update(Patient).where(Patient.id == dead).values(person_tried_at=clock.now()))
    return dead


def stopped(patient_id: uuid.UUID) -> bool:
    """Whether nothing is asked of her any more."""
    with reading() as session:
        return session.get_one(Patient, patient_id).stopped_at is not None


def the_patient(hospital: Hospital) -> Patient:
    """Her row as it is now."""
    with reading() as session:
        return session.get_one(Patient, hospital.patient.id)


@pytest.mark.parametrize("silence", [Unreachable("timeout"), Unclear("several-persons")])
def test_a_register_that_gives_no_answer_changes_nothing_and_is_told_of(
    hospital: Hospital, silence: Unreachable
) -> None:
    register_ = FakeRegister({NUMBER: silence})
    with pytest.raises(RegisterSilent), capture_logs() as logs:
        ask_about_all(register_)
    assert the_patient(hospital).person_checked_at is None
    assert the_patient(hospital).stopped_at is None
    assert [entry["failure"] for entry in logs] == [silence.code]
    assert NUMBER not in str(logs)
    register_.persons = {}
    assert ask_about_all(register_) == 1  # asked again in the next run


def test_a_register_that_is_down_is_left_in_peace_after_three(hospital: Hospital) -> None:
    for number in OTHERS:
        add(hospital, number)
    register_ = FakeRegister({**dict.fromkeys((NUMBER, *OTHERS), Unreachable("no-connection"))})
    with pytest.raises(RegisterSilent):
        ask_about_all(register_)
    assert len(register_.asked) == asking_registers.PATIENCE


def test_one_whom_it_cannot_tell_apart_holds_up_nobody(hospital: Hospital) -> None:
    dead = in_front_of_one_who_died(hospital)
    register_ = FakeRegister({**dict.fromkeys((NUMBER, *OTHERS), Unclear("another-person")), OTHER: Person(died=True)})
    with pytest.raises(RegisterSilent):
        ask_about_all(register_)
    assert stopped(dead)


@pytest.mark.parametrize(
    "silence, limit", [(Unreachable("http-500"), asking_registers.AT_ONCE), (Unclear("several-persons"), 3)]
)
def test_those_without_an_answer_let_the_others_go_first_in_the_next_run(
    hospital: Hospital, silence: Unreachable, limit: int
) -> None:
    dead = in_front_of_one_who_died(hospital)
    register_ = FakeRegister({**dict.fromkeys((NUMBER, *OTHERS), silence), OTHER: Person(died=True)})
    for _ in range(2):
        later(minutes=5)
        with pytest.raises(RegisterSilent):  # the watch is told in each run
            ask_about_all(register_, limit)
    assert stopped(dead)


def test_one_whose_row_does_not_open_holds_up_nobody_and_is_told_of_without_her_name(hospital: Hospital) -> None:
    dead = add(hospital, OTHER)
    with transaction() as session:
        session.execute(delete(PatientKey).where(PatientKey.patient_id == hospital.patient.id))
    with capture_logs() as logs:
        assert ask_about_all(FakeRegister({OTHER: Person(died=True)})) == 1
    assert stopped(dead)
    assert the_patient(hospital).person_checked_at is None
    assert [entry["log_level"] for entry in logs if "does not open" in entry["event"]] == ["warning"]
    assert str(hospital.patient.id) not in str(logs)


def test_somebody_whom_the_register_does_not_know_goes_on_as_before(hospital: Hospital) -> None:
    assert ask_about_all(FakeRegister()) == 1
    assert the_patient(hospital).person_checked_at == MONDAY
    assert [row.status for row in rows(select(Episode))] == ["active"]


def test_death_ends_all_that_is_asked_and_planned(hospital: Hospital, database: Settings) -> None:
    ask(database)
    assert ask_about_all(FakeRegister({NUMBER: Person(died=True)})) == 1
    assert the_patient(hospital).stopped_at == MONDAY
    assert [row.status for row in rows(select(Episode))] == ["ended"]
    assert "open" not in {row.status for row in rows(select(Assignment))}
    assert [row.next_opens_at for row in rows(select(Plan)) if row.next_opens_at is not None] == []
    assert ask_about_all(FakeRegister({NUMBER: Person(died=True)})) == 0


def test_each_is_asked_about_once_a_day_and_only_while_something_is_asked_of_her(hospital: Hospital) -> None:
    register_ = FakeRegister()
    ask_about_all(register_)
    later(hours=23, minutes=59)
    assert ask_about_all(register_) == 0
    later(minutes=1)
    assert ask_about_all(register_) == 1
    with transaction() as session:
        session.execute(update(Episode).values(status="ended", ended_at=clock.now()))
    later(days=2)
    assert ask_about_all(register_) == 0
    assert register_.asked == [NUMBER, NUMBER]


def test_what_is_looked_up_at_sending_is_not_copied_but_settles_what_is_over(hospital: Hospital) -> None:
    def open_codes() -> list[str]:
        with reading() as session:
            found = contact.open_problems(session, [hospital.patient.id])
        return [problem.code for problem in found.get(hospital.patient.id, ())]

    ask_about_all(FakeRegister({NUMBER: Person(reserved=True, not_digital=True, protected=True)}))
    assert open_codes() == []
    raise_for(hospital, contact.raise_problem)
    later(days=1)
    ask_about_all(FakeRegister({NUMBER: Person(reserved=True)}))
    assert open_codes() == ["reserved"]


def raise_for(hospital: Hospital, raise_problem: Callable[[Session, uuid.UUID, contact.Code], bool]) -> None:
    """Let sending have found both."""
    with transaction() as session:
        raise_problem(session, hospital.patient.id, "reserved")
        raise_problem(session, hospital.patient.id, "not-digital")


def test_the_longest_waiting_is_asked_about_first_and_no_more_than_the_limit(hospital: Hospital) -> None:
    first = FakeRegister()
    ask_about_all(first)
    later(hours=25)
    add(hospital, OTHER)
    second = FakeRegister()
    assert ask_about_all(second, limit=1) == 1
    assert second.asked == [OTHER]
    assert ask_about_all(second, limit=1) == 1
    assert second.asked == [OTHER, NUMBER]


def test_that_she_was_asked_about_stands_in_her_log(hospital: Hospital) -> None:
    later(minutes=1)
    ask_about_all(FakeRegister())
    with reading() as session:
        newest = log_of(session, hospital.patient.id)[0]
    assert (newest.action, newest.actor_kind, newest.reason) == ("person.ask", "system", "tick")
