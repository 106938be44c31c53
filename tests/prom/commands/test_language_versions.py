import copy
from collections.abc import Callable
from typing import Any

import pytest

from prom import db
from prom.catalogue.queries import instrument
from tests.conftest import Hospital
from tests.prom.commands.conftest import Prom, answer
from tests.prom.commands.test_questionnaires import FORM, Write, response, write

__all__ = ["write"]

CANONICAL = f"{FORM['url']}|1"
NYNORSK: dict[str, Any] = {
    **FORM,
    "id": "nn",
    "language": "nn",
    "title": "Eit skjema",
    "item": [{**FORM["item"][0], "text": "Ja eller nei, då?"}, {**FORM["item"][1], "text": "Kor mange?"}],
}
#: As form builders write it: with what belongs to the Bundle alone.
BUNDLE: dict[str, Any] = {
    "resourceType": "Bundle",
    "type": "searchset",
    "total": 2,
    "entry": [{"fullUrl": "urn:first", "resource": FORM}, {"fullUrl": "urn:second", "resource": NYNORSK}],
}


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """The Bundle with its second language made otherwise."""
    bundle = copy.deepcopy(BUNDLE)
    change(bundle["entry"][1]["resource"])
    return bundle


def test_two_documents_in_one_language_are_refused_and_the_first_is_kept(prom: Prom, write: Write) -> None:
    twice = changed(lambda form: form.update(language="nb"))
    result = prom("questionnaire", "import", write("twice.json", twice), "--json")
    assert result.exit_code == 1
    assert [(each["language"], each["outcome"]) for each in answer(result)] == [("nb", "imported"), ("nb", "refused")]
    assert answer(result)[1]["problems"][0]["code"] == "language-twice"
    assert answer(prom("questionnaire", "export", CANONICAL)) == FORM


@pytest.mark.parametrize(
    "change, link_id",
    [
        (lambda form: form["item"][1].update(type="decimal"), "b"),
        (lambda form: form["item"][0].update(required=False), "a"),
        (lambda form: form["item"].pop(), "b"),
        (lambda form: form["item"].reverse(), None),
    ],
)
def test_a_language_that_asks_something_else_keeps_the_questionnaire_from_being_published(
    prom: Prom, write: Write, change: Callable[[dict[str, Any]], object], link_id: str | None
) -> None:
    replies = answer(prom("questionnaire", "import", write("other.json", changed(change)), "--json"))
    assert [each["publishable"] for each in replies] == [False, False]
    found = [(each["linkId"], each["code"]) for each in replies[1]["problems"] if each["severity"] == "error"]
    assert found == [(link_id, "language-versions-differ")]


def test_a_language_that_is_not_there_is_not_exported(prom: Prom, write: Write) -> None:
    prom("questionnaire", "import", write("bundle.json", BUNDLE))
    result = prom("questionnaire", "export", CANONICAL, "--language", "se")
    assert result.exit_code == 1
    assert "'se'" in result.stderr


def test_a_draft_that_loses_a_language_says_so(prom: Prom, write: Write) -> None:
    prom("questionnaire", "import", write("bundle.json", BUNDLE))
    reply = answer(prom("questionnaire", "import", write("form.json", FORM), "--json"))
    assert [(each["code"], each["severity"]) for each in reply["problems"]][-1] == ("language-replaced", "warning")
    assert "nn" in reply["problems"][-1]["text"]


def test_language_versions_become_one_questionnaire_and_leave_as_they_came(prom: Prom, write: Write) -> None:
    replies = answer(prom("questionnaire", "import", write("bundle.json", BUNDLE), "--json"))
    assert [(each["url"], each["version"], each["language"], each["publishable"]) for each in replies] == [
        (FORM["url"], "1", "nb", True),
        (FORM["url"], "1", "nn", True),
    ]
    assert answer(prom("questionnaire", "export", CANONICAL)) == BUNDLE
    assert answer(prom("questionnaire", "export", CANONICAL, "--language", "nb")) == FORM
    assert answer(prom("questionnaire", "export", CANONICAL, "--language", "nn")) == NYNORSK


def test_language_versions_are_published_together_and_stand_from_then_on(
    hospital: Hospital, prom: Prom, write: Write
) -> None:
    prom("questionnaire", "import", write("bundle.json", BUNDLE))
    assert prom("questionnaire", "publish", CANONICAL, "--signed-by", "physician").exit_code == 0
    assert prom("questionnaire", "import", write("again.json", BUNDLE)).exit_code == 0
    other_words = changed(lambda form: form["item"][1].update(text="Kor mange no?"))
    for document in (other_words, FORM):
        result = prom("questionnaire", "import", write("other.json", document), "--json")
        replies = answer(result) if isinstance(answer(result), list) else [answer(result)]
        assert {each["outcome"] for each in replies} == {"refused"}
        assert replies[0]["problems"][0]["code"] == "published-already"
    assert answer(prom("questionnaire", "export", CANONICAL)) == BUNDLE


def test_every_language_can_be_read_from_the_one_questionnaire(prom: Prom, write: Write) -> None:
    prom("questionnaire", "import", write("bundle.json", BUNDLE))
    with db.reading() as session:
        asked = instrument(session, CANONICAL).questionnaire
    assert asked.languages == ("nb", "nn")
    assert asked.title.read("nn") == ("Eit skjema", "nn")
    text = asked.items[1].text
    assert text is not None
    assert (text.read("nn"), text.read("nb")) == (("Kor mange?", "nn"), ("Hvor mange?", "nb"))
    assert asked.document == FORM


def test_forms_of_different_urls_in_one_bundle_stay_apart(prom: Prom, write: Write) -> None:
    bundle = changed(lambda form: form.update(url="https://example.org/other"))
    replies = answer(prom("questionnaire", "import", write("apart.json", bundle), "--json"))
    assert [each["url"] for each in replies] == [FORM["url"], "https://example.org/other"]
    assert answer(prom("questionnaire", "export", CANONICAL)) == FORM
    exported = answer(prom("questionnaire", "export", "https://example.org/other|1"))
    assert exported == bundle["entry"][1]["resource"]


def test_what_is_added_to_language_versions_is_left_out_again(prom: Prom, write: Write) -> None:
    bundle = copy.deepcopy(BUNDLE)
    for entry in bundle["entry"]:
        del entry["resource"]["version"]
    replies = answer(prom("questionnaire", "import", write("bare.json", bundle), "--json"))
    assert {each["version"] for each in replies} == {"0"}
    assert answer(prom("questionnaire", "export", FORM["url"])) == bundle


def test_a_response_is_checked_against_language_versions(nowhere: Prom, write: Write) -> None:
    given = response(a={"valueBoolean": True})
    result = nowhere("questionnaire", "validate", write("q.json", BUNDLE), write("r.json", given), "--json")
    assert answer(result) == {"valid": True, "problems": []}
