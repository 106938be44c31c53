"""Every kind of question that a questionnaire can hold, answered in a real browser the size of a phone."""

import os
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import select

from prom.assignments import links
from prom.assignments.models import Assignment
from prom.catalogue.service import take_in
from prom.config import Settings
from prom.db import reading, transaction
from prom.pathways.definition import Asked
from prom.responses.drafts import opened
from prom.responses.models import Response
from questionnaires.answers import QuestionnaireResponse, walk
from questionnaires.parsing import parse
from questionnaires.validation import validate
from tests.conftest import Hospital, OpenPage
from tests.journeys.every_kind import CHOICES, EVERY_KIND, GROUPS, NUMBERS, TEXTS, long_and_deep
from tests.prom.responses.test_kinds import assigned

#: Where the pictures of the pages go, for whoever wants to look at them.
PICTURES = os.environ.get("PROM_TEST_PICTURES")


@dataclass
class Patient:
    """A patient who has come in, and the page on her phone."""

    page: Page
    server: str
    pictures: int = 0

    def question(self, words: str) -> None:
        """Wait for the page of a question, and hold it against what every page owes her."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(words)
        self.check(words)

    def check(self, words: str) -> None:
        """No fault that axe finds, large type, nothing beside the screen."""
        faults = Axe().run(self.page).response["violations"]
        assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in faults] == []
        assert self.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        if PICTURES:
            self.pictures += 1
            self.page.screenshot(path=Path(PICTURES) / f"{self.pictures:02} {words[:40]}.png", full_page=True)

    def refused(self, words: str, value: str | None = None) -> None:
        """Press next, and be told beside the field what is wrong, with what was typed still there."""
        self.next()
        expect(self.page.locator(".ds-error-summary")).to_be_focused()
        expect(self.page.locator(".ds-validation-message")).to_contain_text(words)
        if value is not None:
            expect(self.page.locator("#answer-1")).to_have_value(value)
        self.check(f"nei {words}")

    def fill(self, value: str) -> None:
        """Fill in the one field, and go on."""
        self.page.locator("#answer-1").fill(value)
        self.next()

    def choose(self, *words: str) -> None:
        """Tap options, and go on."""
        for each in words:
            self.page.locator("label.choice", has_text=each).click()
        self.next()

    def next(self) -> None:
        """Press the page's main button."""
        self.page.get_by_role("button", name="Neste").click()

    def press(self, words: str) -> None:
        """Press another button."""
        self.page.get_by_role("button", name=words, exact=True).click()


ComeIn = Callable[..., Patient]


@pytest.fixture
def come_in(hospital: Hospital, database: Settings, live_server: str, open_page: OpenPage) -> ComeIn:
    """Let the patient come in to a questionnaire that is published as it stands."""

    def do(document: dict[str, Any], **options: Any) -> Patient:
        with transaction() as session:
            take_in(session, "questionnaire", document["url"], "1", document["name"].lower(), document, "author")
        window = hospital.pathway.on_demand.window
        asked = Asked(document["name"].lower(), f"{document['url']}|1", None, window, None)
        token = visit_to(assigned(hospital, asked))
        page = open_page(width=360, height=740, **options)
        page.context.add_cookies([{"name": "prom_visit", "value": token, "url": f"{live_server}/a"}])
        page.goto(f"{live_server}/a/birth-date")
        return Patient(page, live_server)

    return do


def visit_to(assignment_id: uuid.UUID) -> str:
    """Begin a visit in which she has said when she was born."""
    with transaction() as session:
        return links.begin_visit(session, session.get_one(Assignment, assignment_id), confirmed=True)


def sent() -> QuestionnaireResponse:
    """The one response that was stored."""
    with reading() as session:
        return opened(session, session.scalars(select(Response)).one())


def test_every_kind_of_question_is_answered_on_a_phone(come_in: ComeIn) -> None:
    patient = come_in(EVERY_KIND)
    numbers(patient)
    moments(patient)
    texts(patient)
    choices(patient)
    groups(patient)
    review(patient)
    check_sent(sent())


