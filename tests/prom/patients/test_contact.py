"""How a patient can be reached: problems are raised once, the wish for no messages is hers, and all is on record."""

import uuid
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from prom.audit.models import AuditRecord
from prom.audit.queries import log_of
from prom.audit.service import Actor
from prom.db import reading, transaction
from prom.errors import Invalid, NotFound
from prom.patients import contact
from prom.patients.models import ContactPoint, ContactProblem
from prom.patients.queries import find_by_mobile, identity, mobile_of, points_of
from prom.patients.service import change_language, register
from tests.conftest import REGISTRATION, Hospital
from tests.prom.steps import count, later, rows

SHE = Actor("patient", uuid.UUID(int=7))
OTHER = replace(REGISTRATION, given="Prøve", national_number="50846202355")


def the_point(hospital: Hospital) -> ContactPoint:
    """The number that messages to the patient go to."""
    with reading() as session:
        point = points_of(session, [hospital.patient.id])[hospital.patient.id]
        session.expunge_all()
    return point


def said_no(hospital: Hospital) -> bool:
    """Whether she wants no messages."""
    with reading() as session:
        return contact.is_opted_out(session, hospital.patient.id)


def opt_out(hospital: Hospital, actor: Actor = SHE) -> None:
    """Say STOP for the patient."""
    with transaction() as session:
        point = session.get_one(ContactPoint, the_point(hospital).id)
        contact.opt_out(session, hospital.patient.id, point, actor)


def open_codes(hospital: Hospital) -> list[str]:
    """The codes of her open problems, oldest first."""
    with reading() as session:
        found = contact.open_problems(session, [hospital.patient.id])
        return [problem.code for problem in found.get(hospital.patient.id, ())]


def logged(hospital: Hospital) -> list[tuple[str, str, uuid.UUID | None]]:
    """What the audit log holds about her: action, kind of actor, actor; newest first."""
    with reading() as session:
        return [(row.action, row.actor_kind, row.actor_id) for row in log_of(session, hospital.patient.id)]


def test_a_problem_of_nobody_is_refused(hospital: Hospital) -> None:
    with pytest.raises(NotFound), transaction() as session:
        contact.raise_problem(session, uuid.UUID(int=1), "landline")


def test_a_problem_of_an_unknown_kind_is_refused_by_the_table(hospital: Hospital) -> None:
    with pytest.raises(IntegrityError), transaction() as session:
        contact.raise_problem(session, hospital.patient.id, "moved")  # type: ignore[arg-type]


def test_somebody_elses_number_is_not_opted_out_of_for_her(hospital: Hospital) -> None:
    with transaction() as session:
        other = register(session, hospital.tenant.id, OTHER, hospital.nurse_actor)
        point = points_of(session, [other.id])[other.id]
        with pytest.raises(Invalid):
            contact.opt_out(session, hospital.patient.id, point, SHE)
        with pytest.raises(Invalid):
            contact.opt_in(session, hospital.patient.id, point, SHE)
    assert not said_no(hospital)
    assert count(ContactProblem) == 0


def test_a_problem_is_raised_once_while_it_is_open_and_is_on_record_once(hospital: Hospital) -> None:
    with transaction() as session:
        assert contact.raise_problem(session, hospital.patient.id, "unreachable")
    with transaction() as session:
        assert not contact.raise_problem(session, hospital.patient.id, "unreachable")
        assert contact.raise_problem(session, hospital.patient.id, "landline")
    assert open_codes(hospital) == ["unreachable", "landline"]
    raised = [entry for entry in logged(hospital) if entry[0] == "contact-problem.raise"]
    assert raised == [("contact-problem.raise", "system", None)] * 2


def test_a_problem_that_was_settled_can_come_back(hospital: Hospital) -> None:
    with transaction() as session:
        contact.raise_problem(session, hospital.patient.id, "unreachable")
        assert contact.resolve_problems(session, hospital.patient.id, ["unreachable"], hospital.nurse_actor) == 1
        assert contact.resolve_problems(session, hospital.patient.id, ["unreachable"], hospital.nurse_actor) == 0
        assert contact.raise_problem(session, hospital.patient.id, "unreachable")
    assert open_codes(hospital) == ["unreachable"]
    assert count(ContactProblem) == 2
    resolved = [entry for entry in logged(hospital) if entry[0] == "contact-problem.resolve"]
    assert resolved == [("contact-problem.resolve", "clinician", hospital.nurse.id)]


