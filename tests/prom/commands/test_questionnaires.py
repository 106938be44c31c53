import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from prom import db
from prom.catalogue.queries import newest
from tests.conftest import Hospital
from tests.prom.commands.conftest import Prom, answer

Write = Callable[[str, Any], str]

FORM: dict[str, Any] = {
    "resourceType": "Questionnaire",
    "url": "https://example.org/form",
    "version": "1",
    "status": "draft",
    "language": "nb",
    "title": "Et skjema",
    "extension": [{"url": "https://example.org/unknown", "valueDecimal": 1.5}],
    "item": [
        {"linkId": "a", "type": "boolean", "text": "Ja eller nei?", "required": True},
        {"linkId": "b", "type": "integer", "text": "Hvor mange?"},
    ],
}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def do(name: str, document: Any) -> str:
        path = tmp_path / name
        path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
        return str(path)

    return do


def response(**answers: Any) -> dict[str, Any]:
    items = [{"linkId": link_id, "answer": [value]} for link_id, value in answers.items()]
    return {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": "https://example.org/form|1",
        "status": "completed",
        "item": items,
    }


def test_a_form_with_a_duplicate_link_id_is_refused_by_name(prom: Prom, write: Write) -> None:
    twice = {**FORM, "item": [FORM["item"][0], FORM["item"][0]]}
    result = prom("questionnaire", "import", write("twice.json", twice), "--json")
    assert result.exit_code == 1
    document = answer(result)
    assert document["outcome"] == "refused"
    assert document["publishable"] is False
    assert [(each["linkId"], each["severity"]) for each in document["problems"]] == [("a", "error")]
    assert "a" in document["problems"][0]["text"]


@pytest.mark.parametrize("broken", ["{", "[]", '{"resourceType": "Patient"}'])
def test_what_is_no_form_is_refused_in_words(prom: Prom, write: Write, broken: str) -> None:
    result = prom("questionnaire", "import", write("broken.json", broken))
    assert result.exit_code == 1
    assert result.exception is None or isinstance(result.exception, SystemExit)


def test_an_empty_form_is_kept_but_cannot_be_published(hospital: Hospital, prom: Prom, write: Write) -> None:
    imported = answer(prom("questionnaire", "import", write("empty.json", {"resourceType": "Questionnaire"}), "--json"))
    assert imported["publishable"] is False
    result = prom("questionnaire", "publish", imported["url"], "--signed-by", "physician")
    assert result.exit_code == 1
    assert "item is missing" in result.stderr


def test_a_published_version_cannot_be_replaced(hospital: Hospital, prom: Prom, write: Write) -> None:
    file = write("form.json", FORM)
    assert prom("questionnaire", "import", file).exit_code == 0
    assert prom("questionnaire", "publish", FORM["url"], "--signed-by", "physician").exit_code == 0
    changed = {**FORM, "title": "Et annet"}
    result = prom("questionnaire", "import", write("changed.json", changed), "--json")
    assert result.exit_code == 1
    assert answer(result)["problems"][0]["code"] == "published-already"


@pytest.mark.parametrize("user", ["administrator", "quality", "nobody"])
def test_only_a_nurse_or_physician_can_sign(hospital: Hospital, prom: Prom, write: Write, user: str) -> None:
    prom("questionnaire", "import", write("form.json", FORM))
    result = prom("questionnaire", "publish", FORM["url"], "--signed-by", user)
    assert result.exit_code == 1
    assert f"'{user}' cannot sign" in result.stderr
    with db.reading() as session:
        assert newest(session, "questionnaire", FORM["url"]).status == "draft"


def test_an_unknown_questionnaire_is_refused_by_name(prom: Prom) -> None:
    for command in ("show", "export"):
        result = prom("questionnaire", command, "unheard-of")
        assert result.exit_code == 1
        assert "unheard-of" in result.stderr
        assert result.stdout == ""


def test_an_invalid_response_is_told_by_link_id(nowhere: Prom, write: Write) -> None:
    given = response(b={"valueString": "five"}, c={"valueBoolean": True})
    result = nowhere("questionnaire", "validate", write("q.json", FORM), write("r.json", given), "--json")
    assert result.exit_code == 1
    document = answer(result)
    assert document["valid"] is False
    assert {each["linkId"] for each in document["problems"]} == {"a", "b", "c"}
    assert set(document["problems"][0]) == {"linkId", "code", "severity", "text"}


