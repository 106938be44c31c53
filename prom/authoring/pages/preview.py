"""The preview: a version answered on a phone's frame by the patient's own templates. Nothing of it is stored."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from flask import g, render_template
from markupsafe import Markup

from prom import clock
from prom.authoring.overview import Opened, opened_version
from prom.authoring.pages.blueprint import ZONE, chosen_language, pages
from prom.authoring.pages.turns import Previewed, Turn, beginning, turn_of
from prom.authoring.showing import beside
from prom.clinic.vocabulary import Reader
from prom.db import reading
from prom.responses.pages import fields
from prom.responses.pages.words import about, closing, notes, said_so_far
from prom.responses.places import least
from prom.responses.steps import Steps
from prom.staff.access import requires
from prom.staff.permissions import Permission
from questionnaires.documents import dumps
from questionnaires.response import to_fhir


@pages.get("/questionnaires/<uuid:definition_id>")
@requires(Permission.AUTHOR_QUESTIONNAIRE)
def show_preview(definition_id: uuid.UUID) -> str:
    """Show the first page of an unanswered form."""
    with reading() as session:
        opened = opened_version(session, definition_id)
        return _page(opened, beginning(opened.instrument.questionnaire))


@pages.post("/questionnaires/<uuid:definition_id>")
@requires(Permission.AUTHOR_QUESTIONNAIRE)
def go_on(definition_id: uuid.UUID) -> str:
    """Take in what was answered and go where the author goes; what is wrong is shown as a patient sees it."""
    with reading() as session:
        opened = opened_version(session, definition_id)
        return _page(opened, turn_of(opened.instrument.questionnaire))


def _page(opened: Opened, turn: Turn) -> str:
    chosen = chosen_language(opened)
    steps = Steps(opened.instrument.questionnaire, turn.response)
    with _in_language(chosen):
        state = dumps(to_fhir(replace(turn.response, status="in-progress")))
        on_it = _on_the_phone(steps, turn)
        phone = Markup(render_template("authoring/_phone.html", opened=opened, state=state, **on_it))
    return render_template(
        "authoring/preview.html",
        opened=opened,
        chosen=chosen,
        position=turn.step.key if turn.step else "",
        phone=phone,
        beside=beside(opened, turn.response, Reader(g.language, ZONE), chosen, clock.now()),
        missing=opened.missing(chosen),
    )


def _on_the_phone(steps: Steps, turn: Turn) -> dict[str, object]:
    begun, step = Previewed(steps).begun, turn.step
    if step is None:
        return {"begun": begun, "step": None, "notes": closing(begun)}
    return {
        "begun": begun,
        "step": step,
        "position": step.key,
        "number": steps.number(step) if steps.step(step.key) else 1,
        "previous": None,
        "fields": fields.fields(begun, step, turn.typed, turn.problems),
        "about": about(begun, step),
        "notes": notes(begun, step),
        "repetitions": said_so_far(begun, step),
        "least": least,
    }


@contextmanager
def _in_language(tag: str) -> Iterator[None]:
    """Write a part of the page in another language than the rest."""
    own, g.language = g.language, tag
    try:
        yield
    finally:
        g.language = own
