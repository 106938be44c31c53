"""A FHIR R4 questionnaire document -> Questionnaire, which keeps the document; every error names its linkId."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from questionnaires.definition import Item, Questionnaire
from questionnaires.documents import faults, read
from questionnaires.expressed import ItemExpressions
from questionnaires.giving import never_given
from questionnaires.keys.summing import never_summed
from questionnaires.languages import documents, merge
from questionnaires.logic.formulas import logic_of
from questionnaires.problems import Problem, QuestionnaireError
from questionnaires.reading.conditions import check_conditions
from questionnaires.reading.expressions import read_expressions
from questionnaires.reading.extensions import REVEALS_NOTHING, unrunnable
from questionnaires.reading.fields import Reading
from questionnaires.reading.items import ItemReader
from questionnaires.reading.value_sets import ValueSets
from questionnaires.values import Texts

__all__ = ["parse", "read"]

_STATUSES = ("draft", "active", "retired", "unknown")
#: The language tag that means "nobody said".
_UNDETERMINED = "und"


def parse(document: Any) -> Questionnaire:
    """Compile a FHIR R4 Questionnaire (JSON, or the same tree from YAML); the document is kept as it came.

    What is broken is refused: QuestionnaireError, with every problem found, for any JSON value, and nothing else is
    raised. What is sound but asks for logic that Prom cannot run is kept, with a problem each, and is not publishable.
    A Bundle of language versions, all of one url and version, becomes one questionnaire in several languages, whose
    document is that of the first.
    """
    if unsound := faults(document):
        raise QuestionnaireError(unsound)
    if not isinstance(document, Mapping) or document.get("resourceType") != "Bundle":
        return _parse(document)
    versions = [_parse(each) for each in documents(document)]
    if not versions:
        raise QuestionnaireError([Problem(None, "not-a-resource", "error", {"expected": "Questionnaire"})])
    merged, problems = merge(versions)
    if any(problem.code != "language-versions-differ" for problem in problems):
        raise QuestionnaireError(problems)
    return replace(merged, problems=(*merged.problems, *problems))


def _parse(document: Any) -> Questionnaire:
    if not isinstance(document, Mapping) or document.get("resourceType") != "Questionnaire":
        raise QuestionnaireError([Problem(None, "not-a-resource", "error", {"expected": "Questionnaire"})])
    reading = Reading(_language(document))
    questionnaire = _compile(document, reading)
    if not reading.refused.problems:
        check_conditions(questionnaire, reading.refused, reading.noted)
        reading.noted.problems.extend((*never_given(questionnaire), *never_summed(questionnaire)))
        logic = logic_of(questionnaire)
        reading.noted.problems.extend(logic.problems if logic else ())
    for problem in unrunnable(document):
        (reading.refused if problem.code == "wrong-field" else reading.noted).problems.append(problem)
    if reading.refused.problems:
        raise QuestionnaireError(reading.refused.problems)
    return replace(questionnaire, problems=tuple(reading.noted.problems))


def _language(document: Mapping[str, Any]) -> str:
    language = document.get("language")
    return language if isinstance(language, str) and language.strip() else _UNDETERMINED


def _compile(document: Mapping[str, Any], reading: Reading) -> Questionnaire:
    items = ItemReader(reading, ValueSets(reading, document)).items(document)
    expressions = read_expressions(reading, document, None) or ItemExpressions()
    url = reading.text(document, "url") or ""
    if "|" in url:  # which parts a url from its version
        reading.refused.add(None, "wrong-field", field="url", expected="an address without |")
    version = reading.text(document, "version") or ""
    name = reading.text(document, "id") or url.replace(":", "/").rpartition("/")[2]
    title = reading.texts(document, "title")
    reading.text(document, "language")
    _note_head(reading, items, url=url, version=version, title=str(title or ""), language=_language(document))
    return Questionnaire(
        url=url,
        version=version,
        name=name,
        title=title or Texts.of({reading.language: reading.text(document, "name") or name}, reading.language),
        status=_status(document, reading),
        language=reading.language,
        languages=_languages(reading.language, title, items),
        items=items,
        variables=expressions.variables,
        constraints=expressions.constraints,
        reveals_nothing=reading.extension(document, REVEALS_NOTHING, "Boolean", None) is True,
        document=document,
    )


def _note_head(reading: Reading, items: tuple[Item, ...], **fields: str) -> None:
    for field, value in fields.items():
        if value in ("", _UNDETERMINED):
            reading.noted.add(None, "field-missing", "error" if field in ("url", "version") else "warning", field=field)
    if not items:
        reading.noted.add(None, "field-missing", field="item")


def _status(document: Mapping[str, Any], reading: Reading) -> str:
    if "status" not in document:
        reading.noted.add(None, "field-missing", field="status")
        return "unknown"
    status = document["status"]
    if isinstance(status, str) and status in _STATUSES:
        return status
    reading.refused.add(None, "wrong-field", field="status", expected=", ".join(_STATUSES))
    return "unknown"


def _languages(base: str, title: Texts | None, items: tuple[Item, ...]) -> tuple[str, ...]:
    met: dict[str, None] = {base: None}
    for texts in (title, *_texts(items)):
        met |= dict.fromkeys(texts.by_language if texts else ())
    return tuple(met)


def _texts(items: tuple[Item, ...]) -> list[Texts | None]:
    found: list[Texts | None] = []
    for item in items:
        found += [item.text, *_texts(item.items)]
    return found
