"""The sealed export in a process of its own, `python -m prom.benchmark.exporting FOLDER`: rows a second, memory."""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

from prom import config, db, schema
from prom.audit.service import Actor
from prom.benchmark.requests import Refused
from prom.benchmark.taking import Taken, Ward
from prom.exports.service import Asked, export_files, let_out
from prom.exports.writing import Layout
from prom.staff.queries import the_tenant

QUESTIONNAIRE = "symptom-check"
#: No further run begins after this time: an export that is slow is known to be slow.
ENOUGH_SECONDS = 60.0


def main() -> None:
    """Export all answers to the symptom check into the folder that the command line names, and say what it took."""
    schema.open_installation(config.from_environment())
    begun, cpu = time.perf_counter(), time.process_time()
    with db.transaction() as session:
        asked = Asked(QUESTIONNAIRE, the_tenant(session).id)
        wanted = let_out(session, asked, Layout(), Actor("operator", None, "benchmark"))
    made = export_files(wanted, Layout(), Path(sys.argv[1]))
    seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    done = {"rows": made.rows, "seconds": seconds, "cpu": cpu, "peak": peak, "bytes": made.files.data.stat().st_size}
    sys.stdout.write(json.dumps(done) + "\n")


def measure(ward: Ward, taken: Taken) -> None:
    """Take the figures of `export` over all that is filled in; raises Refused when it fails."""
    ends = time.perf_counter() + ENOUGH_SECONDS
    for run in range(ward.size.runs):
        if run and time.perf_counter() > ends:
            return
        folder = ward.place.settings.home / "export"
        command = [sys.executable, "-m", "prom.benchmark.exporting", str(folder)]
        finished = subprocess.run(
            command, env=ward.place.in_its_environment(), capture_output=True, text=True, check=False
        )
        if finished.returncode:
            raise Refused(finished.stderr[-1500:])
        done = json.loads(finished.stdout)
        taken.add("export.rate", done["rows"] / done["seconds"])
        taken.add("export.memory", done["peak"])
        taken.details.setdefault("export", []).append(done)
        ward.say(f"run {run + 1}: {done['rows']} rows exported, {done['rows'] / done['seconds']:.0f} a second")


if __name__ == "__main__":
    main()
