"""Letting answers out: a data file, a codebook that says what its columns mean, and a manifest of both."""

import io
import os
import uuid
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from prom import clock
from prom.audit import service as audit
from prom.audit.service import Actor
from prom.catalogue.queries import Instrument, definitions, instrument, newest
from prom.db import reading
from prom.exports import columns, registry
from prom.exports.manifest import write_codebook, write_manifest
from prom.exports.memory import memory_file
from prom.exports.rows import Progress, Wanted
from prom.exports.writing import Export, Format, Layout, columns_of, write
from prom.pathways.models import Episode
from prom.responses.models import COUNTS, Response


class Files(NamedTuple):
    """The three files of an export, by path or by name."""

    data: Path
    codebook: Path
    manifest: Path


class Exported(NamedTuple):
    """How many responses were written, and where."""

    rows: int
    files: Files


@dataclass(frozen=True)
class Asked:
    """What is to be let out: a questionnaire by name or url, of one tenant, of some units or (None) of all.

    `since` and `until` are instants that the answers were authored from and before; `pathway` is a pathway's url.
    """

    questionnaire: str
    tenant_id: uuid.UUID
    unit_ids: Sequence[uuid.UUID] | None = None
    since: datetime | None = None
    until: datetime | None = None
    pathway: str | None = None


def export_files(
    wanted: Wanted, layout: Layout, folder: Path, command: str = "", progress: Progress | None = None
) -> Exported:
    """Write three files into a folder, readable by their owner only; each appears whole or not at all.

    What is wanted was chosen, and is on record, by a `let_out` that was committed before: nobody else has to wait to
    write while this reads. `command` is what makes it again, for the manifest. Raises Invalid for what the format
    cannot hold; the record stays then, of something that did not leave.
    """
    names = _names(wanted, layout)
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as unfinished:
        paths = Files(*(unfinished.enter_context(_unfinished(folder / name.name)) for name in names))
        with reading() as session:
            count = _write_all(session, wanted, layout, names, paths, command, progress)
        # The answers last: they lie nowhere without what they mean.
        for path, name in reversed(list(zip(paths, names, strict=True))):
            path.replace(folder / name)
    return Exported(count, Files(*(folder / name for name in names)))


def export_zip(wanted: Wanted, layout: Layout, command: str = "") -> tuple[str, bytes]:
    """Return a name and a zip of the three files, made in memory: no answer lies in clear on the server's disk.

    Raises as `export_files` does.
    """
    names = _names(wanted, layout)
    made = io.BytesIO()
    with ExitStack() as memory, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        paths = Files(*(memory.enter_context(memory_file(name.name)) for name in names))
        with reading() as session:
            _write_all(session, wanted, layout, names, paths, command)
        for path, name in zip(paths, names, strict=True):
            archive.write(path, name)
    return f"{names.data.stem}.zip", made.getvalue()


def let_out(session: Session, asked: Asked, layout: Layout, actor: Actor) -> Wanted:
    """Choose responses, under which columns they leave, and put on record every patient who is among them.

    Patients are pseudonyms; free text is left out, and what was entered in error too. Raises NotFound.
    """
    versions = _versions(session, asked.questionnaire)
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
    return Wanted(asked.tenant_id, chosen, named, versions, columns.of(versions), gaps=not layout.is_plain)


def _names(wanted: Wanted, layout: Layout) -> Files:
    name = wanted.versions[-1].name
    codebook = f"reg_klokeboken_{clock.now():%Y-%m-%d}" if layout.format is Format.REGISTRY else f"{name}-codebook"
    data = f"{name}-long" if layout.long else name
    return Files(Path(f"{data}.{layout.format.ending}"), Path(f"{codebook}.csv"), Path(f"{name}-manifest.json"))


def _write_all(
    session: Session,
    wanted: Wanted,
    layout: Layout,
    names: Files,
    paths: Files,
    command: str,
    progress: Progress | None = None,
) -> int:
    count = write(Export(session, wanted, layout, progress), paths.data)
    if layout.format is Format.REGISTRY:
        registry.write_codebook(names.data.stem, wanted.columns, paths.codebook)
    else:
        write_codebook(columns_of(layout, wanted.columns), paths.codebook)
    by = (Response.questionnaire, Response.rules, Response.patient_id)
    responses = Counter[tuple[str, str | None]]()
    for questionnaire, rules, patient_id, number in session.execute(
        select(*by, func.count()).where(*wanted.chosen).group_by(*by)
    ):
        responses[questionnaire, rules] += number if patient_id in wanted.named else 0
    files = [(names.data.name, paths.data), (names.codebook.name, paths.codebook)]
    write_manifest(paths.manifest, wanted, files, responses, command)
    return count


def _chosen(asked: Asked, questionnaires: list[str]) -> list[ColumnElement[bool]]:
    chosen = [
        Response.tenant_id == asked.tenant_id,
        # As an expression, so that neither database takes the questionnaire's index: it would sort all of them for
        # each batch, instead of walking along the ids once.
        Response.questionnaire.concat("").in_(questionnaires),
        COUNTS,
    ]
    if asked.unit_ids is not None:
        chosen.append(Response.unit_id.in_(asked.unit_ids))
    if asked.since is not None:
        chosen.append(Response.authored_at >= asked.since)
    if asked.until is not None:
        chosen.append(Response.authored_at < asked.until)
    if asked.pathway is not None:
        chosen.append(Response.episode_id.in_(select(Episode.id).where(Episode.pathway_url == asked.pathway)))
    return chosen


def _versions(session: Session, questionnaire: str) -> list[Instrument]:
    """All versions of the questionnaire of this name or url, oldest first."""
    url = newest(session, "questionnaire", questionnaire).url
    imported = [row for row in definitions(session, "questionnaire") if row.url == url]
    return [instrument(session, f"{row.url}|{row.version}") for row in imported]


@contextmanager
def _unfinished(path: Path) -> Iterator[Path]:
    """Yield a place beside the file's, for its owner only: nobody reads half a file."""
    unfinished = path.with_name(path.name + ".unfinished")
    try:
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        yield unfinished
    finally:
        unfinished.unlink(missing_ok=True)
