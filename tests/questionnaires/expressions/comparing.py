"""Holds every FHIRPath expression in a folder of questionnaires against npm fhirpath 5.2.0, on the same answers.

python -m tests.questionnaires.expressions.comparing FOLDER [RESPONSES_PER_QUESTIONNAIRE]
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from questionnaires.documents import dumps
from questionnaires.expressions.covering import check, variables_in
from questionnaires.expressions.evaluation import Surroundings, evaluate
from questionnaires.expressions.faults import NotComputed, NotCovered
from questionnaires.expressions.grammar import parse
from questionnaires.expressions.moments import Moment
from questionnaires.expressions.nodes import Node, Nodes, read
from questionnaires.expressions.reach import NotAvailable, check_reach
from tests.prom.fhir.independent import run
from tests.questionnaires.expressions.contexts import context
from tests.questionnaires.expressions.filling import responses
from tests.questionnaires.expressions.test_oracle import same

#: Those whose results later expressions read by name.
_NAMED = ("variable", "sdc-questionnaire-itemPopulationContext")
_OF_HELSENORGE = ("sdf-fhirpath", "sdf-fhirpathvalidation", "sdf-calculatedExpression")


def main(folder: Path, each: int) -> None:
    """Print how many come to the same, how many are refused and how many differ, and name all that are not the same."""
    cases = [case for path in sorted(folder.glob("*.json")) for case in _cases(path, each)]
    verdicts: dict[str, set[str]] = {}
    evaluations: Counter[str] = Counter()
    for case, theirs in zip(cases, _independently(cases), strict=True):
        for expression, verdict in _verdicts(case, theirs):
            verdicts.setdefault(expression, set()).add(verdict)
            evaluations[verdict] += 1
    by_expression = Counter(max(met, key=_WORST.index) for met in verdicts.values())
    print("evaluations", dict(evaluations))  # noqa: T201
    print("different expressions", len(verdicts), dict(by_expression))  # noqa: T201
    for expression, met in verdicts.items():
        if met - {"same", "both refuse"}:
            print(sorted(met), expression)  # noqa: T201


_WORST = ("same", "both refuse", "refused", "not computed", "only ours", "DIFFERENT")


def _cases(path: Path, number: int) -> Iterator[dict[str, Any]]:
    document = json.loads(path.read_text(), parse_float=Decimal)
    entries = document.get("entry", []) if document.get("resourceType") == "Bundle" else [{"resource": document}]
    for entry in entries:
        questionnaire = entry["resource"]
        found = sorted(_expressions(questionnaire, None), key=lambda each: each["name"] is None)
        if questionnaire.get("resourceType") != "Questionnaire" or not found:
            continue
        order = random.Random(path.name)
        names = {name for each in found for name in _variables(each["expression"])}
        for response in responses(questionnaire, number, order):
            around = {**context(names, order), "questionnaire": questionnaire}
            yield {"resource": response, "context": around, "expressions": found}


def _expressions(node: dict[str, Any], link_id: str | None) -> Iterator[dict[str, Any]]:
    for field, value in node.items():
        beneath = value if isinstance(value, list) else [value]
        for each in (each for each in beneath if isinstance(each, dict)):
            if field == "extension" and (text := _text(each)):
                name = each.get("valueExpression", {}).get("name") if each["url"].endswith(_NAMED) else None
                focus = text.partition(".")[0]
                at = link_id if each["url"].endswith("variable") else None
                yield {"at": at, "name": name, "focus": focus, "expression": text}
            yield from _expressions(each, each.get("linkId", link_id))


def _text(extension: dict[str, Any]) -> str | None:
    expression = extension.get("valueExpression")
    if isinstance(expression, dict):
        return expression.get("expression") if expression.get("language") == "text/fhirpath" else None
    helsenorge = str(extension.get("url", "")).rpartition("/")[2] in _OF_HELSENORGE
    return extension.get("valueString", "").strip() or None if helsenorge else None


def _variables(expression: str) -> set[str]:
    try:
        return set(variables_in(parse(expression)))
    except NotCovered:
        return set()


def _independently(cases: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(dumps(cases))
        file.flush()
        worked: list[list[dict[str, Any]]] = json.loads(run("scoped_expressions.mjs", FHIRPATH_CASES=file.name))
        return worked


def _verdicts(case: dict[str, Any], expected: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    root = Node(case["resource"], "QuestionnaireResponse")
    variables: dict[str, Nodes] = {name: [read(each)] for name, each in case["context"].items()}
    variables |= {"resource": [root], "context": [root]}
    for each, theirs in zip(case["expressions"], expected, strict=True):
        ours, verdict = _worth(each, root, variables, case["context"])
        if each["name"]:
            variables[each["name"]] = ours
        if verdict == "same" and "error" in theirs:
            verdict = "only ours"
        elif verdict == "same" and not same([_plain(node) for node in ours], theirs["result"]):
            verdict = "DIFFERENT"
        elif verdict != "same" and "error" in theirs:
            verdict = "both refuse"
        yield each["expression"], verdict


def _worth(each: dict[str, Any], root: Node, variables: dict[str, Nodes], around: dict[str, Any]) -> tuple[Nodes, str]:
    focus = root if each["at"] is None else _found(root, each["at"])
    try:
        tree = parse(each["expression"])
        check(tree, variables)
        if each["focus"] in around:
            focus = Node(around[each["focus"]], each["focus"])
        elif not set(variables_in(tree)) & around.keys():
            check_reach(tree, None if each["at"] is None else True)
        day = datetime.now(UTC).astimezone().date()
        return evaluate(tree, [focus], Surroundings(variables.__getitem__, today=day)), "same"
    except NotAvailable:
        return [], "refused"
    except NotCovered:
        return [], "refused"
    except NotComputed:
        return [], "not computed"


def _found(root: Node, link_id: str) -> Node:
    waiting = [root.value]
    while waiting:
        node = waiting.pop(0)
        if node.get("linkId") == link_id:
            return Node(node, "")
        waiting += [
            *node.get("item", []),
            *(item for answer in node.get("answer", []) for item in answer.get("item", [])),
        ]
    return Node({"linkId": link_id}, "")


def _plain(node: Node) -> Any:
    return node.value.text if isinstance(node.value, Moment) else node.value


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 6)