def numbers(patient: Patient) -> None:
    page = patient.page
    patient.question("Har du sovet i natt?")
    expect(page.locator(".note")).to_contain_text("Det tar <b>to</b> minutter.")  # shown as text, never as HTML
    patient.refused("må besvares")
    patient.choose("Nei")
    patient.question("Hvor høy temperatur har du?")
    assert page.locator("#answer-1").get_attribute("inputmode") == "decimal"
    page.locator("#answer-1").fill("varm")
    patient.refused("Skriv et tall", "varm")
    page.locator("#answer-1").fill("38,55")
    patient.refused("siffer etter komma", "38,55")
    patient.fill("38,5")
    patient.question("Hvor mange skritt gikk du i går?")
    expect(page.locator("#answer-help")).to_have_text("Et overslag er nok.")
    assert page.locator("#answer-1").get_attribute("inputmode") == "numeric"
    page.locator("#answer-1").fill("4,5")
    patient.refused("helt tall", "4,5")
    patient.fill("12 000")
    slide(patient)
    patient.question("Hva veier du?")
    expect(page.locator(".unit")).to_have_text("kg")
    patient.fill("70.5")
    patient.question("Hvor høy er du?")
    page.locator("#answer-1").fill("1,72")
    patient.refused("Velg hvilken enhet", "1,72")
    page.get_by_label("Enhet").select_option(label="meter")
    patient.next()


def slide(patient: Patient) -> None:
    """A slider says that nothing is chosen until it is moved, and is moved with the keys alone."""
    page = patient.page
    patient.question("Hvordan har du det i dag?")
    slider = page.get_by_role("slider")
    expect(slider).to_have_attribute("aria-valuetext", "Ikke valgt ennå")
    expect(page.locator(".slider-ends")).to_contain_text("0: dårligst")
    patient.refused("må besvares", "")
    page.locator("#answer-1").fill("33")
    patient.refused("5 om gangen", "33")
    page.locator("#answer-1").fill("")
    expect(slider).to_have_attribute("aria-valuetext", "Ikke valgt ennå")
    slider.focus()
    page.keyboard.press("Home")
    expect(page.locator("#answer-1")).to_have_value("0")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#answer-1")).to_have_value("5")
    expect(slider).to_have_attribute("aria-valuetext", "5")
    patient.check("Hvordan har du det, 5")
    patient.next()


def moments(patient: Patient) -> None:
    page = patient.page
    patient.question("Hvilken dag begynte det?")
    patient.refused("må besvares")
    patient.fill("2026-10-30")
    patient.question("Når var forrige gang?")
    expect(page.locator("#answer-help")).to_contain_text("3.2019")
    page.locator("#answer-1").fill("13.2019")
    patient.refused("ingen slik dato", "13.2019")
    patient.fill("3.2019")
    patient.question("Hvilket år fikk du vite det?")
    page.locator("#answer-1").fill("18")
    patient.refused("fire sifre", "18")
    patient.fill("2018")
    patient.question("Når tok du siste tablett?")
    patient.fill("2026-11-01T21:30")
    patient.question("Når legger du deg?")
    patient.fill("22:15")


def texts(patient: Patient) -> None:
    page = patient.page
    patient.question("Hva er postnummeret ditt?")
    expect(page.locator("#answer-help")).to_have_text("Skriv det slik: 0123")
    page.locator("#answer-1").fill("12a")
    patient.refused("ikke den formen", "12a")
    patient.fill("0150")
    patient.question("Vil du fortelle mer?")
    expect(page.locator("#answer-1")).to_have_value("Ingenting nytt")
    patient.fill("Første linje\nAndre linje")
    patient.question("Hvor har du lest om det?")
    patient.fill("https://example.org/a")
    patient.question("Hvilke medisiner tar du?")
    page.locator("#answer-1").fill("Én")
    patient.press("Legg til et svar til")
    page.get_by_label("Svar 2").fill("To")
    patient.press("Legg til et svar til")
    expect(page.get_by_label("Svar 3")).to_have_value("")
    page.get_by_label("Svar 1").fill("En")
    patient.next()


