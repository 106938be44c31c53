"""Questionnaires that Prom did not word: scored by an instrument key, or by the scoring codes that they bring along."""

import csv
import uuid
from decimal import Decimal
from typing import Any

from prom.catalogue.service import take_in
from prom.config import Settings
from prom.db import reading, transaction
from prom.exports.rows import batches
from prom.exports.service import Asked as Export
from prom.exports.service import let_out
from prom.exports.writing import Layout
from prom.pathways.definition import Asked
from prom.patients import sealing
from prom.responses.drafts import opened
from prom.responses.models import Response
from prom.responses.service import Authorship, submit
from questionnaires.keys.scoring_codes import SYSTEM
from questionnaires.parsing import parse
from questionnaires.response import build
from tests.conftest import Hospital
from tests.prom.responses.test_kinds import assigned
from tests.questionnaires.samples import choice, document, item

URL = "urn:prom:test:elsewhere"


def coded(node: dict[str, Any], code: str) -> dict[str, Any]:
    """The item with one of Helsenorge's codes."""
    return node | {"code": [{"system": SYSTEM, "code": code}]}


MOOD = document(*(choice(f"mood-{number}", "0", "1", "2", "3") for number in range(1, 10)), url=URL, version="1")
SUMMED = document(
    coded(choice("a", "0", "1", "2"), "QS"),
    coded(choice("b", "0", "3"), "QS"),
    coded(item("sum", "decimal"), "TS"),
    url=URL,
    version="1",
)
BOUND = {
    "name": "elsewhere",
    "version": "1",
    "questionnaire": URL,
    "instrument": "phq-9|1.0.0",
    "items": {f"q{number}": f"mood-{number}" for number in range(1, 10)},
}


def submitted(
    hospital: Hospital, asked: dict[str, Any], key: dict[str, Any] | None, answers: dict[str, Any]
) -> uuid.UUID:
    """Take a questionnaire in, ask it and answer it; returns the response."""
    with transaction() as session:
        take_in(session, "questionnaire", URL, "1", "elsewhere", asked, "author")
        if key is not None:
            take_in(session, "scoring-key", URL, "1", "elsewhere", key, "author")
    of = assigned(hospital, Asked("elsewhere", f"{URL}|1", None, hospital.pathway.on_demand.window, None))
    with transaction() as session:
        by = Authorship("patient", hospital.nurse_actor, "nb")
        return submit(session, of, build(parse(asked), answers), by).response_id


def scores_of(response_id: uuid.UUID) -> dict[str, Any]:
    """What is sealed beside the response."""
    with reading() as session:
        kept: dict[str, Any] = sealing.open_column(session, session.get_one(Response, response_id), "scores")["scores"]
        return kept


def test_a_missing_answer_leaves_the_score_missing_and_says_why(hospital: Hospital, database: Settings) -> None:
    answers = {f"mood-{number}": "1" for number in range(1, 9)}
    made = scores_of(submitted(hospital, MOOD, BOUND, answers))
    assert made == {"PHQ9": {"value": None, "missing": "too few answered"}}


def test_a_sum_that_was_sent_is_replaced_by_the_one_worked_out(hospital: Hospital, database: Settings) -> None:
    response_id = submitted(hospital, SUMMED, None, {"a": "2", "b": "3", "sum": Decimal(77)})
    assert scores_of(response_id) == {"sum": {"value": 5.0}}
    with reading() as session:
        assert opened(session, session.get_one(Response, response_id)).answers_to("sum") == (Decimal("5.0"),)


def test_a_hospitals_own_wording_is_scored_and_exported(hospital: Hospital, database: Settings) -> None:
    answers = {f"mood-{number}": "2" for number in range(1, 10)}
    assert scores_of(submitted(hospital, MOOD, BOUND, answers)) == {"PHQ9": {"value": 18.0}}
    with reading() as session:
        wanted = let_out(session, Export("elsewhere", hospital.tenant.id), Layout(), hospital.nurse_actor)
        (row,) = csv.DictReader(
            [",".join(column.name for column in wanted.columns), *map("".join, batches(session, wanted))]
        )
    assert row["PHQ9_scale"] == "18"
