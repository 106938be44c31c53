"""The register over FHIR: what cannot be acted on is refused with a code, and the number never stands in an address."""

from collections.abc import Iterator
from typing import Any

import pytest

from prom.patients.person_source import NotKnown, Person, Unclear, Unreachable
from prom.patients.sources import fhir
from prom.patients.sources.fhir import FhirSource
from tests.prom.patients.sources import fake_register
from tests.prom.patients.sources.fake_register import SYSTEM, Answer, Register, bundle, person, says, says_bytes

NUMBER = "10915596784"
OTHER = "50846202355"


@pytest.fixture
def register() -> Iterator[Register]:
    """A register on this machine."""
    with fake_register.running() as running:
        yield running


def refusal(register: Register, answer: Answer) -> Unreachable:
    """What a look-up raises when the register answers so."""
    register.answer = answer
    with pytest.raises(Unreachable) as refused:
        FhirSource(register.address).look_up(NUMBER)
    assert NUMBER not in str(refused.value)
    return refused.value


def look_up(register: Register, **more: Any) -> Person:
    """What is read of a Patient with these elements."""
    register.answer = says(bundle(person(NUMBER, **more)))
    return FhirSource(register.address).look_up(NUMBER)


@pytest.mark.parametrize(
    "answer, code",
    [
        (says({}, 500), "http-500"),
        (says({}, 401), "http-401"),
        (says({}, 302, Location="http://localhost:1/elsewhere"), "http-302"),
        (says_bytes(b"<html>"), "unreadable"),
        (says([]), "unreadable"),
        (says({"resourceType": "OperationOutcome"}), "unreadable"),
        (says_bytes(b" " * (fhir.MOST_BYTES + 1)), "too-large"),
        (says(bundle(person(NUMBER, deceasedBoolean="no"))), "unreadable"),
        (says(bundle(person(NUMBER, extension={}))), "unreadable"),
        (says({"resourceType": "Bundle", "entry": ["x"]}), "unreadable"),
    ],
)
def test_what_cannot_be_read_is_no_answer(register: Register, answer: Answer, code: str) -> None:
    assert refusal(register, answer).code == code


def test_a_register_that_is_not_there_is_no_answer() -> None:
    with pytest.raises(Unreachable) as refused:
        FhirSource("http://127.0.0.1:1/fhir").look_up(NUMBER)
    assert refused.value.code == "no-connection"


def test_one_that_hangs_is_given_up(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fhir, "PIECE", 0.2)
    assert refusal(register, fake_register.hangs).code == "timeout"


def test_one_that_never_comes_to_an_end_is_given_up(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fhir, "WHOLE", 0.1)
    monkeypatch.setattr(fhir, "MOST_BYTES", 10_000_000)
    assert refusal(register, fake_register.drips).code == "timeout"


def test_all_of_it_takes_less_than_the_interface_allows() -> None:
    assert fhir.CONNECT + fhir.PIECE <= fhir.WHOLE < 10


def test_somebody_who_was_not_asked_about_is_not_taken_for_her(register: Register) -> None:
    """As from a server that does not know the parameter and answers with everybody."""
    dead = person(OTHER, deceasedBoolean=True)
    refused = refusal(register, says(bundle(person(NUMBER), dead)))
    assert (type(refused), refused.code) == (Unclear, "another-person")


def test_two_of_one_number_are_nobody_to_act_on(register: Register) -> None:
    refused = refusal(register, says(bundle(person(NUMBER), person(NUMBER, deceasedBoolean=True))))
    assert (type(refused), refused.code) == (Unclear, "several-persons")


def test_the_number_of_another_country_is_not_hers(register: Register) -> None:
    foreign = {"resourceType": "Patient", "identifier": [{"system": "urn:oid:1.2.3", "value": NUMBER}]}
    assert refusal(register, says(bundle(foreign))).code == "another-person"


def test_nobody_is_nobody(register: Register) -> None:
    with pytest.raises(NotKnown):
        FhirSource(register.address).look_up(NUMBER)


def test_the_number_is_in_the_body_and_the_token_goes_with_it(register: Register) -> None:
    register.answer = says(bundle(person(NUMBER)))
    assert FhirSource(register.address + "/", "secret").look_up(NUMBER) == Person()
    ((method, path, form, headers),) = register.asked
    assert (method, path) == ("POST", "/fhir/Patient/_search")
    assert f"{SYSTEM}|{NUMBER}" in form["identifier"][0].split(",")
    assert headers["Authorization"] == "Bearer secret"


@pytest.mark.parametrize("said", [{"deceasedBoolean": True}, {"deceasedDateTime": "2026-10-01"}])
def test_death_is_read_in_either_form(register: Register, said: dict[str, Any]) -> None:
    assert look_up(register, **said) == Person(died=True)
    assert look_up(register, deceasedBoolean=False) == Person()


@pytest.mark.parametrize(
    "said",
    [
        {"meta": {"security": [{"system": fhir.CONFIDENTIALITY, "code": "R"}]}},
        {"meta": {"security": [{"code": "V"}]}},
        {"extension": [{"url": fhir.PROTECTED, "valueBoolean": True}]},
        {"address": [{"text": "hidden", "extension": [{"url": fhir.PROTECTED, "valueBoolean": True}]}]},
    ],
)
def test_a_protected_address_is_read_and_the_address_is_not(register: Register, said: dict[str, Any]) -> None:
    found = look_up(register, **said)
    assert found == Person(protected=True)
    assert "hidden" not in repr(found)


def test_another_label_protects_nothing(register: Register) -> None:
    labels = [{"system": fhir.CONFIDENTIALITY, "code": "N"}, {"system": "urn:other", "code": "R"}]
    assert look_up(register, meta={"security": labels}) == Person()


def test_reservation_and_not_digital_are_read(register: Register) -> None:
    assert look_up(register, extension=[{"url": fhir.RESERVED, "valueBoolean": True}]) == Person(reserved=True)
    assert look_up(register, extension=[{"url": fhir.NOT_DIGITAL, "valueBoolean": True}]) == Person(not_digital=True)
    assert look_up(register, extension=[{"url": fhir.NOT_DIGITAL, "valueBoolean": False}]) == Person()
