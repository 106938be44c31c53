"""Registering: each wrong field is refused by its name, and what was registered is found again by hash alone."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from prom import clock
from prom.db import reading, transaction
from prom.errors import AlreadyRegistered, Invalid, NotFound
from prom.patients.models import ContactPoint, Patient
from prom.patients.queries import (
    Identity,
    find_by_mobile,
    find_by_national_number,
    identities,
    identity,
    mobile_of,
    patient,
)
from prom.patients.service import Registration, add_contact_point, checked, register
from prom.staff.service import create_tenant
from tests.conftest import MONDAY, REGISTRATION, Hospital

OTHER = replace(REGISTRATION, given="Prøve", national_number="50846202355", mobile="90000002")


@pytest.mark.parametrize(
    "field, wrong",
    [
        ("given", ""),
        ("given", "  "),
        ("family", "\t"),
        ("national_number", ""),
        ("national_number", "10915596785"),
        ("national_number", "1091559678"),
        ("birth_date", date(2026, 11, 3)),
        ("birth_date", date(1900, 12, 31)),
        ("language", "de"),
        ("language", ""),
        ("mobile", "22000001"),
        ("mobile", "not a number"),
    ],
)
def test_a_wrong_field_is_refused_by_its_name(field: str, wrong: Any) -> None:
    clock.move_to(MONDAY)
    with pytest.raises(Invalid) as refused:
        checked(replace(OTHER, **{field: wrong}))
    assert refused.value.field == field


def test_a_refused_registration_leaves_nothing_behind(hospital: Hospital) -> None:
    def attempt(given: Registration) -> None:
        with transaction() as session:
            register(session, hospital.tenant.id, given, hospital.nurse_actor)

    with pytest.raises(Invalid):
        attempt(replace(OTHER, mobile="1"))
    with pytest.raises(AlreadyRegistered):
        attempt(REGISTRATION)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Patient)) == 1
        assert session.scalar(select(func.count()).select_from(ContactPoint)) == 1


def test_a_number_written_with_spaces_is_known_as_the_same(hospital: Hospital) -> None:
    with transaction() as session, pytest.raises(AlreadyRegistered) as refused:
        register(
            session, hospital.tenant.id, replace(REGISTRATION, national_number="109155 96784"), hospital.nurse_actor
        )
    assert refused.value.field == "national_number"


def test_what_was_registered_is_tidied(hospital: Hospital) -> None:
    given = replace(OTHER, given=" Prøve ", family=" Åsen ", national_number="508462 02355", mobile="900 00 002")
    with transaction() as session:
        made = register(session, hospital.tenant.id, given, hospital.nurse_actor)
        assert identity(session, made.id) == Identity(
            made.id, "Prøve", "Åsen", "50846202355", REGISTRATION.birth_date, "nb"
        )
        assert mobile_of(session, made.id) == "+4790000002"


def test_a_birth_date_is_not_read_from_the_number() -> None:
    """A hospital's help number holds no date at all, and a D-number may hold a wrong one."""
    clock.move_to(MONDAY)
    given = replace(OTHER, national_number="88888888831", birth_date=date(1990, 1, 1))
    assert checked(given).birth_date == date(1990, 1, 1)


def test_a_patient_is_found_again_by_number_and_by_phone(hospital: Hospital) -> None:
    with reading() as session:
        found = find_by_national_number(session, hospital.tenant.id, "10915596784")
        assert found is not None
        assert found.id == hospital.patient.id
        assert [row.id for row in find_by_mobile(session, hospital.tenant.id, "+4790000001")] == [hospital.patient.id]


def test_another_number_another_phone_and_another_hospital_find_nobody(hospital: Hospital) -> None:
    with transaction() as session:
        elsewhere = create_tenant(session, "Et annet sykehus").id
        assert find_by_national_number(session, hospital.tenant.id, "50846202355") is None
        assert find_by_national_number(session, elsewhere, "10915596784") is None
        assert find_by_mobile(session, hospital.tenant.id, "+4790000002") == []
        assert find_by_mobile(session, elsewhere, "+4790000001") == []


def test_a_couple_that_shares_a_phone_is_found_together(hospital: Hospital) -> None:
    with transaction() as session:
        other = register(session, hospital.tenant.id, replace(OTHER, mobile="90000001"), hospital.nurse_actor)
        found = {row.id for row in find_by_mobile(session, hospital.tenant.id, "+4790000001")}
        assert found == {other.id, hospital.patient.id}


def test_a_phone_that_is_no_longer_hers_finds_nobody_and_gets_nothing(hospital: Hospital) -> None:
    with transaction() as session:
        session.scalars(select(ContactPoint)).one().active = False
        session.flush()
        assert find_by_mobile(session, hospital.tenant.id, "+4790000001") == []
        assert mobile_of(session, hospital.patient.id) is None


def test_the_newest_phone_gets_the_messages(hospital: Hospital) -> None:
    with clock.moved_to(MONDAY + timedelta(days=1)), transaction() as session:
        add_contact_point(session, patient(session, hospital.patient.id), "+4790000003")
        session.flush()
        assert mobile_of(session, hospital.patient.id) == "+4790000003"


def test_an_unknown_patient_is_not_found(hospital: Hospital) -> None:
    with reading() as session:
        for read in (patient, identity):
            with pytest.raises(NotFound):
                read(session, hospital.unit.id)
        assert identities(session, [hospital.unit.id]) == {}


@pytest.mark.parametrize("today, age", [(date(2026, 11, 9), 70), (date(2026, 11, 10), 71), (date(2027, 1, 1), 71)])
def test_an_age_counts_birthdays(hospital: Hospital, today: date, age: int) -> None:
    with reading() as session:
        assert identity(session, hospital.patient.id).age(today) == age
