"""The blueprint that the authors' pages hang on, and what several of them need."""

from flask import Blueprint, g, request
from markupsafe import Markup, escape
from sqlalchemy.orm import Session

from prom.authoring import wording
from prom.authoring.overview import Opened
from prom.responses.wording import Words
from prom.staff.access import signed_in
from prom.staff.models import Clinician
from prom.staff.permissions import Permission

#: Whose wall time a preview shows.
ZONE = "Europe/Oslo"

pages = Blueprint("authoring", "prom.authoring", template_folder="templates")


def signer(session: Session) -> str | None:
    """Return the user name of whoever is signed in, where her role may put her name under a version."""
    who = signed_in()
    if not who.may(Permission.PUBLISH_QUESTIONNAIRE):
        return None
    return session.get_one(Clinician, who.clinician_id).username


def chosen_language(opened: Opened) -> str:
    """Return the language that the address or form names (`in` where a button chose it), else the page's own."""
    asked = request.values.get("in") or request.values.get("language", "")
    known = opened.languages
    return asked if asked in known else g.language if g.language in known else known[0]


@pages.app_template_global("told")
def told(words: Words) -> Markup:
    """Write words into a page; those in another language than the page's say so in their markup."""
    if words.language == g.language:
        return escape(words.text)
    return Markup('<span lang="{}">{}</span>').format(words.language, words.text)


@pages.app_template_global("mended")
def mended(problem: object) -> Markup:
    """Write what is to be mended, or what differs, in the page's language."""
    made = wording.change if hasattr(problem, "kind") else wording.problem
    return told(made(problem, g.language))  # type: ignore[arg-type]


@pages.app_template_global("part_name")
def part_name(name: str) -> str:
    """Name a part of an item in the page's language."""
    return wording.part(name, g.language)
