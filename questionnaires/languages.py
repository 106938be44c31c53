"""Language versions of one questionnaire, as Helsenorge keeps them: a document each, and one questionnaire of them all.

What is asked must be the same in all of them; only texts may differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from questionnaires.definition import Coding, Item, Questionnaire
from questionnaires.expressed import Constraint, ItemExpressions
from questionnaires.items import AnswerOption
from questionnaires.problems import Findings, Problem
from questionnaires.values import Texts


def documents(document: Any) -> list[Any]:
    """Return the resources of a Bundle, the main language first; any other document is its own only one."""
    if not isinstance(document, Mapping) or document.get("resourceType") != "Bundle":
        return [document]
    entries = document.get("entry")
    listed = entries if isinstance(entries, list) else []
    return [entry.get("resource") if isinstance(entry, Mapping) else entry for entry in listed]


def merge(versions: Sequence[Questionnaire]) -> tuple[Questionnaire, tuple[Problem, ...]]:
    """Return the first version with the texts of all, and what stands in the way of reading them as one.

    There is at least one version. A second of one language, or of another url or version, is named and left out; where
    one asks something else than the first, that is named at its linkId with severity error.
    """
    main, *others = versions
    found = Findings()
    merged, seen = main, {main.language}
    for other in others:
        if (other.url, other.version) != (main.url, main.version):
            found.add(None, "languages-apart", language=other.language)
        elif other.language in seen:
            found.add(None, "language-twice", language=other.language)
        else:
            seen.add(other.language)
            merged = _with(merged, other, found)
    return merged, tuple(found.problems)


def _with(main: Questionnaire, other: Questionnaire, found: Findings) -> Questionnaire:
    if (main.variables, main.constraints) != (other.variables, other.constraints):
        found.add(None, "language-versions-differ", language=other.language)
    ours, theirs = {item.link_id for item in main.all_items}, {item.link_id for item in other.all_items}
    for link_id in sorted(ours ^ theirs):
        found.add(link_id, "language-versions-differ", language=other.language)
    items = tuple(_both(item, other, found) for item in main.items)
    if [item.link_id for item in main.all_items if item.link_id in theirs] != [
        item.link_id for item in other.all_items if item.link_id in ours
    ]:
        found.add(None, "language-versions-differ", language=other.language)
    return replace(
        main,
        title=_texts(main.title, other.title) or main.title,
        languages=tuple(dict.fromkeys((*main.languages, *other.languages))),
        items=items,
        constraints=_constraints(main.constraints, other.constraints),
        reveals_nothing=main.reveals_nothing and other.reveals_nothing,
        problems=tuple(_once((*main.problems, *other.problems))),
    )


def _both(item: Item, other: Questionnaire, found: Findings) -> Item:
    children = tuple(_both(child, other, found) for child in item.items)
    same = other.item(item.link_id)
    if same is None:
        return replace(item, items=children)
    if _bare(item) != _bare(same) or _numbers(item) != _numbers(same) or _places(item) != _places(same):
        found.add(item.link_id, "language-versions-differ", language=other.language)
    return replace(
        item,
        items=children,
        text=_texts(item.text, same.text),
        help=_texts(item.help, same.help),
        entry_format=_texts(item.entry_format, same.entry_format),
        options=tuple(_option(option, same) for option in item.options),
        expressions=_expressions(item.expressions, same.expressions),
    )


def _expressions(ours: ItemExpressions | None, theirs: ItemExpressions | None) -> ItemExpressions | None:
    if ours is None or theirs is None:
        return ours
    return replace(ours, constraints=_constraints(ours.constraints, theirs.constraints))


def _constraints(ours: tuple[Constraint, ...], theirs: tuple[Constraint, ...]) -> tuple[Constraint, ...]:
    if ours != theirs:
        return ours
    both = zip(ours, theirs, strict=True)
    return tuple(replace(mine, message=_texts(mine.message, other.message)) for mine, other in both)


def _bare(item: Item) -> Item:
    return replace(item, items=(), text=None, help=None, entry_format=None, prefix=None)


def _numbers(item: Item) -> list[object]:
    """What the options count in scores, which is no part of their being equal."""
    return [option.value.ordinal for option in item.options if isinstance(option.value, Coding)]


def _places(item: Item) -> list[str]:
    return [child.link_id for child in item.items]


def _option(option: AnswerOption, same: Item) -> AnswerOption:
    translated = same.offered(option.value) if isinstance(option.value, Coding) else None
    if translated is None or not isinstance(option.value, Coding):
        return option
    return replace(option, value=replace(option.value, display=_texts(option.value.display, translated.display)))


def _texts(ours: Texts | None, theirs: Texts | None) -> Texts | None:
    if ours is None or theirs is None:
        return ours or theirs
    return Texts.of({**theirs.by_language, **ours.by_language}, ours.base)


def _once(problems: Sequence[Problem]) -> Iterator[Problem]:
    seen: set[tuple[object, ...]] = set()
    for problem in problems:
        mark = (problem.link_id, problem.code, *problem.values.values())
        if mark not in seen:
            seen.add(mark)
            yield problem
