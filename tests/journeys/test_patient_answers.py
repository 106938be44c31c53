"""Step 3 of the spine, in a real browser the size of a phone: a patient follows the link in her SMS and answers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from prom.assignments import links
from prom.assignments.composing import compose
from prom.assignments.models import Assignment
from prom.catalogue.queries import instrument
from prom.config import Settings
from prom.db import reading, transaction
from prom.messaging.delivery import deliver_due
from prom.responses import drafts
from prom.responses.models import Response
from prom.worklist import queries as worklist
from questionnaires.definition import Questionnaire
from tests.conftest import Hospital, OpenPage
from tests.fake_transport import FakeTransport
from tests.prom import steps
from tests.prom.responses.walking import WELL, open_weekly

#: She has a fever, nausea and poor sleep.
ILL = {
    **WELL,
    "temperature-measured": "yes",
    "temperature": "38,5",
    "nausea-frequency": "3",
    "nausea-severity": "3",
    "sleep-severity": "1",
    "sleep-interference": "1",
    "free-text": "Jeg lurer på om jeg kan reise på hytta.",
}
WAITING = "[data-network=waiting]"


@dataclass(frozen=True)
class Phone:
    """A patient's phone with the SMS on it."""

    page: Page
    link: str
    server: str
    assignment: Assignment
    questionnaire: Questionnaire
    #: The hosts that the browser has spoken to.
    hosts: set[str]

    def come_in(self) -> None:
        """Open the link and confirm the birth date."""
        self.page.goto(self.link)
        self.page.get_by_role("button", name="Start").click()
        self.page.get_by_label("Dag").fill("10")
        self.page.get_by_label("Måned").fill("11")
        self.page.get_by_label("År").fill("1955")
        self.next()

    def next(self) -> None:
        """Press the page's main button."""
        self.page.locator("main button[type=submit]").first.click()

    def link_id(self) -> str:
        """What the question on the page is called in the questionnaire; the page itself never says."""
        position = int(urlsplit(self.page.url).path.rpartition("/")[2])
        return self.questionnaire.questions[position - 1].link_id

    def answer(self, value: str) -> None:
        """Answer the question on the page with the phone's own control, and wait for the next page."""
        here = self.page.url
        if self.page.locator("input[type=radio]").count():
            self.page.locator(f"input[value='{value}']").check()
        else:
            self.page.locator("#answer-1").fill(value)
        self.next()
        self.page.wait_for_url(lambda url: url != here)

    def answer_the_rest(self, answers: dict[str, str]) -> None:
        """Go on to the review; whatever is not named is answered with "0"."""
        while "/question/" in self.page.url:
            self.answer(answers.get(self.link_id(), "0"))
            if "/call-now" in self.page.url:
                self.page.get_by_role("link", name="Fortsett med spørsmålene").click()
                self.page.wait_for_url("**/question/*")
        self.page.wait_for_url("**/a/review")


@pytest.fixture
def phone(hospital: Hospital, database: Settings, live_server: str, open_page: OpenPage) -> Iterator[Phone]:
    """The hospital's patient, with the message that this week's questions have just sent her."""
    reached = replace(database, public_address=live_server)
    assignment, vendor = open_weekly(reached), FakeTransport()
    deliver_due(vendor, compose=compose(reached))
    with transaction() as session:
        questionnaire = instrument(session, assignment.questionnaire).questionnaire
    found = re.search(r"https?://\S+", vendor.bodies[0])
    assert found is not None
    page = open_page(width=390, height=844)
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    yield Phone(page, found[0], live_server, assignment, questionnaire, hosts)
    assert hosts <= {urlsplit(live_server).netloc}


def fill_in(phone: Phone) -> None:
    """Let her have answered everything already, so that she comes in to the review."""
    with transaction() as session:
        assignment = session.get_one(Assignment, phone.assignment.id)
        visit = links.find_visit(session, links.begin_visit(session, assignment, confirmed=True))
        for link_id, value in steps.WELL.items():
            drafts.save_answer(session, visit, link_id, value, "nb")
    phone.come_in()
    phone.page.wait_for_url("**/a/review")


