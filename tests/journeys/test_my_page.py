"""In a real browser the size of a phone: she signs in by a code, and she reports by the link that she keeps."""

import os
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from prom import clock
from prom.assignments import personal
from prom.assignments.models import Assignment, Information
from prom.audit.queries import log_of
from prom.config import Settings
from prom.db import new_id, reading, transaction
from prom.pathways.models import Episode
from prom.patients.queries import identity
from prom.worklist import queries as worklist
from tests.conftest import MONDAY, Hospital, OpenPage
from tests.journeys.test_patient_answers import check
from tests.prom.my_page.phones import codes_sent
from tests.prom.steps import FEVER, PATIENT, ask, rows, send

#: Where pictures are put for whoever wants to look; none by default.
PICTURES = os.environ.get("PROM_TEST_PICTURES")


def look(page: Page, name: str) -> None:
    """Check the page, and take its picture in light and in dark where pictures are wanted."""
    check(page)
    if PICTURES:
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=f"{PICTURES}/{name}-{scheme}.png", full_page=True)
        page.emulate_media(color_scheme="light")


def type_birth_date(page: Page, day: str = "10") -> None:
    """Type when she was born."""
    page.get_by_label("Dag").fill(day)
    page.get_by_label("Måned").fill("11")
    page.get_by_label("År").fill("1955")


def sign_in(page: Page, server: str) -> None:
    """Come in to her own page by the code that the phone got."""
    page.goto(f"{server}/me")
    page.get_by_label("Mobilnummer").fill("900 00 001")
    type_birth_date(page)
    page.get_by_role("button", name="Send meg en kode").click()
    page.wait_for_url("**/me/code")
    page.get_by_label("Kode fra SMS-en").fill(codes_sent()[-1].code)
    page.get_by_role("button", name="Gå inn").click()
    page.wait_for_url("**/me")


def give_information(hospital: Hospital) -> None:
    """Let a text of the pathway have been given to her, where the pathway has one."""
    with transaction() as session:
        known = hospital.pathway.information
        if known:
            session.add(
                Information(
                    id=new_id(),
                    tenant_id=hospital.tenant.id,
                    patient_id=hospital.patient.id,
                    episode_id=hospital.episode.id,
                    key=known[0].key,
                    pathway=f"{hospital.pathway.url}|{hospital.pathway.version}",
                    given_at=clock.now(),
                )
            )


def test_she_signs_in_reads_what_she_sent_changes_her_language_and_pauses(
    hospital: Hospital, database: Settings, live_server: str, open_page: OpenPage
) -> None:
    settings = replace(database, public_address=live_server)
    send(ask(settings), FEVER)
    clock.move_to(MONDAY + timedelta(days=7))
    ask(settings)
    give_information(hospital)
    page = open_page(width=390, height=844)

    page.goto(f"{live_server}/me")
    look(page, "1-entrance")
    page.get_by_label("Mobilnummer").fill("12")
    page.get_by_role("button", name="Send meg en kode").click()
    expect(page.locator(".ds-error-summary")).to_be_focused()
    look(page, "2-entrance-refused")
    page.get_by_label("Mobilnummer").fill("900 00 001")
    type_birth_date(page)
    page.get_by_role("button", name="Send meg en kode").click()
    page.wait_for_url("**/me/code")
    look(page, "3-code")
    page.get_by_label("Kode fra SMS-en").fill("000000")
    page.get_by_role("button", name="Gå inn").click()
    expect(page.locator(".ds-validation-message")).to_contain_text("Koden stemmer ikke")
    page.get_by_label("Kode fra SMS-en").fill(codes_sent()[-1].code)
    page.keyboard.press("Enter")
    page.wait_for_url("**/me")
    expect(page.get_by_role("button", name="Svar nå")).to_be_visible()
    look(page, "4-home")

    page.get_by_role("link", name="Det du har sendt").click()
    look(page, "5-reports")
    page.locator("main .way").first.click()
    expect(page.locator("main")).to_contain_text("39,8")
    look(page, "6-report")
    page.goto(f"{live_server}/me/information")
    look(page, "7-information")
    read = page.get_by_role("button", name="Jeg har lest dette")
    if read.count():
        read.first.click()
        expect(page.locator("main")).to_contain_text("lest")

    page.goto(f"{live_server}/me/language")
    look(page, "8-language")
    page.get_by_label("Nynorsk").check()
    page.get_by_role("button", name="Lagre").click()
    expect(page.locator("html")).to_have_attribute("lang", "nn")
    page.get_by_role("link", name="Tilbake til Mi side").click()
    page.get_by_role("link", name="Pause").click()
    look(page, "9-pause")
    page.get_by_role("button", name="Ta pause").click()
    expect(page.locator(".ds-error-summary")).to_be_focused()
    page.locator("#days-7").check()
    page.get_by_role("button", name="Ta pause").click()
    expect(page.locator("main .ds-alert")).to_contain_text("Du har pause")
    expect(page.locator("a[href='tel:113']").first).to_be_visible()
    look(page, "10-paused")
    with reading() as session:
        until = session.get_one(Episode, hospital.episode.id).paused_until
        assert until is not None
        assert until.isoformat() == "2026-11-15T23:00:00+00:00"  # midnight in Oslo
        assert identity(session, hospital.patient.id).language == "nn"

    page.goto(f"{live_server}/me/contact")
    look(page, "11-contact")
    page.get_by_label("Nytt mobilnummer").fill("900 00 077")
    page.get_by_role("button", name="Send kode til nummeret").click()
    look(page, "12-number-code")
    assert codes_sent()[-1].to == "+4790000077"
    page.get_by_label("Kode frå SMS-en").fill(codes_sent()[-1].code)
    page.get_by_role("button", name="Byt nummer").click()
    expect(page.locator(".number")).to_have_text("90\u00a000\u00a000\u00a077")
    page.get_by_role("button", name="Slå av SMS").click()
    expect(page.get_by_role("button", name="Slå på SMS")).to_be_visible()
    page.goto(f"{live_server}/me")
    look(page, "13-home-paused")
    page.get_by_role("button", name="Logg ut").click()
    expect(page.get_by_role("button", name="Send meg ein kode")).to_be_visible()
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    with reading() as session:
        done = {row.action for row in log_of(session, hospital.patient.id) if row.actor_kind == "patient"}
    assert {"response.read", "patient.change-language", "episode.pause", "contact.change", "contact.opt-out"} <= done


