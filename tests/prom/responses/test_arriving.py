"""Coming in through a link: what is refused looks the same, whatever was wrong with it."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from prom import clock, create_app
from prom.assignments import links
from prom.assignments.models import Assignment, Link
from prom.config import Settings
from prom.db import Base, reading, transaction
from prom.messaging.models import Message
from prom.worklist import queries as worklist
from tests.conftest import MONDAY, Hospital
from tests.prom.responses.walking import BORN, Walker, open_weekly

WRONG = {"day": "1", "month": "2", "year": "1950"}


def without_tokens(page: str) -> str:
    """A page without what differs from one request to the next."""
    return re.sub(r'name="csrf_token" value="[^"]*"', "", page)


def counts() -> dict[str, int]:
    """How many rows each table has."""
    with reading() as session:
        tables = Base.metadata.sorted_tables
        return {each.name: session.execute(select(func.count()).select_from(each)).scalar_one() for each in tables}


def expire_link(walker: Walker) -> None:
    clock.move_to(MONDAY + timedelta(days=30))


def lock_assignment(walker: Walker) -> None:
    with transaction() as session:
        session.get_one(Assignment, walker.assignment.id).locked_at = clock.now()


def send_answers(walker: Walker) -> None:
    walker.confirm()
    walker.answer_all()
    assert walker.send().status_code == 303


def forget_link(walker: Walker) -> None:
    with transaction() as session:
        for link in session.scalars(select(Link)):
            session.delete(link)


@pytest.mark.hazard("H27")
@pytest.mark.parametrize("spoil", [expire_link, lock_assignment, send_answers, forget_link])
def test_every_dead_link_leads_to_one_and_the_same_page(walker: Walker, spoil: Callable[[Walker], None]) -> None:
    with walker.client.application.test_client() as stranger:
        unknown = stranger.post("/a/start", data={"token": "nobody-ever-had-this"})
    spoil(walker)
    with walker.client.application.test_client() as visitor:
        dead = visitor.post("/a/start", data={"token": walker.token})
    assert dead.status_code == unknown.status_code == 404
    assert without_tokens(dead.text) == without_tokens(unknown.text)
    assert "Set-Cookie" not in dead.headers or "prom_visit" not in dead.headers["Set-Cookie"]
    for number in ("tel:113", "tel:116117", "tel:+4722000001"):
        assert number in dead.text


@pytest.mark.parametrize(
    "path", ["/a/birth-date", "/a/question/1", "/a/call-now", "/a/leave", "/a/review", "/a/receipt"]
)
def test_without_a_visit_every_page_is_the_dead_end(client: FlaskClient, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 404
    assert "Lenken kan ikke brukes" in page.text


@pytest.mark.parametrize("path", ["/a/question/1", "/a/send", "/a/again", "/a/birth-date"])
def test_without_a_visit_nothing_is_taken(client: FlaskClient, path: str) -> None:
    before = counts()
    assert client.post(path, data={"answer": "no", **BORN}).status_code == 404
    assert counts() == before


@pytest.mark.hazard("H25")
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_link_scanner_changes_nothing(walker: Walker, method: str) -> None:
    before = counts()
    for path in ("/a", "/a?language=en", "/a/start", "/a/birth-date", "/a/new-link", "/a/question/1"):
        walker.client.open(path, method=method)
    assert counts() == before


def test_a_visit_that_is_over_is_a_dead_end(walker: Walker) -> None:
    walker.confirm()
    clock.move_to(MONDAY + links.VISIT_LASTS)
    assert walker.client.get("/a/question/1").status_code == 404


@pytest.mark.hazard("H24")
def test_before_the_birth_date_no_question_is_shown_and_no_answer_taken(walker: Walker) -> None:
    walker.start()
    before = counts()
    for page in (walker.client.get("/a/question/1"), walker.answer("temperature-measured", "no"), walker.send()):
        assert (page.status_code, page.location) == (303, "/a/birth-date")
    assert counts() == before


@pytest.mark.parametrize(
    "typed",
    [
        {"day": "", "month": "", "year": ""},
        {"day": "30", "month": "2", "year": "1955"},
        {"day": "ti", "month": "november", "year": "1955"},
        {"day": "10", "month": "11", "year": "55"},
    ],
)
def test_what_is_no_date_is_refused_and_not_counted(walker: Walker, typed: dict[str, str]) -> None:
    walker.start()
    page = walker.client.post("/a/birth-date", data=typed)
    assert page.status_code == 422
    assert "Skriv dag, måned og år med tall" in page.text
    with reading() as session:
        assert session.get_one(Assignment, walker.assignment.id).wrong_birth_dates == 0


def test_a_wrong_birth_date_is_refused_counted_and_keeps_what_was_typed(walker: Walker) -> None:
    walker.start()
    page = walker.client.post("/a/birth-date", data=WRONG)
    assert page.status_code == 422
    assert "Forsøk igjen: 4" in page.text
    assert 'value="1950"' in page.text
    with reading() as session:
        assert session.get_one(Assignment, walker.assignment.id).wrong_birth_dates == 1
    assert walker.client.get("/a/question/1").location == "/a/birth-date"


@pytest.mark.hazard("H24")
def test_five_wrong_birth_dates_lock_the_link_and_tell_the_clinic(walker: Walker, hospital: Hospital) -> None:
    walker.start()
    for _ in range(links.WRONG_BIRTH_DATES - 1):
        assert walker.client.post("/a/birth-date", data=WRONG).status_code == 422
    assert walker.client.post("/a/birth-date", data=WRONG).status_code == 404
    assert walker.client.post("/a/birth-date", data=BORN).status_code == 404
    assert walker.start().status_code == 404
    with reading() as session:
        alerts = worklist.open_alerts(session, [hospital.unit.id])
        assert [(each.severity, worklist.topics(session, alerts)[each.id]) for each in alerts] == [(2, "wrong-person")]
        finding = worklist.evidence_of(session, alerts)[alerts[0].id][0].finding
    assert finding["title"]["nb"].startswith("Feil fødselsdato fem ganger")
    assert {"nb", "nn", "en"} <= finding["title"].keys()


@pytest.mark.hazard("H24")
def test_five_tries_count_over_all_links_of_an_assignment(walker: Walker) -> None:
    with transaction() as session:
        other = links.mint(session, session.get_one(Assignment, walker.assignment.id))
    for token in (walker.token, other, walker.token, other):
        walker.start(token)
        assert walker.client.post("/a/birth-date", data=WRONG).status_code == 422
    assert walker.client.post("/a/birth-date", data=WRONG).status_code == 404


def test_a_form_left_open_for_somebody_else_is_refused(walker: Walker) -> None:
    walker.confirm()
    before = counts()
    page = walker.client.post("/a/question/1", data={"answer": "no", "assignment": "of-another-patient"})
    assert page.status_code == 404
    assert counts() == before


@pytest.mark.parametrize("typed", ["", "12", "ikke et nummer", "+47 22 00 00 01"])
def test_a_number_that_is_none_gets_a_field_error(client: FlaskClient, typed: str) -> None:
    page = client.post("/a/new-link", data={"phone": typed})
    assert page.status_code == 422
    assert "Skriv et mobilnummer" in page.text
    assert "ds-error-summary" in page.text


@pytest.mark.hazard("H27")
def test_a_new_link_goes_to_a_registered_number_only_and_the_page_never_tells(walker: Walker) -> None:
    def messages() -> int:
        with reading() as session:
            return session.execute(select(func.count()).select_from(Message)).scalar_one()

    before = messages()
    unknown = walker.client.post("/a/new-link", data={"phone": "90 00 00 99"})
    assert messages() == before
    known = walker.client.post("/a/new-link", data={"phone": "90 00 00 01"})
    assert messages() == before + 1
    assert unknown.status_code == known.status_code == 200
    assert without_tokens(unknown.text) == without_tokens(known.text)


def test_the_landing_page_is_neutral_and_the_same_for_everyone(walker: Walker) -> None:
    page = walker.client.get("/a")
    assert page.status_code == 200
    for telling in ("kreft", "Poliklinikk", "Syntetisk", "symptom", "behandling"):
        assert telling not in page.text
    assert "JavaScript er slått av" in page.text
    assert walker.token not in page.text


def test_a_link_leads_by_the_birth_date_to_the_first_question(walker: Walker) -> None:
    assert walker.start().location == "/a/birth-date"
    assert walker.client.get("/a/birth-date").status_code == 200
    assert walker.client.post("/a/birth-date", data=BORN).location == "/a/question/1"
    assert walker.client.get("/a/birth-date").location == "/a/question/1"


def test_the_visits_cookie_is_out_of_reach_of_scripts_and_other_sites(walker: Walker) -> None:
    cookie = next(each for each in walker.start().headers.getlist("Set-Cookie") if each.startswith("prom_visit="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/a" in cookie
    assert "Secure" not in cookie


def test_over_https_the_visits_cookie_is_secure(hospital: Hospital, database: Settings) -> None:
    app = create_app(replace(database, public_address="https://prom.example"))
    app.config["WTF_CSRF_ENABLED"] = False
    with transaction() as session:
        token = links.mint(session, open_weekly(database))
    started = app.test_client().post("/a/start", data={"token": token})
    cookie = next(each for each in started.headers.getlist("Set-Cookie") if each.startswith("prom_visit="))
    assert "Secure" in cookie


def test_no_page_may_be_kept_by_a_browser_or_on_the_way(walker: Walker) -> None:
    answers = [walker.client.get("/a"), walker.confirm(), walker.client.get("/a/question/1"), walker.answer_all()]
    answers += [walker.client.get("/a/review"), walker.send(), walker.client.get("/a/receipt")]
    answers += [walker.client.get("/a/question/999"), walker.client.get("/a/new-link"), walker.client.get("/a/nothing")]
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}


def test_the_language_is_the_chosen_one_else_the_one_she_is_registered_with(walker: Walker) -> None:
    english = {"Accept-Language": "en"}
    assert "Questions for you" in walker.client.get("/a", headers=english).text
    walker.client.post("/a/start", data={"token": walker.token}, headers=english)
    assert "Når er du født?" in walker.client.get("/a/birth-date", headers=english).text
    walker.client.post("/a/start", data={"token": walker.token, "language": "nn"}, headers=english)
    assert "Når er du fødd?" in walker.client.get("/a/birth-date", headers=english).text


@pytest.mark.hazard("H27")
def test_an_unknown_page_of_ours_still_gives_numbers_to_call(client: FlaskClient) -> None:
    page = client.get("/a/nothing-here")
    assert page.status_code == 404
    assert "tel:113" in page.text


def test_a_form_from_another_site_is_refused_on_a_page_with_numbers_to_call(walker: Walker) -> None:
    walker.client.application.config["WTF_CSRF_ENABLED"] = True
    page = walker.start()
    assert page.status_code == 400
    assert "tel:113" in page.text
