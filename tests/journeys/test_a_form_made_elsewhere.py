"""A Norwegian form made elsewhere: imported, published, answered on a phone, scored, exported, opened elsewhere.

The other program is LHC-Forms (npm lforms, National Library of Medicine) in Chromium without a network.
"""

import json
import os
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from playwright.sync_api import Page, expect
from sqlalchemy import select

from prom import db
from prom.assignments import links
from prom.assignments.models import Assignment
from prom.cli import main
from prom.config import Settings
from prom.db import reading, transaction
from prom.pathways.definition import Asked
from prom.patients import sealing
from prom.responses.models import Response
from tests.conftest import Hospital, Machine, OpenPage
from tests.journeys.made_elsewhere import MADE_ELSEWHERE, URL
from tests.journeys.test_an_author_previews import signed_in
from tests.prom.responses.test_kinds import assigned

ROOT = Path(__file__).parents[2]
RENDERER = ROOT / ".venv" / "fhir-renderer" / "package" / "dist" / "lforms"
CANONICAL = f"{URL}|1.2"
#: Where the picture of the opened form goes, for whoever wants to look at it.
PICTURES = os.environ.get("PROM_TEST_PICTURES")
#: What the renderer says of its own accord, whatever it is given: it has no FHIR server to ask.
USUAL = "FHIR resources might not be loaded"
SHOW = """async ([questionnaire, response]) => {
  const form = LForms.Util.mergeFHIRDataIntoLForms("QuestionnaireResponse", response,
    LForms.Util.convertFHIRQuestionnaireToLForms(questionnaire, "R4"), "R4");
  await LForms.Util.addFormToPage(form, document.getElementById("form"), {})
    .catch(why => { throw new Error(JSON.stringify(why)); });
}"""
READ = """() => [LForms.Util.getFormFHIRData("QuestionnaireResponse", "R4"), LForms.Util.checkValidity()]"""


def test_a_form_made_elsewhere_goes_all_the_way_and_another_program_opens_it(
    hospital: Hospital, database: Settings, live_server: str, open_page: OpenPage, machine: Machine, tmp_path: Path
) -> None:
    came = tmp_path / "sovn.json"
    came.write_text(json.dumps(MADE_ELSEWHERE), encoding="utf-8")
    told = json.loads(prom(database, "questionnaire", "import", str(came), "--json"))
    assert (told["outcome"], told["publishable"], told["url"], told["version"]) == ("imported", True, URL, "1.2")
    previewed(open_page(width=1440, height=900), live_server)
    prom(database, "questionnaire", "publish", CANONICAL, "--signed-by", "physician")

    answer(hospital, live_server, open_page(width=360, height=740))
    assert scores() == {"1.4": 3, "2": 3}

    questionnaire = json.loads(prom(database, "questionnaire", "export", CANONICAL, "--format", "fhir"))
    assert questionnaire == MADE_ELSEWHERE  # nothing was lost on the way
    response = exported(live_server, open_page(), machine("system/QuestionnaireResponse.rs"))
    assert response["questionnaire"] == CANONICAL
    rendered(open_page(width=900, offline=True), questionnaire, response)


def prom(database: Settings, *arguments: str) -> str:
    """Give a command to the installation and return what it printed."""
    db.dispose()
    addresses = {"PROM_DATABASE_URL": database.database_url, "PROM_OWNER_DATABASE_URL": database.owner_url}
    done = CliRunner(env={"PROM_HOME": str(database.home), "PROM_MASTER_KEY": None, **addresses}).invoke(
        main, arguments
    )
    db.connect(database)
    assert done.exit_code == 0, done.output
    return done.stdout


def previewed(page: Page, server: str) -> None:
    """Let its author try the draft on the phone beside her list, and see the sum grow with her answer."""
    signed_in(page, server, "nurse")
    page.get_by_role("link", name="Skjemaer").click()
    page.get_by_role("link", name="Om søvnen din").click()
    phone = page.locator(".handset")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Ligger du lenge våken før du sovner?")
    phone.get_by_text("Hver natt", exact=True).click()
    expect(page.locator(".scores")).to_contain_text("for få svar")  # what is not answered is no 0
    phone.get_by_role("button", name="Neste").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Våkner du om natten?")
    phone.get_by_text("Hver natt", exact=True).click()
    expect(page.locator(".scores dd")).to_have_text(["4", "4"])


