"""The document on clinical safety cannot drift from the tests: it is made of them, and each hazard has one."""

from pathlib import Path

from tests.hazards import DOCUMENT, ROOT, document, hazards, marked, marks_in


def test_a_mark_on_a_test_is_found_with_every_hazard_that_it_names() -> None:
    source = '@pytest.mark.hazard("H90", "H91")\ndef test_it() -> None: ...\n\n\ndef test_other() -> None: ...\n'
    found = list(marks_in(source, ROOT / "tests" / "prom" / "test_of_it.py"))
    assert found == [("H90", "prom/test_of_it.py", "test_it"), ("H91", "prom/test_of_it.py", "test_it")]


def test_every_hazard_has_a_name_of_its_own_and_a_test_that_shows_its_control() -> None:
    names = [hazard.id for hazard in hazards()]
    assert names == [f"H{number:02}" for number in range(1, len(names) + 1)], "numbers follow each other and stay"
    shown = {mark[0] for mark in marked()}
    assert [name for name in names if name not in shown] == [], "no test shows these"


def test_no_test_names_a_hazard_that_is_not_on_the_list() -> None:
    known = {hazard.id for hazard in hazards()}
    assert [mark for mark in marked() if mark[0] not in known] == []


def test_the_document_is_what_the_list_and_the_marks_say() -> None:
    assert Path(DOCUMENT).read_text() == document(), "print `python -m tests.hazards` into docs/clinical-safety.md"
