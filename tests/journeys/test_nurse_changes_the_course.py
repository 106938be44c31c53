"""A nurse pauses a patient, moves a day, reads why a message was not sent, and ends it all: in a real browser."""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from prom.assignments.composing import compose
from prom.config import Settings
from prom.db import transaction
from prom.messaging.delivery import deliver_due
from prom.patients.contact import raise_problem
from tests.conftest import PASSWORD, Hospital, OpenPage
from tests.fake_transport import FakeTransport
from tests.prom.clinic.ward import audited, said
from tests.prom.steps import ask, later

#: Where pictures of the pages are kept, if anywhere.
PICTURES = os.environ.get("PROM_TEST_PICTURES")


def signed_in(page: Page, server: str, username: str = "nurse") -> Page:
    """Sign somebody in."""
    page.goto(f"{server}/sign-in")
    page.get_by_label("Brukernavn").fill(username)
    page.get_by_label("Passord").fill(PASSWORD)
    page.get_by_role("button", name="Logg inn").click()
    page.wait_for_url(lambda address: "sign-in" not in address)
    return page


def check(page: Page, name: str) -> None:
    """Nobody is shut out: no fault that axe finds, one heading of the page, nothing beside the screen."""
    if PICTURES:
        width = (page.viewport_size or {"width": 0})["width"]
        page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=True)
    faults = Axe().run(page).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in faults] == []
    assert page.locator("h1").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def a_day_passes(settings: Settings) -> None:
    """Let the message be due, and its reminder where there is one, and the worker look at them."""
    later(hours=25)
    deliver_due(FakeTransport(), compose=compose(settings))


@pytest.mark.parametrize("width", [1280, 390])
def test_a_nurse_pauses_moves_a_day_reads_the_contact_log_and_ends(
    hospital: Hospital, database: Settings, live_server: str, open_page: OpenPage, width: int
) -> None:
    ask(database)
    page = signed_in(open_page(width=width, height=900), live_server)
    page.goto(f"{live_server}/patients/{hospital.patient.id}")
    check(page, "patient")
    page.get_by_role("link", name=said("course.open")).click()
    check(page, "episode")
    page.get_by_label(said("course.pause-until")).fill("2026-11-16")
    page.get_by_label(said("course.reason")).first.select_option("admitted")
    page.get_by_role("button", name=said("course.do-pause"), exact=True).click()
    expect(page.get_by_text(said("course.done.pause"))).to_be_focused()
    check(page, "paused")
    page.get_by_label("Første behandlingsdag").fill("2026-11-04")
    page.get_by_role("button", name=f"{said('course.show-changes')} Første behandlingsdag").click()
    expect(page.get_by_role("heading", name=said("course.confirm.anchor"))).to_be_visible()
    check(page, "anchor")
    page.get_by_role("button", name=said("course.confirmed.anchor")).click()
    expect(page.get_by_text(said("course.done.anchor"))).to_be_focused()
    a_day_passes(database)
    signed_in(page, live_server)
    page.goto(f"{live_server}/patients/{hospital.patient.id}/contact-log")
    expect(page.get_by_text(said("withheld.moved")).first).to_be_visible()
    check(page, "contact-log")
    page.goto(f"{live_server}/patients/{hospital.patient.id}/episode")
    page.locator("#end-reason").select_option("finished")
    page.get_by_role("button", name=said("course.show-end")).click()
    check(page, "end")
    page.get_by_role("button", name=said("course.confirmed.end"), exact=True).click()
    expect(page.get_by_text(said("course.done.end"))).to_be_focused()
    check(page, "ended")
    for action in ("episode.pause", "episode.set-anchor", "episode.end"):
        assert audited(action) == [frozenset({hospital.patient.id})]


@pytest.mark.parametrize("width", [1280, 390])
def test_no_page_beside_the_course_shuts_anybody_out(
    hospital: Hospital, database: Settings, live_server: str, open_page: OpenPage, width: int
) -> None:
    ask(database)
    with transaction() as session:
        raise_problem(session, hospital.patient.id, "landline")
    page = signed_in(open_page(width=width, height=900), live_server)
    page.goto(f"{live_server}/contact-problems")
    check(page, "contact-problems")
    page.get_by_role("button", name=said("contact-problems.resolve")).click()
    expect(page.get_by_text(said("contact-problems.none"))).to_be_visible()
    page.goto(f"{live_server}/patients/{hospital.patient.id}/adherence")
    check(page, "adherence")
    page.goto(f"{live_server}/adherence")
    check(page, "unit-adherence")
    page.goto(f"{live_server}/patients/{hospital.patient.id}/own-link")
    page.get_by_role("button", name=said("own-link.make")).click()
    expect(page.get_by_role("button", name=said("own-link.print"))).to_be_visible()
    check(page, "own-link")
    page.goto(f"{live_server}/patients/{hospital.patient.id}/pathways/new")
    check(page, "start")
    boss = signed_in(open_page(width=width, height=900, color_scheme="dark"), live_server, "administrator")
    boss.goto(f"{live_server}/settings/units/{hospital.unit.id}")
    check(boss, "settings")
