"""The handover note: nobody's words are replaced unread, every version is kept, and the list marks who has one."""

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from prom.config import Settings
from prom.handover.models import HandoverNote
from tests.conftest import Hospital
from tests.prom.clinic.ward import NAUSEA, Nurse, audited, count, said, words_of
from tests.prom.steps import ask, rows, send


def hand_over(nurse: Nurse, hospital: Hospital, words: str, seen: int) -> TestResponse:
    """Send the form of a page that showed this version."""
    return nurse.post(f"/patients/{hospital.patient.id}/handover", {"handover": words, "seen-note": str(seen)})


def page(nurse: Nurse, hospital: Hospital) -> str:
    return nurse.page(f"/patients/{hospital.patient.id}")


@pytest.mark.parametrize("words", ["", "x" * 1001])
def test_no_note_and_one_that_is_too_long_are_refused(nurse: Nurse, hospital: Hospital, words: str) -> None:
    answer = hand_over(nurse, hospital, words, 0)
    assert answer.status_code == 422
    assert said("error.alerts.handover") in words_of(answer)
    assert count(HandoverNote) == 0


@pytest.mark.hazard("H51")
def test_a_note_written_meanwhile_is_shown_before_it_is_replaced(nurse: Nurse, hospital: Hospital) -> None:
    assert hand_over(nurse, hospital, "Ring datteren.", 0).status_code == 303
    answer = hand_over(nurse, hospital, "Ring sønnen.", 0)
    assert answer.status_code == 409
    shown = words_of(answer)
    assert said("handover.stale") in shown
    assert "Ring datteren." in shown
    assert "Ring sønnen." in shown  # what she typed is not lost
    assert count(HandoverNote) == 1
    assert hand_over(nurse, hospital, "Ring sønnen.", 1).status_code == 303


def test_every_version_is_kept_with_who_wrote_it(nurse: Nurse, hospital: Hospital) -> None:
    for seen, words in enumerate(("Ring datteren.", "Ring sønnen.", "")):
        assert hand_over(nurse, hospital, words, seen).status_code == 303
    shown = page(nurse, hospital)
    for words in ("Ring datteren.", "Ring sønnen.", hospital.nurse.display_name):
        assert words in shown
    assert said("handover.begin") in shown
    kept = rows(select(HandoverNote).order_by(HandoverNote.version))
    assert [(row.version, row.is_empty, row.replaced_at is None) for row in kept] == [
        (1, False, False),
        (2, False, False),
        (3, True, True),
    ]
    assert audited("handover.write") == [frozenset({hospital.patient.id})] * 3


@pytest.mark.hazard("H51")
def test_the_list_marks_who_has_a_note_and_an_open_list_hears_of_it(
    nurse: Nurse, hospital: Hospital, database: Settings
) -> None:
    send(ask(database), NAUSEA)
    first = nurse.get("/worklist")
    assert first.status_code == 200
    assert 'data-mark="note"' not in first.text
    unchanged = {"If-None-Match": first.headers["ETag"]}
    assert nurse.get("/worklist", headers=unchanged).status_code == 304
    hand_over(nurse, hospital, "Ring datteren.", 0)
    marked = nurse.get("/worklist", headers=unchanged)
    assert marked.status_code == 200
    assert 'data-mark="note"' in marked.text
    assert "datteren" not in marked.text
    hand_over(nurse, hospital, "", 1)
    assert 'data-mark="note"' not in nurse.get("/worklist").text
