"""How many assignments are opened per second: the real job over many plans that are due, each with its messages."""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from prom import clock
from prom.assignments.models import Plan
from prom.benchmark.requests import Refused
from prom.benchmark.rows import loading
from prom.benchmark.taking import Patient, Taken, Ward
from prom.db import new_id


def measure(ward: Ward, taken: Taken) -> None:
    """Take the figures of `opening`; each run has patients of its own, whose plans are due since an hour."""
    key = ward.hospital.pathway.items[0].key
    for run in range(ward.size.runs):
        patients = ward.patients(run * ward.size.due, ward.size.due)
        make_due(ward, patients, key)
        begun, own, database = time.perf_counter(), time.process_time(), ward.database_cpu()
        opened = ward.above.open_assignments(ward.place.settings)
        seconds, own = time.perf_counter() - begun, time.process_time() - own
        if opened != len(patients):
            raise Refused(f"{opened} of {len(patients)} plans were opened")
        taken.add("opening.rate", opened / seconds)
        taken.add("opening.python-cpu", 1e6 * own / opened)
        if database is not None:
            taken.add("opening.database-cpu", 1e6 * ((ward.database_cpu() or database) - database) / opened)
        ward.say(f"run {run + 1}: {opened} assignments opened, {opened / seconds:.0f} a second")


def make_due(ward: Ward, patients: Sequence[Patient], key: str, at: datetime | None = None) -> None:
    """Plan the item of this key for each of these patients, due since an hour, or at an instant."""
    due = at or clock.now() - timedelta(hours=1)
    with loading(ward.place.settings) as put:
        put(
            Plan,
            (
                {
                    "id": new_id(),
                    "tenant_id": ward.hospital.tenant_id,
                    "patient_id": each.id,
                    "episode_id": each.episode_id,
                    "key": key,
                    "next_day": due.date(),
                    "next_opens_at": due,
                    "opened": 0,
                }
                for each in patients
            ),
        )
