"""The expressions of a questionnaire out of its extensions: SDC's, HL7's own, and Helsenorge's.

Helsenorge's `sdf-calculatedExpression` and `sdf-fhirpath` are worked out for the whole response, as its renderer refero
does; all others for the item they stand at, as SDC says (https://hl7.org/fhir/uv/sdc/expressions.html).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from questionnaires.expressed import Constraint, Expression, ItemExpressions
from questionnaires.reading.extensions import EXPRESSIONS, Extension, extensions
from questionnaires.reading.fields import Reading
from questionnaires.values import Texts

_SDC = "sdc-questionnaire-"
_CALCULATED = (_SDC + "calculatedExpression", "sdf-calculatedExpression", "sdf-fhirpath")
_CONSTRAINTS = ("targetConstraint", _SDC + "targetConstraint", "questionnaire-constraint", "sdf-fhirpathvalidation")
_ENABLE, _INITIAL, _VARIABLE = _SDC + "enableWhenExpression", _SDC + "initialExpression", "variable"


def read_expressions(reading: Reading, node: Mapping[str, Any], link_id: str | None) -> ItemExpressions | None:
    """Return the expressions that stand at an item, or at the questionnaire for linkId None; None where there are none.

    One without a text, a variable without a name and a second of a kind that may stand once are refused.
    """
    found = [(each.url.rpartition("/")[2], each) for each in extensions(node)]
    if not any(name in EXPRESSIONS for name, _ in found):
        return None
    read = _Reader(reading, link_id, found)
    return ItemExpressions(
        calculated=read.one(_CALCULATED),
        enable=read.one((_ENABLE,)),
        initial=read.one((_INITIAL,)),
        constraints=tuple(read.constraints()),
        variables=tuple(read.variables()),
    )


class _Reader:
    """The extensions of one node, by the last part of their address."""

    def __init__(self, reading: Reading, link_id: str | None, found: list[tuple[str, Extension]]) -> None:
        self.reading = reading
        self.link_id = link_id
        self.found = found

    def named(self, names: tuple[str, ...]) -> Iterator[tuple[str, Extension]]:
        return ((name, each) for name, each in self.found if name in names)

    def one(self, names: tuple[str, ...]) -> Expression | None:
        read = [self.expression(name, each) for name, each in self.named(names)]
        if len(read) > 1:
            self.reading.refused.add(self.link_id, "expression-twice", extension=names[0])
        return read[0] if read else None

    def variables(self) -> Iterator[Expression]:
        for name, each in self.named((_VARIABLE,)):
            made = self.expression(name, each)
            if made is not None and made.name is None:
                self.reading.refused.add(self.link_id, "wrong-field", field="variable.name", expected="text")
            elif made is not None:
                yield made

    def expression(self, name: str, extension: Extension) -> Expression | None:
        if name.startswith("sdf-"):
            return self._of_helsenorge(name, extension)
        return self._read(extension)

    def _of_helsenorge(self, name: str, extension: Extension) -> Expression | None:
        # Helsenorge's editor leaves the extension there with an empty text when the author has written none.
        if extension.kind == "String" and isinstance(extension.value, str):
            whole = name != "sdf-fhirpathvalidation"
            return Expression(extension.value, at_root=whole) if extension.value.strip() else None
        self._refuse(extension)
        return None

    def _read(self, extension: Extension) -> Expression | None:
        value = extension.value
        if extension.kind != "Expression" or not isinstance(value, Mapping):
            self._refuse(extension)
            return None
        text = self.reading.text(value, "expression", self.link_id) if "expression" in value else ""
        language = self.reading.text(value, "language", self.link_id)
        if text is None or language is None:
            self._refuse(extension)
            return None
        return Expression(text, language, self.reading.text(value, "name", self.link_id))

    def _refuse(self, extension: Extension) -> None:
        self.reading.refused.add(self.link_id, "wrong-field", field=extension.url, expected="an expression")

    def constraints(self) -> Iterator[Constraint]:
        for name, each in self.named(_CONSTRAINTS):
            if name == "sdf-fhirpathvalidation":
                expression = self.expression(name, each)
                parts: dict[str, Extension] = {}
            else:
                parts = {part.url: part for part in extensions(each.node)}
                expression = self._of_constraint(parts.get("expression"), each)
            if expression is not None:
                yield Constraint(expression, str(_value(parts, "key") or ""), _severity(parts), self._message(parts))

    def _of_constraint(self, part: Extension | None, whole: Extension) -> Expression | None:
        if part is not None and part.kind == "Expression":
            return self._read(part)
        if part is not None and part.kind == "String" and isinstance(part.value, str) and part.value.strip():
            return Expression(part.value)
        self._refuse(whole)
        return None

    def _message(self, parts: Mapping[str, Extension]) -> Texts | None:
        human = parts.get("human")
        if human is None:
            return None
        field = f"value{human.kind}"
        return self.reading.texts(human.node, field, self.link_id)


def _value(parts: Mapping[str, Extension], name: str) -> object:
    return parts[name].value if name in parts else None


def _severity(parts: Mapping[str, Extension]) -> Literal["error", "warning"]:
    return "warning" if _value(parts, "severity") == "warning" else "error"
