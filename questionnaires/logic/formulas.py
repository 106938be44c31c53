"""The expressions of a questionnaire, compiled once: which are covered, what each reads, in which order they come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from questionnaires.definition import Item, Questionnaire
from questionnaires.dependencies import in_circles, in_order
from questionnaires.expressed import Constraint, Expression, ItemExpressions
from questionnaires.expressions.covering import calls_in, check, link_ids_in, variables_in
from questionnaires.expressions.faults import NotCovered
from questionnaires.expressions.grammar import parse
from questionnaires.expressions.reach import NotAvailable, check_reach
from questionnaires.expressions.tree import Tree
from questionnaires.problems import Problem

FHIRPATH = "text/fhirpath"
#: What every expression may read: the response, the item it stands at, and both as the questionnaire defines them.
GIVEN = frozenset({"resource", "context", "questionnaire", "qitem", "ucum"})


@dataclass(frozen=True, eq=False)
class Formula:
    """One expression that is covered.

    `mentions` are the linkIds it looks for, and `today` whether it asks for the day, also by way of its variables.
    """

    expression: Expression
    tree: Tree
    mentions: frozenset[str]
    today: bool


@dataclass
class Logic:
    """All the formulas of a questionnaire by linkId, None for the questionnaire itself; and what is not covered."""

    variables: dict[str | None, dict[str, Formula]] = field(default_factory=dict)
    calculated: dict[str, Formula] = field(default_factory=dict)
    enable: dict[str, Formula] = field(default_factory=dict)
    initial: dict[str, Formula] = field(default_factory=dict)
    constraints: list[tuple[str | None, Constraint, Formula]] = field(default_factory=list)
    order: tuple[str, ...] = ()
    problems: list[Problem] = field(default_factory=list)

    def formulas(self) -> Iterator[tuple[str | None, Formula]]:
        """Yield every formula that decides something, with the linkId it stands at."""
        yield from self.calculated.items()
        yield from self.enable.items()
        yield from ((link_id, formula) for link_id, _, formula in self.constraints)


def logic_of(questionnaire: Questionnaire) -> Logic | None:
    """Return the compiled expressions of a questionnaire, None where it has none; compiled when it is first asked."""
    return questionnaire.once(_compiled, None)


def _compiled(_: None, questionnaire: Questionnaire) -> Logic | None:
    at_top = ItemExpressions(constraints=questionnaire.constraints, variables=questionnaire.variables)
    if at_top == ItemExpressions() and not any(item.expressions for item in questionnaire.all_items):
        return None
    made = _Compiling(questionnaire)
    scope = made.expressions(None, at_top, {})
    made.items(questionnaire.items, scope)
    made.finish()
    return made.logic


Scope = Mapping[str, Formula | None]


class _Compiling:
    """One questionnaire being compiled. A scope maps a variable's name to its formula, None where it has none."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        self.questionnaire = questionnaire
        self.logic = Logic()
        self.not_run: list[tuple[Item, Expression, str]] = []

    def items(self, items: tuple[Item, ...], scope: Scope) -> None:
        for item in items:
            inside = self.expressions(item, item.expressions, scope) if item.expressions else scope
            self.items(item.items, inside)

    def expressions(self, item: Item | None, given: ItemExpressions, outer: Scope) -> Scope:
        scope = {**outer, **self.variables(item, given.variables, outer)}
        if item is not None:
            for kind, expression, made in (
                ("calculated", given.calculated, self.logic.calculated),
                ("enable", given.enable, self.logic.enable),
                ("initial", given.initial, self.logic.initial),
            ):
                formula = self.formula(item, expression, scope, kind) if expression else None
                if formula is not None:
                    made[item.link_id] = formula
        for constraint in given.constraints:
            formula = self.formula(item, constraint.expression, scope, "constraint")
            if formula is not None:
                self.logic.constraints.append((_link_id(item), constraint, formula))
        return scope

    def variables(self, item: Item | None, given: tuple[Expression, ...], outer: Scope) -> Scope:
        texts = {expression.name or "": expression for expression in given}
        if len(texts) < len(given):
            self.add(item, "variable-twice")
        reads = {name: _reads(expression) for name, expression in texts.items()}
        for name in in_circles(reads):
            self.add(item, "expression-circle", expression=name)
        scope: dict[str, Formula | None] = dict(outer)
        scope |= dict.fromkeys(texts)
        for name in in_order(reads):
            scope[name] = self.formula(item, texts[name], scope, "variable")
        self.logic.variables[_link_id(item)] = {name: made for name in texts if (made := scope[name]) is not None}
        return {name: scope[name] for name in texts}

    def formula(self, item: Item | None, expression: Expression, scope: Scope, kind: str) -> Formula | None:
        try:
            return self.compile(item, expression, scope, kind)
        except NotAvailable as fault:
            if kind in ("initial", "calculated") and item is not None:
                self.not_run.append((item, expression, str(fault)))
            elif kind == "variable":
                self.add(item, "expression-not-run", "warning", expression=expression.text, missing=str(fault))
            else:
                self.add(item, "expression-not-covered", expression=expression.text, missing=str(fault))
        except NotCovered as fault:
            self.add(item, "expression-not-covered", expression=expression.text, missing=str(fault))
        return None

    def compile(self, item: Item | None, expression: Expression, scope: Scope, kind: str) -> Formula:
        if expression.language != FHIRPATH:
            fetched = kind in ("initial", "variable")
            raise (NotAvailable if fetched else NotCovered)(f"the language {expression.language}")
        tree = parse(expression.text)
        names = set(variables_in(tree))
        for name in sorted(names - GIVEN):
            if scope.get(name) is None:
                raise NotAvailable(f"%{name}")
        check(tree, names)
        check_reach(tree, None if item is None or expression.at_root else bool(item.items))
        read = [formula for name in names if (formula := scope.get(name)) is not None]
        today = "today" in calls_in(tree) or any(each.today for each in read)
        if today and kind in ("enable", "constraint"):
            raise NotCovered("today() where it would make an answer valid on one day and not on another")
        known = frozenset(each for each in link_ids_in(tree) if self.questionnaire.item(each) is not None)
        return Formula(expression, tree, known.union(*(each.mentions for each in read)), today)

    def add(self, item: Item | None, code: str, severity: str = "error", **values: str) -> None:
        level = "warning" if severity == "warning" else "error"
        self.logic.problems.append(Problem(_link_id(item), code, level, values))  # type: ignore[arg-type]

    def finish(self) -> None:
        needs = {link_id: set(needed) for link_id, needed in self.questionnaire.needs.items()}
        for link_id, formula in (*self.logic.calculated.items(), *self.logic.enable.items()):
            needs[link_id] |= formula.mentions
        for link_id in in_circles(needs):
            if link_id in self.logic.calculated or link_id in self.logic.enable:
                self.add(self.questionnaire.item(link_id), "expression-circle", expression=link_id)
        self.logic.order = tuple(link_id for link_id in in_order(needs) if link_id in self.logic.calculated)
        self._note_not_run()

    def _note_not_run(self) -> None:
        needed = {condition.question for item in self.questionnaire.all_items for condition in item.enable_when}
        needed.update(*(formula.mentions for _, formula in self.logic.formulas()))
        for item, expression, missing in self.not_run:
            # Nobody can give what is not filled in, and something waits for it.
            stuck = (item.hidden or item.read_only) and (item.required or item.link_id in needed)
            severity = "error" if stuck else "warning"
            self.add(item, "expression-not-run", severity, expression=expression.text, missing=missing)


def _link_id(item: Item | None) -> str | None:
    return None if item is None else item.link_id


def _reads(expression: Expression) -> frozenset[str]:
    if expression.language != FHIRPATH:
        return frozenset()
    try:
        return frozenset(variables_in(parse(expression.text)))
    except NotCovered:
        return frozenset()
