"""Field by field out of a JSON tree: what has the wrong shape is refused by name and read as absent."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from questionnaires.fhir_values import ValueFault, exact_number, whole_number
from questionnaires.problems import Findings
from questionnaires.reading.extensions import TRANSLATION, Extension, extensions
from questionnaires.values import Texts


class Reading:
    """One questionnaire being read: what refuses it and what is only noted."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.refused = Findings()
        self.noted = Findings()

    def text(self, node: Mapping[str, Any], field: str, link_id: str | None = None) -> str | None:
        """Return a text that says something, or None."""
        if field not in node:
            return None
        value = node[field]
        if isinstance(value, str) and value.strip():
            return value
        self.refused.add(link_id, "wrong-field", field=field, expected="text")
        return None

    def flag(self, node: Mapping[str, Any], field: str, link_id: str) -> bool:
        """Return true or false; absent is false."""
        value = node.get(field, False)
        if not isinstance(value, bool):
            self.refused.add(link_id, "wrong-field", field=field, expected="true or false")
        return value is True

    def count(self, node: Mapping[str, Any], field: str, link_id: str) -> int | None:
        """Return a whole number of 0 or more, or None."""
        if field not in node:
            return None
        try:
            number = whole_number(node[field])
        except ValueFault:
            number = -1
        if number >= 0:
            return number
        self.refused.add(link_id, "wrong-field", field=field, expected="a whole number")
        return None

    def children(self, node: Mapping[str, Any], field: str, link_id: str | None = None) -> list[Mapping[str, Any]]:
        """Return a list of objects; absent is empty."""
        children = node.get(field, [])
        if isinstance(children, list) and all(isinstance(child, Mapping) for child in children):
            return children
        self.refused.add(link_id, "wrong-field", field=field, expected="a list of objects")
        return []

    def inner(self, node: Mapping[str, Any], field: str, link_id: str | None = None) -> Mapping[str, Any]:
        """Return an object; absent is empty."""
        child = node.get(field, {})
        if isinstance(child, Mapping):
            return child
        self.refused.add(link_id, "wrong-field", field=field, expected="an object")
        return {}

    def texts(self, node: Mapping[str, Any], field: str, link_id: str | None = None) -> Texts | None:
        """Return a text with the translations that stand beside it, or None where there is neither."""
        base = self.text(node, field, link_id)
        by_language = {self.language: base} if base is not None else {}
        for extension in extensions(self.inner(node, f"_{field}", link_id)):
            if extension.url == TRANSLATION:
                self._translation(extension, by_language, link_id)
        return Texts.of(by_language, self.language) if by_language else None

    def _translation(self, extension: Extension, by_language: dict[str, str], link_id: str | None) -> None:
        parts = {part.url: part.value for part in extensions(extension.node)}
        language, content = parts.get("lang"), parts.get("content")
        if not (isinstance(language, str) and language.strip() and isinstance(content, str) and content.strip()):
            self.refused.add(link_id, "translation-incomplete")
        elif language in by_language:
            self.refused.add(link_id, "translation-twice", language=language)
        else:
            by_language[language] = content

    def extension(self, node: Mapping[str, Any], url: str, kind: str, link_id: str | None) -> Any:
        """Return the value of the one extension with this address, or None; refused when it is of another kind."""
        for found in extensions(node):
            if found.url == url and found.kind == kind:
                return found.value
            if found.url == url:
                self.refused.add(link_id, "wrong-field", field=url, expected=f"value{kind}")
        return None

    def number(self, extension: Extension, link_id: str) -> Decimal | None:
        """Return an extension's value as a number, exact, or None."""
        try:
            return exact_number(extension.value)
        except ValueFault:
            self.refused.add(link_id, "wrong-field", field=extension.url, expected="a number")
            return None
