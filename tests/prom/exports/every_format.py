"""A questionnaire with each kind of answer, three responses to it, and the files that come of it."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from prom.audit.service import Actor
from prom.catalogue.service import take_in
from prom.db import transaction
from prom.exports.service import Asked, Exported, export_files, let_out
from prom.exports.writing import Format, Layout
from prom.pathways.definition import Asked as Question
from prom.responses.service import Authorship, submit
from questionnaires.parsing import parse
from questionnaires.response import build
from tests.conftest import Hospital
from tests.prom.responses.test_kinds import assigned
from tests.questionnaires.samples import document, item

URL, NAME = "urn:test:every-kind", "every-kind"
OPERATOR = Actor("operator", None, "test")


def options(*codes_and_texts: tuple[str, str]) -> list[dict[str, Any]]:
    """Answer options with a code and a text each."""
    return [{"valueCoding": {"system": "urn:test", "code": code, "display": text}} for code, text in codes_and_texts]


DOCUMENT = document(
    item("severity", "choice", answerOption=options(("0", "Ingen smerter"), ("1", "Små smerter"), ("2", "Større"))),
    item("if", "choice", answerOption=options(("often", "Ofte – nær alltid"), ("never", "Aldri"))),
    item("many", "choice", repeats=True, answerOption=options(("hand", "Hånd"), ("foot", "Fot"), ("back", "Rygg"))),
    item("said", "boolean"),
    item("weight", "decimal"),
    item("counted", "integer"),
    item("day", "date"),
    item("hidden", "integer", enableWhen=[{"question": "said", "operator": "=", "answerBoolean": False}]),
    item("words", "text"),
    item("WEIGHT", "decimal"),
    url=URL,
    version="1",
)
ANSWERS: tuple[Mapping[str, Any], ...] = (
    {
        "severity": "2",
        "if": "often",
        "many": ["hand", "back"],
        "said": True,
        "weight": Decimal("70.5"),
        "counted": -3,
        "day": date(2026, 2, 28),
        "words": "Æøå, mine egne ord",
        "WEIGHT": Decimal("0.1"),
    },
    {"severity": "0", "said": False, "hidden": 7},
    {},
)


def answer(hospital: Hospital, answers: Mapping[str, Any]) -> None:
    """Answer it once."""
    asked = Question(NAME, f"{URL}|1", None, hospital.pathway.on_demand.window, None)
    of = assigned(hospital, asked)
    with transaction() as session:
        submit(session, of, build(parse(DOCUMENT), answers), Authorship("patient", hospital.nurse_actor, "nb"))


def take_in_and_answer(hospital: Hospital) -> None:
    """Take the questionnaire in and answer it three times."""
    with transaction() as session:
        take_in(session, "questionnaire", URL, "1", NAME, DOCUMENT, "author")
    for answers in ANSWERS:
        answer(hospital, answers)


def exported(hospital: Hospital, folder: Path, name: str = NAME, **layout: Any) -> Exported:
    """Export a questionnaire's answers in a layout."""
    layout["format"] = Format(layout.pop("format", "csv"))
    with transaction() as session:
        wanted = let_out(session, Asked(name, hospital.tenant.id), Layout(**layout), OPERATOR)
    return export_files(wanted, Layout(**layout), folder, "prom export ...")
