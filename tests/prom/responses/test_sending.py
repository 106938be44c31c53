"""The review, the sending and the receipt."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from prom.assignments import episodes
from prom.assignments.models import Assignment
from prom.assignments.service import lock
from prom.audit.models import AuditRecord
from prom.audit.service import Actor
from prom.catalogue.queries import newest
from prom.catalogue.service import withdraw
from prom.db import reading, transaction
from prom.pathways.models import Episode
from prom.responses.models import Response
from prom.responses.service import Authorship, response_to, submit
from questionnaires.response import build
from tests.conftest import Hospital
from tests.prom import steps
from tests.prom.responses.walking import BORN, WELL, Walker, place_in

ILL = {
    **WELL,
    "temperature-measured": "yes",
    "temperature": "39,2",
    "nausea-frequency": "4",
    "nausea-severity": "4",
    "sleep-severity": "1",
    "sleep-interference": "0",
}


def count(model: type[Response] | type[Assignment]) -> int:
    with reading() as session:
        return session.execute(select(func.count()).select_from(model)).scalar_one()


def visitor(walker: Walker) -> FlaskClient:
    """Another browser."""
    return walker.client.application.test_client()


def test_a_missing_required_answer_leads_back_to_its_question_with_words(walker: Walker) -> None:
    walker.confirm()
    walker.answer("temperature-measured", "no")
    page = walker.send()
    assert page.status_code == 422
    assert "Frostanfall" in page.text
    assert page.text.count("må besvares") == 2
    assert f'action="/a/question/{walker.place("shivering")}"' in page.text
    assert count(Response) == 0


def test_a_form_that_was_never_begun_cannot_be_sent(walker: Walker) -> None:
    walker.confirm()
    assert walker.send().location == "/a/question/1"
    assert count(Response) == 0


def test_a_double_tap_on_send_gives_one_response_and_both_see_the_receipt(walker: Walker) -> None:
    walker.confirm()
    walker.answer_all()
    for answer in (walker.send(), walker.send()):
        assert (answer.status_code, answer.location) == (303, "/a/receipt")
    assert count(Response) == 1
    assert walker.client.get("/a/receipt").status_code == 200


@pytest.mark.hazard("H24")
def test_after_sending_the_link_shows_no_answers(walker: Walker) -> None:
    walker.confirm()
    walker.answer_all(ILL)
    walker.send()
    again = visitor(walker)
    assert again.post("/a/start", data={"token": walker.token}).status_code == 404
    for path in ("/a/birth-date", "/a/review", "/a/receipt", "/a/question/1"):
        page = again.get(path)
        assert page.status_code == 404
        assert "Kvalme" not in page.text


def test_a_visit_without_the_birth_date_never_sees_the_receipt(walker: Walker) -> None:
    stranger = visitor(walker)
    assert stranger.post("/a/start", data={"token": walker.token}).status_code == 303
    walker.confirm()
    walker.answer_all(ILL)
    walker.send()
    assert stranger.get("/a/receipt").location == "/a/birth-date"
    assert stranger.post("/a/birth-date", data=BORN).status_code == 404


def test_what_a_nurse_recorded_is_not_shown_to_an_open_visit(walker: Walker, hospital: Hospital) -> None:
    walker.confirm()
    with transaction() as session:
        given = build(walker.questionnaire, steps.WELL)
        submit(session, walker.assignment.id, given, Authorship("staff", hospital.nurse_actor, "nb"))
    assert walker.client.get("/a/receipt").status_code == 404


def test_there_is_no_report_again_before_something_is_sent(walker: Walker) -> None:
    walker.confirm()
    before = count(Assignment)
    assert walker.client.post("/a/again").status_code == 404
    assert count(Assignment) == before


def test_there_is_no_report_again_when_the_episode_has_ended(walker: Walker, hospital: Hospital) -> None:
    walker.confirm()
    walker.answer_all()
    walker.send()
    with transaction() as session:
        row = session.get_one(Episode, hospital.episode.id)
        row.status, row.ended_at = "ended", row.started_at
    assert "/a/again" not in walker.client.get("/a/receipt").text
    assert walker.client.post("/a/again").status_code == 404


def test_the_review_shows_every_answer_that_is_asked_for(walker: Walker) -> None:
    walker.confirm()
    walker.answer_all(ILL)
    page = walker.client.get("/a/review").text
    assert "39,2\u00a0°C" in page
    assert "Dag og natt, nesten uten pause" in page
    assert page.count("line-change") == page.count('class="line"') == 31
    assert "Ikke besvart" in page


def test_an_answer_that_was_branched_away_is_not_sent(walker: Walker) -> None:
    walker.confirm()
    walker.answer_all(ILL)
    walker.answer("temperature-measured", "no", back="review")
    assert "39,2" not in walker.client.get("/a/review").text
    assert walker.send().location == "/a/receipt"


def test_a_version_withdrawn_midway_is_still_taken(walker: Walker) -> None:
    walker.confirm()
    walker.answer("temperature-measured", "no")
    with transaction() as session:
        withdraw(session, newest(session, "questionnaire", "symptom-check"))
        withdraw(session, newest(session, "rule-set", "symptom-check"))
    walker.answer_all()
    assert walker.send().location == "/a/receipt"
    assert count(Response) == 1


@pytest.mark.hazard("H28")
def test_the_receipt_says_what_to_do_at_once_and_then_about_each_symptom(walker: Walker) -> None:
    walker.confirm()
    walker.answer_all(ILL)
    walker.send()
    page = walker.client.get("/a/receipt?rest=yes").text
    places = [page.index(words) for words in ("Vi har mottatt", "Ring 22\u00a000", "Kvalme</h3>", "Dårlig søvn</h3>")]
    assert places == sorted(places)
    assert "Smerter</h3>" not in page
    assert "Kanskje kan medisinen endres" in page
    for always in ("Ingen følger med på svarene døgnet rundt", "tel:113", "tel:116117", "tel:+4722000001"):
        assert always in page
    assert "Poliklinikk A" in page
    assert "nivå" not in page


def test_what_cannot_wait_stands_alone_on_the_receipt_until_she_goes_on(walker: Walker) -> None:
    walker.confirm()
    walker.answer_all(ILL)
    walker.send()
    page = walker.client.get("/a/receipt").text
    assert page.count('class="now-words"') == 1
    for later in ('class="advice"', "Ingen følger med på svarene", "/a/again"):
        assert later not in page
    assert 'href="tel:+4722000001"' in page
    rest = walker.client.get("/a/receipt?rest=yes").text
    assert 'href="/a/receipt?rest=yes"' in page
    assert rest.index('class="now-words"') < rest.index('class="advice"')


@pytest.mark.hazard("H28")
def test_the_receipt_of_somebody_well_has_no_advice_but_all_numbers(walker: Walker) -> None:
    walker.confirm()
    walker.answer_all()
    walker.send()
    page = walker.client.get("/a/receipt").text
    assert 'class="advice"' not in page
    assert 'class="now"' not in page
    assert "tel:113" in page


def test_the_receipt_can_be_read_in_another_language(walker: Walker) -> None:
    walker.confirm()
    walker.answer_all(ILL)
    walker.send()
    moved = walker.client.post("/a/language", data={"language": "en", "here": "show_receipt"})
    assert "Call 22\u00a000\u00a000\u00a001 now" in walker.client.get(moved.location).text
    assert "Nausea</h3>" in walker.client.get("/a/receipt?rest=yes").text


def test_going_back_after_sending_leads_to_the_receipt(walker: Walker) -> None:
    walker.confirm()
    walker.answer_all()
    walker.send()
    for path in ("/a/question/3", "/a/review", "/a/leave"):
        assert walker.client.get(path).location == "/a/receipt"
    assert walker.answer("shivering", "now").location == "/a/receipt"


def test_reading_the_receipt_stands_in_the_audit_log(walker: Walker) -> None:
    walker.confirm()
    walker.answer_all()
    walker.send()

    def reads() -> int:
        query = select(func.count()).select_from(AuditRecord).where(AuditRecord.action == "response.read")
        with reading() as session:
            return session.execute(query).scalar_one()

    before = reads()
    walker.client.get("/a/receipt")
    assert reads() == before + 1


def test_worse_again_opens_one_more_report_without_asking_who_she_is(walker: Walker) -> None:
    walker.confirm()
    walker.answer_all()
    walker.send()
    sent = str(walker.assignment.id)
    before = count(Assignment)
    again = walker.client.post("/a/again", data={"assignment": sent})
    assert again.location == "/a/question/1"
    page = walker.client.get("/a/question/1")
    assert page.status_code == 200
    assert count(Assignment) == before + 1
    assert sent not in page.text


def test_a_second_tap_on_worse_again_opens_the_same_report(walker: Walker) -> None:
    walker.confirm()
    walker.answer_all()
    walker.send()
    before = count(Assignment)
    first = walker.client.get_cookie("prom_visit", path="/a")
    walker.client.post("/a/again")
    assert first is not None
    walker.client.set_cookie("prom_visit", first.value, path="/a")
    walker.client.post("/a/again")
    assert count(Assignment) == before + 1


def test_the_answers_are_stored_as_hers_in_the_language_she_read(walker: Walker) -> None:
    walker.confirm()
    walker.client.post("/a/language", data={"language": "nn", "here": "show_review"})
    walker.answer_all()
    walker.send()
    with transaction() as session:
        row = response_to(session, lock(session, walker.assignment.id))
    assert row is not None
    assert (row.source, row.author, row.language) == ("patient", "patient", "nn")


def test_everything_can_be_skipped_that_is_optional(walker: Walker) -> None:
    walker.confirm()
    assert place_in(walker.answer("weight", "").location) == walker.place("free-text")


def test_an_actor_of_another_kind_cannot_be_told_from_the_page(walker: Walker) -> None:
    """Whoever comes through a link is recorded as a patient, whatever else the browser is signed in as."""
    walker.confirm()
    walker.answer("temperature-measured", "no")
    with reading() as session:
        kinds = set(
            session.scalars(
                select(AuditRecord.actor_kind).where(AuditRecord.action.in_(["response.save", "visit.confirm"]))
            )
        )
    assert kinds == {Actor("patient").kind}


@pytest.mark.hazard("H19")
def test_whoever_goes_on_after_the_end_is_told_that_nobody_reads_and_whom_to_call(
    walker: Walker, hospital: Hospital
) -> None:
    walker.confirm()
    walker.answer_all(ILL)
    nobody = "ingen leser nye svar"
    assert nobody not in walker.client.get("/a/review").text
    with transaction() as session:
        episodes.end(session, session.get_one(Episode, hospital.episode.id), "finished", hospital.nurse_actor)
    for page in (walker.client.get("/a/question/1"), walker.client.get("/a/review")):
        assert nobody in page.text
        assert "tel:113" in page.text
    assert walker.send().location == "/a/receipt"
    receipt = walker.client.get("/a/receipt").text
    assert nobody in receipt
    assert f"tel:{hospital.unit.phone}" in receipt
    assert steps.alerts("fever") != []


@pytest.mark.hazard("H19")
def test_what_she_had_begun_is_judged_when_the_episode_has_ended(walker: Walker, hospital: Hospital) -> None:
    walker.confirm()
    assert walker.answer("temperature-measured", "yes").status_code in (200, 303)
    call = walker.answer("temperature", "39,2")
    with transaction() as session:
        episodes.end(session, session.get_one(Episode, hospital.episode.id), "finished", hospital.nurse_actor)
    assert steps.alerts("fever") != []
    told = walker.client.get(call.location).text
    assert "ingen leser nye svar" in told
    assert "tel:113" in told
