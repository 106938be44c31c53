"""`python -m tests.journeys.four_workers [PATIENTS [KILLS [SEED ...]]]`: four workers through a day, killed with -9.

On PostgreSQL where PROM_TEST_DATABASE=postgresql says so, else on SQLite. Every hour patients of another zone are
asked, and KILLS workers are killed in each busy hour, at random; once an hour, besides, one dies between the statements
of its opening. A kill takes up to five seconds: 3 an hour make a run
of minutes, 60 one of more than an hour. Each seed is a day of its own. How it is played stands in killed_workers.py.
Ends with 1 if anybody was missed, or asked twice, or later than a minute after the last kill.
"""

import json
import signal
import sys
import tempfile
from pathlib import Path

from prom import db, schema
from tests import databases
from tests.conftest import MASTER_KEY, _migrate, _settings
from tests.journeys.asked_once import Outcome
from tests.journeys.killed_workers import play

#: An hour each, over a whole day.
ZONES = [f"Etc/GMT{offset:+d}" for offset in range(-11, 12)]
PATIENTS, KILLS = 230, 3


def main() -> None:
    """Play each day at full size, and print what came of it."""
    # What stops us stops the workers too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    databases.begin_run()
    try:
        days = [_played(int(seed)) for seed in sys.argv[3:] or ["7"]]
    finally:
        databases.end_run()
    sys.exit(0 if all(day.clean for day in days) else 1)


def _played(seed: int) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="prom-four-") as name:
        folder = Path(name)
        addresses = databases.new_database(_migrate, folder)
        settings = _settings(folder, addresses.owner, addresses.application)
        settings.key_file.parent.mkdir(mode=0o700)
        settings.key_file.touch(mode=0o600)
        settings.key_file.write_text(MASTER_KEY)
        schema.open_installation(settings)
        try:
            patients, kills = _argument(1, PATIENTS), _argument(2, KILLS)
            outcome = play(
                settings, folder, patients=patients, zones=ZONES, kills=kills, faster=1.0, seed=seed, aimed=len(ZONES)
            )
        finally:
            db.dispose()
            databases.remove_database(addresses)
    told = {"database": databases.KIND, "seed": seed, **vars(outcome), "leaders": len(outcome.leaders)}
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    return outcome


def _argument(position: int, default: int) -> int:
    return int(sys.argv[position]) if len(sys.argv) > position else default


if __name__ == "__main__":
    main()
