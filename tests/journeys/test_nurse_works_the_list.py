"""Steps 1 and 5 of the spine, in a real browser on a ward's screen: a nurse registers, sees who is sick, and acts."""

import re
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from prom.db import transaction
from prom.worklist import service as worklist
from tests.conftest import PASSWORD, Hospital, OpenPage
from tests.prom.clinic.ward import NAUSEA, NUMBERS, another_patient, audited, open_alerts, report
from tests.prom.steps import FEVER, RASH, later

#: Longer than the list takes to ask for news.
SOON = 15_000


@dataclass(frozen=True)
class Ward:
    """A nurse at a ward's screen."""

    page: Page
    server: str

    def go(self, path: str) -> None:
        """Open a page."""
        self.page.goto(f"{self.server}{path}")

    def focused(self) -> str:
        """The words of what has the focus."""
        return str(self.page.evaluate("document.activeElement.innerText")).strip()


def signed_in(page: Page, server: str) -> Ward:
    """Sign the nurse in."""
    page.goto(f"{server}/")
    page.get_by_label("Brukernavn").fill("nurse")
    page.get_by_label("Passord").fill(PASSWORD)
    page.get_by_role("button", name="Logg inn").click()
    page.wait_for_url("**/worklist")
    return Ward(page, server)


@pytest.fixture
def ward(hospital: Hospital, live_server: str, open_page: OpenPage) -> Ward:
    """The hospital's nurse, signed in on a screen of 1440 pixels."""
    return signed_in(open_page(width=1440, height=900), live_server)


