"""All versions of all questionnaires as an author looks them over: status, signatures, and how much is to be mended."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy.orm import Session

from alerts.rules import RuleSet
from alerts.safety import emergency_items
from prom.catalogue.drafts import rule_sets_of
from prom.catalogue.models import Definition
from prom.catalogue.queries import Instrument, definitions, from_json, instrument
from prom.catalogue.service import parts_of
from prom.errors import Invalid, NotFound
from questionnaires.authoring.differences import Change, differences
from questionnaires.authoring.linting import languages_of, lint, missing_texts
from questionnaires.problems import Problem, QuestionnaireError


@dataclass(frozen=True)
class Opened:
    """One version with what belongs to it, compiled; `rules` are those that judge it, drafts too."""

    row: Definition
    instrument: Instrument
    rules: tuple[RuleSet, ...]

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """What is to be mended."""
        asked = self.instrument
        emergencies = frozenset(link_id for each in self.rules for link_id in emergency_items(each))
        return lint(asked.questionnaire, asked.key, asked.advice, emergencies)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages to look at it in."""
        return languages_of(self.instrument.questionnaire)

    def missing(self, language: str) -> tuple[tuple[str | None, str], ...]:
        """What has no text in a language: pairs of linkId and what it is."""
        return missing_texts(self.instrument.questionnaire, language)

    def count(self, severity: str) -> int:
        """How much of one severity is to be mended."""
        return sum(problem.severity == severity for problem in self.problems)


@dataclass(frozen=True)
class Line:
    """One version in the list. `opened` is None for one that cannot be read; `problems` then say why."""

    row: Definition
    opened: Opened | None
    problems: tuple[Problem, ...]
    #: The version before it, to compare with.
    before: uuid.UUID | None
    #: Whether whoever looks may put her name under it.
    may_sign: bool


def lines(session: Session, username: str | None) -> list[Line]:
    """Return every version, by name and the newest first; `username` is who may sign, or None for nobody."""
    rows = definitions(session, "questionnaire")
    ordered = sorted(rows, key=lambda row: (row.name, -row.imported_at.timestamp()))
    return [_line(session, row, rows, username) for row in ordered]


def _line(session: Session, row: Definition, rows: Sequence[Definition], username: str | None) -> Line:
    earlier = [each for each in rows if each.url == row.url and each.imported_at < row.imported_at]
    before = earlier[-1].id if earlier else None
    try:
        opened = _compiled(session, row)
    except QuestionnaireError as refused:
        return Line(row, None, refused.problems, before, False)
    runs = opened.instrument.questionnaire.publishable
    authors = {part.author for part in parts_of(session, row.url, row.version)}
    may_sign = row.status == "draft" and runs and username is not None and username not in authors
    return Line(row, opened, opened.problems, before, may_sign)


def opened_version(session: Session, definition_id: uuid.UUID) -> Opened:
    """Open one version; raises NotFound, and Invalid for one that cannot be read."""
    try:
        return _compiled(session, version(session, definition_id))
    except QuestionnaireError:
        raise Invalid("document") from None


def version(session: Session, definition_id: uuid.UUID) -> Definition:
    """Return the row of one version of a questionnaire; raises NotFound."""
    row = session.get(Definition, definition_id)
    if row is None or row.kind != "questionnaire":
        raise NotFound("questionnaire")
    return row


def compared(session: Session, before: Definition, after: Definition) -> tuple[Change, ...]:
    """Return what differs between two versions, their scoring keys included."""
    old, new = (instrument(session, f"{each.url}|{each.version}").questionnaire for each in (before, after))
    sources = from_json(before.document), from_json(after.document)
    return differences(old, new, (_key(session, before), _key(session, after)), sources)


def _key(session: Session, row: Definition) -> dict[str, object] | None:
    keys = [part for part in parts_of(session, row.url, row.version) if part.kind == "scoring-key"]
    judging = [key for key in keys if key.status != "draft" or row.status == "draft"]
    return from_json(judging[0].document) if judging else None


def _compiled(session: Session, row: Definition) -> Opened:
    canonical = f"{row.url}|{row.version}"
    return Opened(row, instrument(session, canonical), rule_sets_of(session, canonical))
