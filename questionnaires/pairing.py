"""Whether a response document is meant for a questionnaire: by the canonical that it names, as far as both say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from questionnaires.definition import Questionnaire
from questionnaires.problems import Problem


def answering(document: Any, questionnaire: Questionnaire, given: Mapping[str, Any]) -> tuple[Any, tuple[Problem, ...]]:
    """Return a response document that names this questionnaire by url and version, and a warning where it named none.

    `given` is the questionnaire's document as it came. A canonical without a version means whichever there is (R4), and
    a questionnaire without a url or a version of its own cannot be named by it. One that names another is left alone.
    """
    if not isinstance(document, Mapping):
        return document, ()
    named = document.get("questionnaire")
    if named is None:
        warning = Problem(None, "questionnaire-not-named", "warning")
        return {**document, "questionnaire": questionnaire.canonical}, (warning,)
    if isinstance(named, str) and _means(named, questionnaire, given):
        return {**document, "questionnaire": questionnaire.canonical}, ()
    return document, ()


def _means(named: str, questionnaire: Questionnaire, given: Mapping[str, Any]) -> bool:
    url, _, version = named.partition("|")
    if "url" not in given or url in _by_id(given):
        return True
    return url == given["url"] and (version in ("", questionnaire.version) or "version" not in given)


def _by_id(given: Mapping[str, Any]) -> tuple[str, ...]:
    """How a response refers to a questionnaire on its own server, or in itself, in place of its canonical."""
    return (f"Questionnaire/{given['id']}", f"#{given['id']}") if "id" in given else ()
