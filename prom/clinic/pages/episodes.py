"""The episode's page: where she stands, what is planned, and what can be done to it. What changes is shown first."""

import uuid
from datetime import timedelta
from typing import Any

from flask import Response, g, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response as AnyResponse

from prom import clock
from prom.assignments.episodes import PAUSE_REASONS
from prom.clinic import acting, choices, course, previewing
from prom.clinic.acting import LONGEST_PAUSE, Change
from prom.clinic.course import Course
from prom.clinic.emergencies import open_emergencies
from prom.clinic.pages.blueprint import pages
from prom.clinic.queries import episodes_at
from prom.clinic.reads import record_read
from prom.db import transaction
from prom.errors import Invalid, PreconditionFailed, StaleVersion
from prom.patients.queries import identity
from prom.settings.queries import Owner
from prom.staff.access import requires, signed_in
from prom.staff.permissions import Permission


@pages.get("/patients/<uuid:patient_id>/episode")
@requires(Permission.READ_PATIENT)
def show_episode(patient_id: uuid.UUID) -> str:
    """Show the course of a patient of hers."""
    return _page(patient_id, done=request.args.get("done"))


@pages.post("/patients/<uuid:patient_id>/episode/pause")
@requires(Permission.CHANGE_EPISODE)
def pause_episode(patient_id: uuid.UUID) -> AnyResponse:
    """Ask her nothing until a day."""
    return _act(patient_id, "pause")


@pages.post("/patients/<uuid:patient_id>/episode/resume")
@requires(Permission.CHANGE_EPISODE)
def resume_episode(patient_id: uuid.UUID) -> AnyResponse:
    """End a pause now."""
    return _act(patient_id, "resume")


@pages.post("/patients/<uuid:patient_id>/episode/anchor")
@requires(Permission.CHANGE_EPISODE)
def set_anchor(patient_id: uuid.UUID) -> AnyResponse:
    """Set or move a day, after what that changes was shown."""
    return _act(patient_id, "anchor")


@pages.post("/patients/<uuid:patient_id>/episode/version")
@requires(Permission.CHANGE_EPISODE)
def change_version(patient_id: uuid.UUID) -> AnyResponse:
    """Go on by the newest published version, after what that changes was shown."""
    return _act(patient_id, "version")


@pages.post("/patients/<uuid:patient_id>/episode/end")
@requires(Permission.CHANGE_EPISODE)
def end_episode(patient_id: uuid.UUID) -> AnyResponse:
    """End the episode, after what that means was shown."""
    return _act(patient_id, "end")


@pages.post("/patients/<uuid:patient_id>/episode/death")
@requires(Permission.CHANGE_EPISODE)
def register_death(patient_id: uuid.UUID) -> AnyResponse:
    """Stop everything for good, after it was asked twice."""
    return _act(patient_id, "death")


@pages.post("/patients/<uuid:patient_id>/episode/alive")
@requires(Permission.CHANGE_EPISODE)
def restore_patient(patient_id: uuid.UUID) -> AnyResponse:
    """Take back a death that was registered by mistake."""
    return _act(patient_id, "alive")


@pages.post("/patients/<uuid:patient_id>/episode/ask")
@requires(Permission.CHANGE_EPISODE)
def ask_now(patient_id: uuid.UUID) -> AnyResponse:
    """Ask one of the pathway's questionnaires now."""
    return _act(patient_id, "ask")


@pages.post("/patients/<uuid:patient_id>/episode/setting")
@requires(Permission.CHANGE_EPISODE)
def choose_setting(patient_id: uuid.UUID) -> AnyResponse:
    """Choose something for this patient alone, or let what is inherited apply again."""
    return _act(patient_id, "setting")


def _act(patient_id: uuid.UUID, name: str) -> AnyResponse:
    """Do it where it was confirmed as often as it asks; else show what it would change."""
    who, confirmed = signed_in(), request.form.get("confirmed", "0")
    try:
        change = acting.read(name, request.form, who.actor)
        if confirmed != str(change.asks):
            return _confirm(patient_id, change, 2 if confirmed == "1" else 1)
        with transaction() as session:
            episode = course.held(session, patient_id, who.unit_ids)
            course.check_mark(session, episode, request.form.get("mark", ""))
            change.verb(session, episode)
    except (StaleVersion, PreconditionFailed):
        return Response(_page(patient_id, stale=True), status=409)
    except Invalid as refused:
        return Response(_page(patient_id, wrong=(name, refused.field or "")), status=422)
    return redirect(url_for("clinic.show_episode", patient_id=patient_id, done=name), 303)


def _confirm(patient_id: uuid.UUID, change: Change, step: int) -> AnyResponse:
    """Show what a change would do. Nothing of it is kept."""
    who = signed_in()
    with transaction() as session:
        episode = course.held(session, patient_id, who.unit_ids)
        course.check_mark(session, episode, request.form.get("mark", ""))
        found = previewing.changes(session, episode, change.verb, g.language)
        shown = course.load(session, episode, g.language)
        urgent = open_emergencies(session, patient_id, who.unit_ids, shown.reader)
        record_read(session, who, episode)
        person = identity(session, patient_id)
    page = render_template(
        "clinic/episode_confirm.html",
        change=change,
        step=step,
        changes=found,
        urgent=urgent,
        course=shown,
        person=person,
        anchor=_anchor(shown),
        typed={name: value for name, value in request.form.items() if name not in ("csrf_token", "confirmed")},
    )
    return Response(page)


def _anchor(shown: Course) -> dict[str, Any]:
    """Return what the day that is to be moved is called, where it stands and where it is to stand."""
    found = next((each for each in shown.anchors if each.code == request.form.get("anchor")), None)
    if found is None:
        return {}
    return {"title": found.title, "before": found.day, "after": acting.day_in(request.form, "day")}


def _page(
    patient_id: uuid.UUID, *, wrong: tuple[str, str] | None = None, stale: bool = False, done: str | None = None
) -> str:
    who, now = signed_in(), clock.now()
    with transaction() as session:
        episode = episodes_at(session, patient_id, who.unit_ids)[0]
        shown = course.load(session, episode, g.language)
        owner = Owner(episode.tenant_id, episode.unit_id, shown.pathway.settings, patient_id)
        chosen = choices.shown(session, owner, "patient", shown.reader)
        person = identity(session, patient_id)
        record_read(session, who, episode)
    today = shown.reader.day_of(now)
    return render_template(
        "clinic/episode.html",
        course=shown,
        settings=chosen,
        person=person,
        wrong=wrong,
        stale=stale,
        done=done if done in acting.NAMES else None,
        typed=request.form,
        pause_reasons=PAUSE_REASONS,
        end_reasons=acting.offered_ends(),
        pause_days=(today + timedelta(days=1), today + LONGEST_PAUSE),
    )
