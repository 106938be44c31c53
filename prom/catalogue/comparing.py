"""What would change under a number that is published already: with wording told from meaning."""

from typing import Any

from questionnaires.authoring.differences import Change, differences, key_changes, needs_new_version
from questionnaires.parsing import parse
from questionnaires.problems import Problem, QuestionnaireError


def changes_between(kind: str, before: Any, after: Any) -> tuple[Change, ...]:
    """Return what differs between two documents of a kind; empty for kinds whose parts nobody compares."""
    if kind == "scoring-key":
        return key_changes(before, after)
    if kind != "questionnaire":
        return ()
    try:
        return differences(parse(before), parse(after), sources=(before, after))
    except QuestionnaireError:
        # What cannot be read cannot be told to say the same.
        return (Change("meaning", "otherwise-changed", None, {"field": "item"}),)


def refusal(changes: tuple[Change, ...]) -> tuple[Problem, ...]:
    """Return why a published version is not changed, first in one sentence, then change by change."""
    mere_words = bool(changes) and not needs_new_version(changes)
    first = (Problem(None, "published-already"),)
    said = (Problem(None, "published-already-wording", "information"),) if mere_words else ()
    return (*first, *said, *(change.problem for change in changes))
