"""What clinicians may have decided for the patient of a generated history, as the engine and as the auditor read it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random

from alerts.expecting import ExpectedLevel
from alerts.observation import History, Snapshot
from alerts.resolving import Instrument
from alerts.rules import RuleSet
from prom.oversight.personal import Expectation
from prom.oversight.reported import Earlier

#: Beyond what can be decided too: what is written past the checks must change nothing either.
LEVELS, ANSWERS = (0, 1, 2, 2, 3), (1, 2, 3, 3, 4)
LIMITS = ("0", "1", "2", "3", "3.5", "10", "37.2", "50", "90")


@dataclass(frozen=True)
class Decided:
    """Decisions for one patient."""

    expected: tuple[ExpectedLevel, ...] = ()
    limits: tuple[tuple[str, Decimal], ...] = ()
    baseline: Snapshot | None = None

    def past(self, history: History) -> History:
        """The history with the baseline that was chosen."""
        if self.baseline is None:
            return history
        return replace(history, baseline={**history.baseline, self.baseline.source: self.baseline})

    @property
    def expectations(self) -> list[Expectation]:
        """The expected levels in the auditor's form."""
        return [Expectation(each.scale, float(each.level), float(each.strongest)) for each in self.expected]

    def chosen(self, source: str) -> Earlier | None:
        """The baseline in the auditor's form, for a report of this source."""
        one = self.baseline
        return Earlier(one.authored, one.source, one.scores) if one is not None and one.source == source else None


def decided(chance: Random, rules: RuleSet, instrument: Instrument, past: Sequence[Snapshot]) -> Decided:
    """Return nothing for every second patient, and for the others something of each kind."""
    if chance.random() < 0.5:
        return Decided()
    scales = [scale.code for scale in instrument[1].scales if scale.kind == "level"] if instrument[1] else []
    expected = [
        ExpectedLevel(scale, Decimal(chance.choice(LEVELS)), Decimal(chance.choice(ANSWERS)))
        for scale in scales
        if chance.random() < 0.7
    ]
    limits = [(rule.id, Decimal(chance.choice(LIMITS))) for rule in rules.rules if chance.random() < 0.2]
    scored = [one for one in past if one.scores]
    baseline = chance.choice(scored) if scored and chance.random() < 0.5 else None
    return Decided(tuple(expected), tuple(limits), baseline)
