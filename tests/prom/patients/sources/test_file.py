"""The register in a file: one that is wrong anywhere is not used at all, and one that was replaced is read again."""

import json
import os
from pathlib import Path

import pytest

from prom import config
from prom.errors import StartRefused
from prom.patients.person_source import NotKnown, Person, Unreachable
from prom.patients.sources import source_of
from prom.patients.sources.fhir import FhirSource
from prom.patients.sources.file import FileSource

NUMBER = "10915596784"
OTHER = "50846202355"


def source(tmp_path: Path, text: str) -> FileSource:
    """A source over a file with this text."""
    path = tmp_path / "persons"
    path.write_text(text, encoding="utf-8")
    return FileSource(path)


def test_a_file_that_is_not_there_is_no_answer(tmp_path: Path) -> None:
    with pytest.raises(Unreachable) as refused:
        FileSource(tmp_path / "nowhere").look_up(NUMBER)
    assert refused.value.code == "file-absent"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name,died\nx,true\n",
        f"nationalNumber,dead\n{NUMBER},true\n",  # misspelt: nobody would have died
        f"nationalNumber,died\n{NUMBER},maybe\n",
        f"nationalNumber,died\n{NUMBER}\n",
        f"nationalNumber,died\n{NUMBER},true,more\n",
        f"nationalNumber,died\n{NUMBER[:10]},true\n",
        f"nationalNumber,died\n{NUMBER},true\n{NUMBER},false\n",
        f'nationalNumber,died\n{NUMBER},"true\n',
        "[",
        '{"nationalNumber": "x"}',
        f"[{NUMBER}]",
        json.dumps([{"nationalNumber": int(NUMBER)}]),
        json.dumps([{"nationalNumber": NUMBER, "died": "soon"}]),
        json.dumps([{"died": True}]),
    ],
)
def test_a_file_that_is_wrong_anywhere_is_not_used_at_all(tmp_path: Path, text: str) -> None:
    with pytest.raises(Unreachable) as refused:
        source(tmp_path, text).look_up(NUMBER)
    assert refused.value.code == "file-unreadable"


def test_a_file_that_is_no_text_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "persons"
    path.write_bytes(b"nationalNumber\n\xff\xfe\n")
    with pytest.raises(Unreachable):
        FileSource(path).look_up(NUMBER)


def test_who_is_not_in_the_file_is_not_known(tmp_path: Path) -> None:
    with pytest.raises(NotKnown):
        source(tmp_path, f"nationalNumber\n{OTHER}\n").look_up(NUMBER)


@pytest.mark.parametrize("between", [",", ";"])
@pytest.mark.parametrize("yes, no", [("true", "false"), ("1", ""), ("Ja", "nei"), ("YES", "no")])
def test_a_table_is_read(tmp_path: Path, between: str, yes: str, no: str) -> None:
    lines = [["nationalNumber", "died", "protected", "reserved", "notDigital"]]
    lines += [[NUMBER, yes, no, no, yes], [OTHER, no, yes, yes, no]]
    persons = source(tmp_path, "\ufeff" + "\n".join(between.join(line) for line in lines) + "\n")
    assert persons.look_up(NUMBER) == Person(died=True, not_digital=True)
    assert persons.look_up(OTHER) == Person(protected=True, reserved=True)


def test_json_is_read(tmp_path: Path) -> None:
    persons = source(tmp_path, json.dumps([{"nationalNumber": NUMBER, "reserved": True, "died": False}]))
    assert persons.look_up(NUMBER) == Person(reserved=True)


def test_a_file_that_was_replaced_is_read_again(tmp_path: Path) -> None:
    persons = source(tmp_path, f"nationalNumber,died\n{NUMBER},no\n")
    assert persons.look_up(NUMBER) == Person()
    after = tmp_path / "next"
    after.write_text(f"nationalNumber,died\n{NUMBER},ja\n")
    os.replace(after, tmp_path / "persons")
    assert persons.look_up(NUMBER) == Person(died=True)
    (tmp_path / "persons").write_text("half of it")
    with pytest.raises(Unreachable):
        persons.look_up(NUMBER)


@pytest.mark.parametrize("wrong", ["file:relative", "fhir:http://register.example/fhir", "krr", "https://x"])
def test_a_wrong_address_of_the_register_stops_the_start(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(StartRefused):
        config.from_environment({"PROM_HOME": str(tmp_path), "PROM_PERSONS": wrong})


def test_the_settings_say_which_register_is_asked(tmp_path: Path) -> None:
    home = {"PROM_HOME": str(tmp_path)}
    assert source_of(config.from_environment(home)) is None
    named = config.from_environment({**home, "PROM_PERSONS": f"file:{tmp_path}/persons"})
    assert isinstance(source_of(named), FileSource)
    assert source_of(named) is source_of(named)
    named = config.from_environment({**home, "PROM_PERSONS": "fhir:https://register.example/fhir"})
    assert isinstance(source_of(named), FhirSource)
