"""What a published questionnaire is worth never changes: not by a draft beside it, nor by a key signed later."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from prom.catalogue.exchange import import_document
from prom.catalogue.models import Definition
from prom.catalogue.queries import from_json, instrument, newest
from prom.catalogue.service import one, publish, publish_questionnaire, publish_together, take_in
from prom.config import Settings
from prom.db import reading, transaction
from prom.errors import Invalid, PublishedAlready
from prom.pathways.service import publish_pathway
from prom.responses.models import Response
from questionnaires.problems import Problem
from tests.conftest import Hospital
from tests.prom.steps import WELL, ask, rows, send

URL = "urn:prom:test:form"
CANONICAL = f"{URL}|1"
FORM: dict[str, Any] = {
    "resourceType": "Questionnaire",
    "url": URL,
    "version": "1",
    "status": "draft",
    "language": "nb",
    "title": "Antall",
    "item": [{"linkId": "only", "type": "integer", "text": "Hvor mange?"}],
}
KEY: dict[str, Any] = {
    "name": "form",
    "version": "1",
    "questionnaire": URL,
    "source": "made up",
    "scales": [
        {
            "code": "count",
            "title": {"nb": "Antall"},
            "kind": "scale",
            "method": "single",
            "items": ["only"],
            "direction": "low is good",
        }
    ],
}
ADVICE: dict[str, Any] = {"name": "form", "version": "1", "scales": {}, "general": {"nb": "Ring oss"}}


def take(session: Session, kind: str, document: dict[str, Any], author: str = "author") -> Definition:
    """Take a part of the form in as a draft."""
    return take_in(session, kind, URL, "1", "form", document, author)


def codes(refused: PublishedAlready) -> list[str]:
    """The codes of a refusal's problems."""
    return [each.code for each in refused.problems if isinstance(each, Problem)]


@pytest.mark.parametrize("kind", ["questionnaire", "scoring-key", "advice", "rule-set", "pathway"])
def test_nobody_signs_what_she_put_forward_whatever_kind_it_is(hospital: Hospital, kind: str) -> None:
    with reading() as session:
        draft = take(session, kind, FORM, author="physician")
        with pytest.raises(Invalid) as refused:
            publish(session, draft, "physician")
        assert (refused.value.field, draft.status) == ("signed_by", "draft")


def test_a_nurse_signs_a_pathway_only_when_a_physician_has_signed_its_rules(hospital: Hospital) -> None:
    with reading() as session:
        with pytest.raises(Invalid) as refused:
            publish_pathway(session, "palliative-near-home", "nurse")
        rules = [newest(session, "rule-set", name) for name in ("palliative-check", "fever-check", "clinical-frailty")]
        drafts = [row for row in rules if row.status == "draft"]
        assert (refused.value.field, drafts != []) == ("signed_by", True)
        for row in drafts:
            with pytest.raises(Invalid):
                publish(session, row, "nurse")
            publish(session, row, "physician")
        assert "pathway" in {row.kind for row in publish_pathway(session, "palliative-near-home", "nurse")}
        assert {row.signed_by for row in drafts} == {"physician"}


def test_a_key_that_she_put_forward_keeps_her_from_signing_the_whole(hospital: Hospital) -> None:
    with reading() as session:
        take(session, "questionnaire", FORM)
        take(session, "scoring-key", KEY, author="physician")
        with pytest.raises(Invalid):
            publish_questionnaire(session, URL, "physician")
        assert [row.signed_by for row in publish_questionnaire(session, URL, "nurse")] == ["nurse", "nurse"]


def test_a_draft_of_a_key_or_of_advice_does_not_judge_what_is_published(hospital: Hospital) -> None:
    with reading() as session:
        publish(session, take(session, "questionnaire", FORM), "nurse")
        take(session, "scoring-key", KEY)
        take(session, "advice", ADVICE)
        found = instrument(session, CANONICAL)
        assert (found.key, found.advice) == (None, None)


def test_a_key_is_not_signed_for_what_was_published_without_it(hospital: Hospital) -> None:
    with reading() as session:
        publish(session, take(session, "questionnaire", FORM), "nurse")
        key = take(session, "scoring-key", KEY)
        with pytest.raises(PublishedAlready) as refused:
            publish(session, key, "nurse")
        assert codes(refused.value) == ["published-already", "scoring-added"]
        assert key.status == "draft"