def choices(patient: Patient) -> None:
    page = patient.page
    patient.question("Hvor var du?")
    patient.choose("På jobb")
    patient.question("Hvor er du nå?")
    page.get_by_role("combobox").select_option(label="Ute")
    patient.next()
    patient.question("Hva plager deg?")
    page.locator("label.choice", has_text="Ingenting").click()
    page.locator("label.choice", has_text="Kløe").click()  # puts "none" out again
    patient.choose("Smerter")
    for about, words in (("Kløe", "en uke"), ("Smerter", "")):
        expect(page.locator(".group")).to_have_text(about)
        patient.question("Hvor lenge har du hatt det?")
        patient.fill(words)
    patient.question("Hvem hjelper deg?")
    page.locator("label.choice", has_text="Noe annet").click()
    patient.refused("Skriv hva du mener")
    page.locator("label.choice", has_text="Familie").click()
    page.get_by_label("Noe annet: skriv selv").fill("Naboen")
    expect(page.get_by_role("radio", name="Noe annet")).to_be_checked()
    patient.next()


def groups(patient: Patient) -> None:
    page = patient.page
    patient.question("Om måltidene")
    expect(page.locator(".note")).to_have_text("Tenk på i går.")
    page.get_by_label("Ja").check()
    page.get_by_label("Hvor mange kopper drakk du?").fill("mange")
    patient.refused("Skriv et tall")
    expect(page.get_by_label("Ja")).to_be_checked()
    page.get_by_label("Hvor mange kopper drakk du?").fill("6")
    page.get_by_label("Hva spiste du?").fill("Grøt")  # asked on the same page now, because of what was saved of it
    patient.check("Om måltidene, mer")
    patient.next()
    patient.question("Besøk hos lege")
    expect(page.locator("main")).to_contain_text("Du har ikke lagt til noe her.")
    patient.press("Legg til")
    for whom, again in (("Fastlegen", "Nei"), ("Legevakten", "Ja")):
        patient.question("Hvem var du hos?")
        patient.fill(whom)
        patient.question("Skal du dit igjen?")
        patient.choose(again)
        if again == "Nei":
            patient.question("Besøk hos lege")
            patient.press("Legg til en til")
    patient.question("Når skal du dit?")
    expect(page.locator(".group")).to_have_text("Besøk hos lege 2")
    patient.fill("2026-12-01")
    patient.question("Besøk hos lege")
    expect(page.get_by_text("Du kan ikke legge til flere enn 2.")).to_be_visible()
    page.get_by_role("button", name="Fjern").first.click()
    expect(page.locator(".repetitions li")).to_have_count(1)
    expect(page.locator(".repetitions")).to_contain_text("Legevakten, Ja, 1. desember 2026")
    patient.press("Gå videre")


def review(patient: Patient) -> None:
    page = patient.page
    patient.question("Se over svarene")
    for words in ("38,5\u00a0°C", "12\u00a0000", "1,72\u00a0meter", "mars 2019", "En, To", "Naboen", "Poliklinikk A"):
        expect(page.locator("main")).to_contain_text(words)
    expect(page.locator("main")).to_contain_text("Takk for at du svarte.")
    assert "planted" not in page.content()  # hidden is never shown
    page.reload()  # what is answered is saved: the phone may have been away
    patient.press("Send svarene")
    expect(page.get_by_role("heading", level=1)).to_have_text("Vi har mottatt svarene dine")


def check_sent(response: QuestionnaireResponse) -> None:
    assert validate(parse(EVERY_KIND), response, complete=True) == ()
    flat = {name: [str(getattr(each, "code", each)) for each in values] for name, values in response.flat().items()}
    assert (flat["decimal"], flat["integer"], flat["slider"]) == (["38.5"], ["12000"], ["5"])
    assert (flat["month"], flat["year"], flat["medicines"]) == (["2019-03"], ["2018"], ["En", "To"])
    assert (flat["hidden"], flat["fixed"], flat["open"]) == (["planted"], ["Poliklinikk A"], ["Naboen"])
    boxes = next(each for each in walk(response.items) if each.link_id == "boxes")
    assert [len(answer.items) for answer in boxes.answers] == [1, 0]  # beneath the answer that it was asked after
    assert flat["whom"] == ["Legevakten"]