def test_what_is_no_response_is_not_valid(nowhere: Prom, write: Write) -> None:
    result = nowhere("questionnaire", "validate", write("q.json", FORM), write("r.json", {"item": 5}), "--json")
    assert result.exit_code == 1
    assert answer(result)["valid"] is False


def test_a_response_is_checked_without_keys_and_database(nowhere: Prom, write: Write, tmp_path: Path) -> None:
    given = response(a={"valueBoolean": True})
    result = nowhere("questionnaire", "validate", write("q.json", FORM), write("r.json", given), "--json")
    assert result.exit_code == 0
    assert answer(result) == {"valid": True, "problems": []}
    assert not (tmp_path / "nowhere").exists()


def test_an_address_that_looks_like_one_with_a_version_is_refused(prom: Prom, write: Write) -> None:
    piped = answer(prom("questionnaire", "import", write("piped.json", {**FORM, "url": "https://e.org/a|3"}), "--json"))
    assert (piped["outcome"], [each["code"] for each in piped["problems"]]) == ("refused", ["wrong-field"])


def test_a_bundle_without_a_form_is_no_success(prom: Prom, write: Write) -> None:
    result = prom("questionnaire", "import", write("empty.json", {"resourceType": "Bundle", "entry": []}))
    assert (result.exit_code, "nothing was imported" in result.stderr) == (1, True)


def test_without_a_version_the_highest_goes_out_whichever_was_imported_last(prom: Prom, write: Write) -> None:
    for version in ("1.9.0", "1.10.0", "1.9.0"):
        prom("questionnaire", "import", write("form.json", {**FORM, "version": version}))
    assert answer(prom("questionnaire", "export", FORM["url"]))["version"] == "1.10.0"


def test_a_file_may_begin_with_the_mark_that_some_editors_write(prom: Prom, nowhere: Prom, write: Write) -> None:
    marked = write("marked.json", "\ufeff" + json.dumps(FORM))
    assert answer(prom("questionnaire", "import", marked, "--json"))["outcome"] == "imported"
    given = write("given.json", "\ufeff" + json.dumps(response(a={"valueBoolean": True})))
    assert answer(nowhere("questionnaire", "validate", marked, given, "--json"))["valid"] is True


def test_a_form_is_stored_as_a_draft_and_goes_out_as_it_came(prom: Prom, write: Write) -> None:
    imported = answer(prom("questionnaire", "import", write("form.json", FORM), "--json"))
    assert (imported["url"], imported["version"], imported["language"]) == (FORM["url"], "1", "nb")
    assert (imported["outcome"], imported["publishable"]) == ("imported", True)
    assert answer(prom("questionnaire", "export", f"{FORM['url']}|1", "--format", "fhir")) == FORM


def test_what_a_form_lacks_is_given_to_it_and_left_out_again(prom: Prom, write: Write) -> None:
    bare = {field: value for field, value in FORM.items() if field not in ("url", "version", "status")}
    file = write("bare.json", {**bare, "id": "bare", "meta": {"tag": [{"code": "its-own"}]}})
    first = answer(prom("questionnaire", "import", file, "--json"))
    assert first["url"].startswith("urn:uuid:")
    assert answer(prom("questionnaire", "import", file, "--json"))["url"] == first["url"]
    assert answer(prom("questionnaire", "export", first["url"])) == json.loads(Path(file).read_text())


def test_a_draft_imported_again_is_replaced(prom: Prom, write: Write) -> None:
    prom("questionnaire", "import", write("form.json", FORM))
    prom("questionnaire", "import", write("form.json", {**FORM, "title": "Et annet"}))
    assert answer(prom("questionnaire", "export", FORM["url"]))["title"] == "Et annet"


def test_the_catalogue_is_listed_and_shown(hospital: Hospital, prom: Prom) -> None:
    listed = answer(prom("questionnaire", "list", "--json"))
    assert ("symptom-check", "active") in {(each["name"], each["status"]) for each in listed}
    shown = answer(prom("questionnaire", "show", "symptom-check", "--json"))
    assert "nausea-frequency" in {each["linkId"] for each in shown["items"]}
    assert "nausea-frequency" in _output(prom("questionnaire", "show", "symptom-check"))


def _output(result: Result) -> str:
    assert result.exit_code == 0
    return result.stdout
