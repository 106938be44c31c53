"""FHIR questionnaires in and out of the catalogue: what came in goes out equal.

A document without url, version or status is given one, so that it can be found and compiled. What was given is marked
by a tag in `meta` and left out again on the way out.
"""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from prom.catalogue.queries import from_json, newest
from prom.catalogue.service import take_in
from prom.errors import PublishedAlready
from questionnaires.documents import dumps, faults
from questionnaires.parsing import parse
from questionnaires.problems import Problem, QuestionnaireError

ADDED = "urn:prom:added-at-import"
#: What a document is given that has none of its own; the url is made from the document.
VERSION, STATUS = "0", "draft"
#: For urls: the same document, and its next edition under the same id or name, gets the same one.
NAMESPACE = uuid.UUID("5f0c1a3e-6f0b-4f7e-9a55-0b6d5c0d7a11")


@dataclass(frozen=True)
class Imported:
    """What became of one document."""

    url: str | None
    version: str | None
    language: str | None
    #: imported, refused
    outcome: str
    publishable: bool
    problems: tuple[Problem, ...]


def import_document(session: Session, document: Any, author: str) -> list[Imported]:
    """Store a Questionnaire, or each one of a Bundle, as a draft; a draft again replaces it. Raises for no document."""
    taken: set[tuple[str | None, str | None]] = set()
    results = []
    for resource in _resources(document):
        result = _import_one(session, resource, author, taken)
        taken.add((result.url, result.version))
        results.append(result)
    return results


def _resources(document: Any) -> Iterator[Any]:
    if not isinstance(document, Mapping) or document.get("resourceType") != "Bundle":
        yield document
        return
    entries = document.get("entry")
    for entry in entries if isinstance(entries, list) else []:
        yield entry.get("resource") if isinstance(entry, Mapping) else entry


def _import_one(session: Session, resource: Any, author: str, taken: set[tuple[str | None, str | None]]) -> Imported:
    try:
        complete = completed(resource)
        questionnaire = parse(complete)
        if (questionnaire.url, questionnaire.version) in taken:
            # The catalogue holds one document per url and version: a second would replace the first without a word.
            raise QuestionnaireError([Problem(None, "language-version", "error")])
        take_in(
            session, "questionnaire", questionnaire.url, questionnaire.version, questionnaire.name, complete, author
        )
    except QuestionnaireError as refused:
        return _refused(resource, refused.problems)
    except PublishedAlready as refused:
        return _refused(resource, tuple(each for each in refused.problems if isinstance(each, Problem)))
    return Imported(
        questionnaire.url,
        questionnaire.version,
        questionnaire.language,
        "imported",
        questionnaire.publishable,
        questionnaire.problems,
    )


def _refused(resource: Any, problems: tuple[Problem, ...]) -> Imported:
    given = resource if isinstance(resource, Mapping) else {}
    url, version, language = (given.get(field) for field in ("url", "version", "language"))
    return Imported(
        url if isinstance(url, str) else None,
        version if isinstance(version, str) else None,
        language if isinstance(language, str) else None,
        "refused",
        False,
        problems,
    )


def completed(document: Any) -> Any:
    """Return a questionnaire with the url, version and status that it lacks, and a tag for each in its `meta`."""
    if not isinstance(document, Mapping) or document.get("resourceType") != "Questionnaire" or faults(document):
        return document
    added = {"url": _url(document), "version": VERSION, "status": STATUS}
    absent = {field: value for field, value in added.items() if field not in document}
    meta = document.get("meta", {})
    if not absent or not isinstance(meta, Mapping) or not isinstance(meta.get("tag", []), list):
        return document
    tags = [*meta.get("tag", []), *({"system": ADDED, "code": field} for field in absent)]
    return {**document, **absent, "meta": {**meta, "tag": tags}}


def _url(document: Mapping[str, Any]) -> str:
    named = document.get("id") or document.get("name") or dumps(document)
    language = document.get("language") or ""
    return f"urn:uuid:{uuid.uuid5(NAMESPACE, f'{named}|{language}')}"


def export_document(session: Session, name_or_canonical: str) -> Any:
    """Return the newest version of a questionnaire (or `url|version`) as it came in; raises NotFound."""
    return as_it_came(from_json(newest(session, "questionnaire", name_or_canonical).document))


def as_it_came(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document without what was added at import."""
    meta = document.get("meta")
    if not isinstance(meta, Mapping) or not isinstance(meta.get("tag"), list):
        return dict(document)
    added = [tag["code"] for tag in meta["tag"] if _is_ours(tag)]
    if not added:
        return dict(document)
    bare = {field: value for field, value in document.items() if field not in (*added, "meta")}
    tags = [tag for tag in meta["tag"] if not _is_ours(tag)]
    kept = {**meta, "tag": tags} if tags else {field: value for field, value in meta.items() if field != "tag"}
    return {**bare, "meta": kept} if kept else bare


def _is_ours(tag: Any) -> bool:
    return isinstance(tag, Mapping) and tag.get("system") == ADDED
