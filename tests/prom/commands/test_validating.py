from pathlib import Path
from typing import Any

import pytest

from tests.prom.commands.conftest import Prom, answer
from tests.prom.commands.test_questionnaires import FORM, Write, response, write

__all__ = ["write"]

GIVEN = response(a={"valueBoolean": True})
XML = """<QuestionnaireResponse xmlns="http://hl7.org/fhir"><questionnaire value="https://example.org/form"/>
<status value="completed"/><item><linkId value="a"/><answer><valueBoolean value="true"/></answer></item>
</QuestionnaireResponse>"""


def checked(nowhere: Prom, write: Write, form: Any, given: Any, name: str = "r.json") -> Any:
    return answer(nowhere("questionnaire", "validate", write("q.json", form), write(name, given), "--json"))


def codes(reply: Any) -> list[str]:
    return [each["code"] for each in reply["problems"]]


@pytest.mark.parametrize("broken", ["", "{", "[]", "5", '{"resourceType": "Patient"}', '{"a": 1, "a": 2}'])
def test_what_is_no_questionnaire_or_response_is_said_in_the_reply(nowhere: Prom, write: Write, broken: str) -> None:
    assert checked(nowhere, write, broken, GIVEN)["valid"] is False
    assert checked(nowhere, write, FORM, broken)["valid"] is False
    assert checked(nowhere, write, FORM, broken, "r.xml")["valid"] is False


def test_a_file_that_is_not_utf_8_is_said_to_be_unreadable(nowhere: Prom, write: Write, tmp_path: Path) -> None:
    strange = tmp_path / "strange.json"
    strange.write_bytes(b"\xff\xfe{")
    reply = answer(nowhere("questionnaire", "validate", write("q.json", FORM), str(strange), "--json"))
    assert codes(reply) == ["unreadable"]


@pytest.mark.parametrize("named", ["https://example.org/other", "https://example.org/form|2", "Questionnaire/other"])
def test_a_response_to_another_questionnaire_is_refused(nowhere: Prom, write: Write, named: str) -> None:
    reply = checked(nowhere, write, {**FORM, "id": "form"}, {**GIVEN, "questionnaire": named})
    assert (reply["valid"], codes(reply)) == (False, ["other-questionnaire"])


@pytest.mark.parametrize("named", ["https://example.org/form", "https://example.org/form|1", "Questionnaire/form"])
def test_a_response_may_leave_the_version_out_or_name_the_questionnaires_id(
    nowhere: Prom, write: Write, named: str
) -> None:
    reply = checked(nowhere, write, {**FORM, "id": "form"}, {**GIVEN, "questionnaire": named})
    assert reply == {"valid": True, "problems": []}


def test_a_response_that_names_no_questionnaire_is_checked_with_a_warning(nowhere: Prom, write: Write) -> None:
    nameless = {field: value for field, value in GIVEN.items() if field != "questionnaire"}
    reply = checked(nowhere, write, FORM, nameless)
    assert (reply["valid"], codes(reply)) == (True, ["questionnaire-not-named"])


@pytest.mark.parametrize("lacking", ["url", "version"])
def test_what_a_questionnaire_does_not_have_cannot_be_named_wrongly(nowhere: Prom, write: Write, lacking: str) -> None:
    form = {field: value for field, value in FORM.items() if field != lacking}
    assert checked(nowhere, write, form, GIVEN)["valid"] is True


def test_fhirs_xml_is_read_too(nowhere: Prom, write: Write) -> None:
    assert checked(nowhere, write, FORM, XML, "r.xml") == {"valid": True, "problems": []}
    lacking = checked(nowhere, write, FORM, XML.replace('linkId value="a"', 'linkId value="b"'), "r.xml")
    assert set(codes(lacking)) == {"required-missing", "wrong-type"}


def test_what_of_the_questionnaire_cannot_be_run_is_said_beside_the_verdict(nowhere: Prom, write: Write) -> None:
    form = {**FORM, "item": [*FORM["item"], {"linkId": "c", "type": "choice", "answerValueSet": "https://e.org/far"}]}
    (said,) = checked(nowhere, write, form, GIVEN)["problems"]
    assert (said["linkId"], said["code"], said["severity"]) == ("c", "external-value-set", "warning")
