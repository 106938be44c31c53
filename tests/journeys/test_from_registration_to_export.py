"""The whole journey of the spine, walked by four people in real browsers: register, ask, answer, act, take out."""

import csv
import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Page, expect
from sqlalchemy import select

from prom import jobs
from prom.assignments.models import Assignment
from prom.audit.queries import log_of
from prom.catalogue.queries import instrument
from prom.config import Settings
from prom.db import reading
from prom.patients.queries import find_by_national_number
from tests.conftest import PASSWORD, Hospital, OpenPage
from tests.journeys.test_patient_answers import ILL, Phone

#: A D-number of the official synthetic series; she is born on 10 April 1962.
NUMBER = "50846202355"
#: What a nurse writes down, by field.
REGISTERED = {
    "given": "Journeya",
    "family": "Syntetisk",
    "national_number": "508462 02355",
    "birth_date": "1962-04-10",
    "mobile": "900 00 055",
    "anchor": "2026-11-02",
    "diagnosis": "C18.7",
    "regimen": "CAPOX",
    "line": "1",
}


def sign_in(page: Page, server: str, username: str) -> None:
    page.goto(f"{server}/sign-in")
    page.get_by_label("Brukernavn").fill(username)
    page.get_by_label("Passord").fill(PASSWORD)
    page.get_by_role("button", name="Logg inn").click()
    page.wait_for_url(lambda url: "sign-in" not in url)


def register(page: Page, server: str) -> None:
    """Fill in the form, hear the number read back, and confirm."""
    page.goto(f"{server}/patients/new")
    for name, value in REGISTERED.items():
        page.locator(f"#{name}").fill(value)
    page.locator("#intent").select_option("adjuvant")
    for name in ("pathway", "unit"):
        if page.locator(f"#{name}").input_value() == "":
            page.locator(f"#{name}").select_option(index=1)
    page.get_by_role("button", name="Kontroller").click()
    expect(page.locator("main")).to_contain_text("90 00 00 55")
    page.get_by_role("button", name="Ja, registrer og start forløpet").click()
    expect(page.locator("main")).to_contain_text("Pasienten er registrert")


def her_link(page: Page, server: str) -> str:
    """Read the SMS where the demo shows it."""
    page.goto(f"{server}/outbox")
    letter = page.locator("tr", has_text="90 00 00 55").locator(".letter").inner_text()
    found = re.search(r"https?://\S+", letter)
    assert found is not None
    return found[0]


def answer_ill(page: Page, server: str, link: str, assignment: Assignment) -> None:
    """Follow the link on a phone, report a fever and nausea, send, and see the receipt."""
    with reading() as session:
        questionnaire = instrument(session, assignment.questionnaire).questionnaire
    phone = Phone(page, link, server, assignment, questionnaire, set())
    page.goto(link)
    page.get_by_role("button", name="Start").click()
    for label, value in (("Dag", "10"), ("Måned", "4"), ("År", "1962")):
        page.get_by_label(label).fill(value)
    phone.next()
    page.wait_for_url("**/question/1")
    phone.answer_the_rest(ILL)
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/a/receipt")
    for words in ("22 00 00 01", "116 117", "113"):
        expect(page.locator("main")).to_contain_text(words.replace(" ", "\u00a0"))


def act(page: Page, server: str) -> None:
    """See her at the top of the list, take her, write down the call, and close."""
    page.goto(f"{server}/worklist")
    row = page.locator("tbody tr").first
    expect(row).to_contain_text("Journeya Syntetisk")
    expect(row).to_contain_text("Akutt")
    expect(row).to_contain_text("38,5")
    row.get_by_role("button", name="Bekreft").click()
    expect(page.locator("tbody tr").first).to_contain_text("Du")
    page.get_by_role("link", name="Journeya Syntetisk").click()
    page.get_by_label("Utfall").select_option("admission")
    page.get_by_label("Samtale og vurdering").fill("Ringte. Innlegges med feber.")
    page.get_by_role("button", name="Lagre og avslutt").click()
    expect(page.locator("main")).to_contain_text("Ringte. Innlegges med feber.")
    page.goto(f"{server}/worklist")
    expect(page.locator("main")).not_to_contain_text("Journeya Syntetisk")


def take_out(page: Page, server: str, folder: Path) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Download the answers and the codebook as the quality user."""
    page.goto(f"{server}/exports")
    page.get_by_label("Skjema").select_option("symptom-check")
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Last ned").click()
    downloading.value.save_as(folder / "export.zip")
    with zipfile.ZipFile(folder / "export.zip") as archive:
        answers, codebook = (
            list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8"))))
            for name in ("symptom-check.csv", "symptom-check-codebook.csv")
        )
    return answers, codebook


def test_from_registration_to_export(
    hospital: Hospital, database: Settings, live_server: str, open_page: OpenPage, tmp_path: Path
) -> None:
    """Every step of the issue's journey, and the audit record that each of them left."""
    nurse = open_page(width=1440, height=900)
    sign_in(nurse, live_server, "nurse")
    register(nurse, live_server)
    assert jobs.run_once(replace(database, public_address=live_server)) == {}
    with reading() as session:
        patient = find_by_national_number(session, hospital.tenant.id, NUMBER)
        assert patient is not None
        assignment = session.scalars(select(Assignment).where(Assignment.patient_id == patient.id)).one()

    answer_ill(open_page(width=390, height=844), live_server, her_link(nurse, live_server), assignment)
    act(nurse, live_server)

    quality = open_page(width=1440, height=900)
    sign_in(quality, live_server, "quality")
    answers, codebook = take_out(quality, live_server, tmp_path)
    assert [(row["temperature"], row["nausea_frequency"], row["source"]) for row in answers] == [
        ("38.5", "3", "patient")
    ]
    assert set(answers[0]) == {row["column"] for row in codebook}
    assert "free_text" not in answers[0]

    with reading() as session:
        left = {record.action for record in log_of(session, patient.id, limit=1000)}
    assert left >= {
        "patient.register", "episode.start", "assignment.open", "message.send", "message.list",
        "visit.begin", "visit.confirm", "response.save", "response.submit", "alert.raise", "assignment.complete",
        "worklist.read", "alert.acknowledge", "patient.read", "alert.resolve", "response.export",
    }  # fmt: skip
