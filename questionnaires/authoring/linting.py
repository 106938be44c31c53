"""What an author should mend in a questionnaire before patients are asked with it.

An error keeps something from working as it is meant; a warning makes it worse to answer or to use; an information is
something to have thought of.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from questionnaires.advice import Advice
from questionnaires.authoring.linting_items import item_problems, texts_of
from questionnaires.authoring.reaching import never_asked
from questionnaires.authoring.readability import PLAIN, lix
from questionnaires.declaring import refused_by_sms
from questionnaires.definition import ItemType, Questionnaire, Texts
from questionnaires.keys.scales import ScoringKey
from questionnaires.problems import Problem, Severity

#: Languages that every questionnaire has to have: both forms of Norwegian, by the language act (språklova).
NEEDED = ("nb", "nn")
#: Languages whose words are counted for the readability index.
_COUNTED = ("nb", "nn", "en")


def lint(
    questionnaire: Questionnaire,
    key: ScoringKey | None = None,
    advice: Advice | None = None,
    emergencies: Collection[str] = (),
) -> tuple[Problem, ...]:
    """Return what parsing found and what else is to be mended, in the order of the document.

    `key` and `advice` are those of this version; `emergencies` the linkIds whose answers its rules call an emergency.
    """
    return (
        *questionnaire.problems,
        *_head(questionnaire, advice, emergencies),
        *_reading(questionnaire),
        *(each for item in questionnaire.all_items for each in item_problems(item, key)),
        *_unreachable(questionnaire),
        *refused_by_sms(questionnaire, {*emergencies, *(each.item for each in (key.safety if key else ()))}),
    )


def missing_texts(questionnaire: Questionnaire, language: str) -> tuple[tuple[str | None, str], ...]:
    """Return what has no text in a language, as pairs of linkId (None for the title) and what it is."""
    texts: list[tuple[str | None, str, Texts | None]] = [(None, "the title", questionnaire.title)]
    texts += [(item.link_id, what, each) for item in questionnaire.all_items for what, each in texts_of(item)]
    return tuple((link_id, what) for link_id, what, each in texts if not _has(each, language))


def is_grave(problems: Iterable[Problem]) -> bool:
    """Whether one of them is an error or a warning."""
    return any(problem.severity != "information" for problem in problems)


def languages_of(questionnaire: Questionnaire) -> tuple[str, ...]:
    """Return the languages to look at: those that are needed, then the others that the document has."""
    others = (each for each in questionnaire.languages if each != "und" and _primary(each) not in NEEDED)
    return (*NEEDED, *others)


def _head(questionnaire: Questionnaire, advice: Advice | None, emergencies: Collection[str]) -> Iterator[Problem]:
    if questionnaire.language == "und":
        yield Problem(None, "language-unknown", "warning")
    for language in languages_of(questionnaire):
        missing = missing_texts(questionnaire, language)
        if missing and language not in NEEDED:
            yield Problem(None, "partly-translated", "information", {"language": language, "given": len(missing)})
            continue
        for link_id, what in missing:
            yield Problem(link_id, "no-translation", "warning", {"what": what, "language": language})
    yield from _red_flags(questionnaire, emergencies)
    last = questionnaire.items[-1] if questionnaire.items else None
    if advice is None and (last is None or last.type is not ItemType.DISPLAY):
        yield Problem(None, "no-end-text", "information")


def _red_flags(questionnaire: Questionnaire, emergencies: Collection[str]) -> Iterator[Problem]:
    """Red flags come first: before one, only others, and what decides whether they are asked.

    Where a form does begin with some, a later one, such as the wish to be called, may have its reasons.
    """
    order = [item.link_id for item in questionnaire.questions]
    flags = [link_id for link_id in order if link_id in emergencies]
    if not flags:
        yield Problem(None, "no-red-flag", "information")
    for flag in flags:
        item = questionnaire.item(flag)
        if item is not None and item.initial:  # nobody could tell whether it was answered
            yield Problem(flag, "red-flag-prefilled", "error")
    leading = {*flags, *(needed for flag in flags for needed in _all_needed(questionnaire, flag))}
    for flag in flags:
        earlier = next((each for each in order[: order.index(flag)] if each not in leading), None)
        if earlier is not None:
            severity: Severity = "information" if order[0] in leading else "warning"
            yield Problem(flag, "red-flag-late", severity, {"earlier": earlier})


def _all_needed(questionnaire: Questionnaire, link_id: str) -> set[str]:
    found: set[str] = set()
    waiting = [link_id]
    while waiting:
        new = set(questionnaire.needs.get(waiting.pop(), ())) - found
        found |= new
        waiting += new
    return found


def _reading(questionnaire: Questionnaire) -> Iterator[Problem]:
    for language in (each for each in languages_of(questionnaire) if _primary(each) in _COUNTED):
        own = [item.text for item in questionnaire.all_items if item.text is not None and _has(item.text, language)]
        texts = [each.read(language)[0] for each in own]
        index = lix(texts)
        if index is not None and index >= PLAIN:
            yield Problem(None, "hard-to-read", "information", {"language": language, "given": index, "most": PLAIN})


def _unreachable(questionnaire: Questionnaire) -> Iterator[Problem]:
    for link_id in never_asked(questionnaire):
        item = questionnaire.item(link_id)
        if item is not None and item.required:
            yield Problem(link_id, "never-asked-required", "error")
        else:
            yield Problem(link_id, "never-asked", "warning")


def _has(texts: Texts | None, language: str) -> bool:
    return texts is not None and any(_primary(tag) == _primary(language) for tag in texts.by_language)


def _primary(tag: str) -> str:
    """Return the language of a tag without its country; `no`, as many documents have it, is bokmål."""
    primary = tag.partition("-")[0].lower()
    return "nb" if primary == "no" else primary