def check(page: Page) -> None:
    """Nobody is shut out: no fault that axe finds, large type, nothing beside the screen, targets for a thumb."""
    faults = Axe().run(page).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in faults] == []
    assert page.locator("h1").count() == 1
    assert page.evaluate("parseFloat(getComputedStyle(document.querySelector('.patient')).fontSize)") >= 20
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    small = page.evaluate(
        "[...document.querySelectorAll('.patient a, .patient button, .patient label.choice, .patient input.ds-input')]"
        ".filter(each => each.type !== 'radio' && !each.closest('.ds-error-summary') && each.offsetHeight < 44)"
        ".map(each => each.outerHTML)"
    )
    assert small == []


def count(model: type[Response] | type[Assignment]) -> int:
    with reading() as session:
        return session.execute(select(func.count()).select_from(model)).scalar_one()


def test_she_answers_on_her_phone_from_the_sms_to_the_receipt(phone: Phone, hospital: Hospital) -> None:
    page = phone.page
    page.goto(phone.link)
    expect(page).to_have_url(f"{phone.server}/a")  # the token is gone from the address bar
    check(page)
    page.get_by_role("button", name="Start").click()
    check(page)
    page.get_by_label("Dag").fill("11")
    page.get_by_label("Måned").fill("10")
    page.get_by_label("År").fill("1955")
    phone.next()
    expect(page.locator(".ds-error-summary")).to_be_focused()
    check(page)
    page.get_by_label("Dag").fill("10")
    page.get_by_label("Måned").fill("11")
    phone.next()

    expect(page.get_by_role("heading", level=1)).to_have_text("Har du målt temperaturen nå eller det siste døgnet?")
    phone.next()  # without an answer
    expect(page.locator(".ds-error-summary")).to_be_focused()
    check(page)
    phone.answer("yes")
    check(page)
    phone.answer("38,5")  # a red flag: the instruction alone, and the clinic knows already
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Ring 22\u00a000\u00a000\u00a001 nå, også om natten. Svarer ingen: ring 116\u00a0117."
    )
    assert page.locator(".call-buttons a").first.get_attribute("href") == "tel:+4722000001"
    with reading() as session:
        assert [each.severity for each in worklist.open_alerts(session, [hospital.unit.id])] == [4]
    check(page)
    page.get_by_role("link", name="Fortsett med spørsmålene").click()

    assert phone.link_id() == "shivering"
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Shaking chills")
    page.get_by_role("link", name="Back").click()
    expect(page.locator("#answer-1")).to_have_value("38.5")
    page.get_by_role("button", name="Bokmål").click()
    phone.next()
    page.get_by_role("link", name="Fortsett med spørsmålene").click()

    page.get_by_role("button", name="Lagre og fortsett senere").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Du kan fortsette senere")
    check(page)
    page.context.clear_cookies()
    phone.come_in()
    assert phone.link_id() == "shivering"  # the first question without an answer
    phone.answer_the_rest(ILL)

    check(page)
    page.locator(".line", has_text="Kvalmen når den er der").get_by_role("link").click()
    page.locator("input[value='4']").check()
    phone.next()
    page.wait_for_url("**/a/review")
    page.get_by_role("button", name="Send svarene").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Vi har mottatt svarene dine")
    check(page)
    expect(page.locator("main")).to_contain_text("Ring 22\u00a000\u00a000\u00a001 nå")
    expect(page.locator("main")).not_to_contain_text("Kvalme")  # what cannot wait stands by itself
    page.get_by_role("link", name="Jeg har lest dette. Vis resten").click()
    check(page)
    for shown in (
        "Ring 22\u00a000\u00a000\u00a001 nå",
        "Kvalme",
        "Dårlig søvn",
        "Ingen følger med på svarene døgnet rundt",
    ):
        expect(page.locator("main")).to_contain_text(shown)
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    page.get_by_role("button", name="Jeg er blitt verre: svar på nytt").click()
    page.wait_for_url("**/a/question/1")
    assert (count(Response), count(Assignment)) == (1, 2)

    page.goto(phone.link)
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lenken kan ikke brukes")
    check(page)
    page.get_by_label("Mobilnummer").fill("90 00 00 01")
    page.get_by_role("button", name="Send ny lenke").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Se etter en SMS")
    check(page)


