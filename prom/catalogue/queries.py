"""Finding definitions, compiled: each version once a process, since compiling costs more than a request may."""

import re
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast

from sqlalchemy import ScalarSelect, case, func, select
from sqlalchemy.orm import Session

import alerts.parsing
import questionnaires.advice
import questionnaires.keys.scoring_codes
import questionnaires.parsing
import questionnaires.scoring
from alerts.rules import RuleSet
from prom.catalogue.models import Definition
from prom.errors import NotFound
from questionnaires.advice import Advice
from questionnaires.definition import Questionnaire
from questionnaires.documents import loads
from questionnaires.scoring import ScoringKey


@dataclass(frozen=True)
class Instrument:
    """A questionnaire version with what belongs to it."""

    name: str
    questionnaire: Questionnaire
    key: ScoringKey | None
    advice: Advice | None


def definitions(session: Session, kind: str) -> Sequence[Definition]:
    """Return all versions of a kind, by name and then in the order of their import."""
    return session.scalars(
        select(Definition).where(Definition.kind == kind).order_by(Definition.name, Definition.imported_at)
    ).all()


def newest(session: Session, kind: str, name_or_url: str) -> Definition:
    """Return the highest version by url, or by the short name that was imported last (a `|version` is honoured).

    Versions are held against each other number by number: 1.10.0 is newer than 1.9.0. Raises NotFound.
    """
    name, _, version = name_or_url.partition("|")
    query = select(Definition).where(Definition.kind == kind, (Definition.name == name) | (Definition.url == name))
    if version:
        query = query.where(Definition.version == version)
    found = session.scalars(query.order_by(Definition.imported_at.desc(), Definition.version.desc())).all()
    if not found:
        raise NotFound(kind)
    of_one_url = [row for row in found if row.url == found[0].url]
    return max(of_one_url, key=lambda row: (_numbered(row.version), row.imported_at))


def _numbered(version: str) -> list[str | int]:
    """A version as texts and numbers in turn, so that it can be put in order."""
    return [int(part) if part.isdigit() else part for part in re.split(r"([0-9]+)", version)]


Known = TypeVar("Known", Instrument, RuleSet)

#: What tells that no definition has come, been replaced or published since: its columns can stand in another query.
#: In the sum a draft counts one and what was published two, for two may be published in one moment of the clock.
STAMP: tuple[ScalarSelect[Any], ...] = (
    select(func.max(Definition.imported_at)).scalar_subquery(),
    select(func.sum(case((Definition.status == "draft", 1), else_=2))).scalar_subquery(),
    select(func.max(Definition.published_at)).scalar_subquery(),
)


_STAMP = select(*STAMP)


def remember_stamp(session: Session, stamp: tuple[Any, ...]) -> None:
    """Tell this transaction the stamp that a query of its own has brought along."""
    session.info["catalogue"] = session.get_transaction(), stamp


def forget_stamp(session: Session) -> None:
    """Tell this transaction that it takes in or publishes a definition itself."""
    session.info.pop("catalogue", None)


def stamp(session: Session) -> tuple[Any, ...]:
    """Return what changes when a definition comes or is published; asked of the database once a transaction."""
    transaction, found = cast(tuple[object, tuple[Any, ...]], session.info.get("catalogue", (None, ())))
    if transaction is None or transaction is not session.get_transaction():
        found = tuple(session.execute(_STAMP).one())
        remember_stamp(session, found)
    return found


#: What was found by its canonical while the stamp was this. One process may speak to several databases, in tests: each
#: engine has a dialect of its own, which is at hand, where an address would be written out at each look.
_known_instruments: dict[tuple[object, ...], Instrument] = {}
_known_rule_sets: dict[tuple[object, ...], RuleSet] = {}
MOST_KNOWN = 1000


def _while_nothing_comes(
    session: Session,
    canonical: str,
    known: dict[tuple[object, ...], Known],
    find: Callable[[Session, str], Known],
) -> Known:
    """Return what was found before, unless a definition has come since; then look again."""
    place = (session.get_bind().dialect, canonical, *stamp(session))
    found = known.get(place)
    if found is None:
        if len(known) >= MOST_KNOWN:
            known.clear()
        found = known[place] = find(session, canonical)
    return found


