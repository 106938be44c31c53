"""FHIR's XML, read into the tree that its JSON has."""

import contextlib
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questionnaires.documents import read
from questionnaires.problems import QuestionnaireError
from questionnaires.trees.xml_tree import load
from tests.questionnaires.samples import sized

HEAD = 'xmlns="http://hl7.org/fhir"'
FORM = f"""<?xml version="1.0" encoding="UTF-8"?>
<Questionnaire {HEAD}>
  <!-- A form of our own -->
  <text>
    <status value="generated"/>
    <div xmlns="http://www.w3.org/1999/xhtml" lang="nb"><p>Et <b>skjema</b></p></div>
  </text>
  <contained>
    <ValueSet><id value="x"/><compose><include><concept><code value="1"/></concept></include></compose></ValueSet>
  </contained>
  <url value="urn:form"/>
  <item>
    <extension url="http://hl7.org/fhir/StructureDefinition/minValue"><valueDecimal value="1.50"/></extension>
    <linkId value="a"/>
    <text value="Hvor mye?"><extension url="urn:e"><valueString value="e"/></extension></text>
    <type value="decimal"/>
    <required value="true"/>
    <maxLength value="5"/>
  </item>
</Questionnaire>"""


def form(inside: str) -> str:
    return f"<Questionnaire {HEAD}>{inside}</Questionnaire>"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<",
        "{}",
        f"<Patient {HEAD}/>",
        "<Questionnaire/>",
        form("<invented value='1'/>"),
        form("<url value='a'/><url value='b'/>"),
        form("<item><required value='yes'/></item>"),
        form("<item><maxLength value='5.5'/></item>"),
        form("<item><linkId value='a'><text value='b'/></linkId></item>"),
        form("a text of its own"),
        form("<contained/>"),
        form("<contained><Patient/></contained>"),
        "<!DOCTYPE x [<!ENTITY e 'e'>]>" + form("<title value='&e;'/>"),
        form("<item>" * 150 + "</item>" * 150),
    ],
)
def test_what_is_not_known_is_refused_and_not_dropped(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        load(text)


@sized
@given(st.text("<>/='\" abitemQuestionnaire&;!", max_size=60))
def test_no_text_raises_anything_but_a_value_error(text: str) -> None:
    for each in (text, form(text)):
        with contextlib.suppress(ValueError):
            assert load(each)["resourceType"] == "Questionnaire"


def test_a_file_that_cannot_be_read_is_refused_as_such(tmp_path: Path) -> None:
    path = tmp_path / "form.xml"
    path.write_text("<", encoding="utf-8")
    with pytest.raises(QuestionnaireError, match=r"form\.xml cannot be read"):
        read(path)


def test_a_form_becomes_the_tree_that_its_json_is(tmp_path: Path) -> None:
    path = tmp_path / "form.xml"
    path.write_text(FORM, encoding="utf-8")
    document = dict(read(path))
    narrative = document.pop("text")
    assert narrative["status"] == "generated"
    assert "<b>skjema</b>" in narrative["div"]
    assert document == {
        "resourceType": "Questionnaire",
        "contained": [
            {"resourceType": "ValueSet", "id": "x", "compose": {"include": [{"concept": [{"code": "1"}]}]}},
        ],
        "url": "urn:form",
        "item": [
            {
                "extension": [
                    {"url": "http://hl7.org/fhir/StructureDefinition/minValue", "valueDecimal": Decimal("1.50")}
                ],
                "linkId": "a",
                "text": "Hvor mye?",
                "_text": {"extension": [{"url": "urn:e", "valueString": "e"}]},
                "type": "decimal",
                "required": True,
                "maxLength": 5,
            }
        ],
    }


def test_a_response_becomes_the_tree_that_its_json_is() -> None:
    answer = "<item><linkId value='a'/><answer><valueBoolean value='false'/></answer></item>"
    text = f"<QuestionnaireResponse {HEAD}><status value='completed'/>{answer}</QuestionnaireResponse>"
    assert load(text) == {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "item": [{"linkId": "a", "answer": [{"valueBoolean": False}]}],
    }
