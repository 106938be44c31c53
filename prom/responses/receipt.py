"""What the receipt shows: first what she must do at once, then what she can do herself about each symptom."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from alerts.findings import Finding
from prom.assignments.models import Assignment
from prom.catalogue.queries import Instrument
from prom.patients import sealing
from prom.responses import drafts, wording
from prom.responses.judging import instrument_of, items_of, judge_at_once
from prom.responses.models import Response
from prom.responses.wording import Words


@dataclass(frozen=True)
class Advised:
    """The advice for one symptom. `level` is Prom's own, 1-3; she reads the words, not the number."""

    symptom: Words
    level: int
    advice: Words


@dataclass(frozen=True)
class Shown:
    """A whole receipt, in one language."""

    received_at: datetime
    instructions: tuple[Words, ...]
    #: The numbers to call for these, as they are dialled, in the order of the instructions.
    numbers: tuple[str, ...]
    advised: tuple[Advised, ...]
    #: When to call, in the instrument's own words; None where it has none.
    general: Words | None


def of_response(session: Session, assignment: Assignment, response: Response, unit_phone: str, language: str) -> Shown:
    """Make the receipt of a stored response; whoever shows it writes the audit record."""
    instrument = instrument_of(session, assignment)
    if instrument is None:
        return Shown(response.received_at, (), (), (), None)
    emergencies = judge_at_once(session, assignment, instrument, drafts.opened(session, response))
    scores = sealing.open_column(session, response, "scores")["scores"]
    levels = {scale: score["value"] for scale, score in scores.items() if score["value"] is not None}
    first = (*instructions(emergencies, unit_phone, language), *_crisis(instrument, emergencies, language))
    return Shown(
        received_at=response.received_at,
        instructions=first,
        numbers=wording.numbers(first, unit_phone),
        advised=advised(instrument, levels, language),
        general=_general(instrument, language),
    )


def instructions(findings: tuple[Finding, ...], unit_phone: str, language: str) -> tuple[Words, ...]:
    """Return what the findings tell her to do, each sentence once: calling 113 first, then as the rules stand."""
    found = [wording.instruction(each.instruction, unit_phone, language) for each in findings if each.instruction]
    return tuple(sorted(dict.fromkeys(found), key=lambda words: not wording.calls_113(words)))


def advised(instrument: Instrument, levels: dict[str, float], language: str) -> tuple[Advised, ...]:
    """Return the advice for each symptom that she has, the gravest first, then in the order of the questionnaire."""
    if instrument.key is None or instrument.advice is None:
        return ()
    found = [
        Advised(
            symptom=wording.of(scale.title, language),
            level=int(levels[scale.code]),
            advice=wording.unbroken(Words(*instrument.advice.read(scale.code, int(levels[scale.code]), language))),
        )
        for scale in instrument.key.scales
        if scale.kind == "level" and levels.get(scale.code, 0) >= 1
    ]
    return tuple(sorted(found, key=lambda each: -each.level))


def _crisis(instrument: Instrument, emergencies: tuple[Finding, ...], language: str) -> tuple[Words, ...]:
    """Return the crisis text of an instrument that asks about danger, where her answer to that is an emergency."""
    crisis = instrument.advice.crisis if instrument.advice is not None else None
    asked = {safety.item for safety in instrument.key.safety} if instrument.key is not None else set()
    if crisis is None or not any(asked & items_of(each) for each in emergencies):
        return ()
    return (wording.unbroken(wording.of(crisis, language)),)


def _general(instrument: Instrument, language: str) -> Words | None:
    return wording.unbroken(wording.of(instrument.advice.general, language)) if instrument.advice is not None else None
