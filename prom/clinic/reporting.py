"""A report that a clinician fills in: with the patient on the phone, with somebody close to her, or on her own."""

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import clock
from prom.assignments import links
from prom.assignments import service as assignments
from prom.assignments.models import Assignment
from prom.catalogue import queries as catalogue
from prom.catalogue.queries import Instrument
from prom.errors import InvalidResponse
from prom.pathways.definition import Asked, Pathway
from prom.pathways.models import Episode
from prom.patients.models import Patient
from prom.responses import drafts, forms
from prom.responses.models import Response
from prom.responses.places import is_words, is_worked_out
from prom.responses.service import Authorship, submit
from prom.staff.sign_in import SignedIn
from questionnaires.answers import QuestionnaireResponse
from questionnaires.definition import EnableWhen, Item, Questionnaire, Value
from questionnaires.problems import Problem
from questionnaires.response import build
from questionnaires.validation import validate

SOURCES = ("patient", "proxy", "staff")
#: The code by which a questionnaire says that a clinician fills it in.
CLINICIAN = "clinician"
#: Ages below which an instrument is not validated (clinical.md 1.5: the frailty scale from 65 years).
VALIDATED_FROM: Mapping[str, int] = {"urn:prom:questionnaire:clinical-frailty": 65}


@dataclass(frozen=True)
class Target:
    """What is filled in: the pathway's choice, and the patient's own open assignment where that is what it answers."""

    asked: Asked
    instrument: Instrument
    own: Assignment | None

    @property
    def canonical(self) -> str:
        """The questionnaire's version."""
        return self.instrument.questionnaire.canonical

    @property
    def youngest(self) -> int | None:
        """The age from which the instrument is validated, where that is limited."""
        return VALIDATED_FROM.get(self.instrument.questionnaire.url)

    @property
    def usual_source(self) -> str:
        """Who answers it, where its document says that a clinician fills it in; else nobody is taken for granted."""
        contexts = self.instrument.questionnaire.document.get("useContext", ())
        codes = [coding["code"] for each in contexts for coding in each["valueCodeableConcept"]["coding"]]
        return "staff" if CLINICIAN in codes else ""


@dataclass(frozen=True)
class Filled:
    """What was typed: values by link id, and what cannot be read."""

    values: Mapping[str, Sequence[Value]]
    problems: tuple[Problem, ...] = field(default=())


def offered(pathway: Pathway) -> tuple[Asked, ...]:
    """Return what staff can fill in on a pathway: what she can be asked on demand, and what only staff fill in."""
    return (pathway.on_demand, *pathway.recorded)


def target(session: Session, episode: Episode, choices: Sequence[Asked], key: str | None) -> Target:
    """Return what is to be filled in: by its key, or the first choice. Her own open assignment is taken for it."""
    asked = next((each for each in choices if each.key == key), choices[0])
    own = _own(session, episode, asked)
    canonical = own.questionnaire if own is not None else asked.questionnaire
    return Target(asked, catalogue.instrument(session, canonical), own)


def _own(session: Session, episode: Episode, asked: Asked) -> Assignment | None:
    """Return what was asked already, of her or of staff, and can still be answered, so that nobody is asked twice."""
    rows = session.scalars(
        select(Assignment)
        .where(Assignment.episode_id == episode.id, Assignment.status == "open")
        .order_by(Assignment.opens_at.desc(), Assignment.id.desc())
    )
    url, now = asked.questionnaire.partition("|")[0], clock.now()
    answerable = (row for row in rows if links.is_answerable(row, now))
    return next((row for row in answerable if row.questionnaire.partition("|")[0] == url), None)


def name_of(questionnaire: Questionnaire, item: Item) -> str:
    """Return the name of an item's field: its position, for a link id would tell a symptom to the browser's memory."""
    return f"item-{questionnaire.questions.index(item)}"


def conditions(questionnaire: Questionnaire, item: Item, zone: str) -> str | None:
    """Return an item's conditions for the page's script, as JSON, or None where it is always asked."""
    if not item.enable_when:
        return None
    rules = [_condition(questionnaire, each, zone) for each in item.enable_when]
    return json.dumps({"any": item.enable_any, "rules": rules})


def _condition(questionnaire: Questionnaire, condition: EnableWhen, zone: str) -> dict[str, str]:
    asked = questionnaire.item(condition.question)
    if asked is None:
        return {}
    answer = forms.held(asked, (condition.answer,), "en", zone)[0]
    return {"field": name_of(questionnaire, asked), "operator": condition.operator, "answer": answer}


def read(questionnaire: Questionnaire, posted: Callable[[str], Sequence[str]], zone: str) -> Filled:
    """Read what was posted for every item; `posted` gives the texts of a field."""
    values: dict[str, Sequence[Value]] = {}
    problems: list[Problem] = []
    for item in questionnaire.questions:
        if is_worked_out(item) or is_words(item):
            continue
        name = name_of(questionnaire, item)
        try:
            other = next(iter(posted(f"{name}-other")), "")
            unit = next(iter(posted(f"{name}-unit")), "")
            values[item.link_id] = forms.read(item, posted(name), other, zone, unit)
        except InvalidResponse as refused:
            problems.extend(each for each in refused.problems if isinstance(each, Problem))
    return Filled(values, tuple(problems))


def send(
    session: Session, episode: Episode, chosen: Target, filled: Filled, source: str, language: str, who: SignedIn
) -> uuid.UUID:
    """Store and judge the report, and return its response's id. Answers to what is not asked are left out.

    Raises InvalidResponse with everything that is wrong.
    """
    questionnaire = chosen.instrument.questionnaire
    begun = build(questionnaire, filled.values, status="in-progress", language=language)
    given = drafts.finished(questionnaire, begun)
    _refuse_wrong(questionnaire, given, filled, source)
    assignment = chosen.own or assignments.assign(session, episode, chosen.asked, "staff", who.actor)
    by = Authorship(source, who.actor, language)
    receipt = submit(session, assignment.id, given, by)
    if receipt.again:  # she sent her own in this very moment: what was told on the phone is stored and judged beside it
        beside = assignments.assign(session, episode, chosen.asked, "staff", who.actor)
        receipt = submit(session, beside.id, given, by)
    return receipt.response_id


def _refuse_wrong(questionnaire: Questionnaire, given: QuestionnaireResponse, filled: Filled, source: str) -> None:
    """Name everything at once: what could not be read, what the questionnaire refuses, and a source that is none."""
    unread = {problem.link_id for problem in filled.problems}
    refused = (
        each for each in validate(questionnaire, given) if each.severity == "error" and each.link_id not in unread
    )
    nobody = () if source in SOURCES else (Problem(None, "required-missing"),)
    problems = (*nobody, *filled.problems, *refused)
    if problems:
        raise InvalidResponse(problems)


def sent_already(
    session: Session, episode: Episode, who: SignedIn, questionnaire: str, opened_at: datetime
) -> uuid.UUID | None:
    """Return the report that came from this very page before: a second press of the button must not store a second one.

    Holds the patient's row until the transaction ends, so that two presses come one after the other.
    """
    # Not FOR UPDATE: rows that only point at her, such as her own save at this moment, must not wait for it.
    session.get_one(Patient, episode.patient_id, with_for_update={"key_share": True})
    return session.scalars(
        select(Response.id).where(
            Response.patient_id == episode.patient_id,
            Response.author_id == who.clinician_id,
            Response.questionnaire == questionnaire,
            Response.received_at >= opened_at,
        )
    ).first()
