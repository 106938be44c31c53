"""The formulas of a questionnaire beside one response: each item in each repetition, with the variables it may use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from questionnaires.answers import QuestionnaireResponse
from questionnaires.definition import Coding, Item, Questionnaire
from questionnaires.exchange import to_fhir
from questionnaires.expressions.evaluation import Budget, Surroundings, evaluate
from questionnaires.expressions.faults import NotComputed
from questionnaires.expressions.nodes import UCUM, Node, Nodes
from questionnaires.expressions.operators import truth
from questionnaires.logic.formulas import Formula, Logic
from questionnaires.logic.places import ABSENT, Where, opens


@dataclass(eq=False)
class Scope:
    """The variables in force at one place, each worked out when it is first asked for; `node` is what they are for."""

    outer: Scope | None
    declared: Mapping[str, Formula]
    node: Node
    item: Item | None
    known: dict[str, Nodes | NotComputed] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Station:
    """One item in one place; `node` is what was given for it, or one that says nothing."""

    item: Item
    where: Where
    node: Node
    scope: Scope

    @property
    def where_is_there(self) -> bool:
        """Whether no repetition around it is absent."""
        return all(index != ABSENT for _, index in self.where)


@dataclass(frozen=True)
class Worth:
    """What a condition came to: whether it holds, or why that cannot be told. Nothing at all does not hold."""

    holds: bool | None = None
    fault: str | None = None


class Worksheet:
    """A questionnaire's formulas beside one response; `budget` may be shared with other worksheets of that response."""

    def __init__(
        self,
        questionnaire: Questionnaire,
        logic: Logic,
        response: QuestionnaireResponse,
        today: date | None = None,
        budget: Budget | None = None,
    ) -> None:
        self.questionnaire = questionnaire
        self.logic = logic
        self.root, self.fault = _root(response)
        self.top = Scope(None, logic.variables.get(None, {}), self.root, None)
        self.today = today
        self.budget = budget or Budget()
        self.given: dict[str, Nodes] = {
            "resource": [self.root],
            "questionnaire": [Node(questionnaire.document, "Questionnaire")],
            "ucum": [Node(UCUM, "String")],
        }

    def stations(self) -> Iterator[Station]:
        """Yield every item of the questionnaire in every place; where a repetition is absent, as if it were empty."""
        yield from self._stations(self.questionnaire.items, _children(self.root), (), self.top)

    def _stations(self, items: tuple[Item, ...], nodes: Nodes, where: Where, scope: Scope) -> Iterator[Station]:
        by_link_id: dict[str, Nodes] = {}
        for node in nodes:
            by_link_id.setdefault(node.value["linkId"], []).append(node)
        for item in items:
            found = by_link_id.get(item.link_id, [])
            node = found[0] if found else _nothing(item)
            inside = self._scope(item, node, scope)
            yield Station(item, where, node, inside)
            if not item.items:
                continue
            if not opens(item):
                yield from self._stations(
                    item.items, [each for one in found for each in _all_beneath(one)], where, inside
                )
                continue
            repetitions = [each for one in found for each in _answers(one)] if item.is_question else found
            for index, each in list(enumerate(repetitions)) or [
                (ABSENT, Node({"linkId": item.link_id}, "BackboneElement"))
            ]:
                step = (*where, (item.link_id, index))
                yield from self._stations(item.items, _children(each), step, self._scope(item, each, scope))

    def _scope(self, item: Item, node: Node, outer: Scope) -> Scope:
        declared = self.logic.variables.get(item.link_id)
        return Scope(outer, declared, node, item) if declared else outer

    def nodes(self, formula: Formula, station: Station | None) -> Nodes:
        """Return what a formula is worth for an item, or for the response; raises NotComputed, and nothing else."""
        if self.fault is not None:
            raise self.fault
        node, scope, item = (self.root, self.top, None) if station is None else _of(station)
        return self._evaluate(formula, node, scope, item)

    def truth(self, formula: Formula, station: Station | None) -> Worth:
        """Return whether a formula holds; nothing, as SDC says, does not. Never raises."""
        try:
            return Worth(holds=truth(self.nodes(formula, station)))
        except NotComputed as fault:
            return Worth(fault=str(fault))

    def _evaluate(self, formula: Formula, node: Node, scope: Scope, item: Item | None) -> Nodes:
        def looked_up(name: str) -> Nodes:
            if name == "context":
                return [node]
            if name == "qitem":
                return [] if item is None else [Node(self._definition(item.link_id), "")]
            return self.given[name] if name in self.given else self._variable(name, scope)

        focus = self.root if formula.expression.at_root else node
        around = Surroundings(looked_up, self._weight, self.today, self.budget)
        return evaluate(formula.tree, [focus], around)

    def _variable(self, name: str, scope: Scope) -> Nodes:
        holder: Scope | None = scope
        while holder is not None and name not in holder.declared:
            holder = holder.outer
        if holder is None:
            raise NotComputed(f"there is no %{name}")
        known = holder.known.get(name)
        if known is None:
            try:
                # A variable that hides one of its own name around it may read that one.
                known = self._evaluate(holder.declared[name], holder.node, holder, holder.item)
            except NotComputed as fault:
                known = fault
            holder.known[name] = known
        if isinstance(known, NotComputed):
            raise known
        return known

    def _weight(self, node: Node) -> Decimal | None:
        value = node.value
        holder = node.parent
        if isinstance(value, Mapping) and "valueCoding" in value:
            value = value["valueCoding"]
        elif holder is not None:
            holder = holder.parent
        item = self.questionnaire.item(str(holder.value.get("linkId"))) if holder is not None else None
        if item is None:
            raise NotComputed("a weight is asked of what is no answer")
        if not isinstance(value, Mapping) or "code" not in value:
            return None
        offered = item.offered(Coding(value.get("system"), str(value["code"])))
        return None if offered is None else offered.ordinal

    def _definition(self, link_id: str) -> Mapping[str, Any]:
        waiting: list[Mapping[str, Any]] = [self.questionnaire.document]
        while waiting:
            node = waiting.pop()
            if node.get("linkId") == link_id:
                return node
            waiting.extend(node.get("item", []))
        return {"linkId": link_id}


def _root(response: QuestionnaireResponse) -> tuple[Node, NotComputed | None]:
    try:
        return Node(to_fhir(response), "QuestionnaireResponse"), None
    except TypeError:
        return Node({}, "QuestionnaireResponse"), NotComputed("an answer is of no kind at all")


def _of(station: Station) -> tuple[Node, Scope, Item | None]:
    return station.node, station.scope, station.item


def _nothing(item: Item) -> Node:
    return Node({"linkId": item.link_id}, "BackboneElement")


def _children(node: Node) -> Nodes:
    return [Node(each, "BackboneElement", node) for each in node.value.get("item", [])]


def _answers(node: Node) -> Nodes:
    return [Node(each, "BackboneElement", node) for each in node.value.get("answer", [])]


def _all_beneath(node: Node) -> Nodes:
    return [*_children(node), *(each for answer in _answers(node) for each in _children(answer))]
