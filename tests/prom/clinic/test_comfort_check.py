"""The patient's page of the comfort check: numbers from 0 to 10 beside the levels that they became."""

import re

import pytest

from prom.catalogue.queries import newest
from prom.config import Settings
from prom.db import transaction
from prom.pathways.queries import pathway
from prom.pathways.service import publish_pathway
from prom.responses import service as responses
from prom.responses.service import Authorship
from tests.conftest import Hospital
from tests.prom.assignments.courses import Stay, begin
from tests.prom.clinic.test_patient_page import cells, page_of
from tests.prom.clinic.ward import Nurse, said
from tests.prom.pathways.test_shipped_course import TODAY
from tests.prom.steps import PATIENT, later, response_of

NUMBERS = [
    "pain",
    "tiredness",
    "drowsiness",
    "nausea",
    "appetite",
    "breathlessness",
    "low-mood",
    "worry",
    "sleep",
    "wellbeing",
]
FLAGS = [
    "fever",
    "chest-pain",
    "breathless-at-rest",
    "bleeding",
    "confusion",
    "leg-weakness",
    "fluids",
    "pain-crisis",
    "contact",
]


@pytest.fixture
def at_home(hospital: Hospital, database: Settings) -> Stay:
    """In palliative care near home from today, with the first check open."""
    with transaction() as session:
        publish_pathway(session, "palliative-near-home", "physician")
        found = newest(session, "pathway", "palliative-near-home")
        chosen = pathway(session, found.url, found.version)
    stay = begin(hospital, database, chosen, TODAY)
    stay.verb("ask_now", "comfort-check", "staff")
    return stay


def answer(stay: Stay, source: str, **numbers: int) -> None:
    """Answer the check that is open, with no red flag and 0 for all that is not told."""
    asked = [each for each in stay.asked() if each.status == "open" and "palliative-check" in each.questionnaire][-1]
    answers = {**dict.fromkeys(FLAGS, "no"), **dict.fromkeys(NUMBERS, 0), **numbers}
    with transaction() as session:
        by = Authorship(source, PATIENT, "nb", None)
        responses.submit(session, asked.id, response_of(answers, "palliative-check"), by)


def test_a_mild_number_is_not_marked_as_a_strong_answer(at_home: Stay, nurse: Nurse, hospital: Hospital) -> None:
    """3 of 10 is mild, and 6 moderate; 3 of 4 would be strong."""
    answer(at_home, "proxy", pain=3, nausea=6)
    assert [re.sub(r"\s", "", cells(nurse, hospital, row)[-1]) for row in ("Smerter", "Kvalme")] == ["1", "2"]
    assert said("grid.strong") not in page_of(nurse, hospital)


def test_three_numbers_worse_is_told_with_what_it_was_before_by_the_same_source(
    at_home: Stay, nurse: Nurse, hospital: Hospital
) -> None:
    answer(at_home, "patient", pain=2)
    later(days=1)
    at_home.verb("ask_now", "comfort-check", "staff")
    answer(at_home, "proxy", pain=5)
    assert "minst 3 tall verre" not in page_of(nurse, hospital)
    later(days=1)
    at_home.verb("ask_now", "comfort-check", "staff")
    answer(at_home, "patient", pain=5)
    assert "minst 3 tall verre" in page_of(nurse, hospital)
