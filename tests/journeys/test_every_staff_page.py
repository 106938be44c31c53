"""Every page that staff can open, with something on it, light on a desk and dark on a tablet: nobody is shut out."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from prom import create_app
from prom.catalogue.queries import newest
from prom.config import Settings
from prom.db import reading
from prom.staff.permissions import PERMISSIONS, Permission, Role
from tests.conftest import Hospital, OpenPage
from tests.journeys.test_nurse_changes_the_course import signed_in
from tests.prom.clinic.ward import NAUSEA, report
from tests.prom.steps import FEVER, later

#: Where pictures of the pages are kept, if anywhere.
PICTURES = os.environ.get("PROM_TEST_PICTURES")
#: Addresses of machines and of files, which are no pages.
NO_PAGES = ("/api/", "/fhir/", "/metrics", "/notes/<uuid:note_id>/document")
#: Who opens a page: the first of these who may.
ROLES = (Role.NURSE, Role.PHYSICIAN, Role.QUALITY, Role.ADMINISTRATOR)


@pytest.mark.hazard("H55")
@pytest.mark.parametrize("width, scheme", [(1440, "light"), (768, "dark")])
def test_no_page_of_the_staff_shuts_anybody_out(
    hospital: Hospital, database: Settings, live_server: str, open_page: OpenPage, width: int, scheme: str
) -> None:
    report(hospital, hospital.episode, NAUSEA)
    later(minutes=30)
    response_id = report(hospital, hospital.episode, FEVER)
    pages = dict(_pages(database, hospital, response_id))
    faults = {}
    for role in ROLES:
        theirs = [path for path, permission in pages.items() if _who_opens(permission) == role]
        page = signed_in(open_page(width=width, height=1000, color_scheme=scheme), live_server, role.value)
        for path in sorted(theirs):
            answer = page.goto(live_server + path)
            assert (path, answer and answer.status) == (path, 200)
            faults[path] = _faults(page)
            if PICTURES:
                name = f"{path.strip('/').replace('/', '-')}-{width}-{scheme}.png"
                page.screenshot(path=Path(PICTURES) / name, full_page=True)
    assert len(faults) == len(pages) > 30
    assert {path: found for path, found in faults.items() if found} == {}


def _faults(page: Page) -> list[str]:
    """What axe finds, a page without a heading, and what lies beside the screen."""
    found = [f"{each['id']}: {each['nodes'][0]['html']}" for each in Axe().run(page).response["violations"]]
    if not page.locator("h1").count():
        found.append("no heading")
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append("wider than the screen")
    return found


def _who_opens(permission: Permission) -> Role:
    return next(role for role in ROLES if permission in PERMISSIONS[role])


def _pages(database: Settings, hospital: Hospital, response_id: uuid.UUID) -> Iterator[tuple[str, Permission]]:
    """Yield the address of every page that asks for a permission, with it: a new page cannot be forgotten here."""
    app = create_app(database)
    with reading() as session:
        defined = {kind: newest(session, kind, "symptom-check").id for kind in ("rule-set", "questionnaire")}
    places = {"patient_id": hospital.patient.id, "unit_id": hospital.unit.id, "response_id": response_id}
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        for rule in app.url_map.iter_rules():
            permission = getattr(app.view_functions[rule.endpoint], "permission", None)
            if permission and "GET" in (rule.methods or ()) and not rule.rule.startswith(NO_PAGES):
                kind = "rule-set" if rule.rule.startswith("/rules") else "questionnaire"
                places |= {"definition_id": defined[kind], "earlier_id": defined[kind]}
                yield adapter.build(rule.endpoint, {name: places[name] for name in rule.arguments}), permission
