"""What she changes herself: her number, whether she gets SMS, her language, a pause."""

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from prom.db import transaction
from prom.errors import Invalid
from prom.my_page import codes, pausing
from prom.my_page.pages.blueprint import BROWSER, browser_token, here, me, pages, remember, show, to
from prom.my_page.present import Present, record
from prom.my_page.warning import warn_old_number
from prom.patients import contact, phone
from prom.patients.queries import mobile_of
from prom.patients.service import change_language
from prom.responses import wording
from prom.responses.pages.visits import choose_language
from prom.staff.access import public


@pages.get("/contact")
@public
def show_contact() -> AnyResponse:
    """Show how she is reached."""
    return _contact_page(200)


@pages.post("/contact/number")
@public
def ask_for_number() -> AnyResponse:
    """Send a code to the number that is to become hers: a number with a wrong digit would be somebody else's."""
    given = request.form.get("phone", "").strip()
    try:
        mobile = phone.mobile(given)
    except Invalid:
        return _contact_page(422, given, "phone")
    browser = browser_token()
    with transaction() as session:
        who, known = here(session)
        if mobile == mobile_of(session, who.patient_id):
            return to("show_contact")
        if not codes.ask_for_number(session, who.patient_id, browser, mobile):
            refused = "too-many"
        else:
            return remember(_number_page(known, 200, mobile), BROWSER, browser)
    return _contact_page(429, given, refused)


@pages.post("/contact/confirm")
@public
def confirm_number() -> AnyResponse:
    """Let the number be hers, if the code is the one that was sent to it. A wrong try is counted and committed."""
    try:
        mobile = phone.mobile(request.form.get("mobile", ""))
    except Invalid:
        return to("show_contact")
    with transaction() as session:
        who, known = here(session)
        given = request.form.get("code", "")
        if codes.take(session, request.cookies.get(BROWSER), given, codes.NUMBER, mobile) != who.patient_id:
            return _number_page(known, 422, mobile)
        old = mobile_of(session, who.patient_id)
        point = contact.change_mobile(session, who.patient_id, mobile, who.actor)
        if old is not None and known.unit is not None:
            warn_old_number(session, who.patient_id, old, point, known.unit)
    return to("show_contact")


@pages.post("/contact/messages")
@public
def set_messages() -> AnyResponse:
    """Send her SMS, or none."""
    with transaction() as session:
        who, known = here(session)
        if known.point is not None:
            change = contact.opt_in if request.form.get("wanted") == "yes" else contact.opt_out
            change(session, who.patient_id, known.point, who.actor)
    return to("show_contact")


@pages.get("/language")
@public
def show_language() -> AnyResponse:
    """Show which language is hers."""
    with transaction() as session:
        who, known = here(session)
        record(session, who, "my-page.read")
        return show("language", known)


@pages.post("/language")
@public
def set_language() -> AnyResponse:
    """Write to her in another language from now on, and show these pages in it."""
    wanted = request.form.get("language", "")
    with transaction() as session:
        who = me(session)
        change_language(session, who.patient_id, wanted, who.actor)
    choose_language(wanted)
    return to("show_language")


@pages.get("/pause")
@public
def show_pause() -> AnyResponse:
    """Show whether a pause runs, and what she can choose."""
    return _pause_page(200)


@pages.post("/pause")
@public
def begin_pause() -> AnyResponse:
    """Begin a pause, or move the end of the one that runs."""
    days = request.form.get("days", "")
    if not (days.isascii() and days.isdecimal() and len(days) < 4):
        return _pause_page(422)
    try:
        with transaction() as session:
            who, known = here(session)
            pausing.pause(session, who, known, int(days))
    except Invalid:
        return _pause_page(422)
    return to("show_pause")


@pages.post("/pause/end")
@public
def end_pause() -> AnyResponse:
    """Take questions again from now on."""
    with transaction() as session:
        who, known = here(session)
        pausing.resume(session, who, known)
    return to("show_pause")


def _contact_page(status: int, given: str = "", refused: str | None = None) -> Response:
    with transaction() as session:
        who, known = here(session)
        mobile = mobile_of(session, who.patient_id)
        record(session, who, "contact.read")
        return show("contact", known, status, mobile=mobile, given=given, refused=refused)


def _number_page(known: Present, status: int, mobile: str) -> Response:
    spoken = wording.hard(phone.as_spoken(mobile))
    return show(
        "number_code", known, status, mobile=mobile, spoken=spoken, refused=status != 200, minutes=codes.MINUTES
    )


def _pause_page(status: int) -> Response:
    with transaction() as session:
        who, known = here(session)
        record(session, who, "my-page.read")
        offered = pausing.lengths(known.unit.zone) if known.unit else []
        return show("pause", known, status, lengths=offered, refused=status != 200, own=pausing.runs(session, known))
