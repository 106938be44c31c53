"""A pathway whose parts do not fit is refused; and of two starts at once one is."""

from copy import deepcopy
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from prom.catalogue.queries import from_json, newest
from prom.catalogue.service import take_in
from prom.db import reading, transaction
from prom.errors import Conflict, Invalid
from prom.pathways.definition import PathwayError, parse
from prom.pathways.models import Episode
from prom.pathways.queries import episode
from prom.pathways.service import end_episode, publish_pathway, start_episode
from prom.patients.models import Patient
from prom.staff.models import Unit
from tests.conftest import CLINICAL, Hospital
from tests.prom.responses.test_at_once import at_once


def shipped() -> dict[str, Any]:
    """The shipped pathway's document."""
    with reading() as session:
        document: dict[str, Any] = deepcopy(from_json(newest(session, "pathway", "systemic-treatment").document))
    return document


@pytest.mark.parametrize("rules", ["urn:prom:rules:clinical-frailty|1.0.0"])
def test_rules_beside_a_questionnaire_that_they_are_not_for_are_refused(hospital: Hospital, rules: str) -> None:
    """They would find none of their questions asked, and call every report quiet."""
    document = {**shipped(), "version": "2.0.0"}
    document["items"][0]["rules"] = rules
    with transaction() as session:
        take_in(session, "pathway", document["url"], "2.0.0", "systemic-treatment", document, "prom")
        with pytest.raises(Invalid) as refused:
            publish_pathway(session, "systemic-treatment", "physician")
    assert (refused.value.field, refused.value.values) == ("rules", {"key": "weekly-symptom-check"})


@pytest.mark.parametrize(
    "changed", [{"dueHours": 0}, {"overdueHours": 12}, {"expiresHours": 30}, {"begunExpiresHours": 1}]
)
def test_a_window_that_ends_before_it_begins_is_refused(hospital: Hospital, changed: dict[str, int]) -> None:
    """A begun form may not close before one that nobody touched, nor silence come before the answer is due."""
    document = shipped()
    document["items"][0]["window"] |= changed
    with pytest.raises(PathwayError, match=r"window: .*(above 0|must follow one another)"):
        parse(document, "x")


def test_of_two_starts_of_one_patient_at_once_the_second_is_refused(hospital: Hospital) -> None:
    with transaction() as session:
        end_episode(session, episode(session, hospital.episode.id), hospital.nurse_actor)

    def start() -> None:
        with transaction() as session:
            patient, unit = session.get_one(Patient, hospital.patient.id), session.get_one(Unit, hospital.unit.id)
            start_episode(session, patient, unit, hospital.pathway, date(2026, 11, 2), CLINICAL, hospital.nurse_actor)

    ended = at_once(start, start)
    assert [type(each) for each in ended if each is not None] == [Conflict]
    with reading() as session:
        active = select(func.count()).select_from(Episode).where(Episode.status == "active")
        assert session.scalar(active) == 1
