"""Choices: refused where they cannot be, the nearest wins, and each is on record."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from prom import clock
from prom.audit.models import AuditRecord, AuditSubject
from prom.audit.service import Actor
from prom.db import reading, transaction
from prom.errors import Invalid, NotFound, PreconditionFailed
from prom.settings.models import Setting
from prom.settings.queries import Effective, Owner, chain, chains, effective, effective_many
from prom.settings.service import choose, take_back
from tests.conftest import MONDAY, Hospital


def put(hospital: Hospital, level: str, name: str, value: object, **more: Any) -> None:
    """Choose as the administrator, or as the nurse at a patient."""
    owner = {"installation": hospital.tenant.id, "unit": hospital.unit.id, "patient": hospital.patient.id}[level]
    who = hospital.nurse if level == "patient" else hospital.administrator
    with transaction() as session:
        choose(session, level, owner, name, value, Actor("clinician", who.id, who.role), **more)


def everywhere(hospital: Hospital) -> dict[str, Any]:
    """Return the arguments that name the hospital's patient at every level."""
    return {"tenant_id": hospital.tenant.id, "unit_id": hospital.unit.id, "patient_id": hospital.patient.id}


@pytest.mark.parametrize(
    "level, name, value",
    [
        ("unit", "quietHours", "nine"),
        ("unit", "smsPerHour", 5),
        ("unit", "nothing", True),
        ("patient", "twoWayNumber", True),
    ],
)
def test_a_choice_that_cannot_be_is_refused_by_its_name(
    hospital: Hospital, level: str, name: str, value: object
) -> None:
    with pytest.raises(Invalid) as refused:
        put(hospital, level, name, value)
    assert refused.value.field == name


def test_a_pathways_choice_stands_in_its_document_and_nowhere_else(hospital: Hospital) -> None:
    with transaction() as session, pytest.raises(Invalid):
        choose(session, "pathway", hospital.unit.id, "remindersOn", False, hospital.nurse_actor)


@pytest.mark.parametrize("level", ["unit", "installation"])
def test_a_choice_for_nobody_is_refused(hospital: Hospital, level: str) -> None:
    with transaction() as session, pytest.raises(NotFound):
        choose(session, level, uuid.uuid4(), "remindersOn", False, hospital.nurse_actor)


def test_a_choice_made_upon_an_older_one_than_stands_there_is_refused(hospital: Hospital) -> None:
    put(hospital, "unit", "remindersOn", False, seen=None)
    with pytest.raises(PreconditionFailed):
        put(hospital, "unit", "remindersOn", True, seen=None)
    with pytest.raises(PreconditionFailed):
        put(hospital, "unit", "remindersOn", True, seen=MONDAY - timedelta(days=1))
    put(hospital, "unit", "remindersOn", True, seen=MONDAY)


def test_the_default_applies_where_nobody_chose(hospital: Hospital) -> None:
    with reading() as session:
        assert effective(session, "quietHours", **everywhere(hospital)) == Effective("21:00-08:00", "default")


def test_the_nearest_choice_wins_and_says_who_made_it(hospital: Hospital) -> None:
    pathway = {"quietHours": "20:00-09:00"}
    put(hospital, "installation", "quietHours", None)
    put(hospital, "unit", "quietHours", "22:00-07:00")
    with reading() as session:
        found = effective(session, "quietHours", **everywhere(hospital))
        assert found == Effective("22:00-07:00", "unit", hospital.administrator.id, MONDAY)
        assert effective(session, "quietHours", **everywhere(hospital), pathway=pathway) == Effective(
            "20:00-09:00", "pathway"
        )
        assert effective(session, "quietHours", tenant_id=hospital.tenant.id).value is None
    put(hospital, "patient", "quietHours", "23:00-06:00")
    with reading() as session:
        found = effective(session, "quietHours", **everywhere(hospital), pathway=pathway)
        assert (found.value, found.level, found.set_by) == ("23:00-06:00", "patient", hospital.nurse.id)


def test_what_is_overridden_is_told_with_what_overrides_it(hospital: Hospital) -> None:
    put(hospital, "unit", "remindersOn", False)
    put(hospital, "patient", "remindersOn", True)
    owner = Owner(hospital.tenant.id, hospital.unit.id, {"remindersOn": False}, hospital.patient.id)
    with reading() as session:
        found = chain(session, "remindersOn", owner)
        assert [(each.level, each.value) for each in found] == [
            ("patient", True),
            ("pathway", False),
            ("unit", False),
            ("default", True),
        ]
        assert chains(session, owner)["remindersOn"] == found
        assert "smsPerHour" not in chains(session, owner, "patient")


def test_many_are_told_at_once_in_their_order(hospital: Hospital) -> None:
    put(hospital, "unit", "remindersOn", False)
    owners = [Owner(hospital.tenant.id, unit_id) for unit_id in (hospital.other_unit.id, hospital.unit.id)]
    with reading() as session:
        assert [each.value for each in effective_many(session, "remindersOn", owners)] == [True, False]


def test_what_was_taken_back_is_inherited_again(hospital: Hospital) -> None:
    put(hospital, "patient", "remindersOn", False)
    with transaction() as session:
        take_back(session, "patient", hospital.patient.id, "remindersOn", hospital.nurse_actor)
        take_back(session, "patient", hospital.patient.id, "remindersOn", hospital.nurse_actor)
    with reading() as session:
        assert effective(session, "remindersOn", **everywhere(hospital)).level == "default"
        assert session.scalar(select(func.count()).select_from(Setting)) == 0


def test_choosing_anew_keeps_one_row_and_the_later_hand(hospital: Hospital) -> None:
    put(hospital, "patient", "remindersOn", False)
    clock.move_to(MONDAY + timedelta(days=1))
    with transaction() as session:
        choose(session, "patient", hospital.patient.id, "remindersOn", True, Actor("patient", hospital.patient.id))
    with reading() as session:
        row = session.scalars(select(Setting)).one()
        assert (row.value, row.set_by, row.set_at) == ("true", None, MONDAY + timedelta(days=1))


def test_each_choice_is_on_record_and_a_patients_in_her_own_log(hospital: Hospital) -> None:
    put(hospital, "unit", "remindersOn", False)
    put(hospital, "patient", "remindersOn", False)
    with transaction() as session:
        take_back(session, "patient", hospital.patient.id, "remindersOn", hospital.nurse_actor)
    with reading() as session:
        records = session.scalars(select(AuditRecord).where(AuditRecord.entity == "setting").order_by(AuditRecord.id))
        assert [each.action for each in records] == ["setting.choose", "setting.choose", "setting.take-back"]
        told = select(func.count()).select_from(AuditSubject).join(AuditRecord).where(AuditRecord.entity == "setting")
        assert session.scalar(told) == 2