def test_she_reports_a_red_flag_by_the_link_she_keeps_and_is_told_to_call(
    hospital: Hospital, database: Settings, live_server: str, open_page: OpenPage
) -> None:
    page = open_page(width=390, height=844)
    sign_in(page, live_server)
    page.get_by_role("link", name="Din egen lenke").click()
    look(page, "20-own-link")
    page.get_by_role("button", name="Lag en lenke").click()
    link = page.locator(".own-address a").inner_text()
    expect(page.get_by_role("button", name="Skriv ut")).to_be_visible()
    look(page, "21-own-link-made")
    page.goto(f"{live_server}/me/link")
    assert link not in page.content()

    other = open_page(width=390, height=844)
    other.goto(link)
    assert other.url == link  # it can be kept as a bookmark
    look(other, "22-landing")
    type_birth_date(other, day="11")
    other.get_by_role("button", name="Gå videre").click()
    expect(other.locator(".ds-error-summary")).to_be_focused()
    look(other, "23-landing-refused")
    type_birth_date(other)
    other.get_by_role("button", name="Gå videre").click()
    other.wait_for_url("**/a/question/1")
    other.locator("input[value=yes]").check()
    other.locator("main button[type=submit]").first.click()
    other.wait_for_url("**/a/question/2")
    other.locator("#answer-1").fill("38,7")
    other.locator("main button[type=submit]").first.click()
    other.wait_for_url("**/a/call-now*")
    expect(other.get_by_role("heading", level=1)).to_contain_text("Ring 22\u00a000\u00a000\u00a001 nå")
    look(other, "24-call-now")
    with reading() as session:
        assert [each.severity for each in worklist.open_alerts(session, [hospital.unit.id])] == [4]

    again = open_page(width=390, height=844)
    again.goto(link)
    type_birth_date(again)
    again.get_by_role("button", name="Gå videre").click()
    again.wait_for_url("**/a/question/1")
    expect(again.locator("input:checked")).to_have_count(0)  # what she answered before is not shown
    # First the form that her plan had open; what she began there is not shown, so that the next is one of her own.
    assert [each.origin for each in rows(select(Assignment).order_by(Assignment.id))] == ["planned", "patient"]

    with transaction() as session:
        personal.take_back(session, hospital.patient.id, PATIENT)
    again.goto(f"{live_server}/a/new-link")
    again.goto(link)
    type_birth_date(again)
    again.get_by_role("button", name="Gå videre").click()
    expect(again.get_by_role("heading", level=1)).to_have_text("Lenken kan ikke brukes")
    expect(again.get_by_role("link", name="Gå til Min side")).to_be_visible()
    look(again, "25-dead-end")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_the_smallest_screen_in_northern_sami_nothing_is_shut_out(
    hospital: Hospital, live_server: str, open_page: OpenPage, scheme: str
) -> None:
    page = open_page(width=320, height=568, color_scheme=scheme)
    sign_in(page, live_server)
    page.get_by_role("button", name="Davvisámegiella").click()
    for place in ("", "/reports", "/information", "/contact", "/pause", "/language", "/link"):
        page.goto(f"{live_server}/me{place}")
        check(page)
