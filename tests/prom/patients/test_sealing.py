"""Sealed columns: what was sealed for one patient, row or column does not open through another."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from prom.crypto import CannotOpen
from prom.db import reading, transaction
from prom.pathways.models import Episode
from prom.patients import sealing
from prom.patients.models import ContactPoint, Patient, PatientKey
from prom.patients.queries import identity
from prom.patients.service import register
from prom.staff.service import create_tenant
from tests.conftest import REGISTRATION, Hospital

OTHER = replace(REGISTRATION, given="Prøve", national_number="50846202355", mobile="90000002")


def another(session: Session, hospital: Hospital) -> Patient:
    """Register a second patient."""
    return register(session, hospital.tenant.id, OTHER, hospital.nurse_actor)


@pytest.mark.hazard("H34")
def test_a_value_moved_to_another_patients_row_does_not_open(hospital: Hospital) -> None:
    with reading() as session:
        ours, theirs = session.get_one(Patient, hospital.patient.id), another(session, hospital)
        theirs.identity_sealed = ours.identity_sealed
        with pytest.raises(CannotOpen):
            identity(session, theirs.id)


def test_a_row_given_to_another_patient_does_not_open_with_her_key(hospital: Hospital) -> None:
    with reading() as session:
        point = session.scalars(select(ContactPoint)).one()
        assert sealing.open_column(session, point, "value") == "+4790000001"
        point.patient_id = another(session, hospital).id
        with pytest.raises(CannotOpen):
            sealing.open_column(session, point, "value")


@pytest.mark.hazard("H34")
def test_a_row_given_to_another_tenant_does_not_open(hospital: Hospital) -> None:
    with reading() as session:
        point = session.scalars(select(ContactPoint)).one()
        point.tenant_id = create_tenant(session, "Et annet sykehus").id
        with pytest.raises(CannotOpen):
            sealing.open_column(session, point, "value")


def test_a_value_moved_to_another_table_or_column_of_the_same_patient_does_not_open(hospital: Hospital) -> None:
    with reading() as session:
        patient, point = session.get_one(Patient, hospital.patient.id), session.scalars(select(ContactPoint)).one()
        episode = session.get_one(Episode, hospital.episode.id)
        episode.clinical_sealed = patient.identity_sealed
        point.value_sealed = episode.clinical_sealed
        for row, name in ((episode, "clinical"), (point, "value")):
            with pytest.raises(CannotOpen):
                sealing.open_column(session, row, name)


def test_a_patients_key_put_in_another_patients_place_does_not_open(hospital: Hospital) -> None:
    with transaction() as session:
        other = another(session, hospital).id
        session.get_one(PatientKey, other).wrapped = session.get_one(PatientKey, hospital.patient.id).wrapped
    with reading() as session, pytest.raises(CannotOpen):
        identity(session, other)


@pytest.mark.hazard("H34")
def test_without_her_key_nothing_of_a_patient_opens_and_others_still_do(hospital: Hospital) -> None:
    with transaction() as session:
        other = another(session, hospital).id
        session.delete(session.get_one(PatientKey, hospital.patient.id))
    with reading() as session:
        with pytest.raises(CannotOpen, match="key is gone"):
            identity(session, hospital.patient.id)
        assert identity(session, other).given == "Prøve"


def test_an_opened_key_lives_no_longer_than_its_transaction(hospital: Hospital) -> None:
    with reading() as first:
        identity(first, hospital.patient.id)
        assert hospital.patient.id in first.info["patient_keys"]
    with reading() as second:
        assert "patient_keys" not in second.info
