"""Letting answers out: one CSV of responses and one of what its columns mean."""

import csv
import io
import os
import uuid
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from prom import crypto
from prom.audit import service as audit
from prom.audit.service import Actor
from prom.catalogue.queries import Instrument, definitions, instrument, newest
from prom.exports import columns
from prom.patients import sealing
from prom.responses import drafts
from prom.responses.models import Response
from prom.staff.models import Unit

#: How many responses are fetched and opened at a time, so that memory stays the same whatever the number.
AT_ONCE = 500

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Exported:
    """What was written."""

    data_file: Path
    codebook_file: Path
    rows: int


@dataclass(frozen=True)
class Table:
    """One file's name, header and rows, which are made as they are read."""

    name: str
    header: Sequence[str]
    rows: Iterator[list[str]]


@dataclass(frozen=True)
class Asked:
    """What is to be let out: a questionnaire by name or url, of one tenant, of some units or (None) of all."""

    questionnaire: str
    tenant_id: uuid.UUID
    unit_ids: Sequence[uuid.UUID] | None = None


def export_csv(
    session: Session, asked: Asked, folder: Path, actor: Actor, progress: Progress | None = None
) -> Exported:
    """Write data and codebook into a folder, readable by its owner only; each file appears whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    data, codebook = tables(session, asked, actor, progress)
    # The answers last: if anything fails, the audit record is taken back, and no answers may lie there without one.
    _write_file(folder / codebook.name, codebook)
    count = _write_file(folder / data.name, data)
    return Exported(folder / data.name, folder / codebook.name, count)


def export_zip(session: Session, asked: Asked, actor: Actor) -> tuple[str, bytes]:
    """Return a name and a zip of data and codebook, made in memory: no answer lies in clear on the server's disk."""
    made = io.BytesIO()
    data, codebook = tables(session, asked, actor)
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in (data, codebook):
            with archive.open(table.name, "w") as raw, io.TextIOWrapper(raw, encoding="utf-8", newline="") as file:
                _write(file, table)
    return data.name.replace(".csv", ".zip"), made.getvalue()


def tables(session: Session, asked: Asked, actor: Actor, progress: Progress | None = None) -> tuple[Table, Table]:
    """Return the data (one row per response of all versions) and the codebook (one row per column).

    UTF-8, comma, decimal point. Patients are pseudonyms; free text is left out, and what was entered in error too. One
    audit record names every patient whose answers are chosen. Raises NotFound.
    """
    versions = _versions(session, asked.questionnaire)
    name = versions[-1].name
    wide = columns.of(versions)
    chosen = _chosen(asked, [each.questionnaire.canonical for each in versions])
    named = frozenset(session.scalars(select(Response.patient_id).where(*chosen).distinct()))
    audit.record(
        session,
        actor,
        "response.export",
        tenant_id=asked.tenant_id,
        entity="response",
        subjects=named,
        reason="quality",
    )
    opened = _opened_rows(session, chosen, versions, progress)
    # Who answered for the first time since is on no record yet, and waits for the next export.
    rows = ([column.value(each) for column in wide] for each in opened if each.row.patient_id in named)
    data = Table(f"{name}.csv", [column.name for column in wide], rows)
    codebook = Table(f"{name}-codebook.csv", columns.CODEBOOK_HEADER, (column.codebook_row() for column in wide))
    return data, codebook


def _chosen(asked: Asked, questionnaires: list[str]) -> list[ColumnElement[bool]]:
    chosen = [
        Response.tenant_id == asked.tenant_id,
        Response.questionnaire.in_(questionnaires),
        Response.status != "entered-in-error",
    ]
    return chosen if asked.unit_ids is None else [*chosen, Response.unit_id.in_(asked.unit_ids)]


def _versions(session: Session, questionnaire: str) -> list[Instrument]:
    """All versions of the questionnaire of this name or url, oldest first."""
    url = newest(session, "questionnaire", questionnaire).url
    rows = [row for row in definitions(session, "questionnaire") if row.url == url]
    return [instrument(session, f"{row.url}|{row.version}") for row in rows]


def _opened_rows(
    session: Session, chosen: list[ColumnElement[bool]], versions: list[Instrument], progress: Progress | None
) -> Iterator[columns.Exported]:
    instruments = {each.questionnaire.canonical: each for each in versions}
    units = {unit.id: unit for unit in session.scalars(select(Unit))}
    total = session.scalar(select(func.count()).select_from(Response).where(*chosen)) or 0
    done, after = 0, uuid.UUID(int=0)
    while page := _page(session, chosen, after):
        for row in page:
            yield _opened(session, row, instruments[row.questionnaire], units[row.unit_id])
        done, after = done + len(page), page[-1].id
        for row in page:
            session.expunge(row)
        if progress:
            progress(done, total)


def _page(session: Session, chosen: list[ColumnElement[bool]], after: uuid.UUID) -> Sequence[Response]:
    rows = session.scalars(
        select(Response).where(*chosen, Response.id > after).order_by(Response.id).limit(AT_ONCE)
    ).all()
    sealing.load_keys(session, {row.patient_id for row in rows})
    return rows


def _opened(session: Session, row: Response, made_with: Instrument, unit: Unit) -> columns.Exported:
    scores: dict[str, Any] = sealing.open_column(session, row, "scores")["scores"]
    return columns.Exported(
        pseudonym=_pseudonym(row.tenant_id, "patient", row.patient_id),
        response_pseudonym=_pseudonym(row.tenant_id, "response", row.id),
        row=row,
        unit=unit.name,
        authored=row.authored_at.astimezone(ZoneInfo(unit.zone)),
        answers=drafts.opened(session, row).flat(),
        scores={scale: score["value"] for scale, score in scores.items()},
        instrument=made_with,
    )


def _pseudonym(tenant_id: uuid.UUID, kind: str, row_id: uuid.UUID) -> str:
    """The same for the same patient in every export of this hospital, and nothing without its key."""
    return crypto.as_text(crypto.keyed_hash(tenant_id, f"export-{kind}", str(row_id)))[:16]


def _write_file(path: Path, table: Table) -> int:
    """Write beside the place and move it there, so that nobody reads half a file."""
    unfinished = path.with_name(path.name + ".unfinished")
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            count = _write(file, table)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return count


def _write(file: TextIO, table: Table) -> int:
    writer, count = csv.writer(file), 0
    writer.writerow(table.header)
    for row in table.rows:
        writer.writerow(row)
        count += 1
    return count
