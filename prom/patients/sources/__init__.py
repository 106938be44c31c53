"""The registers of persons that Prom can ask: a file that the hospital keeps, or a FHIR server. See docs/people.md."""

from functools import cache
from pathlib import Path

from prom.config import Settings
from prom.patients.person_source import PersonSource
from prom.patients.sources.fhir import FhirSource
from prom.patients.sources.file import FileSource


def source_of(settings: Settings) -> PersonSource | None:
    """Return the register that PROM_PERSONS names; None where none is configured. The address was checked at start."""
    return _made(settings.persons, settings.persons_token) if settings.persons else None


@cache
def _made(address: str, token: str | None) -> PersonSource:
    kind, _, rest = address.partition(":")
    return FileSource(Path(rest)) if kind == "file" else FhirSource(rest, token)