def answer(hospital: Hospital, server: str, page: Page) -> None:
    """Let the patient answer it in her browser, from the first question to the receipt."""
    asked = Asked("sovn", CANONICAL, None, hospital.pathway.on_demand.window, None)
    assignment_id = assigned(hospital, asked)
    with transaction() as session:
        token = links.begin_visit(session, session.get_one(Assignment, assignment_id), confirmed=True)
    page.context.add_cookies([{"name": "prom_visit", "value": token, "url": f"{server}/a"}])
    page.goto(f"{server}/a/birth-date")
    for question, option in (
        ("Ligger du lenge våken før du sovner?", "Av og til"),
        ("Våkner du om natten?", "Hver natt"),
        ("Tar du noe for å sove?", "Ja"),
    ):
        expect(page.get_by_role("heading", level=1)).to_have_text(question)
        page.locator("label.choice", has_text=option).click()
        page.get_by_role("button", name="Neste").click()
    for question, typed in (("Hva tar du?", "Varm melk"), ("Hvor mange timer sover du da?", "6,5")):
        expect(page.get_by_role("heading", level=1)).to_have_text(question)
        page.locator("#answer-1").fill(typed)
        page.get_by_role("button", name="Neste").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Se over svarene")
    page.get_by_role("button", name="Send svarene").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vi har mottatt svarene dine")


def scores() -> dict[str, float]:
    """What the one stored response was worth."""
    with reading() as session:
        document = sealing.open_column(session, session.scalars(select(Response)).one(), "scores")
    return {scale: each["value"] for scale, each in document["scores"].items()}


def exported(server: str, page: Page, headers: dict[str, str]) -> dict[str, Any]:
    """Fetch the response as another system does."""
    came = page.request.get(f"{server}/fhir/R4/QuestionnaireResponse", headers=headers)
    assert came.ok, came.text()
    bundle = came.json()
    (response,) = [entry["resource"] for entry in bundle["entry"] if entry["search"]["mode"] == "match"]
    assert isinstance(response, dict)
    return response


def rendered(page: Page, questionnaire: dict[str, Any], response: dict[str, Any]) -> None:
    """Open both in the renderer: it complains of nothing, shows the answers, and gives the same ones back."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("requestfailed", lambda request: said.append(request.url))
    shown = RENDERER / "page.html"
    shown.write_text((ROOT / "tests" / "fhir_renderer" / "page.html").read_text())
    page.goto(shown.as_uri())
    page.evaluate(SHOW, [questionnaire, response])
    expect(page.locator("#form")).to_contain_text("Hva tar du?")
    values = page.eval_on_selector_all("#form input, #form textarea", "all => all.map(each => each.value)")
    assert {"Varm melk", "6.5"} <= set(values)
    assert page.locator(".lhc-item-error:visible, .lhc-error-msg:visible").all_inner_texts() == []
    again, faults = page.evaluate(READ)
    assert faults in (None, [])
    assert answers_in(again) == answers_in(response)
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / "elsewhere.png", full_page=True)
    assert [each for each in said if USUAL not in each] == []


def answers_in(node: dict[str, Any]) -> dict[str, Any]:
    """Return linkId -> answers, without the words that each program writes beside them."""
    found: dict[str, Any] = {}
    for item in node.get("item", []):
        if item.get("answer"):
            found[item["linkId"]] = [bare(answer) for answer in item["answer"]]
        found |= answers_in(item)
        for each in item.get("answer", []):
            found |= answers_in(each)
    return found


def bare(answer: dict[str, Any]) -> Any:
    """Return an answer's value; of a coding its system and code, of an amount the number and its code."""
    (value,) = [value for name, value in answer.items() if name.startswith("value")]
    return (
        {name: value[name] for name in ("system", "code", "value") if name in value}
        if isinstance(value, dict)
        else value
    )
