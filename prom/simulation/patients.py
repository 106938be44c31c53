"""What the simulated patients do: they are registered, are asked, answer or stay silent, and report again."""

import random
import uuid
from datetime import timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import clock
from prom.assignments import service as assignments
from prom.assignments.models import Assignment, Plan
from prom.audit.service import Actor
from prom.pathways.queries import episode
from prom.pathways.service import Clinical, start_episode
from prom.patients.service import Registration, register
from prom.simulation import nurses, reports
from prom.simulation.clinic import MINUTE, Clinic, Enrolled
from prom.simulation.courses import Kind, course
from prom.simulation.people import WORDS, Person

#: From this age on frailty is scored when treatment starts (clinical.md 1.5: validated from 65 years).
FRAILTY_FROM = 65
#: The scores given then, and how often each.
FRAILTY = {"2": 3, "3": 6, "4": 5, "5": 3, "6": 1}


def enrol(clinic: Clinic, person: Person, chance: random.Random, session: Session) -> None:
    """Register a person now, put her on the pathway, and write down when she is asked first."""
    nurse = clinic.staff["kari" if person.unit == 0 else "ola"]
    anchor = clock.now().astimezone(clinic.zone).date() + timedelta(days=chance.randint(0, 3))
    patient = register(session, clinic.tenant_id, _registration(person), nurse)
    unit = clinic.units[person.unit]
    started = start_episode(session, patient, unit, clinic.pathway, anchor, _clinical(person), nurse)
    assignments.plan_episode(session, started)
    free_texts = WORDS["freeText"].get(person.language, WORDS["freeText"]["nb"])
    her_course = course(person.number, clinic.symptoms, free_texts, chance)
    enrolled = clinic.enrolled[patient.id] = Enrolled(person, patient.id, started.id, anchor, her_course, chance)
    for plan in session.scalars(select(Plan).where(Plan.episode_id == started.id)):
        _await_opening(clinic, enrolled, plan)
    if person.age(anchor) >= FRAILTY_FROM:
        level = chance.choices(tuple(FRAILTY), tuple(FRAILTY.values()))[0]
        record_frailty(clinic, enrolled, level, session)


def _registration(person: Person) -> Registration:
    return Registration(
        given=person.given,
        family=person.family,
        national_number=person.national_number,
        birth_date=person.birth_date,
        mobile=person.mobile,
        language=person.language,
    )


def _clinical(person: Person) -> Clinical:
    given = person.treatment
    return Clinical(given["diagnosis"], given["intent"], given["regimen"], given["line"], given["pathwayCode"])


def _await_opening(clinic: Clinic, enrolled: Enrolled, plan: Plan) -> None:
    if plan.next_opens_at is not None:
        clinic.agenda.at(plan.next_opens_at, partial(_open, clinic, enrolled, plan.id))


def _open(clinic: Clinic, enrolled: Enrolled, plan_id: uuid.UUID, session: Session) -> None:
    assignment = assignments.open_planned(session, plan_id, clinic.settings)
    _await_opening(clinic, enrolled, session.get_one(Plan, plan_id))
    if assignment is None:
        return
    clinic.deliver_at(clock.now() + MINUTE / 2)
    _await_end(clinic, assignment)
    delay = _delay(enrolled)
    if delay is not None:
        clinic.agenda.at(clock.now() + delay, partial(_answer, clinic, enrolled, assignment.id))


def _await_end(clinic: Clinic, assignment: Assignment) -> None:
    for instant in (assignment.overdue_at, assignment.expires_at, assignment.begun_expires_at):
        clinic.tick_at(instant + MINUTE, partial(nurses.tick, clinic))


def _delay(enrolled: Enrolled) -> timedelta | None:
    """How long after the message she answers: mostly the same day, else the next, or late; None = never."""
    chance = enrolled.chance
    often_silent = enrolled.course.kind is Kind.SILENT
    luck = chance.random()
    if luck < (0.35 if often_silent else 0.03):
        return None
    if luck < (0.50 if often_silent else 0.06):
        return timedelta(hours=chance.uniform(40, 100))
    if luck < 0.75:
        return timedelta(hours=chance.triangular(0.1, 12, 1))
    return timedelta(hours=chance.uniform(22, 33))


def _answer(clinic: Clinic, enrolled: Enrolled, assignment_id: uuid.UUID, session: Session) -> None:
    now = clock.now()
    if clinic.in_scene(enrolled.patient_id, now):
        return
    assignment = session.get_one(Assignment, assignment_id)
    answers = enrolled.course.week(enrolled.week(now), enrolled.chance)
    if not reports.send(session, enrolled, assignment, answers):
        return
    nurses.attend_emergencies(clinic, enrolled, session)
    if enrolled.chance.random() < 0.05:
        later = now + timedelta(hours=enrolled.chance.uniform(20, 80))
        clinic.agenda.at(later, partial(_report_again, clinic, enrolled))


def _report_again(clinic: Clinic, enrolled: Enrolled, session: Session) -> None:
    if not clinic.in_scene(enrolled.patient_id, clock.now()):
        _answer(clinic, enrolled, begin_report(clinic, enrolled, session).id, session)


def begin_report(clinic: Clinic, enrolled: Enrolled, session: Session) -> Assignment:
    """Begin a report on her own initiative."""
    assignment = assignments.report_again(session, episode(session, enrolled.episode_id), Actor("patient"))
    _await_end(clinic, assignment)
    return assignment


def ask_for_link(clinic: Clinic, enrolled: Enrolled, session: Session) -> None:
    """Ask for a new link, and leave it unused."""
    assignment = begin_report(clinic, enrolled, session)
    assignments.send_links(session, [assignment], "new-link", clinic.settings)
    clinic.deliver_at(clock.now() + MINUTE / 2)


def record_frailty(clinic: Clinic, enrolled: Enrolled, level: str, session: Session) -> None:
    """Let a nurse record a frailty score (1-9), where the pathway has a place for one."""
    asked = next((each for each in clinic.pathway.recorded if "clinical-frailty" in each.questionnaire), None)
    if asked is None:
        return
    nurse = clinic.staff["ola"]
    assignment = assignments.assign(session, episode(session, enrolled.episode_id), asked, "staff", nurse)
    reports.record(session, assignment, {"frailty-level": level}, nurse)