def check(page: Page) -> None:
    """Nobody is shut out: no fault that axe finds, one heading of the page, nothing beside the screen."""
    faults = Axe().run(page).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in faults] == []
    assert page.locator("h1").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_a_nurse_registers_a_patient_and_reads_her_number_back(ward: Ward) -> None:
    page = ward.page
    page.get_by_role("link", name="Registrer pasient").click()
    page.get_by_label("Fornavn").fill("Prøve")
    page.get_by_role("button", name="Kontroller").click()
    expect(page.locator(".ds-error-summary")).to_be_focused()
    check(page)
    page.locator(".ds-error-summary").get_by_role("link", name=re.compile("Etternavn")).click()
    expect(page.get_by_label("Etternavn")).to_be_focused()
    page.keyboard.type("Testesen")
    page.get_by_label("Fødselsnummer").fill(NUMBERS[0])
    page.get_by_label("Fødselsdato").fill("1955-10-11")
    page.get_by_label("Mobilnummer").fill("90000777")
    page.get_by_label("Første behandlingsdag").fill("2026-11-02")
    page.get_by_label("Diagnose").fill("C50.9")
    page.get_by_label("Hensikt").select_option("adjuvant")
    page.get_by_label("Regime").fill("EC90")
    page.get_by_role("button", name="Kontroller").click()
    expect(page.get_by_text("90 00 07 77")).to_be_visible()
    expect(page.get_by_text("Fødselsnummeret og fødselsdatoen sier ikke det samme")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Endre").click()
    expect(page.get_by_label("Regime")).to_have_value("EC90")
    page.get_by_label("Fødselsdato").fill("1955-11-10")
    page.get_by_role("button", name="Kontroller").click()
    expect(page.get_by_text("Fødselsnummeret og fødselsdatoen sier ikke det samme")).to_have_count(0)
    page.get_by_role("button", name="Ja, registrer").click()
    expect(page.get_by_role("heading", name="Prøve Testesen")).to_be_visible()
    check(page)
    assert len(audited("patient.register")) == 2


def test_a_new_emergency_comes_by_itself_and_the_nurse_takes_it_closes_it_and_leaves_a_trace(
    ward: Ward, hospital: Hospital
) -> None:
    page = ward.page
    expect(page.get_by_text("Ingen åpne varsler")).to_be_visible()
    check(page)
    report(hospital, hospital.episode, {**FEVER, "free-text": "Fryser."})
    row = page.locator(".row", has_text="Testine Syntetisk")
    expect(row).to_be_visible(timeout=SOON)
    expect(page).to_have_title(re.compile(r"\(1\)"))
    expect(row.locator(".severity")).to_have_text("Akutt")
    expect(row).to_contain_text("Feber: 39,8 °C (grense 38 °C)")
    expect(row).to_contain_text("Ingen")
    check(page)
    page.keyboard.press("j")
    page.keyboard.press("a")
    expect(row.locator(".owner")).to_have_text("Du")
    assert {alert.state for alert in open_alerts(hospital.patient.id)} == {"acknowledged"}
    assert ward.focused() == "Testine Syntetisk"
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Testine Syntetisk")).to_be_visible()
    expect(page.get_by_text("Fryser.").first).to_be_visible()
    check(page)
    page.get_by_label("Samtale og vurdering").fill("Ringt. Kommer inn til vurdering.")
    page.get_by_label("Utfall").select_option("admission")
    page.get_by_role("button", name="Lagre og avslutt").click()
    expect(page.get_by_text("Ingen åpne varsler.")).to_be_visible()
    expect(page.locator(".steps")).to_contain_text("Ringt. Kommer inn til vurdering.")
    page.get_by_role("link", name="Hvem har sett på dette").click()
    for action in ("Bekreftet varsel", "Avsluttet varsel", "Så arbeidslisten", "Åpnet pasientens side"):
        expect(page.get_by_role("cell", name=action).first).to_be_visible()
    check(page)
    assert open_alerts(hospital.patient.id) == []


def test_a_report_by_phone_is_read_back_and_a_slip_of_the_pen_taken_back(ward: Ward, hospital: Hospital) -> None:
    page = ward.page
    ward.go(f"/patients/{hospital.patient.id}")
    page.get_by_role("link", name="Fyll ut svar på telefon").click()
    check(page)
    temperature = page.get_by_label("Hva var temperaturen på det høyeste?")
    expect(temperature).to_be_hidden()
    _answer_everything_well(page)
    page.get_by_role("group", name="Har du målt temperaturen").get_by_label("Ja").check()
    expect(temperature).to_be_visible()
    page.get_by_role("button", name="Send inn").click()
    expect(page.locator(".ds-error-summary")).to_be_focused()
    check(page)
    page.get_by_label("Hva var temperaturen på det høyeste?").fill("39,8")
    page.get_by_role("button", name="Send inn").click()
    aloud = page.locator(".ds-alert", has_text="Les dette høyt for pasienten nå")
    expect(aloud).to_contain_text("Ring 22 00 00 01 nå")
    expect(aloud).to_be_focused()
    check(page)
    page.get_by_role("link", name="Merk som feilført").click()
    check(page)
    page.get_by_role("button", name="Merk som feilført").click()
    expect(page.get_by_text("Dette er trukket tilbake: Feber.")).to_be_visible()
    expect(page.locator("del", has_text="39,8")).to_have_count(1)
    check(page)
    assert open_alerts(hospital.patient.id) == []


def _answer_everything_well(page: Page) -> None:
    page.get_by_label("Pasienten, på telefon eller her").check()
    groups = page.locator(".question:not([hidden]) fieldset")
    for place in range(groups.count()):
        first, no = groups.nth(place).locator("input").first, groups.nth(place).locator("input[value=no]")
        (no if no.count() else first).check()


def test_the_list_keeps_its_readers_place_when_it_changes(ward: Ward, hospital: Hospital) -> None:
    page = ward.page
    _, severe = another_patient(hospital, NUMBERS[0], "Alvorlig")
    report(hospital, severe, {**NAUSEA, "free-text": "Hei."})
    report(hospital, hospital.episode, RASH["2"])
    ward.go("/worklist")
    page.locator(".row", has_text="Alvorlig").locator("summary").click()
    page.keyboard.press("j")
    assert ward.focused() == "Testine Syntetisk"
    page.keyboard.press("k")
    assert ward.focused() == "Testine Alvorlig"
    _, emergency = another_patient(hospital, NUMBERS[1], "Akuttesen")
    report(hospital, emergency, FEVER)
    expect(page.locator(".row").first).to_contain_text("Akuttesen", timeout=SOON)
    assert ward.focused() == "Testine Alvorlig"
    expect(page.locator(".row", has_text="Alvorlig").locator("details")).to_have_attribute("open", "")
    expect(page.locator("#changed")).to_have_text("Listen er endret.")


@pytest.mark.hazard("H13")
def test_what_a_colleague_did_first_is_shown_and_not_overwritten(ward: Ward, hospital: Hospital) -> None:
    page = ward.page
    report(hospital, hospital.episode, NAUSEA)
    ward.go(f"/patients/{hospital.patient.id}")
    (alert,) = open_alerts(hospital.patient.id)
    later(seconds=30)
    with transaction() as session:
        row = session.merge(alert)
        worklist.note(session, row, row.version, hospital.nurse_actor, "Ringer nå.")
        worklist.acknowledge(session, row, row.version, hospital.nurse_actor)
    page.get_by_role("button", name="Bekreft og ta ansvar").click()
    shown = page.locator(".ds-alert", has_text="Ikke lagret: noe har skjedd i mellomtiden")
    expect(shown).to_be_focused()
    expect(shown).to_contain_text("Kvalme – Bekreftet (nurse (test))")
    check(page)


@pytest.mark.hazard("H14")
def test_a_list_that_cannot_be_refreshed_says_that_it_may_be_old(ward: Ward, hospital: Hospital) -> None:
    page = ward.page
    report(hospital, hospital.episode, NAUSEA)
    ward.go("/worklist")
    page.route("**/worklist", lambda route: route.abort())
    expect(page.get_by_text("Får ikke kontakt med Prom. Listen kan være gammel.")).to_be_visible(timeout=SOON)
    page.unroute("**/worklist")
    expect(page.locator("#lost")).to_be_hidden(timeout=SOON)


@pytest.mark.hazard("H55")
def test_a_nurse_takes_and_closes_everything_by_keyboard(ward: Ward, hospital: Hospital) -> None:
    page = ward.page
    report(hospital, hospital.episode, NAUSEA)
    ward.go("/worklist")
    page.keyboard.press("j")
    page.keyboard.press("r")
    expect(page.get_by_role("heading", name="Testine Syntetisk")).to_be_visible()
    expect(page.get_by_role("button", name="Bekreft og ta ansvar")).to_be_focused()
    check(page)
    page.keyboard.press("a")
    expect(page.get_by_role("button", name="Lagre og avslutt")).to_be_visible()
    page.keyboard.press("r")
    expect(page.get_by_label("Utfall")).to_be_focused()
    page.keyboard.press("a")  # a letter typed into a field is no command
    page.get_by_label("Utfall").select_option("advice")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Hvor", exact=True)).to_have_value("phone")  # where it is as a rule
    page.keyboard.press("Tab")
    page.keyboard.type("Snakket om jrla.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Ingen åpne varsler.")).to_be_visible()
    expect(page.locator(".steps")).to_contain_text("Snakket om jrla.")
    assert open_alerts(hospital.patient.id) == []


