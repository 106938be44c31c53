"""All that a patient's page is written from, read in a fixed number of queries.

Whoever shows it writes the audit record.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from alerts.observation import Snapshot
from prom.assignments.models import Assignment
from prom.assignments.planning import known_anchors
from prom.catalogue import queries as catalogue
from prom.catalogue.queries import Instrument
from prom.clinic import queries
from prom.clinic.vocabulary import NAMELESS, Names, Reader, names_of
from prom.errors import NotFound
from prom.messaging.models import Message
from prom.pathways.definition import Pathway
from prom.pathways.models import Episode
from prom.pathways.queries import pathway
from prom.pathways.service import Clinical, open_clinical
from prom.patients import sealing
from prom.patients.queries import Identity, identity, mobile_of
from prom.responses import drafts
from prom.responses.decided import own_limits
from prom.responses.models import Response
from prom.staff.models import Unit
from prom.staff.queries import clinician_names
from prom.worklist.models import Alert
from prom.worklist.queries import OpenedEvent, OpenedEvidence, alerts_of, events_of, evidence_of
from questionnaires.answers import QuestionnaireResponse


@dataclass(frozen=True)
class Report:
    """A stored response, opened.

    `scores` is what prom/responses/scored.py writes: a score's `missing` and an attribute of 0 may be left out.
    """

    row: Response
    given: QuestionnaireResponse
    scores: Mapping[str, Any]

    @property
    def counts(self) -> bool:
        """Whether it still holds: not entered in error."""
        return self.row.status != "entered-in-error"

    @property
    def questionnaire_url(self) -> str:
        """The questionnaire's url, without its version."""
        return self.row.questionnaire.partition("|")[0]

    def value(self, scale: str) -> float | None:
        """Return a scale's value, or None where it is missing."""
        value = self.scores["scores"].get(scale, {}).get("value")
        return None if value is None else float(value)


def snapshot_of(report: Report) -> Snapshot:
    """Return the values of a report's scales."""
    known = {scale: score["value"] for scale, score in report.scores["scores"].items() if score["value"] is not None}
    return Snapshot(report.row.authored_at, known, report.row.source)


@dataclass(frozen=True)
class About:
    """Who she is and what she is treated for; `episode` is the newest at the reader's units."""

    identity: Identity
    mobile: str | None
    episode: Episode
    unit: Unit
    pathway: Pathway
    clinical: Clinical
    #: Code of the pathway -> the day that it is reckoned from, where that is known.
    anchors: Mapping[str, date]


@dataclass(frozen=True)
class Record:
    """One patient as her page needs her."""

    about: About
    alerts: Sequence[Alert]
    evidence: Mapping[uuid.UUID, Sequence[OpenedEvidence]]
    events: Mapping[uuid.UUID, Sequence[OpenedEvent]]
    reports: Sequence[Report]
    assignments: Sequence[Assignment]
    messages: Sequence[Message]
    instruments: Mapping[str, Instrument]
    names: Mapping[str, Names]
    clinicians: Mapping[uuid.UUID, str]
    reader: Reader
    now: datetime

    def names_by(self, rules: str | None) -> Names:
        """Return what a rule set calls things."""
        return self.names.get(rules or "", NAMELESS)


def load(
    session: Session,
    patient_id: uuid.UUID,
    unit_ids: Collection[uuid.UUID],
    language: str,
    now: datetime,
    since: datetime | None,
) -> Record:
    """Read one patient's record as far as it belongs to some units; raises NotFound where nothing does.

    `since` cuts off what was asked and answered earlier; alerts and what was done about them are all there.
    """
    episodes = queries.episodes_at(session, patient_id, unit_ids)
    about, ids = _about(session, episodes[0]), [each.id for each in episodes]
    alerts = [alert for alert in alerts_of(session, patient_id) if alert.unit_id in unit_ids]
    evidence, events = evidence_of(session, alerts), events_of(session, alerts)
    reports = [_opened(session, row) for row in queries.responses_of(session, ids, since)]
    assignments = queries.assignments_of(session, ids, since)
    return Record(
        about=about,
        alerts=alerts,
        evidence=evidence,
        events=events,
        reports=reports,
        assignments=assignments,
        messages=queries.messages_of(session, [each.id for each in assignments]),
        instruments=_instruments(session, _questionnaires(assignments, reports)),
        names=names_of(session, _rules(assignments, evidence), own_limits(session, about.episode.id, now)),
        clinicians=clinician_names(session, _people(alerts, events, reports)),
        reader=Reader(language, about.unit.zone),
        now=now,
    )


def _about(session: Session, episode: Episode) -> About:
    of = pathway(session, episode.pathway_url, episode.pathway_version)
    return About(
        identity=identity(session, episode.patient_id),
        mobile=mobile_of(session, episode.patient_id),
        episode=episode,
        unit=session.get_one(Unit, episode.unit_id),
        pathway=of,
        clinical=open_clinical(session, episode),
        anchors=known_anchors(session, episode, of),
    )


def _questionnaires(assignments: Sequence[Assignment], reports: Sequence[Report]) -> set[str]:
    return {each.questionnaire for each in assignments} | {report.row.questionnaire for report in reports}


def _rules(assignments: Sequence[Assignment], evidence: Mapping[uuid.UUID, Sequence[OpenedEvidence]]) -> set[str]:
    found = {each.row.rules for pieces in evidence.values() for each in pieces}
    return {rules for rules in found | {each.rules for each in assignments} if rules}


def _opened(session: Session, row: Response) -> Report:
    return Report(row, drafts.opened(session, row), sealing.open_column(session, row, "scores"))


def _instruments(session: Session, canonicals: Collection[str]) -> dict[str, Instrument]:
    found: dict[str, Instrument] = {}
    for canonical in sorted(canonicals):
        try:
            found[canonical] = catalogue.instrument(session, canonical)
        except NotFound:
            continue  # its answers are shown by link id then, never left out
    return found


def _people(
    alerts: Sequence[Alert], events: Mapping[uuid.UUID, Sequence[OpenedEvent]], reports: Sequence[Report]
) -> list[uuid.UUID]:
    claimed = (alert.claimed_by for alert in alerts)
    acted = (event.row.clinician_id for found in events.values() for event in found)
    recorded = (report.row.author_id for report in reports)
    return [each for each in (*claimed, *acted, *recorded) if each is not None]
