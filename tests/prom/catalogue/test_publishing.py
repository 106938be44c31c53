"""Publishing: another person, a clinician, signs; what is published never changes; what is withdrawn still judges."""

from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from alerts.problems import RuleError
from prom.catalogue.models import Definition
from prom.catalogue.queries import from_json, instrument, newest, parse_rule_set, rule_set
from prom.catalogue.service import one, publish, take_in, take_in_shipped, withdraw
from prom.config import Settings
from prom.db import reading, transaction
from prom.errors import Conflict, Invalid, NotFound
from prom.pathways.service import publish_pathway
from prom.responses.drafts import save_answer
from prom.responses.models import Response
from tests.conftest import SMALL_PATHWAY, Hospital
from tests.prom.steps import FEVER, ask, ask_again, count, send, short, visit_of

URL = "urn:prom:test:form"


def form(**changes: Any) -> dict[str, Any]:
    """A questionnaire of one question."""
    return {
        "resourceType": "Questionnaire",
        "url": URL,
        "version": "1",
        "status": "draft",
        "language": "nb",
        "title": "Antall",
        "item": [{"linkId": "only", "type": "integer", "text": "Hvor mange?"}],
        **changes,
    }


def take(session: Session, document: dict[str, Any], version: str = "1", author: str = "author") -> Definition:
    """Take a questionnaire in as a draft."""
    return take_in(session, "questionnaire", URL, version, "form", document, author)


@pytest.mark.hazard("H09")
@pytest.mark.parametrize("signature", ["author", "quality", "administrator", "nobody", ""])
def test_a_draft_is_not_published_by_its_author_or_by_who_is_no_clinician(hospital: Hospital, signature: str) -> None:
    with reading() as session:
        draft = take(session, form())
        with pytest.raises(Invalid) as refused:
            publish(session, draft, signature)
        assert (refused.value.field, draft.status, draft.signed_by) == ("signed_by", "draft", None)


@pytest.mark.hazard("H09")
def test_a_clinician_does_not_sign_what_she_put_forward_herself(hospital: Hospital) -> None:
    with reading() as session, pytest.raises(Invalid):
        publish(session, take(session, form(), author="physician"), "physician")


@pytest.mark.hazard("H09")
@pytest.mark.parametrize(
    "change", [{"status": "active"}, {"status": "active", "signed_by": "author"}, {"status": "published"}]
)
def test_the_database_itself_refuses_what_is_published_unsigned_or_signed_by_its_author(
    hospital: Hospital, change: dict[str, str]
) -> None:
    with transaction() as session:
        take(session, form())
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(update(Definition).where(Definition.url == URL).values(change))


@pytest.mark.hazard("H09")
def test_a_published_version_is_not_changed_by_taking_in_another_under_its_number(hospital: Hospital) -> None:
    with reading() as session:
        definition = take(session, form())
        publish(session, definition, "nurse")
        stands = definition.document
        with pytest.raises(Conflict) as refused:
            take(session, form(title="Changed"))
        assert refused.value.values == {"url": URL, "version": "1"}
        assert definition.document == stands
        assert take(session, form()).id == definition.id
        assert take(session, form(version="2"), version="2").status == "draft"


def test_a_withdrawn_version_is_neither_changed_nor_published_again(hospital: Hospital) -> None:
    with reading() as session:
        definition = take(session, form())
        publish(session, definition, "nurse")
        withdraw(session, definition)
        with pytest.raises(Conflict):
            publish(session, definition, "physician")
        with pytest.raises(Conflict):
            take(session, form(title="Changed"))
        assert definition.status == "retired"


def test_a_draft_is_not_withdrawn(hospital: Hospital) -> None:
    with reading() as session, pytest.raises(Invalid):
        withdraw(session, take(session, form()))


def test_a_questionnaire_with_logic_that_prom_does_not_run_is_not_published(hospital: Hospital) -> None:
    variable = {"url": "http://hl7.org/fhir/StructureDefinition/variable", "valueExpression": {"expression": "1"}}
    for document in (form(extension=[variable]), form(item=[]), form(title="")):
        with reading() as session, pytest.raises(Invalid) as refused:
            publish(session, take(session, document), "physician")
        assert refused.value.field == "document"


@pytest.mark.hazard("H09")
def test_a_rule_set_that_is_a_draft_judges_nobody(hospital: Hospital) -> None:
    with reading() as session:
        one(session, "rule-set", "urn:prom:rules:symptom-check", "1.0.0").status = "draft"
        session.flush()
        with pytest.raises(NotFound):
            rule_set(session, "urn:prom:rules:symptom-check|1.0.0")


