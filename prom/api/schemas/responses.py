"""Responses: what was answered, what it scored, and reports that staff take down."""

from typing import Any

from marshmallow import fields

from prom.api.schemas.fields import LONGEST, Coded, Id, Listed, Moment, Number, Shown, Text, Wanted, Wire, Word
from prom.clinic.reporting import SOURCES
from prom.language import PATIENT_LANGUAGES

STATUSES = ("completed", "amended", "in-progress", "entered-in-error")
#: Of one document: more questions than any instrument has, more choices than any question.
MOST_QUESTIONS, MOST_CHOICES, LONGEST_ANSWER = 1000, 100, 20_000
VALUE = {"oneOf": [{"type": "string", "maxLength": LONGEST_ANSWER}, {"type": "number"}, {"type": "boolean"}]}
EXAMPLE = {
    "asked": "on-demand",
    "questionnaire": "urn:prom:questionnaire:symptom-check|1.0.0",
    "source": "patient",
    "openedAt": "2026-11-02T08:30:00Z",
    "answers": {"temperature-measured": "yes", "temperature": 39.8, "chest-pain": "no", "nausea-frequency": "2"},
}


class Answers(Coded):
    """Answers by linkId: a code for a choice, a number, a text, true or false; a list where several are allowed."""

    def __init__(self, **more: Any) -> None:
        several = {"type": "array", "items": VALUE, "maxItems": MOST_CHOICES}
        each = {"oneOf": [*VALUE["oneOf"], several]}
        described = {"type": "object", "additionalProperties": each, "maxProperties": MOST_QUESTIONS}
        super().__init__(metadata={**described, "description": str(self.__doc__)}, **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> dict[str, list[Any]]:
        if not isinstance(value, dict) or len(value) > MOST_QUESTIONS:
            raise self.make_error("invalid")
        listed = {link_id: given if isinstance(given, list) else [given] for link_id, given in value.items()}
        for link_id, given in listed.items():
            if len(link_id) > LONGEST or len(given) > MOST_CHOICES or not all(map(_is_value, given)):
                raise self.make_error("invalid")
        return listed


def _is_value(value: object) -> bool:
    return isinstance(value, bool | int | float) or (isinstance(value, str) and len(value) <= LONGEST_ANSWER)


class Score(Shown):
    """A scale's value, or why it has none."""

    scale = fields.String()
    value = Number(allow_none=True)
    missing = fields.String(allow_none=True, metadata={"description": "Why there is no value."})


class Answered(Shown):
    """One question that was asked."""

    link_id = fields.String()
    question = fields.String()
    values = fields.List(fields.Raw(metadata=VALUE), metadata={"description": "As a report would give them."})
    text = fields.String(allow_none=True, metadata={"description": "The answer in words; null where it was left out."})


class Response(Shown):
    """A response in short: its answers are asked for one by one."""

    id = Id()
    patient = Id()
    episode = Id()
    unit = Id()
    assignment = Id()
    questionnaire = fields.String(metadata={"description": "url|version"})
    title = fields.String(metadata={"description": "The questionnaire's name."})
    rules = fields.String(allow_none=True, metadata={"description": "url|version; null where nobody judged."})
    status = Word(STATUSES, metadata={"description": "in-progress: expired as begun, judged on what it holds."})
    source = Word(SOURCES, metadata={"description": "Who answered."})
    author = fields.String(metadata={"description": "Who recorded it: patient, clinician, client ..."})
    author_name = fields.String(allow_none=True)
    authored_at = Moment()
    received_at = Moment()
    language = Word(PATIENT_LANGUAGES)
    version = fields.Integer(metadata={"description": "Its ETag."})
    scores = fields.List(fields.Nested(Score))


class ResponseWithAnswers(Response):
    """A response with all that was asked, in the order of the questionnaire."""

    answers = fields.List(fields.Nested(Answered))


class ResponseList(Listed):
    """A part of the responses, newest first."""

    items = fields.List(fields.Nested(Response))


class ResponsesWanted(Wanted):
    """Which responses."""

    patient = Id()


class Withdrawn(Shown):
    """A response that was entered in error, and the topics that it no longer speaks for."""

    id = Id()
    status = Word(STATUSES)
    version = fields.Integer()
    withdrawn = fields.List(fields.String())


class Choice(Shown):
    """Something that staff can fill in for a patient."""

    key = fields.String()
    title = fields.String()


class Form(Shown):
    """What a report asks. Its questions are a FHIR R4 Questionnaire."""

    asked = fields.String(metadata={"description": "The key of what is asked."})
    questionnaire = fields.String(metadata={"description": "url|version, which the report has to name again."})
    title = fields.String()
    assignment = Id(allow_none=True, metadata={"description": "Her own open assignment, where it answers that."})
    opened_at = Moment(metadata={"description": "Sent back with the report, so that a retry stores nothing twice."})
    usual_source = Word([*SOURCES, ""], metadata={"description": "Who answers it, where that goes without saying."})
    validated_from_age = fields.Integer(allow_none=True)
    choices = fields.List(fields.Nested(Choice), metadata={"description": "What else can be filled in."})
    document = fields.Dict(keys=fields.String(), metadata={"description": "The FHIR R4 Questionnaire."})


class FormWanted(Wire):
    """What is to be filled in."""

    asked = Text(metadata={"description": "One of the keys in `choices`; without it the first."})


class Report(Wire):
    """A report that a clinician takes down: with the patient, with somebody close to her, or on her own."""

    asked = Text(load_default=None, allow_none=True, metadata={"description": "The key of what is asked."})
    questionnaire = Text(required=True, metadata={"description": "url|version, as the form named it."})
    source = Word(SOURCES, required=True, metadata={"description": "Who answers."})
    opened_at = Moment(required=True, metadata={"description": "When the form was opened."})
    answers = Answers(required=True)


class Received(Shown):
    """A report that is stored and judged, and what has to be read aloud to the patient now, in her language."""

    response = Id()
    instructions = fields.List(fields.String())
    raised = fields.List(fields.String(), metadata={"description": "What alerts were raised about."})
