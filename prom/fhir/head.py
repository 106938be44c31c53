"""The head of a QuestionnaireResponse: which Task it answers, whose it is, who answered, when, under which name."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from prom.fhir.refusals import at
from prom.responses.identifiers import Identifier
from questionnaires.problems import Problem

#: R4's own way to say which Task an event fulfils: a QuestionnaireResponse's basedOn may formally name no Task.
BASED_ON = "http://hl7.org/fhir/StructureDefinition/event-basedOn"
#: Norway's namespaces for the national identity number and the D-number.
NATIONAL_NUMBERS = ("urn:oid:2.16.578.1.12.4.1.4.1", "urn:oid:2.16.578.1.12.4.1.4.2")
#: Who answered, by the kind of thing that `source` refers to.
SOURCES = {"Patient": "patient", "RelatedPerson": "proxy", "Practitioner": "staff", "PractitionerRole": "staff"}

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(?P<zone>Z|[+-]\d\d:\d\d)?", re.ASCII)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}", re.ASCII)
#: The kind of thing at the end of a literal reference, here or elsewhere.
_KIND = re.compile(r"(?:^|/)([A-Z][A-Za-z]+)/[^/]+(?:/_history/[^/]+)?$")
_LONGEST = 255


@dataclass(frozen=True)
class Person:
    """Whom a reference means: by id, or by national identity number; one of the two, or both."""

    patient_id: uuid.UUID | None
    national_number: str | None = field(repr=False)


@dataclass(frozen=True)
class Head:
    """The head of one document. What is wrong with it is gathered in `problems`, so that one answer names it all."""

    document: Mapping[str, Any]
    base: str
    problems: list[Problem]

    def _wrong(self, name: str, code: str, **values: str) -> None:
        self.problems.append(at(name, code, **values))

    def task(self) -> uuid.UUID | None:
        """Return the Task that is answered, or None."""
        named = [*self._based_on(), *self._extended()]
        tasks = {split[1] for each in named if (split := self._split(each)) and split[0] == "Task"}
        if len(tasks) > 1:
            self._wrong("basedOn", "several-tasks")
        found = [_as_id(each) for each in tasks]
        if None in found:
            self._wrong("basedOn", "unknown-task")
        return next(iter(found), None)

    def _based_on(self) -> list[object]:
        given = self.document.get("basedOn", [])
        if isinstance(given, list):
            return given
        self._wrong("basedOn", "reference")
        return []

    def _extended(self) -> list[object]:
        given = self.document.get("extension", [])
        if not isinstance(given, list) or not all(isinstance(each, Mapping) for each in given):
            self._wrong("extension", "reference")
            return []
        return [each.get("valueReference") for each in given if each.get("url") == BASED_ON]

    def _split(self, reference: object) -> tuple[str, str] | None:
        """Split a literal reference to this door, `Type/id` with or without the address, into its two parts."""
        text = reference.get("reference") if isinstance(reference, Mapping) else None
        if not isinstance(text, str):
            return None
        kind, slash, name = text.removeprefix(f"{self.base}/").partition("/")
        return (kind, name.split("/_history/")[0]) if slash else None

    def person(self, name: str) -> Person | None:
        """Return whom an element refers to, or None."""
        given = self.document.get(name)
        if given is None:
            return None
        split = self._split(given)
        number = _national_number(given)
        patient_id = _as_id(split[1]) if split is not None and split[0] == "Patient" else None
        if patient_id is None and number is None:
            self._wrong(name, "subject")
            return None
        return Person(patient_id, number)

    def source(self) -> tuple[str, Person | None]:
        """Return who answered: patient, proxy or staff; and the patient whom the document names as such."""
        given = self.document.get("source")
        if given is None:
            return "patient", None
        kind = self._kind(given)
        if kind not in SOURCES:
            self._wrong("source", "source")
            return "patient", None
        return SOURCES[kind], self.person("source") if kind == "Patient" else None

    def _kind(self, reference: object) -> str:
        given: Mapping[str, Any] = reference if isinstance(reference, Mapping) else {}
        match = _KIND.search(str(given.get("reference")))
        if match is not None:
            return match[1]
        return "Patient" if _national_number(given) is not None else str(given.get("type"))

    def authored(self) -> datetime | None:
        """Return when it was answered, or None."""
        given = self.document.get("authored")
        if given is None:
            return None
        match = _INSTANT.fullmatch(given) if isinstance(given, str) else None
        if match is not None and match["zone"]:
            try:
                return datetime.fromisoformat(given)
            except ValueError:
                match = None
        self._wrong("authored", "authored-without-zone" if match else "authored")
        return None

    def identifier(self) -> Identifier | None:
        """Return the sender's own identifier, or None."""
        given = self.document.get("identifier")
        if given is None:
            return None
        system, value = (given.get("system"), given.get("value")) if isinstance(given, Mapping) else (None, None)
        if not (_is_name(system) and _is_name(value)):
            self._wrong("identifier", "identifier")
            return None
        return Identifier(str(system), str(value))

    def check_language(self) -> None:
        """Find fault with a language that is no language tag."""
        given = self.document.get("language")
        # What is no text at all is named by whoever reads the answers.
        if isinstance(given, str) and given.strip() and _LANGUAGE.fullmatch(given) is None:
            self._wrong("language", "language")


def _national_number(reference: object) -> str | None:
    identifier = reference.get("identifier") if isinstance(reference, Mapping) else None
    if not isinstance(identifier, Mapping) or identifier.get("system") not in NATIONAL_NUMBERS:
        return None
    value = identifier.get("value")
    return value if isinstance(value, str) else None


def _is_name(text: object) -> bool:
    return isinstance(text, str) and bool(text.strip()) and len(text) <= _LONGEST


def _as_id(text: str) -> uuid.UUID | None:
    # Only as Prom writes them: Python would read other spellings of an id too.
    try:
        found = uuid.UUID(text)
    except ValueError:
        return None
    return found if str(found) == text.lower() else None