def instrument(session: Session, canonical: str) -> Instrument:
    """Return the compiled questionnaire `url|version` with its key and advice; raises NotFound, or as parsing does.

    A published one is judged by what is published beside it: a key or advice that is still a draft belongs to drafts.
    """
    return _while_nothing_comes(session, canonical, _known_instruments, _find_instrument)


def _find_instrument(session: Session, canonical: str) -> Instrument:
    url, _, version = canonical.partition("|")
    rows = session.execute(
        select(Definition.kind, Definition.id, Definition.imported_at, Definition.status).where(
            Definition.url == url,
            Definition.version == version,
            Definition.kind.in_(("questionnaire", "scoring-key", "advice")),
        )
    ).all()
    asked = next((row for row in rows if row.kind == "questionnaire"), None)
    if asked is None:
        raise NotFound("questionnaire")
    beside = [row for row in rows if row.status != "draft" or asked.status == "draft"]
    stamp = tuple(sorted((row.kind, row.id, row.imported_at) for row in beside))
    return _compiled_instrument(session, stamp)


def rule_set(session: Session, canonical: str) -> RuleSet:
    """Return the compiled, published rule set `url|version`; raises NotFound for an absent one or a draft."""
    return _while_nothing_comes(session, canonical, _known_rule_sets, _find_rule_set)


def _find_rule_set(session: Session, canonical: str) -> RuleSet:
    url, _, version = canonical.partition("|")
    row = session.execute(
        select(Definition.id, Definition.imported_at).where(
            Definition.kind == "rule-set",
            Definition.url == url,
            Definition.version == version,
            Definition.status != "draft",
        )
    ).first()
    if row is None:
        raise NotFound("rule-set")
    return _compiled_rule_set(session, row.id, row.imported_at)


def parse_rule_set(session: Session, document: Any) -> RuleSet:
    """Compile a rule document against the stored versions of the questionnaire that it reads; raises RuleError."""
    versions = session.scalars(
        select(Definition).where(Definition.kind == "questionnaire", Definition.url == document["questionnaire"])
    )
    read_by = [instrument(session, f"{row.url}|{row.version}") for row in versions]
    return alerts.parsing.parse(document, [(each.questionnaire, each.key) for each in read_by])


def from_json(text: str) -> Any:
    """Read a stored document; decimals stay exact."""
    return loads(text)


#: Compiled definitions by what they were compiled from: row and instant of import. Few and small; they stay.
_instruments: dict[tuple[tuple[str, uuid.UUID, datetime], ...], Instrument] = {}
_rule_sets: dict[tuple[uuid.UUID, datetime], RuleSet] = {}


def _compiled_instrument(session: Session, stamp: tuple[tuple[str, uuid.UUID, datetime], ...]) -> Instrument:
    if stamp not in _instruments:
        rows = {kind: session.get_one(Definition, row_id) for kind, row_id, _ in stamp}
        documents = {kind: from_json(row.document) for kind, row in rows.items()}
        questionnaire = questionnaires.parsing.parse(documents["questionnaire"])
        key = questionnaires.keys.scoring_codes.coded_key(questionnaire)
        if "scoring-key" in documents:
            key = questionnaires.scoring.parse_key(documents["scoring-key"], questionnaire)
        advice = questionnaires.advice.parse_advice(documents["advice"], key) if key and "advice" in documents else None
        _instruments[stamp] = Instrument(rows["questionnaire"].name, questionnaire, key, advice)
    return _instruments[stamp]


def _compiled_rule_set(session: Session, row_id: uuid.UUID, imported_at: datetime) -> RuleSet:
    stamp = (row_id, imported_at)
    if stamp not in _rule_sets:
        _rule_sets[stamp] = parse_rule_set(session, from_json(session.get_one(Definition, row_id).document))
    return _rule_sets[stamp]