@pytest.mark.hazard("H26")
def test_an_answer_given_without_coverage_stays_and_is_sent_when_the_network_returns(phone: Phone) -> None:
    phone.come_in()
    page = phone.page
    page.locator("input[value=no]").check()
    page.context.set_offline(True)
    phone.next()
    expect(page.locator(WAITING)).to_be_visible()
    expect(page.locator(WAITING)).to_contain_text("Svaret ditt står her fortsatt")
    expect(page.locator("[role=status]")).to_contain_text("Ingen kontakt med nettet")
    expect(page.locator("input[value=no]")).to_be_checked()
    check(page)
    page.context.set_offline(False)
    page.wait_for_url("**/a/question/3")
    page.get_by_role("link", name="Tilbake").click()
    expect(page.locator("input[value=no]")).to_be_checked()


@pytest.mark.hazard("H26")
def test_answers_sent_without_coverage_are_sent_once(phone: Phone) -> None:
    fill_in(phone)
    phone.page.context.set_offline(True)
    send = phone.page.get_by_role("button", name="Send svarene")
    send.click()
    expect(phone.page.locator(WAITING)).to_be_visible()
    send.click()
    phone.page.context.set_offline(False)
    phone.page.wait_for_url("**/a/receipt")
    assert count(Response) == 1


@pytest.mark.hazard("H26")
def test_a_double_tap_on_send_gives_one_response_and_a_receipt(phone: Phone) -> None:
    fill_in(phone)
    phone.page.get_by_role("button", name="Send svarene").dblclick()
    phone.page.wait_for_url("**/a/receipt")
    assert count(Response) == 1


def test_a_reloaded_landing_page_and_another_language_keep_the_link(phone: Phone) -> None:
    page = phone.page
    page.goto(phone.link)
    page.reload()
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Some questions for you")
    expect(page).to_have_url(f"{phone.server}/a?language=en")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("When were you born?")


def test_a_newer_link_opened_in_the_same_tab_is_the_one_that_counts(phone: Phone) -> None:
    page = phone.page
    page.goto(f"{phone.server}/a#an-old-link-that-is-dead")
    page.goto(phone.link)
    expect(page).to_have_url(f"{phone.server}/a")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Når er du født?")


def test_without_javascript_the_landing_page_says_what_to_do(phone: Phone, open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(phone.link)
    expect(page.get_by_text("kanskje fordi JavaScript er slått av")).to_be_visible()
    for number in ("113", "116117", "+4722000001"):
        expect(page.locator(f"a[href='tel:{number}']")).to_be_visible()


def test_without_javascript_the_questions_work_all_the_same(phone: Phone, open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    with transaction() as session:
        token = links.begin_visit(session, session.get_one(Assignment, phone.assignment.id), confirmed=True)
    page.context.add_cookies([{"name": "prom_visit", "value": token, "url": f"{phone.server}/a"}])
    page.goto(f"{phone.server}/a/question/1")
    page.locator("main button").first.click()
    expect(page.locator(".ds-validation-message")).to_be_visible()
    page.locator("input[value=yes]").check()
    page.locator("main button").first.click()
    page.locator("#answer-1").fill("36,9")
    page.locator("main button").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Frostanfall")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_northern_sami_on_the_smallest_screen_nothing_is_shut_out(
    phone: Phone, open_page: OpenPage, scheme: str
) -> None:
    page = open_page(width=320, height=568, color_scheme=scheme)
    page.goto(phone.link)
    page.get_by_role("link", name="Davvisámegiella").click()
    check(page)
    page.locator("main button").click()
    check(page)
    for name, value in (("day", "10"), ("month", "11"), ("year", "1955")):
        page.locator(f"#{name}").fill(value)
    page.locator("main button").click()
    expect(page.locator(".partly")).to_have_text("Noe av teksten finnes bare på bokmål.")
    check(page)
    page.locator("input[value=yes]").check()
    page.locator("main button").first.click()
    page.wait_for_url("**/question/2")
    page.locator("#answer-1").fill("40,1")
    page.locator("main button").first.click()
    page.wait_for_url("**/call-now*")
    check(page)
