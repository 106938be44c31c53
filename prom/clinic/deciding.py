"""What is decided for one patient alone, as her pages show it, and what can be decided."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.expecting import HIGHEST_LEVEL
from alerts.rules import Severity
from prom import clock
from prom.clinic import reasons
from prom.clinic.vocabulary import NAMELESS, Names, Reader, names_of
from prom.decisions import queries as decisions
from prom.decisions.models import EXPECTED_LEVEL, OWN_LIMIT, Decision
from prom.decisions.queries import Decided
from prom.errors import Invalid
from prom.pathways.models import Episode
from prom.patients import sealing
from prom.responses.deciding import LOWEST_LEVEL, asked_of, movable
from prom.responses.models import WHOLE, Response
from prom.staff.queries import clinician_names
from prom.worklist.holding import held_since
from prom.worklist.queries import OpenedEvidence

#: What was held back longer ago is in the reports.
SHOWN = timedelta(days=35)
#: So many of her newest reports can be chosen as a baseline.
OFFERED = 30


@dataclass(frozen=True)
class Shown:
    """A decision in the reader's words: what, until when, who, when, why; and what it has held back, newest first."""

    row: Decision
    what: str
    #: The same as it is stored, by name.
    details: Mapping[str, str]
    by: str
    ended_by: str
    reason: str
    held: tuple[tuple[datetime, str], ...] = ()


@dataclass(frozen=True)
class ForHer:
    """What stands, and what has ended, newest first."""

    standing: tuple[Shown, ...]
    ended: tuple[Shown, ...]


@dataclass(frozen=True)
class Choices:
    """What can be decided, each with the value that its form sends and its words."""

    symptoms: tuple[tuple[str, str], ...]
    levels: tuple[int, ...]
    limits: tuple[tuple[str, str], ...]
    reports: tuple[tuple[str, datetime, str], ...]


def load(session: Session, episode: Episode, reader: Reader) -> ForHer:
    """Read what was decided in an episode. Whoever shows it writes the audit record."""
    found, now = decisions.of_episode(session, episode.id), clock.now()
    if not found:
        return ForHer((), ())
    names = _names(session, episode)
    people = clinician_names(session, _people(found))
    held = _held(session, found, names, reader)
    shown = {
        each.row.id: Shown(
            row=each.row,
            what=_words(session, each, episode, reader),
            details=each.what,
            by=people.get(each.row.made_by, ""),
            ended_by=people.get(each.row.ended_by, "") if each.row.ended_by is not None else "",
            reason=each.reason,
            held=tuple(held.get(each.row.id, ())),
        )
        for each in found
    }
    standing = {each.row.id for each in decisions.standing(found, now)}
    return ForHer(
        tuple(shown[each.row.id] for each in found if each.row.id in standing),
        tuple(shown[each.row.id] for each in found if each.row.id not in standing),
    )


def _people(found: Sequence[Decided]) -> list[uuid.UUID]:
    return [who for each in found for who in (each.row.made_by, each.row.ended_by) if who is not None]


def _names(session: Session, episode: Episode) -> dict[str, Names]:
    return names_of(session, [rules.canonical for _, rules in asked_of(session, episode) if rules is not None])


def _held(
    session: Session, found: Sequence[Decided], names: Mapping[str, Names], reader: Reader
) -> dict[uuid.UUID, list[tuple[datetime, str]]]:
    expected = [each.row.id for each in found if each.row.kind == EXPECTED_LEVEL]
    kept: dict[uuid.UUID, list[tuple[datetime, str]]] = {}
    for row in held_since(session, expected, clock.now() - SHOWN) if expected else ():
        finding = OpenedEvidence(row, sealing.open_column(session, row, "finding")).finding
        if row.held_by is not None:
            words = reasons.sentence(finding, names.get(row.rules, NAMELESS), reader)
            kept.setdefault(row.held_by, []).append((row.found_at, words))
    return kept


def _words(session: Session, decided: Decided, episode: Episode, reader: Reader) -> str:
    what = decided.what
    if decided.row.kind == EXPECTED_LEVEL:
        title = dict(_symptoms(session, episode, reader)).get(f"{what['questionnaire']}|{what['scale']}", what["scale"])
        return reader.text("for-her.expected", title=title, level=what["level"])
    if decided.row.kind == OWN_LIMIT:
        title = dict(_limits(session, episode, reader)).get(f"{what['rules']}|{what['rule']}", what["rule"])
        return reader.text("for-her.limit", title=title, limit=reader.number(float(what["limit"])))
    row = session.get(Response, uuid.UUID(what["response"]))
    source = reader.text(f"source.{what['source']}")
    return reader.text("for-her.baseline", source=source, date=reader.short_day(row.authored_at) if row else "–")


def choices(session: Session, episode: Episode, reader: Reader) -> Choices:
    """Return what can be decided for a patient on this stay."""
    return Choices(
        symptoms=tuple(sorted(_symptoms(session, episode, reader), key=lambda each: each[1])),
        levels=tuple(range(LOWEST_LEVEL, int(HIGHEST_LEVEL) + 1)),
        limits=tuple(_limits(session, episode, reader)),
        reports=tuple(_reports(session, episode, reader)),
    )


def _symptoms(session: Session, episode: Episode, reader: Reader) -> list[tuple[str, str]]:
    found = {
        f"{instrument.questionnaire.url}|{scale.code}": reader.words(scale.title)
        for instrument, _ in asked_of(session, episode)
        for scale in (instrument.key.scales if instrument.key is not None else ())
        if scale.kind == "level" and scale.direction == "low is good"
    }
    return list(found.items())


def _limits(session: Session, episode: Episode, reader: Reader) -> list[tuple[str, str]]:
    """Each rule with what it reads and its usual limit: one symptom has several."""
    found: dict[str, str] = {}
    for url, rules in movable(session, episode).items():
        for rule, _ in rules:
            limit = Decimal(str(rule.value))
            found[f"{url}|{rule.id}"] = reader.text(
                f"for-her.rule.{rule.reading.kind}",
                title=reader.words(rule.title),
                compare=rule.comparison.value.replace(">=", "≥").replace("<=", "≤"),
                limit=reader.number(float(limit)),
                severity=reader.text(f"severity.{Severity(rule.severity).word}"),
            )
    return list(found.items())


def _reports(session: Session, episode: Episode, reader: Reader) -> Iterator[tuple[str, datetime, str]]:
    rows = session.scalars(
        select(Response)
        .where(Response.episode_id == episode.id, Response.status.in_(WHOLE))
        .order_by(Response.authored_at.desc(), Response.id)
        .limit(OFFERED)
    )
    titles = {
        f"{each.questionnaire.url}|{each.questionnaire.version}": each.questionnaire.title
        for each, _ in asked_of(session, episode)
    }
    for row in rows:
        title = titles.get(row.questionnaire)
        words = reader.words(title) if title is not None else row.questionnaire
        yield str(row.id), row.authored_at, f"{words}, {reader.text(f'source.{row.source}')}"


def number_in(text: str, field: str) -> Decimal:
    """Read a number as people write it, with a comma or a point; raises Invalid naming the field."""
    try:
        return Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        raise Invalid(field) from None


def pair_in(text: str, field: str) -> tuple[str, str]:
    """Read `url|name`; raises Invalid naming the field."""
    url, _, name = text.rpartition("|")
    if not url or not name:
        raise Invalid(field)
    return url, name
