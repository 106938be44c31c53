"""What the benchmark's patients answer: the shipped symptom check in an explicit mix, mostly quiet. PURE.

Eight of a hundred reports raise an alert, close to the 7.82 % of remote monitoring at MSKCC (clinical.md 1.13).
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from alerts.observation import snapshot_of
from alerts.observing import observe
from prom.responses import scored
from prom.simulation.courses import RED_FLAGS, Answers, Symptom
from questionnaires.answers import QuestionnaireResponse
from questionnaires.definition import Questionnaire
from questionnaires.response import build
from questionnaires.scoring import ScoringKey

#: How many of a hundred reports are of each kind, and what they hold.
MIX: Mapping[str, int] = {
    "three mild symptoms": 70,
    "six mild symptoms, weight and temperature": 22,
    "one symptom moderate": 5,
    "one symptom severe": 2,
    "a red flag": 1,
}
QUIET = ("three mild symptoms", "six mild symptoms, weight and temperature")
#: Different reports of each kind.
VARIANTS = 12


@dataclass(frozen=True)
class Variant:
    """One possible report with what it is worth."""

    kind: str
    response: QuestionnaireResponse
    scores_document: Mapping[str, Any]
    scores: Mapping[str, float]


def variants(questionnaire: Questionnaire, key: ScoringKey) -> dict[str, list[Variant]]:
    """Return the reports of each kind; the same ones every time."""
    symptoms = [tuple(scale.items) for scale in key.scales if scale.kind == "level"]
    chance = random.Random(1)
    return {kind: [_variant(kind, questionnaire, key, symptoms, chance) for _ in range(VARIANTS)] for kind in MIX}


def drawn(found: Mapping[str, Sequence[Variant]], count: int, seed: int) -> list[Variant]:
    """Draw reports in the mix."""
    chance = random.Random(seed)
    kinds = chance.choices(list(MIX), list(MIX.values()), k=count)
    return [chance.choice(found[kind]) for kind in kinds]


def _variant(
    kind: str, questionnaire: Questionnaire, key: ScoringKey, symptoms: Sequence[Symptom], chance: random.Random
) -> Variant:
    response = build(questionnaire, _answers(kind, symptoms, chance), status="completed", language="nb")
    observation = observe(
        questionnaire, key, response, source="patient", authored=datetime(2026, 1, 1, tzinfo=UTC), complete=True, age=60
    )
    return Variant(kind, response, scored.document_of(observation, questionnaire, key), snapshot_of(observation).scores)


def _answers(kind: str, symptoms: Sequence[Symptom], chance: random.Random) -> Answers:
    answers: Answers = {"temperature-measured": "no", **dict.fromkeys(RED_FLAGS, "no"), "contact": "no"}
    mild = chance.sample(list(symptoms), 6 if kind.startswith("six") else 3)
    for symptom in symptoms:
        answers |= dict.fromkeys(symptom, "1") if symptom in mild else {symptom[0]: "0"}
    match kind:
        case "six mild symptoms, weight and temperature":
            answers |= {"temperature-measured": "yes", "temperature": 36.8, "weight": round(chance.uniform(50, 95), 1)}
        case "one symptom moderate":
            # Of what is only counted, such as vomiting, two a day is still mild.
            felt = next(symptom for symptom in mild if len(symptom) > 1 or not symptom[0].endswith("-frequency"))
            answers |= dict.fromkeys(felt, "2")
        case "one symptom severe":
            answers |= dict.fromkeys(mild[0], "3")
        case "a red flag":
            answers |= {chance.choice(RED_FLAGS): "now"}
    return answers