def test_only_the_problems_that_were_named_are_settled(hospital: Hospital) -> None:
    with transaction() as session:
        contact.raise_problem(session, hospital.patient.id, "not-digital")
        contact.raise_problem(session, hospital.patient.id, "landline")
        contact.resolve_problems(session, hospital.patient.id, ["landline"])
    assert open_codes(hospital) == ["not-digital"]


def test_opting_out_is_hers_on_record_and_told_to_the_unit(hospital: Hospital) -> None:
    opt_out(hospital)
    assert said_no(hospital)
    assert open_codes(hospital) == ["opted-out"]
    assert ("contact.opt-out", "patient", SHE.id) in logged(hospital)


def test_opting_out_twice_is_opting_out_once(hospital: Hospital) -> None:
    opt_out(hospital)
    since = the_point(hospital).opted_out_at
    later(hours=1)
    opt_out(hospital)
    assert the_point(hospital).opted_out_at == since
    assert [action for action, *_ in logged(hospital)].count("contact.opt-out") == 1


def test_opting_in_takes_messages_again_and_settles_the_problem(hospital: Hospital) -> None:
    opt_out(hospital)
    with transaction() as session:
        point = session.get_one(ContactPoint, the_point(hospital).id)
        contact.opt_in(session, hospital.patient.id, point, SHE)
    assert not said_no(hospital)
    assert open_codes(hospital) == []
    assert ("contact.opt-in", "patient", SHE.id) in logged(hospital)


def test_another_number_takes_the_place_of_the_old_and_settles_what_was_wrong_with_it(hospital: Hospital) -> None:
    with transaction() as session:
        contact.raise_problem(session, hospital.patient.id, "landline")
        contact.raise_problem(session, hospital.patient.id, "reserved")
    later(minutes=1)
    with transaction() as session:
        contact.change_mobile(session, hospital.patient.id, "+4790000077", SHE)
    with reading() as session:
        assert mobile_of(session, hospital.patient.id) == "+4790000077"
        assert find_by_mobile(session, hospital.tenant.id, REGISTRATION.mobile) == []
    assert open_codes(hospital) == ["reserved"]
    assert ("contact.change", "patient", SHE.id) in logged(hospital)


def test_who_wants_no_messages_gets_none_at_another_number_either(hospital: Hospital) -> None:
    opt_out(hospital)
    with transaction() as session:
        contact.change_mobile(session, hospital.patient.id, "+4790000077", SHE)
    assert said_no(hospital)
    assert open_codes(hospital) == ["opted-out"]


def test_a_shared_number_names_the_points_of_both(hospital: Hospital) -> None:
    with transaction() as session:
        other = register(session, hospital.tenant.id, OTHER, hospital.nurse_actor)
    with reading() as session:
        points = contact.points_of_number(session, hospital.tenant.id, REGISTRATION.mobile)
        assert {point.patient_id for point in points} == {hospital.patient.id, other.id}
        assert contact.points_of_number(session, hospital.tenant.id, "+4790000099") == []


def test_one_of_two_at_a_number_opts_out_for_herself_alone(hospital: Hospital) -> None:
    with transaction() as session:
        other = register(session, hospital.tenant.id, OTHER, hospital.nurse_actor)
    opt_out(hospital)
    with reading() as session:
        assert contact.opted_out(session, [hospital.patient.id, other.id]) == {hospital.patient.id}


def test_a_language_that_is_not_spoken_is_refused(hospital: Hospital) -> None:
    with pytest.raises(Invalid), transaction() as session:
        change_language(session, hospital.patient.id, "de", SHE)


def test_another_language_keeps_all_else_and_is_on_record_once(hospital: Hospital) -> None:
    with reading() as session:
        before = identity(session, hospital.patient.id)
    for _ in range(2):
        with transaction() as session:
            change_language(session, hospital.patient.id, "nn", SHE)
    with reading() as session:
        assert identity(session, hospital.patient.id) == replace(before, language="nn")
    assert len(rows(select(AuditRecord).where(AuditRecord.action == "patient.change-language"))) == 1
