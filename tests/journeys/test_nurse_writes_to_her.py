"""A nurse hands over and writes to a patient on a ward's screen; it is opened on a phone, and the nurse sees that."""

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import Hospital, OpenPage
from tests.journeys.test_my_page import look, sign_in
from tests.journeys.test_nurse_works_the_list import check, signed_in
from tests.prom.clinic.ward import NAUSEA, report


def looked_at(page: Page) -> None:
    """Check a page of the staff on a ward's screen in light, and on a tablet in dark."""
    check(page)
    page.set_viewport_size({"width": 768, "height": 1024})
    page.emulate_media(color_scheme="dark")
    check(page)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1440, "height": 900})


@pytest.mark.hazard("H50")
def test_what_a_nurse_writes_is_read_on_a_phone_and_seen_to_be(
    hospital: Hospital, live_server: str, open_page: OpenPage
) -> None:
    report(hospital, hospital.episode, NAUSEA)
    ward = signed_in(open_page(width=1440, height=900), live_server)
    ward.go(f"/patients/{hospital.patient.id}")
    ward.page.get_by_text("Skriv beskjed til neste vakt").click()
    ward.page.get_by_label("Hva må neste vakt vite?").fill(
        "Datteren ringer i kveld.\nVil helst snakke etter klokka 18."
    )
    ward.page.get_by_role("button", name="Lagre beskjeden").click()
    expect(ward.page.locator(".handover-note")).to_contain_text("Datteren ringer i kveld.")
    ward.page.get_by_role("link", name="Send melding").first.click()
    ward.page.get_by_label("Melding", exact=True).fill("Blodprøvene er fine.\nVi ses torsdag klokka 10.")
    looked_at(ward.page)
    ward.page.get_by_role("button", name="Send til").click()
    expect(ward.page.get_by_text("Ikke lest")).to_be_visible()
    looked_at(ward.page)

    phone = open_page()
    sign_in(phone, live_server)
    phone.get_by_role("link", name="Meldinger fra avdelingen").click()
    look(phone, "message-closed")
    phone.get_by_role("button", name="Les meldingen").click()
    expect(phone.get_by_text("Vi ses torsdag klokka 10.")).to_be_visible()
    look(phone, "message")

    ward.page.reload()
    expect(ward.page.get_by_text("Ikke lest")).to_have_count(0)
    ward.go(f"/patients/{hospital.patient.id}")
    looked_at(ward.page)
    ward.go("/worklist")
    expect(ward.page.locator('[data-mark="note"]')).to_have_count(1)
    looked_at(ward.page)
