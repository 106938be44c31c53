"""What an operator does to a patient's episode at the shell: refused in one sentence, done in clear words."""

import uuid
from datetime import date

import pytest
from sqlalchemy import select

from prom.pathways.models import Episode
from prom.patients.models import Patient
from tests.conftest import MONDAY, Hospital
from tests.prom.clinic.ward import audited
from tests.prom.commands.conftest import Prom
from tests.prom.steps import rows


def test_a_patient_who_does_not_exist_is_refused(hospital: Hospital, prom: Prom) -> None:
    result = prom("patient", "resume", str(uuid.UUID(int=7)))
    assert result.exit_code == 1
    assert "patient" in result.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("pause", "--until", "2026-11-02", "--reason", "wish"),
        ("pause", "--until", "2027-11-02", "--reason", "wish"),
        ("resume",),
        ("anchor", "nowhere", "2026-11-18"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(
    hospital: Hospital, prom: Prom, arguments: tuple[str, ...]
) -> None:
    result = prom("patient", arguments[0], str(hospital.patient.id), *arguments[1:])
    assert result.exit_code == 1
    (episode,) = rows(select(Episode))
    assert (episode.paused_until, episode.anchor) == (None, date(2026, 10, 26))


def test_an_unknown_reason_is_refused_with_those_that_are_known(hospital: Hospital, prom: Prom) -> None:
    result = prom("patient", "end", str(hospital.patient.id), "--reason", "died")
    assert result.exit_code == 2
    assert "finished" in result.output


def test_a_patient_is_paused_resumed_moved_and_ended(hospital: Hospital, prom: Prom) -> None:
    her = str(hospital.patient.id)
    assert (
        "Paused until 2026-11-16" in prom("patient", "pause", her, "--until", "2026-11-16", "--reason", "wish").output
    )
    assert "over" in prom("patient", "resume", her).output
    assert "2026-11-18" in prom("patient", "anchor", her, "treatment-start", "2026-11-18").output
    assert "ended" in prom("patient", "end", her, "--reason", "moved").output
    (episode,) = rows(select(Episode))
    assert (episode.status, episode.anchor, episode.ended_at) == ("ended", date(2026, 11, 18), MONDAY)
    assert audited("episode.end") == [frozenset({hospital.patient.id})]


def test_a_death_is_asked_once_more(hospital: Hospital, prom: Prom) -> None:
    her = str(hospital.patient.id)
    assert prom("patient", "stop", her, typed="n\n").exit_code == 1
    assert rows(select(Patient.stopped_at)) == [None]
    assert prom("patient", "stop", her, typed="y\n").exit_code == 0
    assert rows(select(Patient.stopped_at)) == [MONDAY]
    assert prom("patient", "restore", her, "--why", " ").exit_code != 0
    assert prom("patient", "restore", her, "--why", "Registered on another patient.").exit_code == 0
    assert rows(select(Patient.stopped_at)) == [None]