def test_a_published_key_is_not_changed_and_the_refusal_says_what_would_be(hospital: Hospital) -> None:
    with reading() as session:
        take(session, "questionnaire", FORM)
        take(session, "scoring-key", KEY)
        publish_questionnaire(session, URL, "nurse")
        reversed_scale = {**KEY["scales"][0], "direction": "high is good"}
        with pytest.raises(PublishedAlready) as refused:
            take(session, "scoring-key", {**KEY, "scales": [reversed_scale]})
        assert codes(refused.value) == ["published-already", "scale-changed"]
        renamed = {**KEY["scales"][0], "title": {"nb": "Tall"}}
        with pytest.raises(PublishedAlready) as refused:
            take(session, "scoring-key", {**KEY, "scales": [renamed]})
        assert codes(refused.value) == ["published-already", "published-already-wording", "text-changed"]
        found = instrument(session, CANONICAL)
        assert found.key is not None
        assert found.key.scales[0].direction == "low is good"


def test_an_import_over_what_is_published_says_what_differs_in_meaning_or_in_words_only(hospital: Hospital) -> None:
    with reading() as session:
        publish(session, take(session, "questionnaire", FORM), "nurse")
        required = {**FORM, "item": [{**FORM["item"][0], "required": True}]}
        (result,) = import_document(session, required, "author")
        assert result.outcome == "refused"
        assert [(each.link_id, each.code) for each in result.problems] == [
            (None, "published-already"),
            ("only", "required-changed"),
        ]
        (result,) = import_document(session, {**FORM, "title": "Tall"}, "author")
        assert result.outcome == "refused"
        assert [(each.code, each.severity) for each in result.problems] == [
            ("published-already", "error"),
            ("published-already-wording", "information"),
            ("text-changed", "information"),
        ]


def test_the_same_document_with_its_keys_in_another_order_is_no_change(hospital: Hospital) -> None:
    with reading() as session:
        publish(session, take(session, "questionnaire", FORM), "nurse")
        (result,) = import_document(session, dict(reversed(FORM.items())), "author")
        assert result.outcome == "imported"


def test_drafts_are_judged_by_drafts(hospital: Hospital) -> None:
    with reading() as session:
        take(session, "questionnaire", FORM)
        take(session, "scoring-key", KEY)
        take(session, "advice", ADVICE)
        found = instrument(session, CANONICAL)
        assert found.key is not None
        assert found.advice is not None


def test_what_is_published_together_is_judged_together_at_once(hospital: Hospital) -> None:
    """The clock stands still here: what is known of the catalogue has to notice what is published all the same."""
    with reading() as session:
        parts = [take(session, "questionnaire", FORM), take(session, "scoring-key", KEY)]
        publish_together(session, parts, "nurse")
        assert instrument(session, CANONICAL).advice is None
        publish(session, take(session, "advice", ADVICE), "nurse")
        found = instrument(session, CANONICAL)
        assert found.key is not None
        assert found.advice is not None


def test_what_is_published_keeps_its_first_signature(hospital: Hospital) -> None:
    with reading() as session:
        publish(session, take(session, "questionnaire", FORM), "nurse")
        first = one(session, "questionnaire", URL, "1").published_at
        publish_questionnaire(session, URL, "physician")
        row = one(session, "questionnaire", URL, "1")
        assert (row.signed_by, row.published_at) == ("nurse", first)


def test_a_response_keeps_the_version_that_it_was_asked_with(hospital: Hospital, database: Settings) -> None:
    asked = ask(database)
    with transaction() as session:
        shipped = from_json(newest(session, "questionnaire", "symptom-check").document)
        changed = {**shipped, "version": "1.1.0", "title": "Symptomsjekken"}
        newer = take_in(session, "questionnaire", shipped["url"], "1.1.0", "symptom-check", changed, "author")
        publish(session, newer, "nurse")
    send(asked, WELL)
    assert rows(select(Response.questionnaire)) == ["urn:prom:questionnaire:symptom-check|1.0.0"]
