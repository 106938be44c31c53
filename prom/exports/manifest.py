"""What lies beside the data: the codebook, and a manifest that says what is in the files and how to make them again."""

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from prom import clock
from prom.exports.columns import CODEBOOK_HEADER, MISSING, Column
from prom.exports.rows import Wanted
from prom.version import running_version


def write_codebook(columns: Sequence[Column], path: Path) -> None:
    """Write a row per column: UTF-8, comma."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\r\n")
        table.writerow(CODEBOOK_HEADER)
        table.writerows(column.codebook_row() for column in columns)


def write_manifest(
    path: Path,
    wanted: Wanted,
    files: Sequence[tuple[str, Path]],
    responses: Mapping[tuple[str, str | None], int],
    command: str,
) -> None:
    """Write counts, versions, checksums and the command as JSON; `responses` counts by questionnaire and rules.

    `files` are names and where they lie.
    """
    by_questionnaire, by_rules = Counter[str](), Counter[str]()
    for (questionnaire, rules), count in responses.items():
        by_questionnaire[questionnaire] += count
        by_rules[rules or "none"] += count
    document: dict[str, Any] = {
        "made": clock.now().isoformat(timespec="seconds"),
        "prom": running_version(),
        "command": command,
        "responses": sum(responses.values()),
        "patients": len(wanted.named),
        "questionnaires": [
            {
                "version": made.questionnaire.canonical,
                "scoringKey": f"{made.key.name} {made.key.version}" if made.key else None,
                "responses": by_questionnaire[made.questionnaire.canonical],
            }
            for made in wanted.versions
        ],
        "rules": dict(sorted(by_rules.items())),
        "missing": [{"letter": str(gap), "number": number, "means": means} for gap, (number, means) in MISSING.items()],
        "files": [{"name": name, "bytes": at.stat().st_size, "sha256": _checksum(at)} for name, at in files],
    }
    path.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
