"""Letting answers out: one CSV of responses and one of what its columns mean."""

import io
import os
import uuid
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from prom.audit import service as audit
from prom.audit.service import Actor
from prom.catalogue.queries import Instrument, definitions, instrument, newest
from prom.exports import columns, rows
from prom.exports.rows import Progress, Wanted
from prom.responses.cells import line_of
from prom.responses.models import COUNTS, Response


@dataclass(frozen=True)
class Exported:
    """What was written."""

    data_file: Path
    codebook_file: Path
    rows: int


@dataclass(frozen=True)
class Table:
    """One file's name, and its lines, which are made as they are read, a batch at a time."""

    name: str
    header: Sequence[str]
    batches: Iterable[list[str]]


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
    wanted = Wanted(asked.tenant_id, chosen, named, versions, wide)
    data = Table(f"{name}.csv", [column.name for column in wide], rows.batches(session, wanted, progress))
    codebook = Table(
        f"{name}-codebook.csv", columns.CODEBOOK_HEADER, [[line_of(column.codebook_row()) for column in wide]]
    )
    return data, codebook


def _chosen(asked: Asked, questionnaires: list[str]) -> list[ColumnElement[bool]]:
    chosen = [
        Response.tenant_id == asked.tenant_id,
        # As an expression, so that neither database takes the questionnaire's index: it would sort all of them for
        # each batch, instead of walking along the ids once.
        Response.questionnaire.concat("").in_(questionnaires),
        COUNTS,
    ]
    return chosen if asked.unit_ids is None else [*chosen, Response.unit_id.in_(asked.unit_ids)]


def _versions(session: Session, questionnaire: str) -> list[Instrument]:
    """All versions of the questionnaire of this name or url, oldest first."""
    url = newest(session, "questionnaire", questionnaire).url
    imported = [row for row in definitions(session, "questionnaire") if row.url == url]
    return [instrument(session, f"{row.url}|{row.version}") for row in imported]


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
    count = 0
    file.write(line_of(table.header))
    for lines in table.batches:
        file.writelines(lines)
        count += len(lines)
    return count
