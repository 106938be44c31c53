"""The expressions that stand in a questionnaire, as data: what is to be worked out, where, and in which language."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from questionnaires.values import Texts


@dataclass(frozen=True)
class Expression:
    """One expression as it is written; `name` is what later expressions call its result, for a variable.

    `at_root` says that it is worked out for the whole response, as Helsenorge does, and not for its item.
    """

    text: str
    language: str = "text/fhirpath"
    name: str | None = None
    at_root: bool = False


@dataclass(frozen=True)
class Constraint:
    """What must be true of the answers; `message` is what to tell whoever it is not true for."""

    expression: Expression
    key: str = ""
    severity: Literal["error", "warning"] = "error"
    message: Texts | None = field(default=None, compare=False)


@dataclass(frozen=True)
class ItemExpressions:
    """The expressions of one item; None and empty where it has none of that kind."""

    calculated: Expression | None = None
    enable: Expression | None = None
    initial: Expression | None = None
    constraints: tuple[Constraint, ...] = ()
    variables: tuple[Expression, ...] = ()
