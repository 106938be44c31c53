"""What all of her own pages share: whose session the browser has, her language, and the way back to the beginning."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask import session as cookie
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from prom import crypto
from prom.language import PATIENT_LANGUAGES
from prom.my_page import sessions
from prom.my_page.present import Present, present
from prom.my_page.sessions import Me
from prom.responses.pages.visits import LANGUAGE, settings

pages = Blueprint("my_page", __name__, url_prefix="/me", template_folder="../templates")

#: The cookies of these pages; neither is sent anywhere else. The first holds her session, the other stands for the
#: browser that asked for a code.
SESSION = "prom_me"
BROWSER = "prom_code"
#: So long a browser that she came in with is known again, unless she signs out.
BROWSER_LASTS = timedelta(days=180)


class NotIn(Exception):
    """The browser has no session, or it has ended."""


def me(session: Session) -> Me:
    """Return whose session the browser has; raises NotIn."""
    found = sessions.find(session, request.cookies.get(SESSION))
    if found is None:
        raise NotIn
    return found


def here(session: Session) -> tuple[Me, Present]:
    """Return who she is and how things stand; raises NotIn."""
    who = me(session)
    return who, present(session, who)


def show(template: str, known: Present, status: int = 200, **values: object) -> Response:
    """Render one of her pages; the unit that she calls stands on each."""
    page = render_template(f"my_page/{template}.html", known=known, unit=known.unit, **values)
    return Response(page, status=status)


def to(view: str) -> AnyResponse:
    """Send the browser on to another of these pages."""
    return redirect(url_for(f"my_page.{view}"), code=303)


def browser_token() -> str:
    """Return what stands for this browser: the token that it has, else a new one, which `remember` hands it."""
    return request.cookies.get(BROWSER) or crypto.new_token()


def remember(response: AnyResponse, name: str, token: str, lasts: timedelta | None = None) -> AnyResponse:
    """Give the browser a token, until it is closed unless told; script cannot read it, and no other site sends it."""
    response.set_cookie(
        name, token, max_age=lasts, path="/me", httponly=True, samesite="Lax", secure=settings().secure_cookies
    )
    return response


def forget(response: AnyResponse) -> AnyResponse:
    """Take all tokens back."""
    for name in (SESSION, BROWSER):
        response.delete_cookie(name, path="/me", httponly=True, samesite="Lax", secure=settings().secure_cookies)
    return response


def speak(language: str) -> None:
    """Let the browser's pages be in her language, unless she chose one there."""
    if LANGUAGE not in cookie and language in PATIENT_LANGUAGES:
        cookie[LANGUAGE] = g.language = language


@pages.errorhandler(NotIn)
def ask_who_she_is(_refused: NotIn) -> AnyResponse:
    """Begin anew, whatever was wrong with the session."""
    return to("show_home")
