"""When an item is asked: its conditions, and whether they can be judged at all in this questionnaire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from questionnaires.definition import EnableWhen, Item, ItemType, Operator, Questionnaire
from questionnaires.dependencies import in_circles
from questionnaires.fhir_values import ValueFault, read_value
from questionnaires.kinds import CHOICES, ORDERED, fits, kind_of, offers
from questionnaires.logic.places import around
from questionnaires.problems import Findings
from questionnaires.reading.fields import Reading
from questionnaires.values import is_number


def read_conditions(reading: Reading, node: Mapping[str, Any], link_id: str) -> tuple[EnableWhen, ...]:
    """Return an item's enableWhen; one without question, operator or answer is refused."""
    read = [_read_condition(reading, each, link_id) for each in reading.children(node, "enableWhen", link_id)]
    return tuple(condition for condition in read if condition is not None)


def read_behaviour(reading: Reading, node: Mapping[str, Any], link_id: str, conditions: int) -> bool:
    """Return whether any condition is enough; several without enableBehavior are read as any, with a warning.

    R4 forbids leaving it out; Helsenorge's forms do, and mean any.
    """
    behaviour = node.get("enableBehavior")
    if behaviour is None and conditions > 1:
        reading.noted.add(link_id, "enable-behavior-missing", "warning")
    elif behaviour not in (None, "any", "all"):
        reading.refused.add(link_id, "wrong-field", field="enableBehavior", expected="all, any")
    return behaviour == "any" or (behaviour is None and conditions > 1)


def _read_condition(reading: Reading, node: Mapping[str, Any], link_id: str) -> EnableWhen | None:
    question = reading.text(node, "question", link_id)
    operator = node.get("operator")
    if not isinstance(operator, str) or operator not in list(Operator):
        reading.refused.add(link_id, "wrong-field", field="enableWhen.operator", expected=", ".join(Operator))
        return None
    if question is None:
        reading.refused.add(link_id, "wrong-field", field="enableWhen.question", expected="text")
        return None
    try:
        answer = read_value(node, "answer", reading.language)
    except ValueFault as fault:
        runnable = fault.code not in ("unsupported-value", "partial-date")
        (reading.refused if runnable else reading.noted).problems.append(fault.problem(link_id))
        return None
    if operator == Operator.EXISTS and not isinstance(answer, bool):
        reading.refused.add(link_id, "exists-needs-boolean")
    return EnableWhen(question, Operator(operator), answer)


def check_conditions(questionnaire: Questionnaire, refused: Findings, noted: Findings) -> None:
    """Refuse conditions on unknown items and in circles; note those that could never hold as they are written.

    Noted too is a question that repeats where the item does not: which of its repetitions is meant, nobody can say.
    """
    for link_id in in_circles(questionnaire.needs):
        refused.add(link_id, "enable-when-circle")
    for item in questionnaire.all_items:
        for condition in item.enable_when:
            target = questionnaire.item(condition.question)
            if target is None:
                refused.add(item.link_id, "enable-when-unknown", question=condition.question)
            elif fault := _fault(target, condition):
                noted.add(item.link_id, fault, question=condition.question, answer=kind_of(condition.answer))
            elif not set(around(questionnaire, target.link_id)) <= {item.link_id, *around(questionnaire, item.link_id)}:
                noted.add(item.link_id, "enable-when-ambiguous", question=condition.question)


def _fault(target: Item, condition: EnableWhen) -> str | None:
    if not target.is_question:
        return "enable-when-on-group"
    if condition.operator is Operator.EXISTS:
        return None
    if condition.operator not in (Operator.EQUAL, Operator.NOT_EQUAL) and target.type not in ORDERED:
        return "enable-when-operator"
    numbers = target.type is ItemType.INTEGER and is_number(condition.answer)
    if not fits(target, condition.answer) and not numbers:
        return "enable-when-type"
    if target.type in CHOICES and target.options and not offers(target, condition.answer):
        return "enable-when-option"
    return None
