"""Taking in a Task: another system asks a patient one of her pathway's questionnaires, now or from an instant on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import clock, crypto
from prom.assignments import asking
from prom.assignments.models import Assignment
from prom.audit import service as audit
from prom.db import new_id
from prom.errors import Conflict, InvalidResponse, NotFound
from prom.fhir import resources
from prom.fhir.assigning import CLOCK_SLACK, fits
from prom.fhir.head import Head, Person
from prom.fhir.receiving import Context
from prom.pathways.definition import Asked
from prom.pathways.models import Episode
from prom.pathways.queries import active_episode, pathway
from prom.patients.queries import find_by_national_number
from prom.responses.identifiers import Identifier
from prom.worklist.service import hold_episode
from questionnaires.problems import Problem

#: A question that another system asks lies no further ahead.
FURTHEST = timedelta(days=365)


@dataclass(frozen=True)
class Made:
    """The Task as it stands; `again` where it had come before."""

    document: Mapping[str, Any]
    again: bool


@dataclass(frozen=True)
class _Wanted:
    """What a Task asks for, held against what Prom knows."""

    episode: Episode
    asked: Asked
    opens: datetime
    identifier: Identifier | None


def create(session: Session, document: Mapping[str, Any], context: Context, unless: Identifier | None) -> Made:
    """Make an assignment, or return the one of the same patient that an identifier made before.

    The identifier is the document's own, else that of `unless` (If-None-Exist). Raises InvalidResponse naming every
    element at fault, and Conflict: `identifier` where it asked for something else, `pause` where it would open in one
    (she would be told nothing of it), `assignment` where the same can be answered in that window, `plan` where the
    pathway asks it by itself.
    """
    wanted = _read(session, document, context, unless)
    hold_episode(session, wanted.episode.id)  # two retries at once would both find nothing
    before = _before(session, wanted, context)
    if before is not None:
        if before.questionnaire != wanted.asked.questionnaire:
            raise Conflict("identifier")
        audit.about(session, context.caller.actor, "assignment.read", before)
        return Made(resources.tasks(session, [before], context.language)[0], again=True)
    asking.refuse_to_ask(session, wanted.episode, wanted.asked, wanted.opens)
    name = _name(wanted.identifier, context)
    made = asking.ask(session, wanted.episode, wanted.asked, context.caller.actor, "machine", wanted.opens, name)
    return Made(resources.tasks(session, [made], context.language)[0], again=False)


def _name(identifier: Identifier | None, context: Context) -> str:
    """Return what makes the assignment the only one of its kind: a keyed hash of the identifier, else an id."""
    if identifier is None:
        return str(new_id())
    said = f"{identifier.system}|{identifier.value}"
    return f"task-{crypto.keyed_hash(context.caller.tenant_id, 'task-identifier', said).hex()[:32]}"


def _before(session: Session, wanted: _Wanted, context: Context) -> Assignment | None:
    if wanted.identifier is None:
        return None
    return session.scalars(
        select(Assignment).where(
            Assignment.patient_id == wanted.episode.patient_id,
            Assignment.origin.in_(("machine", "staff")),
            Assignment.occurrence.endswith(f":{_name(wanted.identifier, context)}", autoescape=True),
        )
    ).first()


def _read(session: Session, document: Mapping[str, Any], context: Context, unless: Identifier | None) -> _Wanted:
    head = Head({**document, "identifier": _only(document.get("identifier"))}, context.base, [])
    person, identifier = head.person("for"), head.identifier()
    problems = [_located(each) for each in head.problems]
    if person is None and not problems:
        problems.append(_at("for", "subject"))
    if document.get("status") != "requested":
        problems.append(_at("status", "status", expected="requested"))
    opens = _opens(document, problems)
    canonical = _canonical(document)
    if canonical is None:
        problems.append(_at("input", "task-questionnaire"))
    episode = _episode(session, person, context) if person is not None else None
    if person is not None and episode is None:
        problems.append(_at("for", "no-episode"))
    asked = _asked(session, episode, canonical) if episode is not None and canonical is not None else None
    if asked is None and episode is not None and canonical is not None:
        problems.append(_at("input", "not-on-pathway"))
    if problems or episode is None or asked is None:
        raise InvalidResponse(tuple(problems))
    return _Wanted(episode, asked, opens, identifier or unless)


def _only(identifiers: object) -> object:
    """A Task may carry several identifiers; one of them is enough to know a retry by."""
    return identifiers[0] if isinstance(identifiers, list) and identifiers else identifiers or None


def _episode(session: Session, person: Person, context: Context) -> Episode | None:
    """Return the active episode of whom is meant, at the caller's units; None for anybody else."""
    patient_id = person.patient_id
    if person.national_number is not None:
        found = find_by_national_number(session, context.caller.tenant_id, person.national_number)
        if found is None or patient_id not in (None, found.id):
            return None
        patient_id = found.id
    episode = active_episode(session, patient_id) if patient_id is not None else None
    return episode if episode is not None and episode.unit_id in context.caller.unit_ids else None


def _asked(session: Session, episode: Episode, canonical: str) -> Asked | None:
    try:
        of = pathway(session, episode.pathway_url, episode.pathway_version)
    except NotFound:
        return None
    return next((each for each in of.asked if fits(canonical, each.questionnaire)), None)


def _canonical(document: Mapping[str, Any]) -> str | None:
    """Return the questionnaire that a Task names, as an input or as its focus."""
    given = document.get("input")
    inputs = [each for each in given if isinstance(each, Mapping)] if isinstance(given, list) else []
    focus = document.get("focus")
    focused = focus.get("reference") if isinstance(focus, Mapping) else None
    named = [*(each.get("valueCanonical") for each in inputs), focused]
    return next((each for each in named if isinstance(each, str) and each), None)


def _opens(document: Mapping[str, Any], problems: list[Problem]) -> datetime:
    """Return when it opens: now, or when the restriction's period begins."""
    now, restriction = clock.now(), document.get("restriction")
    period = restriction.get("period") if isinstance(restriction, Mapping) else None
    given = period.get("start") if isinstance(period, Mapping) else None
    if given is None:
        return now
    start = _instant(given)
    if start is None or not now - CLOCK_SLACK <= start <= now + FURTHEST:
        problems.append(_at("restriction.period.start", "period"))
        return now
    return max(start, now)


def _instant(text: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) and "T" in text else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def _at(field: str, code: str, **values: str) -> Problem:
    return Problem(None, f"fhir.{code}", "error", {"field": field, "expression": f"Task.{field}", **values})


def _located(problem: Problem) -> Problem:
    field = str(problem.values.get("field"))
    return Problem(None, problem.code, problem.severity, {**problem.values, "expression": f"Task.{field}"})
