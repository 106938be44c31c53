"""The page that shows the API to people: in a real browser, from this server alone, under its own strict policy."""

from playwright.sync_api import Page

from tests.conftest import OpenPage


def opened(live_server: str, open_page: OpenPage) -> tuple[Page, list[str], list[str]]:
    """Open the page, and return it with every address that it asked for and all that its console says."""
    page = open_page(width=1280, height=900)
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{live_server}/api/docs")
    page.wait_for_selector(".opblock")
    return page, asked, said


def test_nothing_is_asked_of_another_host_and_the_console_is_clean(live_server: str, open_page: OpenPage) -> None:
    page, asked, said = opened(live_server, open_page)
    page.click("#operations-worklist-showWorklist .opblock-summary-control")
    page.wait_for_selector(".opblock.is-open .responses-table")
    assert len(asked) >= 5
    assert [each for each in asked if not each.startswith((live_server, "data:"))] == []
    assert said == []


def test_every_operation_stands_on_the_page(live_server: str, open_page: OpenPage) -> None:
    page, _, _ = opened(live_server, open_page)
    assert page.locator(".opblock").count() >= 27


def test_what_was_declared_can_be_tried_with_a_token(live_server: str, open_page: OpenPage) -> None:
    page, asked, said = opened(live_server, open_page)
    page.click("#operations-sessions-showMe .opblock-summary-control")
    page.click("#operations-sessions-showMe .try-out__btn")
    page.click("#operations-sessions-showMe .execute")
    page.wait_for_selector("#operations-sessions-showMe .live-responses-table .response")
    assert f"{live_server}/api/v1/me" in asked
    assert "401" in page.inner_text("#operations-sessions-showMe .live-responses-table")
    assert [each for each in said if "401" not in each] == []
