"""Hold `prom score` against a folder of worked tables: .venv/bin/python -m tests.check_vectors FOLDER.

Each table holds answers and, beside them, what an independent program made of them. It is scored without those columns,
and again with them; every value must be equal, and missing where it is missing. Ends with 1 when one is not.
"""

from __future__ import annotations

import csv
import sys
import tempfile
from pathlib import Path

from click.testing import CliRunner

from prom.cli import main
from questionnaires.keys import instrument_library

#: Table -> (key, options, how far a value may be off: tables are rounded).
TABLES: dict[str, tuple[str, tuple[str, ...], float]] = {
    "qlq_c30_vectors.csv": ("qlq-c30", (), 1e-6),
    "factg_vectors.csv": ("fact-g", (), 1e-3),
    "eq5d5l_all3125.csv": ("eq-5d-5l", (), 1e-6),
    "proctcae_vectors_noimpute.csv": ("pro-ctcae", (), 1e-6),
    "proctcae_vectors_impute.csv": ("pro-ctcae", ("--impute",), 1e-6),
}

Rows = list[dict[str, str]]


def read(path: Path) -> Rows:
    """Read a table."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, rows: Rows) -> None:
    """Write a table."""
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.DictWriter(file, list(rows[0]))
        lines.writeheader()
        lines.writerows(rows)


def scored(key: str, options: tuple[str, ...], rows: Rows, folder: Path) -> Rows:
    """Score rows with the command."""
    given, out = folder / "given.csv", folder / "out.csv"
    write(given, rows)
    result = CliRunner().invoke(main, ["score", key, "--csv", str(given), "--out", str(out), *options])
    if result.exit_code:
        raise SystemExit(result.output)
    return read(out)


def differing(expected: str, made: str, most: float) -> bool:
    """Whether two cells differ by more than `most`, or one of them is missing."""
    return (expected == "") != (made == "") or (expected != "" and abs(float(expected) - float(made)) > most)


def check(path: Path, folder: Path) -> int:
    """Check one table; say what was compared, and return how many values differ."""
    key, options, most = TABLES[path.name]
    rows = read(path)
    ours = {scale.code for scale in instrument_library.load(key).scales}
    results = [name for name in rows[0] if name in ours]
    bare = [{name: cell for name, cell in row.items() if name not in results} for row in rows]
    wrong = 0
    for made in (scored(key, options, bare, folder), scored(key, options, rows, folder)):
        pairs = [(row[name], one[name]) for row, one in zip(rows, made, strict=True) for name in results]
        wrong += sum(differing(*pair, most) for pair in pairs)
        wrong += sum(row[name] != one[name] for row, one in zip(rows, made, strict=True) for name in bare[0])
    others = [name for name in rows[0] if name.startswith("CW_")]
    left_out = f"; not computed: {', '.join(others)}" if others else ""
    sys.stdout.write(f"{path.name}: {len(rows)} rows, {len(rows) * len(results)} values, {wrong} differ{left_out}\n")
    return wrong


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        found = [check(Path(sys.argv[1]) / name, Path(temporary)) for name in TABLES]
    raise SystemExit(1 if any(found) else 0)