@pytest.mark.hazard("H06")
def test_a_rule_set_that_reads_an_unknown_item_is_refused_by_name(hospital: Hospital) -> None:
    with reading() as session:
        document = from_json(newest(session, "rule-set", "symptom-check").document)
        document["rules"][0]["reads"] = {"answer": "no-such-item"}
        with pytest.raises(RuleError, match="no-such-item"):
            parse_rule_set(session, document)


def test_a_pathway_is_not_published_with_rules_that_do_not_compile(hospital: Hospital) -> None:
    with reading() as session:
        rules = one(session, "rule-set", "urn:prom:rules:symptom-check", "1.0.0")
        rules.document = rules.document.replace('"temperature"', '"no-such-item"')
        session.flush()
        with pytest.raises(RuleError):
            publish_pathway(session, SMALL_PATHWAY, "physician")


@pytest.mark.parametrize("canonical", ["urn:prom:questionnaire:symptom-check|9.9.9", "urn:nobody|1.0.0", "", "|"])
def test_an_unknown_version_is_not_found(hospital: Hospital, canonical: str) -> None:
    with reading() as session:
        for find in (instrument, rule_set):
            with pytest.raises(NotFound):
                find(session, canonical)


@pytest.mark.hazard("H06")
def test_rules_whose_worked_example_does_not_come_out_are_not_published(hospital: Hospital) -> None:
    with reading() as session:
        document = dict(from_json(newest(session, "rule-set", "symptom-check").document))
        document["rules"] = [rule for rule in document["rules"] if rule["id"] != "chest-pain"]
        document["version"] = "9"
        document["examples"] = [
            {**each, "expect": [one for one in each["expect"] if one["rule"] != "chest-pain"]}
            for each in document["examples"]
        ]
        silent = {"name": "chest pain that nothing notices", "answers": {"chest-pain": "now"}, "complete": False}
        document["examples"].append({**silent, "expect": [{"rule": "shivering", "severity": "emergency"}]})
        draft = take_in(session, "rule-set", document["url"], "9", "symptom-check", document, "author")
        with pytest.raises(RuleError, match="example chest pain that nothing notices expects emergency"):
            publish(session, draft, "physician")
        assert draft.status == "draft"


def test_publishing_a_pathway_publishes_all_that_it_asks_and_judges_by(hospital: Hospital) -> None:
    with reading() as session:
        rows = session.execute(select(Definition.kind, Definition.name, Definition.status)).all()
    assert {status for _, _, status in rows} == {"active", "draft"}
    assert {(kind, name) for kind, name, status in rows if status == "active"} == {
        ("questionnaire", "symptom-check"),
        ("scoring-key", "symptom-check"),
        ("advice", "symptom-check"),
        ("rule-set", "symptom-check"),
        ("questionnaire", "clinical-frailty"),
        ("scoring-key", "clinical-frailty"),
        ("rule-set", "clinical-frailty"),
        ("questionnaire", "patient-experience"),
        ("scoring-key", "patient-experience"),
        ("pathway", "systemic-treatment"),
    }


def test_taking_in_again_what_is_shipped_changes_nothing(hospital: Hospital) -> None:
    def stands() -> set[tuple[object, ...]]:
        with reading() as session:
            asked = select(Definition.id, Definition.status, Definition.imported_at, Definition.document)
            return {tuple(row) for row in session.execute(asked)}

    before = stands()
    with transaction() as session:
        assert take_in_shipped(session) == len(before)
    assert stands() == before


def test_a_draft_is_replaced_by_a_newer_draft_of_its_version(hospital: Hospital) -> None:
    with reading() as session:
        first = take(session, form())
        second = take(session, form(title="Changed"))
        assert first.id == second.id
        assert from_json(second.document)["title"] == "Changed"
        asked = select(func.count()).select_from(Definition).where(Definition.url == URL)
        assert session.scalar(asked) == 1


def test_a_version_withdrawn_midway_still_takes_saves_and_judges_its_answers(
    hospital: Hospital, database: Settings
) -> None:
    asked, begun = ask(database), ask_again(hospital)
    with transaction() as session:
        save_answer(session, visit_of(session, begun), "temperature-measured", "no", "nb")
        for kind in ("questionnaire", "scoring-key", "advice", "rule-set", "pathway"):
            withdraw(session, newest(session, kind, SMALL_PATHWAY if kind == "pathway" else "symptom-check"))
    send(asked, FEVER)
    with transaction() as session:
        save_answer(session, visit_of(session, begun), "shivering", "now", "nb")
    assert short() == {("fever", 4, "open"), ("shivering", 4, "open")}
    assert count(Response, Response.questionnaire == "urn:prom:questionnaire:symptom-check|1.0.0") == 1
