"""What every patient page shares: the visit that its cookie stands for, the form it has open, and the dead end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from flask import Blueprint, Response, current_app, g, redirect, render_template, request, url_for
from flask import session as cookie
from flask.sansio.blueprints import BlueprintSetupState
from markupsafe import Markup, escape
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from prom import clock
from prom.assignments import links
from prom.assignments import service as assignments
from prom.assignments.models import Assignment, Visit
from prom.audit import service as audit
from prom.catalogue.queries import Instrument
from prom.config import Settings
from prom.db import reading
from prom.errors import DeadLink, NotFound
from prom.language import PATIENT_LANGUAGES
from prom.pathways.queries import episode
from prom.responses import drafts, queries, service, wording
from prom.responses.judging import instrument_of
from prom.responses.pages.converters import PlaceConverter
from prom.responses.steps import Steps
from prom.responses.wording import Words
from prom.staff.models import Unit
from prom.staff.queries import unit as find_unit
from questionnaires.definition import Texts
from questionnaires.response import build

pages = Blueprint("responses", __name__, url_prefix="/a", template_folder="../templates")


@pages.record_once
def _know_places(state: BlueprintSetupState) -> None:
    """Let this blueprint's addresses hold such keys; before any of them is added."""
    state.app.url_map.converters["place"] = PlaceConverter


#: The cookie that holds the visit's token. It is the only thing that a visit leaves in the browser, besides a language.
VISIT = "prom_visit"
#: Where the signed cookie keeps the language that was chosen; the shell reads it.
LANGUAGE = "language"
#: Set by whoever puts a mark on a form, so that a page left open cannot answer for somebody else on the same phone.
MARK = "assignment"


class NotConfirmed(Exception):
    """The visit has not given the birth date yet."""


class AlreadySent(Exception):
    """The visit's answers are sent: only its receipt is left to see."""


@dataclass(frozen=True)
class Begun:
    """A visit that may write, with all that its pages read."""

    visit: Visit
    assignment: Assignment
    instrument: Instrument
    steps: Steps
    #: Whom she calls, and whose wall time her times are in.
    unit: Unit
    #: Her follow-up has ended: what she goes on answering is judged, and nobody reads it.
    ended: bool


def settings() -> Settings:
    """Return the settings that this application was made with."""
    return cast(Settings, current_app.config["PROM"])


def find_visit(session: Session) -> Visit:
    """Return the browser's visit; raises DeadLink for none, one that is over, or a form that belongs to another."""
    visit = links.find_visit(session, request.cookies.get(VISIT))
    if request.form.get(MARK, str(visit.assignment_id)) != str(visit.assignment_id):
        raise DeadLink
    return visit


def confirmed_visit(session: Session) -> Visit:
    """Return the browser's visit after the birth date was confirmed; raises NotConfirmed before."""
    visit = find_visit(session)
    if visit.confirmed_at is None:
        raise NotConfirmed
    return visit


def open_form(session: Session) -> Begun:
    """Open the visit's form, locked, and note in the audit log that its answers are read.

    Raises AlreadySent, DeadLink, NotConfirmed; NotFound where the questionnaire's version is gone.
    """
    visit = confirmed_visit(session)
    # Locked first and read afterwards: two saves at once would else both begin from the same answers.
    assignment = assignments.lock(session, visit.assignment_id)
    if service.response_to(session, assignment) is not None:
        raise AlreadySent
    if not links.can_go_on(session, assignment, clock.now()):
        raise DeadLink
    instrument = instrument_of(session, assignment)
    if instrument is None:
        raise NotFound("questionnaire")
    steps = steps_of(session, assignment, instrument)
    if assignment.begun_at is not None:
        record_reading(session, visit, assignment)
    return Begun(
        visit, assignment, instrument, steps, find_unit(session, assignment.unit_id), has_ended(session, assignment)
    )


def has_ended(session: Session, assignment: Assignment) -> bool:
    """Whether the episode that an assignment belongs to has ended."""
    return episode(session, assignment.episode_id).status != "active"


def steps_of(session: Session, assignment: Assignment, instrument: Instrument) -> Steps:
    """Return where a form stands by what is saved of it."""
    draft = drafts.of_assignment(session, assignment)
    empty = build(instrument.questionnaire, {}, status="in-progress")
    return Steps(instrument.questionnaire, draft.response if draft is not None else empty)


def record_reading(session: Session, visit: Visit, assignment: Assignment) -> None:
    """Write down that she reads what she answered."""
    audit.record(
        session,
        links.actor_of(visit),
        "response.read",
        tenant_id=assignment.tenant_id,
        entity="assignment",
        entity_id=assignment.id,
        subjects=[assignment.patient_id],
        unit_id=assignment.unit_id,
    )


def with_visit(response: AnyResponse, token: str) -> AnyResponse:
    """Give the browser its visit; script cannot read it, and no other site's form sends it."""
    response.set_cookie(VISIT, token, path="/a", httponly=True, samesite="Lax", secure=settings().secure_cookies)
    return response


def address(view: str, **values: str | int | None) -> str:
    """Return the URL of one of these pages; what is None is left out."""
    given: dict[str, Any] = {name: value for name, value in values.items() if value is not None}
    return url_for(f"responses.{view}", **given)


def go_to(address: str) -> AnyResponse:
    """Send the browser on: as a redirect, or as JSON to the script that saves where the line is bad."""
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        return cast(AnyResponse, current_app.json.response(next=address))
    return redirect(address, code=303)


def choose_language(language: str) -> bool:
    """Remember a language for this browser; False for one that there is not."""
    if language not in PATIENT_LANGUAGES:
        return False
    cookie[LANGUAGE] = g.language = language
    return True


def dead_end(status: int = 404, phone: str = "", refused: str | None = None) -> Response:
    """Return the one page of every dead end; it never tells which one it is."""
    page = render_template("responses/dead_end.html", phone=phone, refused=refused)
    return Response(page, status=status)


@pages.errorhandler(DeadLink)
def show_dead_end(_refused: DeadLink) -> Response:
    """Answer whatever is wrong with a link."""
    return dead_end()


@pages.errorhandler(NotConfirmed)
def ask_for_birth_date(_refused: NotConfirmed) -> AnyResponse:
    """Ask who she is first."""
    return go_to(address("show_birth_date"))


@pages.errorhandler(AlreadySent)
def show_what_was_sent(_refused: AlreadySent) -> AnyResponse:
    """Show the receipt again, in the visit that is still hers."""
    return go_to(address("show_receipt"))


@pages.app_template_global("hospital_numbers")
def hospital_numbers() -> list[str]:
    """Return the numbers to call; none where the database does not answer, for a page that says just that."""
    try:
        with reading() as session:
            return list(queries.hospital_numbers(session))
    except SQLAlchemyError:
        return []


@pages.app_template_global("say")
def say(words: Words | Texts) -> Markup:
    """Write words into a page; those that came in another language than the page's say so in its markup."""
    text, used = wording.of(words, g.language) if isinstance(words, Texts) else words
    return escape(text) if used == g.language else Markup('<span lang="{}">{}</span>').format(used, text)
