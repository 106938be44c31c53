"""Making the hospital: what cannot be is refused by its field."""

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from prom.db import reading, transaction
from prom.errors import Invalid, NotFound
from prom.staff.models import Tenant
from prom.staff.queries import clinician_names, the_tenant, unit, unit_by_name, units_of
from prom.staff.service import add_clinician, create_tenant, create_unit
from tests.conftest import PASSWORD, Hospital

NEW: dict[str, Any] = {
    "username": "new",
    "display_name": "New (test)",
    "role": "nurse",
    "password": PASSWORD,
    "units": [],
}


@pytest.mark.parametrize(
    "field, wrong",
    [("role", "surgeon"), ("role", ""), ("password", "elevenchars"), ("password", ""), ("username", "nurse")],
)
def test_a_wrong_field_of_a_clinician_is_refused_by_its_name(hospital: Hospital, field: str, wrong: str) -> None:
    with reading() as session:
        with pytest.raises(Invalid) as refused:
            add_clinician(session, session.get_one(Tenant, hospital.tenant.id), **{**NEW, field: wrong})
        assert refused.value.field == field


def test_a_zone_that_is_none_is_refused(hospital: Hospital) -> None:
    with reading() as session, pytest.raises(Invalid) as refused:
        create_unit(session, hospital.tenant, "C", phone="+4722000003", on_call_phone="+4790000093", zone="Oslo")
    assert refused.value.field == "zone"


@pytest.mark.parametrize("field", ["phone", "on_call_phone"])
def test_a_unit_that_nobody_can_call_or_whose_emergencies_ring_nowhere_is_not_made(
    hospital: Hospital, field: str
) -> None:
    numbers = {"phone": "+4722000003", "on_call_phone": "+4790000093", field: " "}
    with reading() as session, pytest.raises(Invalid) as refused:
        create_unit(session, hospital.tenant, "C", **numbers)
    assert refused.value.field == field


def test_two_units_of_one_name_are_refused_by_the_database(hospital: Hospital) -> None:
    with pytest.raises(IntegrityError), transaction() as session:
        create_unit(session, hospital.tenant, "Poliklinikk A", phone="+4722000003", on_call_phone="+4790000093")


def test_what_is_not_there_is_not_found(hospital: Hospital) -> None:
    with reading() as session:
        with pytest.raises(NotFound):
            unit(session, hospital.nurse.id)
        with pytest.raises(NotFound):
            unit_by_name(session, "Poliklinikk C")


def test_before_there_is_a_hospital_there_is_none(database: object) -> None:
    with reading() as session, pytest.raises(NotFound):
        the_tenant(session)


def test_a_clinician_works_at_the_units_she_was_added_to(hospital: Hospital) -> None:
    with transaction() as session:
        both = [unit(session, hospital.unit.id), unit(session, hospital.other_unit.id)]
        made = add_clinician(session, hospital.tenant, **{**NEW, "units": both})
        assert [each.name for each in units_of(session, made.id)] == ["Poliklinikk A", "Poliklinikk B"]
        assert clinician_names(session, [made.id, hospital.nurse.id]) == {
            made.id: "New (test)",
            hospital.nurse.id: "nurse (test)",
        }


def test_the_first_hospital_is_the_installations_own(hospital: Hospital) -> None:
    with transaction() as session:
        create_tenant(session, "Et annet sykehus")
        assert the_tenant(session).id == hospital.tenant.id
