"""A FHIR R4 server as a register of persons: its Patient with this national identity number.

The number is searched for by POST (`Patient/_search`): in an address it would lie in the logs on the way. What is read
of the answer stands in docs/people.md; addresses, names and telecom are not.
"""

import json
from collections.abc import Iterator, Mapping
from time import monotonic
from typing import Any

import requests

from prom.patients.person_source import NotKnown, Person, Unclear, Unreachable

#: Fødselsnummer, D-number and the shared emergency number ("felles hjelpenummer"), as HL7 Norway names them.
NUMBER_SYSTEMS = tuple(f"urn:oid:2.16.578.1.12.4.1.4.{last}" for last in (1, 2, 3))
CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
#: Restricted and very restricted; the Danish and Nordic profiles mark protected names and addresses by the first.
RESTRICTED = frozenset({"R", "V"})
#: What FHIR has no element for: booleans on the Patient. The first may also stand on an address.
PROTECTED = "urn:prom:extension:protected-address"
RESERVED = "urn:prom:extension:reserved"
NOT_DIGITAL = "urn:prom:extension:not-digital"

#: Seconds: until it answers the door, between two pieces of what it says, and for all of it.
CONNECT, PIECE, WHOLE = 3.0, 4.0, 9.0
MOST_BYTES = 256 * 1024
PIECE_BYTES = 16 * 1024


class FhirSource:
    """A `PersonSource` over a FHIR server. It follows no redirect, which would carry the token elsewhere."""

    def __init__(self, base: str, token: str | None = None) -> None:
        self._address = f"{base.rstrip('/')}/Patient/_search"
        self._headers = {"Accept": "application/fhir+json"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"

    def look_up(self, national_number: str) -> Person:
        """Return what the server says now; raises NotKnown, Unclear or Unreachable, with a code and nothing else."""
        known = list(_patients(self._ask(national_number), national_number))
        if not known:
            raise NotKnown
        if len(known) > 1:
            raise Unclear("several-persons")
        return _person(known[0])

    def _ask(self, number: str) -> Any:
        wanted = {"identifier": ",".join(f"{system}|{number}" for system in NUMBER_SYSTEMS)}
        ends = monotonic() + WHOLE
        try:
            with requests.post(
                self._address,
                data=wanted,
                headers=self._headers,
                timeout=(CONNECT, PIECE),
                allow_redirects=False,
                stream=True,
            ) as answer:
                if answer.status_code != requests.codes.ok:
                    raise Unreachable(f"http-{answer.status_code}")
                return json.loads(_body(answer, ends))
        except requests.Timeout:
            raise Unreachable("timeout") from None
        except requests.RequestException:
            raise Unreachable("no-connection") from None
        except ValueError:
            raise Unreachable("unreadable") from None


def _body(answer: requests.Response, ends: float) -> bytes:
    """Read what it says, as far as it is neither too long nor too slow: each piece may come in time, and never end."""
    said = b""
    for piece in answer.iter_content(PIECE_BYTES):
        said += piece
        if len(said) > MOST_BYTES:
            raise Unreachable("too-large")
        if monotonic() > ends:
            raise Unreachable("timeout")
    return said


def _patients(bundle: Any, number: str) -> Iterator[Mapping[str, Any]]:
    """Return the Patients of a bundle; raises Unreachable for no bundle, Unclear for somebody who was not asked about.

    A server that does not know the search's parameter may leave it out, and answer with everybody.
    """
    if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
        raise Unreachable("unreadable")
    for entry in _list(bundle, "entry"):
        resource = entry.get("resource")
        if not isinstance(resource, dict) or resource.get("resourceType") != "Patient":
            continue
        if not any(_is_number(each, number) for each in _list(resource, "identifier")):
            raise Unclear("another-person")
        yield resource


def _is_number(identifier: Mapping[str, Any], number: str) -> bool:
    return identifier.get("system") in NUMBER_SYSTEMS and identifier.get("value") == number


def _person(patient: Mapping[str, Any]) -> Person:
    return Person(
        died=_died(patient),
        protected=_is_protected(patient),
        reserved=_says(patient, RESERVED),
        not_digital=_says(patient, NOT_DIGITAL),
    )


def _died(patient: Mapping[str, Any]) -> bool:
    said = patient.get("deceasedBoolean", False)
    if not isinstance(said, bool):
        raise Unclear("unreadable")
    return said or bool(patient.get("deceasedDateTime"))


def _is_protected(patient: Mapping[str, Any]) -> bool:
    meta = patient.get("meta")
    labels = _list(meta, "security") if isinstance(meta, dict) else []
    # Profiles are published whose examples name no system.
    labelled = any(
        each.get("code") in RESTRICTED and each.get("system", CONFIDENTIALITY) == CONFIDENTIALITY for each in labels
    )
    return labelled or any(_says(each, PROTECTED) for each in (patient, *_list(patient, "address")))


def _says(holder: Mapping[str, Any], url: str) -> bool:
    return any(each.get("url") == url and each.get("valueBoolean") is True for each in _list(holder, "extension"))


def _list(holder: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Return a list of objects; raises Unclear for anything else under this name, which nobody can act on."""
    found = holder.get(name, [])
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Unclear("unreadable")
    return found
