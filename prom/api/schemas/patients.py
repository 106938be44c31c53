"""Patients: as they are registered, listed and shown, and who has looked."""

from marshmallow import fields

from prom.api.schemas.episodes import Episode
from prom.api.schemas.fields import Day, Flag, Id, Listed, Moment, Shown, Text, Wanted, WholeNumber, Wire, Word
from prom.clinic.handing_on import REASONS
from prom.language import PATIENT_LANGUAGES
from prom.pathways.service import INTENTS

EXAMPLE = {
    "given": "Testine",
    "family": "Syntetisk",
    "nationalNumber": "10915596784",
    "birthDate": "1955-11-10",
    "mobile": "+4790000001",
    "language": "nb",
    "pathway": "urn:prom:pathway:systemic-treatment|1.0.0",
    "unit": "01900000-0000-7000-8000-000000000001",
    "anchor": "2026-10-26",
    "diagnosis": "C50.9",
    "intent": "adjuvant",
    "regimen": "EC90",
    "line": 1,
    "pathwayCode": "A01",
}
NEXT = {
    **{name: EXAMPLE[name] for name in ("unit", "anchor", "diagnosis", "intent", "regimen", "line")},
    "pathway": "urn:prom:pathway:follow-up-late-effects|1.0.1",
    "ends": "finished",
}


class Stay(Wire):
    """A stay on a pathway."""

    pathway = Text(required=True, metadata={"description": "url|version, one of GET /pathways."})
    unit = Id(required=True, metadata={"description": "One of GET /units."})
    anchor = Day(required=True, metadata={"description": "The first treatment day."})
    diagnosis = Text(required=True, longest=10, metadata={"description": "ICD-10"})
    intent = Word(INTENTS, required=True)
    regimen = Text(required=True)
    line = WholeNumber(required=True, least=1, most=20, metadata={"description": "Line of treatment."})
    pathway_code = Text(load_default="", longest=20, metadata={"description": "Of the national cancer pathway."})


class Registration(Stay):
    """A new patient with her first episode."""

    given = Text(required=True)
    family = Text(required=True)
    national_number = Text(required=True, longest=20, metadata={"description": "Eleven digits, spaces or not."})
    birth_date = Day(required=True)
    mobile = Text(required=True, longest=40, metadata={"description": "Norwegian unless it has a country code."})
    language = Word(PATIENT_LANGUAGES, required=True)


class NextStay(Stay):
    """Another stay of a patient."""

    ends = Word(
        REASONS, load_default="", metadata={"description": "Why the present one ends, where she is on a pathway."}
    )


class Person(Shown):
    """A patient in short."""

    id = Id()
    given = fields.String()
    family = fields.String()
    birth_date = Day()
    language = Word(PATIENT_LANGUAGES)


class Patient(Person):
    """A patient as far as the caller's units know her."""

    national_number = fields.String()
    birth_date_fits_number = Flag(metadata={"description": "False is a warning: they may honestly differ."})
    mobile = fields.String(allow_none=True, metadata={"description": "E.164"})
    episodes = fields.List(fields.Nested(Episode), metadata={"description": "At the caller's units, newest first."})


class PatientList(Listed):
    """A part of the caller's patients, newest first."""

    items = fields.List(fields.Nested(Person))


class AuditWanted(Wanted):
    """Which part of the log."""


class PatientsWanted(Wanted):
    """Whose patients."""

    unit = Id()


class Looked(Shown):
    """One read or write of a patient's data."""

    at = Moment()
    actor_kind = fields.String(metadata={"description": "clinician, client, patient, proxy, operator or system"})
    actor_id = Id(allow_none=True)
    actor_name = fields.String(allow_none=True, metadata={"description": "Of a clinician."})
    actor_role = fields.String(allow_none=True)
    action = fields.String()
    action_text = fields.String(metadata={"description": "The action in words."})
    entity = fields.String()
    entity_id = Id(allow_none=True)
    unit = Id(allow_none=True)
    reason = fields.String()


class AuditLog(Listed):
    """Who has read or written, newest first."""

    items = fields.List(fields.Nested(Looked))
