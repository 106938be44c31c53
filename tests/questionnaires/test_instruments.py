"""The shipped instruments are found, newest last, and a broken one is refused by its file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from questionnaires import library
from questionnaires.branching import enabled
from questionnaires.documents import dumps
from questionnaires.problems import QuestionnaireError
from questionnaires.response import build
from questionnaires.scoring import attributes, score
from questionnaires.validation import validate
from tests.questionnaires.samples import URL, Node, choice, document, item


def ship(folder: Path, *items: Node, name: str = "sample", version: str = "1.0.0", **fields: Any) -> Path:
    """A library folder with one version of the sample in it."""
    (folder / name).mkdir(exist_ok=True)
    text = dumps(document(*items, version=version, **fields))
    (folder / name / f"{version}.json").write_text(text)
    return folder


def beside(folder: Path, kind: str, content: Node) -> Path:
    """The same library with a key or advice beside its version 1.0.0."""
    (folder / "sample" / f"1.0.0.{kind}.yaml").write_text(dumps(content))
    return folder


KEY: Node = {
    "name": "sample",
    "version": "1.0.0",
    "questionnaire": URL,
    "source": "made up",
    "scales": [
        {
            "code": "pain",
            "title": {"nb": "Smerte"},
            "kind": "level",
            "method": "composite",
            "attributes": [{"item": "a", "kind": "severity"}],
            "direction": "low is good",
        }
    ],
}


def refused(folder: Path) -> str:
    """What a library is refused for."""
    with pytest.raises(QuestionnaireError) as caught:
        library.versions(folder)
    return str(caught.value)


def test_a_duplicate_link_id_is_refused_by_file_and_name(tmp_path: Path) -> None:
    said = refused(ship(tmp_path, item("fever"), item("fever")))
    assert "sample/1.0.0.json" in said
    assert "fever: this linkId stands more than once" in said


def test_what_cannot_be_published_is_not_shipped(tmp_path: Path) -> None:
    assert "a: a choice without options cannot be answered" in refused(ship(tmp_path, item("a", "choice")))


def test_a_file_is_what_its_folder_and_name_say(tmp_path: Path) -> None:
    assert "name is sample, not other" in refused(ship(tmp_path, item("a"), name="other"))


def test_a_file_holds_the_version_that_its_name_says(tmp_path: Path) -> None:
    ship(tmp_path, item("a"))
    (tmp_path / "sample" / "1.0.0.json").rename(tmp_path / "sample" / "2.0.0.json")
    assert "version is 1.0.0, not 2.0.0" in refused(tmp_path)


def test_a_key_on_an_unknown_item_is_refused_by_file_and_name(tmp_path: Path) -> None:
    said = refused(beside(ship(tmp_path, item("b")), "scoring", KEY))
    assert "sample/1.0.0.json" in said
    assert "a: scale pain: the questionnaire has no such item" in said


def test_advice_for_an_unknown_scale_is_refused(tmp_path: Path) -> None:
    beside(ship(tmp_path, choice("a", "0", "1")), "scoring", KEY)
    beside(tmp_path, "advice", {"scales": {"ghost": {}}, "general": {"nb": "Ring"}})
    assert "the scoring key has no scale ghost" in refused(tmp_path)


@pytest.mark.parametrize("name, version", [("ghost", None), ("sample", "9.9.9")])
def test_an_instrument_that_is_not_there_is_not_found(tmp_path: Path, name: str, version: str | None) -> None:
    with pytest.raises(KeyError):
        library.load(name, version, ship(tmp_path, item("a")))


def test_the_newest_version_is_loaded_unless_one_is_named(tmp_path: Path) -> None:
    for version in ("1.10.0", "1.9.0", "1.9.0-draft"):
        ship(tmp_path, item("a"), version=version)
    assert library.load("sample", folder=tmp_path).version == "1.10.0"
    assert library.load("sample", "1.9.0", tmp_path).questionnaire.canonical == f"{URL}|1.9.0"


def test_an_instrument_comes_with_its_key_and_advice(tmp_path: Path) -> None:
    beside(ship(tmp_path, choice("a", "0", "1")), "scoring", KEY)
    levels = {level: {"nb": "Ring"} for level in "123"}
    beside(tmp_path, "advice", {"scales": {"pain": levels}, "general": {"nb": "Ring"}})
    made = library.load("sample", folder=tmp_path)
    assert made.key is not None
    assert made.advice is not None
    assert made.document == made.questionnaire.document
    assert made.advice.read("pain", 1, "nb") == ("Ring", "nb")


def test_every_shipped_instrument_can_be_published() -> None:
    shipped = library.versions()
    assert {each.name for each in shipped} >= {"symptom-check", "patient-experience", "clinical-frailty"}
    assert all(each.questionnaire.publishable for each in shipped)


@pytest.mark.parametrize("name", ["symptom-check", "patient-experience", "clinical-frailty"])
@pytest.mark.parametrize("choose", [0, -1], ids=["first options", "last options"])
def test_a_shipped_instrument_can_be_answered_from_end_to_end(name: str, choose: int) -> None:
    made = library.load(name)
    answers: dict[str, Any] = {}
    for asked in made.questionnaire.judging_order:
        if asked.is_question and asked.link_id in enabled(made.questionnaire, build(made.questionnaire, answers)):
            answers[asked.link_id] = asked.options[choose].value if asked.options else asked.min_value
    response = build(made.questionnaire, answers)
    assert validate(made.questionnaire, response) == ()
    assert made.key is not None
    scores = score(made.key, made.questionnaire, response)
    assert scores.keys() == {scale.code for scale in made.key.scales}
    assert all((made_score.value is None) == bool(made_score.missing) for made_score in scores.values())
    for scale in made.key.scales:
        assert attributes(made.key, made.questionnaire, response, scale.code).keys() == set(scale.items)
