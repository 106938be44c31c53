"""What an expression reaches for: whether Prom has it, and whether it could ever be there."""

from __future__ import annotations

from collections.abc import Iterator

from questionnaires.expressions.faults import NotCovered
from questionnaires.expressions.looping import LOOPS
from questionnaires.expressions.tree import Call, Indexed, Member, Path, Tree, Variable, beneath, walk

#: What stands at the top of a response, and in an item of it, as far as Prom keeps it for an expression.
_IN_RESPONSE = frozenset({"item", "language", "questionnaire", "status", "QuestionnaireResponse"})
_IN_ITEM = frozenset({"answer", "item", "linkId"})
#: What FHIR allows in a response and Prom does not keep there, so that it would seem never to be there.
_NOT_KEPT = frozenset({"author", "authored", "definition", "encounter", "extension", "source", "subject", "text"})


class NotAvailable(NotCovered):
    """What an expression wants to know and Prom does not have: the patient's record, for one."""


def check_reach(tree: Tree, has_items: bool | None) -> None:
    """Raise NotCovered for an expression that reaches for what could never be there, NotAvailable for other resources.

    `has_items` says whether the item it is worked out for holds items; None when it is worked out for the response.
    """
    own = _IN_RESPONSE if has_items is None else _IN_ITEM
    for name in _first_members(tree):
        if name[:1].isupper() and name != "QuestionnaireResponse":
            raise NotAvailable(name)
        if name not in own:
            raise NotCovered(f"the element {name}")
        if name == "item" and has_items is False:
            raise NotCovered("the items beneath this one, which has none")
    if not {"questionnaire", "qitem"} & {each.name for each in walk(tree) if isinstance(each, Variable)}:
        for each in walk(tree):
            if isinstance(each, Member | Call) and each.name in _NOT_KEPT:
                raise NotCovered(f"the element {each.name}, which Prom does not keep in a response")


def _first_members(tree: Tree) -> Iterator[str]:
    """Yield the names that paths begin with, where they are looked for in what the expression is worked out for."""
    match tree:
        case Member():
            yield tree.name
        case Path():
            yield from _first_members(tree.left)
            if isinstance(tree.right, Call):
                yield from _in_call(tree.right)
        case Indexed():
            yield from _first_members(tree.left)
        case Call():
            yield from _in_call(tree)
        case _:
            for each in beneath(tree):
                yield from _first_members(each)


def _in_call(call: Call) -> Iterator[str]:
    # What a loop looks at is one of its values, whatever that is; and a type is no element.
    if (call.name in LOOPS and call.name not in ("iif", "coalesce")) or call.name in ("is", "as", "ofType"):
        return
    for each in call.arguments:
        yield from _first_members(each)
