"""A nurse expects a rash for two weeks, gives a patient a limit of her own, and takes one back: in a real browser."""

import pytest
from playwright.sync_api import expect

from tests.conftest import Hospital, OpenPage
from tests.journeys.test_nurse_changes_the_course import check, signed_in
from tests.prom.clinic.ward import report, said
from tests.prom.steps import RASH, later, short


@pytest.mark.parametrize("width, scheme", [(1440, "light"), (768, "dark")])
def test_a_nurse_decides_for_one_patient_and_sees_what_it_does(
    hospital: Hospital, live_server: str, open_page: OpenPage, width: int, scheme: str
) -> None:
    report(hospital, hospital.episode, RASH["1"])
    later(minutes=5)
    page = signed_in(open_page(width=width, height=1000, color_scheme=scheme), live_server)
    page.goto(f"{live_server}/patients/{hospital.patient.id}")
    page.get_by_role("link", name=said("for-her.open")).click()
    check(page, f"decide-{scheme}")
    page.get_by_label(said("for-her.symptom")).select_option(label="Utslett")
    page.get_by_label(said("for-her.level")).select_option("2")
    page.get_by_label(said("for-her.last-day")).fill("2026-11-16")
    page.get_by_label(said("for-her.reason")).first.fill("Kjent siden første kur, bruker krem")
    page.get_by_role("button", name=said("for-her.do-expect")).click()
    expect(page.get_by_text("Utslett: nivå 2 er forventet").first).to_be_visible()
    later(minutes=5)
    page.get_by_label(said("for-her.rule")).select_option("urn:prom:rules:symptom-check|fever")
    page.get_by_label(said("for-her.new-limit")).fill("38,5")
    page.get_by_label(said("for-her.reason")).nth(1).fill("Nøytropen")
    page.get_by_role("button", name=said("for-her.do-limit")).click()
    expect(page.get_by_text(said("error.for-her.limit"))).to_be_visible()
    check(page, f"decide-refused-{scheme}")
    page.get_by_label(said("for-her.new-limit")).fill("37,5")
    page.get_by_role("button", name=said("for-her.do-limit")).click()
    expect(page.get_by_role("button", name="Egen grense: 37,5")).to_be_visible()
    later(minutes=5)
    report(hospital, hospital.episode, RASH["2"])
    assert short() == set()
    page.get_by_role("button", name="Egen grense: 37,5").click()
    expect(page.get_by_role("heading", name=said("for-her.ended"))).to_be_visible()
    check(page, f"decided-{scheme}")
    page.goto(f"{live_server}/patients/{hospital.patient.id}")
    expect(page.get_by_text(said("for-her.held"))).to_be_visible()
    check(page, f"patient-with-decisions-{scheme}")
