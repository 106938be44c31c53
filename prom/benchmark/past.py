"""A quiet past of some patients as rows: what each was asked and answered, and what the rules keep of it."""

import random
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from alerts.observation import History, Snapshot
from prom import clock, crypto
from prom.benchmark import plain
from prom.benchmark.answers import QUIET
from prom.benchmark.hospital import Hospital
from prom.benchmark.plain import Report
from prom.crypto import Place
from prom.db import new_id
from prom.pathways.definition import Asked
from prom.responses import history

#: The past lies within so many days, weekly where there is room.
DAYS = 350

Row = dict[str, Any]


@dataclass(frozen=True)
class Filled:
    """A patient as the filler knows her: her row, her key and her stay."""

    number: int
    id: uuid.UUID
    key: bytes
    unit_id: uuid.UUID
    episode_id: uuid.UUID

    def seal(self, tenant_id: uuid.UUID, table: str, column: str, row_id: uuid.UUID, document: Any) -> bytes:
        """Seal a document with her key for the column `<column>_sealed` of a row."""
        return crypto.seal(self.key, document, Place(table, f"{column}_sealed", tenant_id, row_id))


def assignment_row(
    hospital: Hospital, patient_id: uuid.UUID, episode_id: uuid.UUID, unit_id: uuid.UUID, asked: Asked, opens: datetime
) -> Row:
    """Return an open assignment of a patient as a row."""
    row_id = new_id()
    return {
        "id": row_id,
        "tenant_id": hospital.tenant_id,
        "patient_id": patient_id,
        "episode_id": episode_id,
        "unit_id": unit_id,
        "origin": "planned",
        "occurrence": f"benchmark:{row_id}",
        "questionnaire": asked.questionnaire,
        "rules": asked.rules,
        "status": "open",
        "opens_at": opens,
        "due_at": opens + asked.window.due,
        "overdue_at": opens + asked.window.overdue,
        "expires_at": opens + asked.window.expires,
        "begun_expires_at": opens + asked.window.begun_expires,
        "wrong_birth_dates": 0,
    }


class Past:
    """The past of some patients: which report each gave when, as rows."""

    def __init__(
        self, hospital: Hospital, people: Sequence[Filled], reports: Mapping[str, Sequence[Report]], each: int
    ) -> None:
        self._hospital, self._people = hospital, people
        chance = random.Random(people[0].number)
        quiet = [report for kind in QUIET for report in reports[kind]]
        self._given = [chance.choices(quiet, k=each) for _ in people]
        step = min(timedelta(days=7), timedelta(days=DAYS) / max(each, 1))
        # Whole milliseconds: what is read back is what was written, on both databases.
        latest = clock.now().replace(microsecond=0) - timedelta(days=1)
        self._authored = [latest - step * (each - 1 - week) for week in range(each)]
        self._assignments: list[uuid.UUID] = []

    def assignments(self, week: int) -> Iterator[Row]:
        """Yield everybody's assignment of a week, answered."""
        self._assignments = []
        opens = self._authored[week] - timedelta(hours=2)
        asked, completed = self._hospital.symptom_check, {"status": "completed", "completed_at": self._authored[week]}
        for person in self._people:
            row = assignment_row(self._hospital, person.id, person.episode_id, person.unit_id, asked, opens)
            self._assignments.append(row["id"])
            yield {**row, **completed}

    def responses(self, week: int) -> Iterator[Row]:
        """Yield everybody's response of a week."""
        authored, tenant_id = self._authored[week], self._hospital.tenant_id
        common = {
            "tenant_id": tenant_id,
            "questionnaire": self._hospital.symptom_check.questionnaire,
            "rules": self._hospital.symptom_check.rules,
            "status": "completed",
            "source": "patient",
            "author": "patient",
            "authored_at": authored,
            "received_at": authored,
            "updated_at": authored,
            "version": 1,
            "language": "nb",
            "rechecked_at": authored + timedelta(minutes=1),
        }
        for person, given, assignment_id in zip(self._people, self._given, self._assignments, strict=True):
            row_id, report = new_id(), given[week]
            document, scores = (Place("response", name, tenant_id, row_id) for name in plain.COLUMNS)
            yield {
                **common,
                "id": row_id,
                "patient_id": person.id,
                "episode_id": person.episode_id,
                "unit_id": person.unit_id,
                "assignment_id": assignment_id,
                "document_sealed": crypto.seal_bytes(person.key, report.document, document),
                "scores_sealed": crypto.seal_bytes(person.key, report.scores, scores),
            }

    def states(self) -> Iterator[Row]:
        """Yield what the rules need of everybody's past."""
        tenant_id = self._hospital.tenant_id
        for person, given in zip(self._people, self._given, strict=True):
            row_id = new_id()
            document = history.as_document(self._history(given))
            yield {
                "id": row_id,
                "tenant_id": tenant_id,
                "patient_id": person.id,
                "episode_id": person.episode_id,
                "questionnaire_url": self._hospital.symptom_check.questionnaire.partition("|")[0],
                "history_sealed": person.seal(tenant_id, "patient_state", "history", row_id, document),
            }

    def _history(self, given: Sequence[Report]) -> History:
        """The same as following report by report, which `checked` makes sure of."""
        snapshots = [
            Snapshot(authored, report.variant.scores, "patient")
            for authored, report in zip(self._authored, given, strict=True)
        ]
        if not snapshots:
            return history.EMPTY
        return History(baseline={"patient": snapshots[0]}, previous=tuple(history.kept(snapshots)))
