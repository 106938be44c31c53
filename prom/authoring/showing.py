"""What answers in a preview come to: what is asked, the scores, the rules that fire, what she would be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from alerts.evaluation import evaluate, observe
from alerts.findings import Finding
from alerts.observation import History, Observation
from alerts.rules import RuleSet
from prom.authoring.overview import Opened
from prom.clinic import reasons
from prom.clinic.vocabulary import Names, Reader
from prom.responses import receipt, wording
from prom.responses.receipt import Advised
from prom.responses.steps import Steps
from prom.responses.wording import Words
from questionnaires.answers import QuestionnaireResponse
from questionnaires.branching import enabled
from questionnaires.definition import Item
from questionnaires.scoring import Scale, Score

log = structlog.get_logger()


@dataclass(frozen=True)
class Asked:
    """One question in the list beside the phone; `key` leads to its page, None where it has none at present."""

    number: int
    item: Item
    is_asked: bool
    key: str | None
    answers: tuple[Words, ...]


@dataclass(frozen=True)
class Fired:
    """A rule that fires, with its reason in words, and in which of the rule sets over this questionnaire it stands."""

    finding: Finding
    reason: str
    rule_set: str


@dataclass(frozen=True)
class Beside:
    """Everything that stands beside the phone."""

    questions: tuple[Asked, ...]
    scores: tuple[tuple[Scale, Score], ...] = ()
    fired: tuple[Fired, ...] = ()
    #: How many rules still wait for an answer.
    waiting: int = 0
    advised: tuple[Advised, ...] = ()
    rules: tuple[RuleSet, ...] = field(default=())
    #: Whether working it out broke down: then patients would raise "could not be assessed".
    failed: bool = False


def beside(opened: Opened, response: QuestionnaireResponse, reader: Reader, chosen: str, now: datetime) -> Beside:
    """Work out what a preview's answers come to; `chosen` is the language that the patient's words are in."""
    questions = tuple(_questions(opened, response, chosen, reader.zone))
    asked = opened.instrument
    try:
        observed = observe(asked.questionnaire, asked.key, response, source="patient", authored=now, complete=False)
        findings = [(rules, each) for rules in opened.rules for each in evaluate(rules, observed, History(), now)]
    except Exception as failure:  # whatever a draft does wrong is the author's to see, not a fault of the page
        log.warning("preview failed", failure=type(failure).__name__)
        return Beside(questions, rules=opened.rules, failed=True)
    fired = [_fired(asked_by, each, opened, reader) for asked_by, each in findings if each.reason.code != "missing"]
    return Beside(
        questions,
        tuple(_scores(opened, observed)),
        tuple(sorted(fired, key=lambda each: -each.finding.severity)),
        sum(each.reason.code == "missing" for _, each in findings),
        receipt.advised(asked, _levels(observed), chosen),
        opened.rules,
    )


def _questions(opened: Opened, response: QuestionnaireResponse, chosen: str, zone: str) -> Sequence[Asked]:
    questionnaire = opened.instrument.questionnaire
    steps, open_items = Steps(questionnaire, response), enabled(questionnaire, response)
    keys = {stop.item.link_id: step.key for step in reversed(steps.asked) for stop in step.questions}
    return [
        Asked(
            number,
            item,
            item.link_id in open_items,
            keys.get(item.link_id),
            tuple(wording.answer(item, value, chosen, zone) for value in response.answers_to(item.link_id)),
        )
        for number, item in enumerate(questionnaire.questions, start=1)
    ]


def _scores(opened: Opened, observed: Observation) -> Sequence[tuple[Scale, Score]]:
    key = opened.instrument.key
    scales = key.scales if key is not None else ()
    return [(scale, observed.scores[scale.code]) for scale in scales if scale.code in observed.scores]


def _levels(observed: Observation) -> dict[str, float]:
    return {code: score.value for code, score in observed.scores.items() if score.value is not None}


def _fired(rules: RuleSet, finding: Finding, opened: Opened, reader: Reader) -> Fired:
    asked = opened.instrument
    names = Names(
        questionnaire_url=rules.questionnaire,
        topics={rule.topic: rule.title for rule in reversed(rules.rules)},
        scales={scale.code: scale.title for scale in asked.key.scales} if asked.key is not None else {},
        items={item.link_id: item for item in asked.questionnaire.all_items},
    )
    return Fired(finding, reasons.explanation(finding.reason.code, finding.reason.values, names, reader), rules.name)
