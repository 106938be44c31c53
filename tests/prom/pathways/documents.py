"""Pathway documents for tests: a shipped one with one place changed."""

from copy import deepcopy
from typing import Any

from prom.catalogue.service import PATHWAYS
from questionnaires.documents import read

DOCUMENT: dict[str, Any] = dict(read(PATHWAYS / "surgery" / "1.0.1.yaml"))


def changed(path: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    """The shipped surgery pathway with one place changed, or left out where the value is `...`."""
    document = deepcopy(DOCUMENT)
    place: Any = document
    for step in path[:-1]:
        place = place[step]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return document


def said(language_words: str) -> dict[str, str]:
    """One text in all three languages."""
    return dict.fromkeys(("nb", "nn", "en"), language_words)
