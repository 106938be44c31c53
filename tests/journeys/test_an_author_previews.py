"""An author looks at a form before patients do, in a real browser: on a phone's frame, in each language, on paper."""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from prom.catalogue.models import Definition
from prom.db import reading
from prom.responses.models import Draft, Response
from tests.conftest import PASSWORD, Hospital, OpenPage
from tests.journeys.test_nurse_works_the_list import check
from tests.prom.steps import count


def definition_id(name: str) -> str:
    """The id by which the pages know a shipped questionnaire."""
    with reading() as session:
        query = select(Definition.id).where(Definition.kind == "questionnaire", Definition.name == name)
        return str(session.scalars(query).one())


@dataclass(frozen=True)
class Desk:
    """An author at her screen."""

    page: Page
    server: str

    def open_preview(self, name: str = "symptom-check") -> None:
        """Open the preview of a shipped questionnaire."""
        self.page.goto(f"{self.server}/questionnaires/{definition_id(name)}")


def signed_in(page: Page, server: str, username: str) -> Desk:
    """Sign somebody in."""
    page.goto(f"{server}/sign-in")
    page.get_by_label("Brukernavn").fill(username)
    page.get_by_label("Passord").fill(PASSWORD)
    page.get_by_role("button", name="Logg inn").click()
    page.wait_for_url(lambda address: "sign-in" not in address)
    return Desk(page, server)


@pytest.fixture
def desk(hospital: Hospital, live_server: str, open_page: OpenPage) -> Desk:
    """The hospital's nurse at a screen of 1440 pixels."""
    return signed_in(open_page(width=1440, height=900), live_server, "nurse")


OVER_IT = ["severe-or-worse", "symptom-check", "symptom-triage"]


def test_she_comes_from_the_list_and_sees_what_a_fever_raises_while_she_types(desk: Desk) -> None:
    page = desk.page
    page.get_by_role("link", name="Skjemaer").click()
    check(page)
    page.get_by_role("link", name="Symptomsjekk", exact=True).click()
    expect(page.locator(".handset h1")).to_be_visible()
    phone = page.locator(".handset")
    phone.get_by_text("Ja", exact=True).click()
    phone.get_by_role("button", name="Neste").click()
    phone.locator("input[name=answer]").press_sequentially("39,5")
    # Three shipped rule sets are over this check; the page says which of them each rule is of.
    expect(page.locator(".fired code")).to_have_text(["fever"] * 3)
    assert sorted(page.locator(".fired .hint").all_inner_texts()) == OVER_IT
    expect(page.locator(".fired .instruction").first).to_contain_text("[avdelingens nummer]")
    expect(page.locator("#beside-said")).to_contain_text("3 regler slår til")
    phone.locator("input[name=answer]").fill("37,0")
    expect(page.locator(".fired code")).to_have_count(0)
    assert (count(Draft), count(Response)) == (0, 0)
    faults_of_two_headings(page)


def faults_of_two_headings(page: Page) -> None:
    """As `check`, for a page that shows another page in a frame: each has its heading."""
    page.evaluate("document.querySelector('.handset h1').outerHTML = document.querySelector('.handset h1').innerHTML")
    check(page)


def test_what_a_patient_could_not_send_is_refused_as_she_would_see_it(desk: Desk) -> None:
    page = desk.page
    desk.open_preview()
    page.locator(".handset").get_by_role("button", name="Neste").click()
    expect(page.locator(".handset .ds-error-summary")).to_be_visible()


def test_another_language_keeps_the_answers_and_names_what_is_missing(desk: Desk) -> None:
    page = desk.page
    desk.open_preview()
    page.locator(".handset").get_by_text("Ja", exact=True).click()
    page.get_by_role("button", name="Davvisámegiella").click()
    expect(page.locator(".handset input:checked")).to_have_count(1)
    expect(page.locator("#missing")).to_have_text(re.compile(r"Mangler på Davvisámegiella: [1-9]"))
    expect(page.locator(".handset .patient")).to_have_attribute("lang", "se")
    page.get_by_role("button", name="Nynorsk").click()
    expect(page.locator("#missing")).to_have_text("Mangler på Nynorsk: 0")
    expect(page.locator("html")).to_have_attribute("lang", "nb")


def test_a_question_in_the_list_leads_to_its_page_on_the_phone(desk: Desk) -> None:
    page = desk.page
    desk.open_preview()
    row = page.locator(".asked li").nth(2)
    words = row.locator(".go").inner_text()
    row.locator(".go").click()
    expect(page.locator(".handset h1")).to_have_text(words)
    expect(page.locator(".asked li[aria-current]")).to_have_count(1)


def test_without_a_script_a_button_says_what_the_answers_come_to(
    hospital: Hospital, live_server: str, open_page: OpenPage
) -> None:
    desk = signed_in(open_page(width=1440, height=900, java_script_enabled=False), live_server, "quality")
    page = desk.page
    desk.open_preview()
    page.locator(".asked .go").nth(1).click()
    page.locator(".handset").get_by_label("Ja, akkurat nå").check()
    page.get_by_role("button", name="Se hva svaret gir").click()
    expect(page.locator(".fired code")).to_have_count(3)
    expect(page.locator(".handset input:checked")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_nobody_is_shut_out_on_any_screen(
    hospital: Hospital, live_server: str, open_page: OpenPage, width: int, scheme: str
) -> None:
    desk = signed_in(open_page(width=width, height=900, color_scheme=scheme), live_server, "nurse")
    page = desk.page
    form = definition_id("symptom-check")
    desk.open_preview()
    faults_of_two_headings(page)
    for place in ("", f"/{form}/mend", f"/{form}/changes/{form}", f"/{form}/print"):
        page.goto(f"{live_server}/questionnaires{place}")
        check(page)


def test_paper_holds_every_question_with_its_boxes_and_when_to_answer_it(desk: Desk) -> None:
    page = desk.page
    page.goto(f"{desk.server}/questionnaires/{definition_id('symptom-check')}/print?language=nn")
    expect(page.locator("html")).to_have_attribute("lang", "nn")
    expect(page.locator(".condition").first).to_have_text(re.compile("Svar berre dersom svaret på spørsmål 1 er"))
    assert page.locator(".question").count() == page.locator(".asked .number").count() > 30
    assert page.locator(".box").count() > 100
    page.emulate_media(media="print")
    expect(page.locator(".controls")).to_be_hidden()
