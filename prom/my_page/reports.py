"""What a patient sent, as she may read it again: what was asked, when, and her answers. Never what was judged."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom.catalogue.queries import instrument
from prom.errors import NotFound
from prom.my_page.sessions import Me
from prom.responses import drafts, wording
from prom.responses.models import COUNTS, Response
from prom.responses.places import Kind, Stop
from prom.responses.steps import Steps
from prom.responses.wording import Words
from prom.staff.queries import unit as find_unit

#: A page shows so many, the newest first; ten years of weekly reports are more than anybody reads.
MOST = 100


@dataclass(frozen=True)
class Report:
    """One report in a list. `by` says who gave the answers, and whether staff wrote them down: a key of the texts."""

    id: uuid.UUID
    title: Words
    answered_at: datetime
    received_at: datetime
    by: str


@dataclass(frozen=True)
class Line:
    """One question with what was answered to it; `heading` where a new group begins."""

    heading: Words | None
    question: Words
    answers: tuple[Words, ...]


def sent(session: Session, me: Me, language: str) -> Sequence[Report]:
    """Return her reports, newest first, without those that were entered in error. The caller writes the record."""
    rows = session.scalars(
        select(Response)
        .where(Response.patient_id == me.patient_id, COUNTS)
        .order_by(Response.authored_at.desc(), Response.id.desc())
        .limit(MOST)
    )
    return [_report(session, row, language) for row in rows]


def one(session: Session, me: Me, response_id: uuid.UUID, language: str) -> tuple[Report, Sequence[Line]]:
    """Return one of her reports with its answers; raises NotFound for anybody else's. The caller writes the record."""
    row = session.get(Response, response_id)
    if row is None or row.patient_id != me.patient_id or row.status == "entered-in-error":
        raise NotFound("response")
    asked = Steps(instrument(session, row.questionnaire).questionnaire, drafts.opened(session, row))
    zone = find_unit(session, row.unit_id).zone
    return _report(session, row, language), _lines(asked, language, zone)


def _report(session: Session, row: Response, language: str) -> Report:
    return Report(
        id=row.id,
        title=_title(session, row.questionnaire, language),
        answered_at=row.authored_at,
        received_at=row.received_at,
        by="unfinished" if row.status == "in-progress" else _by(row),
    )


def _by(row: Response) -> str:
    if row.source == "proxy":
        return "proxy"
    return "herself" if row.author == "patient" else "recorded"


def _title(session: Session, questionnaire: str, language: str) -> Words:
    try:
        return wording.of(instrument(session, questionnaire).questionnaire.title, language)
    except NotFound:
        return wording.message("my-page.reports.untitled", language)


def _lines(asked: Steps, language: str, zone: str) -> Sequence[Line]:
    found: list[Line] = []
    before: tuple[object, tuple[int, ...]] | None = None
    for stop in asked.stops:
        if stop.kind is not Kind.QUESTION and not (stop.kind is Kind.VALUE and stop.values):
            continue
        group = asked.group(stop.item)
        here = (group, stop.turns)
        heading = wording.of(group.text, language) if group and group.text and here != before else None
        found.append(Line(heading, _question(asked, stop, language, zone), _answers(stop, language, zone)))
        before = here
    return found


def _question(asked: Steps, stop: Stop, language: str, zone: str) -> Words:
    """What was asked, led by the answer that it was asked after where there may be several."""
    words = wording.question(stop.item, language)
    above = asked.answer_above(stop)
    if above is None or not above.values:
        return words
    return Words(f"{_answers(above, language, zone)[0].text}: {words.text}", words.language)


def _answers(stop: Stop, language: str, zone: str) -> tuple[Words, ...]:
    return tuple(wording.answer(stop.item, value, language, zone) for value in stop.values)
