"""FHIR questionnaires in and out of the catalogue: what came in goes out equal.

A document without url, version or status is given one, so that it can be found and compiled. What was given is marked
by a tag in `meta` and left out again on the way out.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from prom.catalogue.queries import from_json, newest
from prom.catalogue.service import take_in
from prom.errors import NotFound, PublishedAlready
from questionnaires.documents import dumps, faults
from questionnaires.languages import documents
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
    """Store a Questionnaire, or those of a Bundle, as drafts; a draft again replaces it. Raises for no document.

    The language versions in a Bundle, with one url and version, become one questionnaire, whose row holds them all.
    """
    results: dict[int, Imported] = {}
    sound: dict[tuple[str, str], dict[int, Any]] = {}
    resources = documents(document)
    for place, resource in enumerate(resources):
        try:
            complete = completed(resource)
            questionnaire = parse(complete)
            of_one = sound.setdefault((questionnaire.url, questionnaire.version), {})
            parse(_together(document, [*of_one.values(), complete]))
        except QuestionnaireError as refused:
            results[place] = _refused(resource, refused.problems)
        else:
            of_one[place] = complete
    for of_one in sound.values():
        whole = len(of_one) == len(resources)
        stored = _together(document if whole else None, list(of_one.values()))
        results |= {place: _store(session, stored, of_one[place], author) for place in of_one}
    return [results[place] for place in sorted(results)]


def _together(bundle: Any, versions: list[Any]) -> Any:
    """Return the one version itself, or a Bundle of several: the one they came in, where all that it held are here."""
    if len(versions) == 1:
        return versions[0]
    entries = bundle.get("entry") if isinstance(bundle, Mapping) else None
    if entries is None or len(entries) != len(versions):
        return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": each} for each in versions]}
    around = [entry if isinstance(entry, Mapping) else {} for entry in entries]
    return {**bundle, "entry": [{**entry, "resource": each} for entry, each in zip(around, versions, strict=True)]}


def _store(session: Session, stored: Any, version: Any, author: str) -> Imported:
    """Take in what holds one version; its own reply says what is noted of it, and how it differs from the others."""
    questionnaire, whole = parse(version), parse(stored)
    url, number, language = questionnaire.url, questionnaire.version, questionnaire.language
    lost = _languages_lost(session, questionnaire.canonical, whole.languages)
    try:
        take_in(session, "questionnaire", url, number, whole.name, stored, author)
    except PublishedAlready as refused:
        return _refused(version, tuple(each for each in refused.problems if isinstance(each, Problem)))
    differing = [each for each in whole.problems if each.code == "language-versions-differ"]
    problems = (*questionnaire.problems, *(each for each in differing if each.values["language"] == language), *lost)
    return Imported(url, number, language, "imported", whole.publishable, problems)


def _languages_lost(session: Session, canonical: str, languages: tuple[str, ...]) -> tuple[Problem, ...]:
    """Return a warning where a draft that was there spoke a language that what replaces it does not."""
    try:
        before = parse(from_json(newest(session, "questionnaire", canonical).document)).languages
    except (NotFound, QuestionnaireError):
        return ()
    gone = [each for each in before if each not in languages]
    return (Problem(None, "language-replaced", "warning", {"languages": ", ".join(gone)}),) if gone else ()


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
    """Return a questionnaire with the url, version and status that it lacks, and a tag for each in its `meta`.

    Of a Bundle, each of its questionnaires.
    """
    if isinstance(document, Mapping) and document.get("resourceType") == "Bundle" and not faults(document):
        versions = [completed(each) for each in documents(document)]
        return _together(document, versions) if versions else document
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


def export_document(session: Session, name_or_canonical: str, language: str | None = None) -> Any:
    """Return the newest version of a questionnaire (or `url|version`) as it came in; raises NotFound.

    Several language versions leave as the Bundle they came in, or one of them by its language.
    """
    stored = from_json(newest(session, "questionnaire", name_or_canonical).document)
    if language is None:
        return as_it_came(stored)
    for each in documents(stored):
        if each.get("language") == language:
            return as_it_came(each)
    raise NotFound("questionnaire")


def as_it_came(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document, or a Bundle of them, without what was added at import."""
    if document.get("resourceType") == "Bundle":
        entries = [{**entry, "resource": as_it_came(entry["resource"])} for entry in document["entry"]]
        return {**document, "entry": entries}
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