@pytest.mark.hazard("H14")
def test_the_list_shows_what_has_come_within_two_seconds(ward: Ward, hospital: Hospital) -> None:
    expect(ward.page.get_by_text("Ingen åpne varsler")).to_be_visible()
    report(hospital, hospital.episode, FEVER)
    expect(ward.page.locator(".row", has_text="Testine Syntetisk")).to_be_visible(timeout=2_000)


def test_keys_can_be_switched_off(ward: Ward, hospital: Hospital) -> None:
    page = ward.page
    report(hospital, hospital.episode, NAUSEA)
    ward.go("/worklist")
    page.get_by_role("button", name="Hurtigtaster").click()
    expect(page.get_by_role("button", name="Hurtigtaster")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("j")
    assert ward.focused() == "Hurtigtaster"
    ward.go("/worklist")
    page.keyboard.press("j")
    assert ward.focused() != "Testine Syntetisk"


def test_the_list_is_read_once_however_long_it_lies_open(ward: Ward, hospital: Hospital) -> None:
    page = ward.page
    report(hospital, hospital.episode, NAUSEA)
    ward.go("/worklist")
    read = len(audited("worklist.read"))
    with page.expect_response(lambda answer: answer.status == 304, timeout=SOON):
        pass
    assert len(audited("worklist.read")) == read


@pytest.mark.parametrize("width, scheme", [(1440, "dark"), (768, "light"), (768, "dark"), (320, "light")])
def test_the_pages_hold_on_other_screens(
    hospital: Hospital, live_server: str, open_page: OpenPage, width: int, scheme: str
) -> None:
    for _ in range(3):
        report(
            hospital, hospital.episode, {**FEVER, "nausea-frequency": "4", "nausea-severity": "4", "free-text": "Hei."}
        )
        later(days=7)
    report(hospital, hospital.episode, RASH["2"])
    ward = signed_in(open_page(width=width, height=900, color_scheme=scheme), live_server)
    check(ward.page)
    patient = f"/patients/{hospital.patient.id}"
    for path in (patient, f"{patient}/report", "/patients/new", "/worklist/paper", f"{patient}/summary"):
        ward.go(path)
        check(ward.page)