def test_without_javascript_a_slider_is_a_number_that_cannot_be_left_out(come_in: ComeIn) -> None:
    patient = come_in({**EVERY_KIND, "item": [NUMBERS["slider"]]}, java_script_enabled=False)
    page = patient.page
    expect(page.get_by_role("slider")).to_have_count(0)
    expect(page.get_by_text("Skriv et tall fra 0 til 100.")).to_be_visible()
    patient.next()
    expect(page.locator(".ds-validation-message")).to_contain_text("må besvares")
    patient.fill("0")
    expect(page.get_by_role("heading", level=1)).to_have_text("Se over svarene")


def test_a_tap_on_the_middle_of_an_untouched_slider_is_an_answer(come_in: ComeIn) -> None:
    patient = come_in({**EVERY_KIND, "item": [NUMBERS["slider"]]}, has_touch=True)
    expect(patient.page.get_by_text("Trykk eller dra på linjen, eller skriv et tall fra 0 til 100.")).to_be_visible()
    patient.page.get_by_role("slider").tap()
    expect(patient.page.locator("#answer-1")).to_have_value("50")


def test_the_back_button_shows_what_was_answered_and_a_draft_outlives_the_browser(come_in: ComeIn) -> None:
    patient = come_in(EVERY_KIND)
    page = patient.page
    patient.question("Har du sovet i natt?")
    patient.choose("Ja")
    patient.question("Hvor høy temperatur har du?")
    page.go_back()
    patient.question("Har du sovet i natt?")
    expect(page.get_by_label("Ja")).to_be_checked()
    patient.choose("Nei")
    patient.question("Hvor høy temperatur har du?")
    page.locator("#answer-1").fill("37")
    page.get_by_role("button", name="Lagre og fortsett senere").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Du kan fortsette senere")
    page.get_by_role("link", name="Fortsett nå").click()
    patient.question("Hvor mange skritt gikk du i går?")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["nn", "en", "se"])
def test_the_harder_kinds_shut_nobody_out_in_any_language_or_light(come_in: ComeIn, scheme: str, language: str) -> None:
    harder = [NUMBERS["slider"], NUMBERS["height"], TEXTS["medicines"], CHOICES["boxes"], *GROUPS]
    patient = come_in({**EVERY_KIND, "item": harder}, color_scheme=scheme)
    page = patient.page
    page.locator(f"button[lang={language}]").click()
    page.locator("main button[type=submit]").first.click()
    expect(page.locator(".ds-error-summary")).to_be_focused()
    for _ in range(5):
        patient.check(f"{scheme} {language} {page.url.rpartition('/')[2]}")
        if page.locator("#answer-1[type=text]").count():
            page.locator("#answer-1").fill("5")
        for choice in page.locator("main select").all():
            choice.select_option(index=1)
        for box in page.locator("#answer-1[type=checkbox]").all():
            box.check()
        here = page.url
        page.get_by_role("button").filter(has_text=re.compile("^(Neste|Next)$")).click()
        expect(page).not_to_have_url(here)


def test_a_form_of_250_questions_the_last_of_them_deep_down_is_shown_and_saved(come_in: ComeIn) -> None:
    patient = come_in(long_and_deep())
    page = patient.page
    expect(page.get_by_text("Spørsmål 1 av omtrent 250")).to_be_visible()
    page.goto(f"{patient.server}/a/question/250")
    patient.question("Det innerste spørsmålet?")
    expect(page.locator(".group")).to_have_text("Nivå 0")
    patient.fill("her")
    patient.question("Se over svarene")
    expect(page.locator(".line")).to_have_count(250)
    patient.press("Send svarene")
    expect(page.get_by_role("heading", level=1)).to_have_text("Vi har mottatt svarene dine")
    assert dict(sent().flat()) == {"deepest": ("her",)}
