"""Episodes: a wrong field is refused by its name, and a patient stands on one published pathway at a time."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from prom.catalogue.queries import newest
from prom.catalogue.service import withdraw
from prom.db import reading, transaction
from prom.errors import Conflict, Invalid, NotFound, NotPublished
from prom.pathways.models import Episode
from prom.pathways.queries import active_episode, episode, episodes_of, offered
from prom.pathways.service import Clinical, checked, end_episode, open_clinical, start_episode
from prom.patients.models import Patient
from prom.staff.models import Unit
from tests.conftest import CLINICAL, SMALL_PATHWAY, Hospital


@pytest.mark.parametrize(
    "field, wrong",
    [
        ("diagnosis", ""),
        ("diagnosis", "breast cancer"),
        ("diagnosis", "50.9"),
        ("diagnosis", "C5"),
        ("diagnosis", "C50."),
        ("diagnosis", "C50.999"),
        ("diagnosis", "C50.9 C78"),
        ("diagnosis", "Ç50"),
        ("intent", "hopeful"),
        ("intent", ""),
        ("regimen", " "),
        ("line", 0),
        ("line", 21),
    ],
)
def test_a_wrong_field_is_refused_by_its_name(field: str, wrong: Any) -> None:
    with pytest.raises(Invalid) as refused:
        checked(replace(CLINICAL, **{field: wrong}))
    assert refused.value.field == field


@pytest.mark.parametrize("code", ["C50", "C50.9", "C509", " c50.9 ", "D05.1", "Z85.3", "C50.A1"])
def test_an_icd_10_code_is_taken_with_or_without_its_point_and_kept_in_capitals(code: str) -> None:
    assert checked(replace(CLINICAL, diagnosis=code)).diagnosis == code.strip().upper()


def test_a_pathway_code_may_be_empty() -> None:
    assert checked(replace(CLINICAL, pathway_code=" ", regimen=" EC90 ")) == replace(CLINICAL, pathway_code="")


def start(hospital: Hospital, anchor: date = date(2026, 11, 2), clinical: Clinical = CLINICAL) -> Episode:
    """Start another episode for the hospital's patient."""
    with transaction() as session:
        patient, unit = session.get_one(Patient, hospital.patient.id), session.get_one(Unit, hospital.unit.id)
        return start_episode(session, patient, unit, hospital.pathway, anchor, clinical, hospital.nurse_actor)


def end(hospital: Hospital) -> None:
    """End the hospital's episode."""
    with transaction() as session:
        end_episode(session, episode(session, hospital.episode.id), hospital.nurse_actor)


def test_a_second_episode_beside_a_running_one_is_refused(hospital: Hospital) -> None:
    with pytest.raises(Conflict):
        start(hospital)


@pytest.mark.parametrize("anchor", [date(2025, 11, 1), date(2027, 11, 3)])
def test_a_first_treatment_day_more_than_a_year_away_is_refused(hospital: Hospital, anchor: date) -> None:
    end(hospital)
    with pytest.raises(Invalid) as refused:
        start(hospital, anchor)
    assert refused.value.field == "anchor"


def test_a_pathway_that_is_no_longer_published_is_neither_offered_nor_started(hospital: Hospital) -> None:
    end(hospital)
    with transaction() as session:
        withdraw(session, newest(session, "pathway", SMALL_PATHWAY))
        assert offered(session) == []
    with pytest.raises(NotPublished):
        start(hospital)


def test_what_was_refused_leaves_no_episode_behind(hospital: Hospital) -> None:
    end(hospital)
    with pytest.raises(Invalid):
        start(hospital, clinical=replace(CLINICAL, line=0))
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Episode)) == 1


def test_an_unknown_episode_is_not_found(hospital: Hospital) -> None:
    with reading() as session, pytest.raises(NotFound):
        episode(session, hospital.unit.id)


def test_what_she_is_treated_for_comes_back_as_it_was_given(hospital: Hospital) -> None:
    with reading() as session:
        assert open_clinical(session, episode(session, hospital.episode.id)) == CLINICAL


def test_after_an_episode_has_ended_another_may_begin(hospital: Hospital) -> None:
    end(hospital)
    with reading() as session:
        assert active_episode(session, hospital.patient.id) is None
    second = start(hospital)
    with reading() as session:
        assert {each.status for each in episodes_of(session, hospital.patient.id)} == {"active", "ended"}
        current = active_episode(session, hospital.patient.id)
        assert current is not None
        assert current.id == second.id
