"""The authors' pages: who may, what they show, that a preview keeps nothing, and that a second person signs."""

import html
import json
import re
import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from prom.audit.models import AuditRecord
from prom.catalogue.models import Definition
from prom.catalogue.service import publish
from prom.db import Base, reading, transaction
from prom.worklist.models import Alert
from tests.conftest import Hospital, SignIn
from tests.prom.authoring.drafts_on_stage import ADVICE, FORM, KEY, RULES, URL, put_forward
from tests.prom.steps import count, rows

PLACES = ("", "/mend", "/print", "/changes/{id}")


def shipped(kind: str = "questionnaire", name: str = "symptom-check") -> uuid.UUID:
    """The id of something that Prom ships."""
    return rows(select(Definition.id).where(Definition.kind == kind, Definition.name == name))[0]


def put_all(author: str = "author", version: str = "1") -> uuid.UUID:
    """Put the form that asks about danger forward with all that belongs to it, its rules signed, and return its id."""
    with transaction() as session:
        form = put_forward(session, "questionnaire", FORM, author)
        put_forward(session, "scoring-key", KEY)
        put_forward(session, "advice", ADVICE)
        publish(session, put_forward(session, "rule-set", RULES), "physician")
        return form.id


def hidden(page: str, name: str) -> str:
    """What a hidden field of a page holds."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None
    return html.unescape(found[1])


def answer(client: FlaskClient, place: str, page: str, **typed: str) -> str:
    """Post what is typed on a page of the preview, and return the next one."""
    carried = {name: hidden(page, name) for name in ("state", "position", "language")}
    given = client.post(place, data={**carried, **typed})
    assert given.status_code == 200
    return given.text


def fired(page: str) -> list[str]:
    """The rules that the page says would fire."""
    return re.findall(r"<code>([\w.-]+)</code>", page[page.index('class="fired"') :]) if 'class="fired"' in page else []


# Refusals


@pytest.mark.parametrize("place", PLACES)
def test_nobody_looks_without_signing_in(client: FlaskClient, place: str) -> None:
    form = shipped()
    refused = client.get(f"/questionnaires/{form}{place.format(id=form)}")
    assert (refused.status_code, refused.headers["Location"]) == (303, "/sign-in")


@pytest.mark.parametrize("place", ["", "/publish"])
def test_nobody_posts_without_signing_in(client: FlaskClient, place: str) -> None:
    assert client.post(f"/questionnaires/{shipped()}{place}").status_code == 401


@pytest.mark.parametrize("place", PLACES)
def test_an_administrator_does_not_look(client: FlaskClient, sign_in: SignIn, place: str) -> None:
    sign_in(client, "administrator")
    form = shipped()
    assert client.get(f"/questionnaires/{form}{place.format(id=form)}").status_code == 403
    assert client.get("/questionnaires").status_code == 403


def test_quality_people_look_but_sign_nothing(client: FlaskClient, sign_in: SignIn) -> None:
    form = put_all()
    sign_in(client, "quality")
    assert "/publish" not in client.get("/questionnaires").text
    assert client.post(f"/questionnaires/{form}/publish").status_code == 403


@pytest.mark.parametrize("place", PLACES)
def test_what_is_no_questionnaire_is_not_found(client: FlaskClient, sign_in: SignIn, place: str) -> None:
    sign_in(client, "nurse")
    for other in (uuid.uuid4(), shipped("rule-set")):
        assert client.get(f"/questionnaires/{other}{place.format(id=other)}").status_code == 404


def test_whoever_put_it_forward_is_neither_offered_to_sign_nor_let(client: FlaskClient, sign_in: SignIn) -> None:
    form = put_all(author="nurse")
    sign_in(client, "nurse")
    assert f"/questionnaires/{form}/publish" not in client.get("/questionnaires").text
    refused = client.post(f"/questionnaires/{form}/publish")
    assert refused.status_code == 422
    assert "Den som la fram noe av dette" in refused.text
    assert rows(select(Definition.status).where(Definition.id == form)) == ["draft"]


def test_an_instrument_that_asks_about_danger_is_refused_with_what_it_lacks(
    client: FlaskClient, sign_in: SignIn
) -> None:
    with transaction() as session:
        form = put_forward(session, "questionnaire", FORM).id
        put_forward(session, "scoring-key", KEY)
    sign_in(client, "physician")
    refused = client.post(f"/questionnaires/{form}/publish")
    assert refused.status_code == 422
    assert "ingen publiserte regler" in refused.text
    assert "krisetekst på Bokmål" in refused.text


def test_a_form_that_cannot_be_read_is_said_to_be_so_and_hides_no_other(client: FlaskClient, sign_in: SignIn) -> None:
    with transaction() as session:
        broken = put_forward(session, "questionnaire", {**FORM, "item": [{"linkId": "a", "type": "nothing"}]}).id
    sign_in(client, "nurse")
    page = client.get("/questionnaires")
    assert page.status_code == 200
    assert "Kan ikke leses" in page.text
    assert "Symptomsjekk" in page.text
    assert client.get(f"/questionnaires/{broken}").status_code == 422


# Signing


def test_another_signs_it_from_the_list_and_that_is_on_record(
    client: FlaskClient, hospital: Hospital, sign_in: SignIn
) -> None:
    form = put_all()
    sign_in(client, "nurse")
    assert f"/questionnaires/{form}/publish" in client.get("/questionnaires").text
    assert client.post(f"/questionnaires/{form}/publish").status_code == 303
    found = rows(select(Definition).where(Definition.url == URL))
    assert {(row.kind, row.status, row.signed_by) for row in found} == {
        (kind, "active", "nurse") for kind in ("questionnaire", "scoring-key", "advice")
    }
    recorded = rows(select(AuditRecord).where(AuditRecord.action == "definition.publish"))
    assert {each.entity_id for each in recorded} == {row.id for row in found}
    assert f"/questionnaires/{form}/publish" not in client.get("/questionnaires").text


# What they show


def test_what_differs_between_two_versions_is_told_with_meaning_apart(client: FlaskClient, sign_in: SignIn) -> None:
    before = put_all()
    reworded: dict[str, Any] = json.loads(json.dumps(FORM)) | {"version": "2", "title": "Og nå?"}
    reworded["item"][0]["required"] = True
    with transaction() as session:
        after = Definition(
            kind="questionnaire", url=URL, version="2", name="danger", status="draft", author="author", signed_by=None,
            document=json.dumps(reworded), imported_at=session.get_one(Definition, before).imported_at,
        )  # fmt: skip
        session.add(after)
        session.flush()
        later = after.id
    sign_in(client, "nurse")
    page = client.get(f"/questionnaires/{later}/changes/{before}").text
    meaning, wording = page.index("Mening ("), page.index("Ordlyd (")
    assert meaning < page.index("Om det må besvares") < wording
    assert page.index("Lyder annerledes på Bokmål: tittelen") > wording


def test_what_is_to_be_mended_is_told_in_the_readers_language_by_item(client: FlaskClient, sign_in: SignIn) -> None:
    form = put_all()
    sign_in(client, "nurse")
    page = client.get(f"/questionnaires/{form}/mend").text
    assert "Det mangler på Nynorsk: teksten." in page
    assert "<code>danger</code>" in page
    client.post("/language", data={"language": "en", "back": "/"})
    assert "Missing in Nynorsk: the text." in client.get(f"/questionnaires/{form}/mend").text


def test_paper_says_in_words_when_to_answer(client: FlaskClient, sign_in: SignIn) -> None:
    form = put_all()
    sign_in(client, "nurse")
    page = client.get(f"/questionnaires/{form}/print?language=nb").text
    assert "Svar bare hvis svaret på spørsmål 1 er «Nei»." in page
    assert "Utkast – ikke i bruk" in page
    nynorsk = client.get(f"/questionnaires/{form}/print?language=nn").text
    assert "Svar berre dersom svaret på spørsmål 1 er «" in nynorsk


# The preview


def test_a_preview_shows_what_is_asked_scored_and_raised_and_keeps_nothing(
    client: FlaskClient, sign_in: SignIn
) -> None:
    form = put_all()
    place = f"/questionnaires/{form}"
    sign_in(client, "quality")
    before = {table: count(table) for table in tables()}
    page = client.get(place).text
    assert fired(page) == []
    page = answer(client, place, page, answer="2", then="look")
    assert fired(page) == ["danger"]
    assert "Ring 113 nå." in page
    page = answer(client, place, page, answer="2", then="next")
    assert "Hvem er hos deg?" in page[page.index("preview-form") :]
    page = answer(client, place, page, answer="", then="back")
    page = answer(client, place, page, answer="0", then="next")
    assert fired(page) == []
    assert "Her er skjemaet slutt" in page
    assert {table: count(table) for table in tables()} == before
    assert count(Alert) == 0


def tables() -> list[type[Base]]:
    """Every table but that of sessions, whose last use is written down."""
    mapped = [mapper.class_ for mapper in Base.registry.mappers]
    return [table for table in mapped if table.__tablename__ != "staff_session"]


@pytest.mark.parametrize("state", ["", "{", "[]", '{"resourceType": "Patient"}', "null"])
def test_answers_that_are_none_begin_afresh(client: FlaskClient, sign_in: SignIn, state: str) -> None:
    sign_in(client, "nurse")
    given = client.post(f"/questionnaires/{put_all()}", data={"state": state, "then": "look", "position": "1"})
    assert given.status_code == 200
    assert fired(given.text) == []


def test_answers_to_another_form_do_not_count(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, "nurse")
    other = client.get(f"/questionnaires/{shipped()}").text
    place = f"/questionnaires/{put_all()}"
    page = client.post(place, data={"state": hidden(other, "state"), "then": "look"}).text
    assert json.loads(hidden(page, "state"))["questionnaire"] == f"{URL}|1"


def test_beginning_afresh_forgets_the_answers(client: FlaskClient, sign_in: SignIn) -> None:
    place = f"/questionnaires/{put_all()}"
    sign_in(client, "nurse")
    page = answer(client, place, client.get(place).text, answer="2", then="next")
    page = answer(client, place, page, then="afresh")
    assert "item" not in json.loads(hidden(page, "state"))


def test_what_the_form_works_out_follows_while_she_types(client: FlaskClient, sign_in: SignIn) -> None:
    expression = {"language": "text/fhirpath", "expression": "%resource.item.where(linkId='one').answer.value * 2"}
    url = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression"
    twice = {"url": url, "valueExpression": expression}
    items = [
        {"linkId": "one", "type": "integer", "text": "Hvor mange?"},
        {"linkId": "two", "type": "integer", "text": "Dobbelt så mange", "readOnly": True, "extension": [twice]},
    ]
    with transaction() as session:
        form = put_forward(session, "questionnaire", {**FORM, "item": items}).id
    place = f"/questionnaires/{form}"
    sign_in(client, "nurse")
    page = answer(client, place, client.get(place).text, answer="21", then="look")
    assert '<b lang="nb">42</b>' in page


def test_a_draft_of_the_rules_is_looked_at_too(client: FlaskClient, sign_in: SignIn) -> None:
    with transaction() as session:
        form = put_forward(session, "questionnaire", FORM).id
        put_forward(session, "rule-set", RULES)
    place = f"/questionnaires/{form}"
    sign_in(client, "nurse")
    assert fired(answer(client, place, client.get(place).text, answer="1", then="look")) == ["danger"]


def test_every_page_of_every_shipped_form_opens_in_every_language(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, "nurse")
    with reading() as session:
        forms = session.scalars(select(Definition.id).where(Definition.kind == "questionnaire")).all()
    for form in forms:
        for language in ("nb", "nn", "en", "se"):
            for place in ("", "/print"):
                assert client.get(f"/questionnaires/{form}{place}?language={language}").status_code == 200
