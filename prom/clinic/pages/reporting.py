"""Filling in a report for a patient on the phone: all questions on one page, the red flags first."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response, g, render_template, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from prom import clock
from prom.catalogue.queries import instrument
from prom.clinic import reporting
from prom.clinic.pages.blueprint import go_to_patient, pages
from prom.clinic.pages.patient import seen_at
from prom.clinic.queries import episodes_at
from prom.clinic.reads import record_read
from prom.clinic.reporting import SOURCES, Target
from prom.db import transaction
from prom.errors import Conflict, InvalidResponse, StaleVersion
from prom.pathways.models import Episode
from prom.pathways.queries import pathway
from prom.patients.queries import Identity, identity
from prom.responses import forms, wording
from prom.responses.places import is_words, is_worked_out
from prom.staff.access import requires, signed_in
from prom.staff.models import Unit
from prom.staff.permissions import Permission
from questionnaires.definition import Texts
from questionnaires.problems import Problem


@dataclass(frozen=True)
class _Call:
    """Whom the report is about, what is filled in, and what else could be (key -> title)."""

    episode: Episode
    unit: Unit
    person: Identity
    target: Target
    choices: Mapping[str, Texts]


@pages.get("/patients/<uuid:patient_id>/report")
@requires(Permission.RECORD_RESPONSE)
def show_report(patient_id: uuid.UUID) -> AnyResponse:
    """Show the empty form of the chosen instrument."""
    with transaction() as session:
        call = _call(session, patient_id, request.args.get("asked"))
        record_read(session, signed_in(), call.episode)
    return _form(call, MultiDict(), {})


@pages.post("/patients/<uuid:patient_id>/report")
@requires(Permission.RECORD_RESPONSE)
def send_report(patient_id: uuid.UUID) -> AnyResponse:
    """Store and judge it, and say what has to be read aloud; or show what is missing beside its question."""
    key = request.form.get("asked")
    try:
        with transaction() as session:
            response_id = _send(session, _call(session, patient_id, key))
    except InvalidResponse as refused:
        problems = {each.link_id or "source": each for each in refused.problems if isinstance(each, Problem)}
        with transaction() as session:
            call = _call(session, patient_id, key)
        return _form(call, request.form, problems)
    return go_to_patient(patient_id, received=str(response_id))


def _send(session: Session, call: _Call) -> uuid.UUID:
    who, typed, target = signed_in(), request.form, call.target
    before = reporting.sent_already(session, call.episode, who, target.canonical, seen_at())
    if before is not None:
        return before
    if typed.get("questionnaire") != target.canonical:
        raise StaleVersion("questionnaire")
    filled = reporting.read(target.instrument.questionnaire, typed.getlist, call.unit.zone)
    return reporting.send(session, call.episode, target, filled, typed.get("source", ""), g.language, who)


def _call(session: Session, patient_id: uuid.UUID, key: str | None) -> _Call:
    episode = episodes_at(session, patient_id, signed_in().unit_ids)[0]
    if episode.status != "active":
        raise Conflict("episode")
    of = pathway(session, episode.pathway_url, episode.pathway_version)
    choices = reporting.offered(of)
    return _Call(
        episode=episode,
        unit=session.get_one(Unit, episode.unit_id),
        person=identity(session, patient_id),
        target=reporting.target(session, episode, choices, key),
        choices={each.key: instrument(session, each.questionnaire).questionnaire.title for each in choices},
    )


def _form(call: _Call, typed: "MultiDict[str, str]", problems: Mapping[str, Problem]) -> AnyResponse:
    now = clock.now()
    page = render_template(
        "clinic/report.html",
        call=call,
        questionnaire=call.target.instrument.questionnaire,
        sources=SOURCES,
        typed=typed,
        problems={link_id: wording.problem(problem, g.language).text for link_id, problem in problems.items()},
        age=call.person.age(now.date()),
        reporting=reporting,
        is_words=is_words,
        is_worked_out=is_worked_out,
        forms=forms,
        unit_words=lambda item: wording.unit(item.unit, g.language),
        now=now,
    )
    return Response(page, status=422 if problems else 200)
