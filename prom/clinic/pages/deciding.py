"""The page of what is decided for one patient alone: expected levels, limits of her own, another baseline."""

import uuid
from collections.abc import Callable, Collection

from flask import Response, g, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.utils import redirect
from werkzeug.wrappers import Response as AnyResponse

from prom import clock
from prom.clinic import deciding
from prom.clinic.acting import day_in
from prom.clinic.pages.blueprint import as_uuid, pages
from prom.clinic.queries import episodes_at
from prom.clinic.reads import record_read
from prom.clinic.vocabulary import Reader
from prom.db import transaction
from prom.decisions import queries as decisions
from prom.decisions import service
from prom.errors import Invalid, NotFound, StaleVersion
from prom.pathways.models import Episode
from prom.patients.queries import identity
from prom.responses.deciding import LONGEST, Expecting, choose_baseline, expect, limit_for_her
from prom.staff.access import requires, signed_in
from prom.staff.models import Unit
from prom.staff.permissions import Permission

#: What a form wants done to an episode, with the decisions that its page showed.
Verb = Callable[[Session, Episode, Collection[uuid.UUID]], object]


@pages.get("/patients/<uuid:patient_id>/decisions")
@requires(Permission.READ_PATIENT)
def show_decisions(patient_id: uuid.UUID) -> str:
    """Show what is decided for a patient of hers, and what was."""
    return _page(patient_id)


@pages.post("/patients/<uuid:patient_id>/decisions/expect")
@requires(Permission.HANDLE_ALERT)
def expect_level(patient_id: uuid.UUID) -> AnyResponse:
    """Expect a level of a symptom for a while."""
    form, who = request.form, signed_in().actor

    def verb(session: Session, episode: Episode, seen: Collection[uuid.UUID]) -> object:
        url, scale = deciding.pair_in(form.get("scale", ""), "scale")
        level = deciding.number_in(form.get("level", ""), "level")
        if level != int(level):
            raise Invalid("level")
        wanted = Expecting(url, scale, int(level), day_in(form, "until"))
        return expect(session, episode, wanted, form.get("reason", ""), who, seen)

    return _act(patient_id, verb)


@pages.post("/patients/<uuid:patient_id>/decisions/limit")
@requires(Permission.HANDLE_ALERT)
def set_limit(patient_id: uuid.UUID) -> AnyResponse:
    """Give her a limit of her own."""
    form, who = request.form, signed_in().actor

    def verb(session: Session, episode: Episode, seen: Collection[uuid.UUID]) -> object:
        where, limit = (
            deciding.pair_in(form.get("rule", ""), "rule"),
            deciding.number_in(form.get("limit", ""), "limit"),
        )
        return limit_for_her(session, episode, where, limit, form.get("reason", ""), who, seen)

    return _act(patient_id, verb)


@pages.post("/patients/<uuid:patient_id>/decisions/baseline")
@requires(Permission.HANDLE_ALERT)
def set_baseline(patient_id: uuid.UUID) -> AnyResponse:
    """Choose another report that later ones are held against."""
    form, who = request.form, signed_in().actor

    def verb(session: Session, episode: Episode, seen: Collection[uuid.UUID]) -> object:
        chosen = as_uuid(form.get("response"))
        if chosen is None:
            raise Invalid("response")
        return choose_baseline(session, episode, chosen, form.get("reason", ""), who, seen)

    return _act(patient_id, verb)


@pages.post("/patients/<uuid:patient_id>/decisions/take-back")
@requires(Permission.HANDLE_ALERT)
def take_back_decision(patient_id: uuid.UUID) -> AnyResponse:
    """End a decision now."""
    wanted, who = as_uuid(request.form.get("decision")), signed_in().actor

    def verb(session: Session, episode: Episode, _: Collection[uuid.UUID]) -> None:
        if wanted is None:
            raise NotFound("decision")
        service.take_back(session, decisions.one(session, wanted, episode.id), who)

    return _act(patient_id, verb)


def _act(patient_id: uuid.UUID, verb: Verb) -> AnyResponse:
    seen = [found for each in request.form.getlist("seen") if (found := as_uuid(each)) is not None]
    try:
        with transaction() as session:
            episode = episodes_at(session, patient_id, signed_in().unit_ids)[0]
            verb(session, episode, seen)
    except StaleVersion:
        return Response(_page(patient_id, is_stale=True), status=409)
    except Invalid as refused:
        return Response(_page(patient_id, refused=refused), status=422)
    return redirect(url_for("clinic.show_decisions", patient_id=patient_id), 303)


def _page(patient_id: uuid.UUID, *, refused: Invalid | None = None, is_stale: bool = False) -> str:
    who = signed_in()
    with transaction() as session:
        episode = episodes_at(session, patient_id, who.unit_ids)[0]
        zone = session.get_one(Unit, episode.unit_id).zone
        reader = Reader(g.language, zone)
        record_read(session, who, episode)
        return render_template(
            "clinic/decisions.html",
            person=identity(session, patient_id),
            is_active=episode.status == "active",
            for_her=deciding.load(session, episode, reader),
            choices=deciding.choices(session, episode, reader),
            today=reader.day_of(clock.now()),
            last_day=reader.day_of(clock.now() + LONGEST),
            zone=zone,
            refused=refused,
            is_stale=is_stale,
            form_name=request.path.rpartition("/")[2],
            typed=request.form,
        )
