"""Her personal link: made here, shown this once, and taken back when she wants."""

from werkzeug.wrappers import Response as AnyResponse

from prom.assignments import personal
from prom.db import transaction
from prom.my_page.pages.blueprint import here, me, pages, show, to
from prom.my_page.present import record
from prom.responses.pages.visits import settings
from prom.staff.access import public


@pages.get("/link")
@public
def show_own_link() -> AnyResponse:
    """Tell what the link is for, and whether she has one; the link itself is never shown again."""
    with transaction() as session:
        who, known = here(session)
        record(session, who, "my-page.read")
        link = personal.current(session, who.patient_id)
        return show("own_link", known, link=link, address=None)


@pages.post("/link")
@public
def make_own_link() -> AnyResponse:
    """Make a link, in place of one that she may have, and show it this once."""
    with transaction() as session:
        who, known = here(session)
        token = personal.make(session, who.patient_id, who.actor)
        link = personal.current(session, who.patient_id)
        return show("own_link", known, link=link, address=personal.address(settings().public_address, token))


@pages.post("/link/end")
@public
def end_own_link() -> AnyResponse:
    """Take the link back; it opens nothing any more."""
    with transaction() as session:
        who = me(session)
        personal.take_back(session, who.patient_id, who.actor)
    return to("show_own_link")
