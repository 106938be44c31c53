"""`python -m tests.journeys.four_workers [PATIENTS [KILLS]]`: four workers through a whole day, killed with -9.

On PostgreSQL where PROM_TEST_DATABASE=postgresql says so, else on SQLite. Every hour patients of another zone are
asked, and so many workers are killed in each, at random. How it is played stands in killed_workers.py. Ends with 1 if
anybody was missed, or asked twice, or later than a minute after the last kill.
"""

import json
import sys
import tempfile
from pathlib import Path

from prom import db, schema
from tests import databases
from tests.conftest import MASTER_KEY, _migrate, _settings
from tests.journeys.killed_workers import Outcome, play

#: An hour each, over a whole day.
ZONES = [f"Etc/GMT{offset:+d}" for offset in range(-11, 12)]
PATIENTS, KILLS = 230, 3


def main() -> None:
    """Play it at full size, and print what came of it."""
    databases.begin_run()
    try:
        with tempfile.TemporaryDirectory(prefix="prom-four-") as name:
            outcome = _played(Path(name))
    finally:
        databases.end_run()
    told = {**vars(outcome), "database": databases.KIND, "leaders": len(outcome.leaders)}
    sys.stdout.write(json.dumps(told, indent=1) + "\n")
    sys.exit(1 if outcome.duplicates or outcome.missed or outcome.late_after_recovery > 60 else 0)


def _played(folder: Path) -> Outcome:
    addresses = databases.new_database(_migrate, folder)
    settings = _settings(folder, addresses.owner, addresses.application)
    settings.key_file.parent.mkdir(mode=0o700)
    settings.key_file.touch(mode=0o600)
    settings.key_file.write_text(MASTER_KEY)
    schema.open_installation(settings)
    try:
        patients, kills = _argument(1, PATIENTS), _argument(2, KILLS)
        return play(settings, folder, patients=patients, zones=ZONES, kills=kills, faster=1.0)
    finally:
        db.dispose()


def _argument(position: int, default: int) -> int:
    return int(sys.argv[position]) if len(sys.argv) > position else default


if __name__ == "__main__":
    main()
