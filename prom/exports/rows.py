"""The rows of an export: read batch by batch and opened, so that memory stays the same whatever the number.

Of a response only the row is opened that lies sealed beside its answers (prom/responses/scored.py), and it is written
as it stands. `_from_document` is the way for those that have none; it costs some fifty times as much.
"""

import json
import uuid
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from prom.catalogue.queries import Instrument
from prom.crypto import Opener
from prom.exports.columns import Column
from prom.exports.pseudonyms import Pseudonyms
from prom.patients import sealing
from prom.responses import drafts, scored
from prom.responses.cells import LINE_END, NAME_LENGTH, Gap, Layout, cells_in, layout_of, line_of, row_of, safe
from prom.responses.models import WHOLE, Response
from prom.staff.models import Unit
from questionnaires.branching import enabled

#: How many responses are fetched and opened at a time.
AT_ONCE = 1000
#: Of how many patients the pseudonym and the cipher are kept at hand: some 3 KB each.
REMEMBERED = 10_000
Progress: TypeAlias = Callable[[int, int], None]

#: What is read of a response, in the order in which `_line` takes it.
READ = (
    Response.id,
    Response.patient_id,
    Response.unit_id,
    Response.authored_at,
    Response.scores_sealed,
    Response.source,
    Response.status,
    Response.language,
    Response.questionnaire,
    Response.rules,
)
#: A row of these; `_line` says their types.
Found: TypeAlias = Any


@dataclass(frozen=True)
class Wanted:
    """Which responses, of whom, and under which columns. `named` are the patients that the audit record names.

    With `gaps` each line ends with a cell that says why each question without an answer has none: a letter of
    prom.responses.cells.Gap for each column of a question, in their order.
    """

    tenant_id: uuid.UUID
    chosen: Sequence[ColumnElement[bool]]
    named: Collection[uuid.UUID]
    versions: Sequence[Instrument]
    columns: Sequence[Column]
    gaps: bool = False


def batches(session: Session, wanted: Wanted, progress: Progress | None = None) -> Iterator[list[str]]:
    """Yield the lines of the CSV, oldest response first, a batch at a time."""
    written = _Written(session, wanted)
    total = session.scalar(select(func.count()).select_from(Response).where(*wanted.chosen)) or 0
    done, after = 0, uuid.UUID(int=0)
    found: Sequence[Found]
    page = select(*READ).where(*wanted.chosen).order_by(Response.id).limit(AT_ONCE)
    while found := session.execute(page.where(Response.id > after)).all():
        # Who answered for the first time since is on no record yet, and waits for the next export.
        yield written.lines([row for row in found if row.patient_id in wanted.named])
        done, after = done + len(found), found[-1].id
        if progress:
            progress(done, total)


@dataclass(frozen=True)
class _Person:
    """What is the same for all rows of a patient."""

    pseudonym: str
    scores: Opener


@dataclass(frozen=True)
class _Version:
    """How the rows of one version are laid out; `straight` where they fit under the export's columns as they are."""

    made: Instrument
    layout: Layout
    straight: bool


class _Written:
    """Turns what is read into lines."""

    def __init__(self, session: Session, wanted: Wanted) -> None:
        self._session, self._tenant_id, self._gaps = session, wanted.tenant_id, wanted.gaps
        self._pseudonyms = Pseudonyms(wanted.tenant_id)
        self._links = tuple(each.link_id for each in wanted.columns if each.kind == "question")
        self._scales = tuple(each.scale for each in wanted.columns if each.scale)
        self._versions = {each.questionnaire.canonical: self._version(each) for each in wanted.versions}
        self._units = {
            unit.id: (_quoted(safe(unit.name)), ZoneInfo(unit.zone)) for unit in session.scalars(select(Unit))
        }
        self._people: dict[uuid.UUID, _Person] = {}
        self._alike: dict[tuple[str | None, ...], str] = {}

    def _version(self, made: Instrument) -> _Version:
        layout = layout_of(made.questionnaire, made.key)
        return _Version(made, layout, layout.links == self._links and layout.scales == self._scales)

    def lines(self, found: Sequence[Found]) -> list[str]:
        """Return the lines of these responses."""
        self._meet({row.patient_id for row in found})
        return [self._line(*row) for row in found]

    def _meet(self, patient_ids: set[uuid.UUID]) -> None:
        if len(self._people) > REMEMBERED:
            self._people.clear()
        if new := patient_ids - self._people.keys():
            openers = sealing.openers(self._session, self._tenant_id, new, Response.__tablename__, "scores")
            for patient_id, opener in openers.items():
                self._people[patient_id] = _Person(self._pseudonyms.patient(patient_id), opener)

    def _line(
        self,
        response_id: uuid.UUID,
        patient_id: uuid.UUID,
        unit_id: uuid.UUID,
        authored: datetime,
        sealed: bytes,
        source: str,
        status: str,
        language: str,
        questionnaire: str,
        rules: str | None,
    ) -> str:
        """Write one response; the cells about it stand as in columns.ABOUT."""
        name, person, (unit, zone) = str(response_id), self._people[patient_id], self._units[unit_id]
        version = self._versions[questionnaire]
        text = person.scores.open(sealed, name).decode()
        row = scored.row_in(text)
        if row is None or not row.startswith(version.layout.name):
            row = self._from_document(response_id, version.made, text)
        answered = row[version.layout.answers_at :] if version.straight else self._rearranged(row, version.layout)
        local = authored.astimezone(zone).isoformat(" ", "seconds")[:19]
        pseudonym = self._pseudonyms.response(name)
        alike = self._quoted((source, status, language, questionnaire, rules))
        gaps = f",{self._gaps_of(row, version)}" if self._gaps else ""
        return f"{person.pseudonym},{pseudonym},{unit},{local},{alike}{answered}{gaps}{LINE_END}"

    def _gaps_of(self, row: str, version: _Version) -> str:
        gaps = version.layout.gaps_in(row)
        if version.straight:
            return gaps
        by_link = dict(zip(version.layout.links, gaps, strict=True))
        return "".join(by_link.get(link, Gap.NOT_ASKED) for link in self._links)

    def _quoted(self, cells: tuple[str | None, ...]) -> str:
        """Write cells that are the same for many responses, once."""
        if cells not in self._alike:
            self._alike[cells] = _quoted(*cells)
        return self._alike[cells]

    def _from_document(self, response_id: uuid.UUID, made: Instrument, text: str) -> str:
        """Make the row of a response that has none from its FHIR document and its scores: slow, and right."""
        stored = self._session.get_one(Response, response_id)
        given = drafts.opened(self._session, stored)
        self._session.expunge(stored)
        return row_of(
            layout_of(made.questionnaire, made.key),
            given.flat(),
            {scale: each["value"] for scale, each in json.loads(text)["scores"].items()},
            asked=enabled(made.questionnaire, given),
            complete=stored.status in WHOLE,
        )

    def _rearranged(self, row: str, layout: Layout) -> str:
        """Put the cells of another version under the export's columns."""
        answers, values = cells_in(layout, row)
        cells = [*(answers.get(each, "") for each in self._links), *(values.get(each, "") for each in self._scales)]
        return line_of([layout.name, *cells]).removesuffix(LINE_END)[NAME_LENGTH:]


def _quoted(*cells: str | None) -> str:
    # Never alone on a line, where an empty cell would be written otherwise.
    return line_of(["", *(cell or "" for cell in cells)]).removesuffix(LINE_END)[1:]
