"""Whether the auditor's plain evaluator and the engine say the same: `python -m tests.prom.oversight.agreement`.

Prints a line of JSON: over how many histories, how many findings, of which kinds, and each difference's seed.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from random import Random
from time import process_time

import click

from alerts.evaluation import evaluate, observe, overdue
from alerts.expecting import held_back
from alerts.findings import Finding
from alerts.library import instruments, rule_sets
from alerts.own_limits import with_own_limits
from alerts.resolving import Instrument
from alerts.rules import RuleSet
from prom.oversight import personal, plainly
from prom.oversight.plainly import Expected
from prom.oversight.reported import Earlier, report_of
from prom.responses.history import EMPTY, followed_by
from tests.prom.oversight import generated_decisions, histories

#: Each generated set is tried over so many histories before the next is made: making one costs more than judging.
HISTORIES_PER_SET = 8
DIFFERENCES_SHOWN = 5


@dataclass(frozen=True)
class Compared:
    """What both said of one history."""

    seed: int
    rules: RuleSet
    engine: frozenset[Expected]
    plain: frozenset[Expected]
    #: What the engine holds back since a clinician expected it, and what the auditor lets it hold back.
    held: frozenset[Expected] = frozenset()
    may_be_held: frozenset[Expected] = frozenset()

    @property
    def agrees(self) -> bool:
        """Whether they said the same."""
        return self.engine == self.plain and self.held == self.may_be_held


def compared(count: int, first: int = 0) -> Iterator[Compared]:
    """Judge so many generated histories twice: half over the shipped rule sets in turn, half over generated ones."""
    shipped = [(rules, _instrument_of(rules)) for rules in rule_sets()]
    generated = shipped[0]
    for seed in range(first, first + count):
        chance = Random(seed)
        if seed % (2 * HISTORIES_PER_SET) == first % (2 * HISTORIES_PER_SET):
            instrument = chance.choice(histories.INSTRUMENTS)
            generated = histories.rule_set(chance, instrument), instrument
        yield _compared(seed, chance, *(generated if seed % 2 else shipped[seed // 2 % len(shipped)]))


def _instrument_of(rules: RuleSet) -> Instrument:
    version = rules.questionnaire_versions[-1]
    return next(one for one in instruments() if (one[0].url, one[0].version) == (rules.questionnaire, version))


def _compared(seed: int, chance: Random, rules: RuleSet, instrument: Instrument) -> Compared:
    given, past = histories.response(chance, instrument), histories.past(chance, instrument)
    source, complete = chance.choice(histories.SOURCES), chance.random() < 0.8
    age, phase, day = chance.choice((None, 9, 70)), chance.choice((None, "active")), chance.choice((None, 5, 10))
    hours = chance.choice((0, 23.9, 24, 48.5, 200))
    observation = observe(
        *instrument, given, source=source, authored=histories.NOW, complete=complete,
        age=age, phase=phase, day_of_cycle=day,
    )  # fmt: skip
    # What is dated back is judged anew over what came before it alone (correcting.judge_anew); plainly it is left to
    # the second evaluator to pass over what came later.
    history = reduce(followed_by, [one for one in past if one.authored < histories.NOW], EMPTY)
    hers = generated_decisions.decided(chance, rules, instrument, past)
    own = with_own_limits(rules, dict(hers.limits))
    engine = evaluate(own, observation, hers.past(history), histories.NOW)
    held = [each.finding for each in held_back(own, observation, hers.expected, engine)]
    engine += overdue(rules, histories.NOW, begun=False, hours=hours)
    known = {"age": age, "phase": phase, "day-of-cycle": day}
    circumstances = {name: value for name, value in known.items() if value is not None}
    report = report_of(instrument, given, histories.NOW, source, complete=complete, circumstances=circumstances)
    earlier = [Earlier(one.authored, one.source, one.scores) for one in past]
    chance.shuffle(earlier)
    limits = {rule: float(limit) for rule, limit in hers.limits}
    document = personal.with_limits(rules.document, [instrument], limits)
    plain = plainly.expected(document, [instrument], report, earlier, hers.chosen(source))
    may_be_held = personal.may_be_held(document, [instrument], report, hers.expectations, plain)
    plain |= plainly.expected_of_silence(rules.document, hours)
    said = frozenset(map(_as_expected, engine)), frozenset(plain)
    return Compared(seed, rules, *said, frozenset(map(_as_expected, held)), frozenset(may_be_held))


def _as_expected(finding: Finding) -> Expected:
    return Expected(finding.rule, finding.topic, finding.kind, int(finding.severity))


def main() -> int:
    """Compare, print, and end with 1 where they differ."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--histories", type=int, default=100_000)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    asked = parser.parse_args()
    began, differing, held, findings = process_time(), [], 0, Counter[str]()
    for each in compared(asked.histories, asked.first):
        findings.update(f"{one.kind}, severity {one.severity}" for one in each.engine)
        held += len(each.held)
        if not each.agrees:
            differing.append(each)
    click.echo(json.dumps({
        "histories": asked.histories,
        "differing": len(differing),
        "findings": dict(sorted(findings.items())),
        "held_back": held,
        "cpu_seconds": round(process_time() - began, 1),
    }))  # fmt: skip
    for each in differing[:DIFFERENCES_SHOWN]:
        only = {"engine": sorted(each.engine - each.plain), "plain": sorted(each.plain - each.engine)}
        only |= {"held": sorted(each.held - each.may_be_held), "may": sorted(each.may_be_held - each.held)}
        click.echo(json.dumps({"seed": each.seed, "rules": each.rules.canonical, "only": only}))
    return 1 if differing else 0


if __name__ == "__main__":
    raise SystemExit(main())
