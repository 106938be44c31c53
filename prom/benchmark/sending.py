"""Submissions over HTTP to the real `prom serve`: as fast as so many clients can, and the long form at a fixed rate."""

import json
import subprocess
import sys
from collections.abc import Collection, Sequence
from typing import Any

from prom.benchmark import processes, requests
from prom.benchmark.figures import CLIENTS
from prom.benchmark.load import PATIENCE
from prom.benchmark.places import Place, served
from prom.benchmark.request_files import write_requests
from prom.benchmark.requests import Refused
from prom.benchmark.taking import Patient, Taken, Ward

#: More than the run before asked for, so that requests do not run out.
SPARE = 1.5
#: Before anything is measured every web process has to know both forms. New connections each round, since it is chance
#: which process takes one.
WARM_ROUNDS, WARM_SECONDS, WARM_CLIENTS = 4, 0.5, 16
#: Connections of the open loop, more than it ever needs at once while it keeps up.
OPEN_LOOP_CLIENTS = 32
#: Each run of it takes half a minute.
LONG_RUNS = 3


def measure(ward: Ward, taken: Taken, wanted: Collection[str]) -> None:
    """Take the figures of `long-form` and `http`, or one of them, from one server that has answered both before."""
    patients = ward.patients()
    with served(ward.place) as (web, _):
        rate = warm(ward, patients)
        if "long-form" in wanted:
            _measure_long_form(ward, taken, web, patients)
        if "http" in wanted:
            _measure_clients(ward, taken, web, patients, rate)


def _measure_clients(ward: Ward, taken: Taken, web: int, patients: Sequence[Patient], rate: float) -> None:
    """A closed loop of 1, 8 and 16 clients."""
    for run in range(ward.size.runs):
        for clients in CLIENTS:
            count = int(rate * SPARE * ward.size.seconds) + 100
            contents = requests.bodies(ward.hospital, ward.ask(patients, count), run)
            done = _run(ward, web, contents, {"clients": clients, "seconds": ward.size.seconds})
            rate = max(rate, done["count"] / done["seconds"])
            _take(taken, clients, done)
            ward.say(f"run {run + 1}: {clients} clients, {done['count'] / done['seconds']:.0f} a second")


def warm(ward: Ward, patients: Sequence[Patient]) -> float:
    """Let every web process compile what it needs; returns about how many submissions a second are to be expected."""
    form, rate = requests.template(ward.hospital.long_answers), 0.0
    seconds = min(WARM_SECONDS, ward.size.seconds)
    for round_number in range(WARM_ROUNDS):
        long_ones = [requests.filled(form, each) for each in ward.ask(patients, WARM_CLIENTS, ward.hospital.long_form)]
        assignments = ward.ask(patients, int(seconds * ward.size.prepared_per_second))
        contents = requests.bodies(ward.hospital, assignments, round_number)
        for each, lasts in ((long_ones, PATIENCE), (contents, seconds)):
            sealed = [requests.post(ward.hospital.token, content) for content in each]
            done = run_load(ward.place, sealed, {"clients": WARM_CLIENTS, "seconds": lasts})
        rate = done["count"] / done["seconds"]
    return rate


def _take(taken: Taken, clients: int, done: dict[str, Any]) -> None:
    name, count = f"http.{clients}", done["count"]
    taken.add(f"{name}.rate", count / done["seconds"])
    taken.add(f"{name}.p50", done["p50"])
    taken.add(f"{name}.p99", done["p99"])
    for part in ("web", "database", "load"):
        seconds = done[f"{part}-cpu"]
        taken.add(f"{name}.{part}-cpu", None if seconds is None else 1000 * seconds / count)
    taken.details.setdefault("http", []).append({"clients": clients, **done})


def _measure_long_form(ward: Ward, taken: Taken, web: int, patients: Sequence[Patient]) -> None:
    """250 items at a fixed rate, each latency counted from the moment when the request was to be sent."""
    size, made = ward.size, requests.template(ward.hospital.long_answers)
    plan = {"clients": OPEN_LOOP_CLIENTS, "rate": size.long_rate, "failuresCount": True}
    for run in range(min(size.runs, LONG_RUNS)):
        assignments = ward.ask(patients, int(size.long_rate * size.long_seconds), ward.hospital.long_form)
        done = _run(ward, web, [requests.filled(made, each) for each in assignments], plan)
        for name in ("p50", "p99", "late", "failed"):
            taken.add(f"long.{name}", done[name])
        taken.add("long.web-cpu", 1000 * done["web-cpu"] / done["count"])
        taken.details.setdefault("long-form", []).append(done)
        ward.say(f"run {run + 1}: 250 items at {size.long_rate} a second, p99 {done['p99']:.1f} ms")


def _run(ward: Ward, web: int, contents: Sequence[bytes], plan: dict[str, Any]) -> dict[str, Any]:
    """Send requests as planned; raises Refused when any was refused, for then the figures would mean nothing."""
    sealed = [requests.post(ward.hospital.token, each) for each in contents]
    web_before, database_before = processes.cpu_seconds(web), ward.database_cpu()
    done = run_load(ward.place, sealed, plan)
    web_after, database_after = processes.cpu_seconds(web), ward.database_cpu()
    done["web-cpu"], done["load-cpu"] = web_after - web_before, done["cpu"]
    known = database_before is not None and database_after is not None
    done["database-cpu"] = database_after - database_before if known else None  # type: ignore[operator]
    return done


def run_load(place: Place, sealed: Sequence[bytes], plan: dict[str, Any]) -> dict[str, Any]:
    """Run the load generator as a process of its own.

    Raises Refused when anything was refused, for that is quick and would make a fine figure; not where the plan says
    that failures are counted, unless all failed.
    """
    requests_file, plan_file = place.settings.home / "requests", place.settings.home / "plan.json"
    write_requests(requests_file, list(sealed))
    plan_file.write_text(json.dumps({**plan, "port": place.settings.port, "requests": str(requests_file)}))
    command = [sys.executable, "-m", "prom.benchmark.load", str(plan_file)]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    if finished.returncode:
        raise Refused(finished.stderr[-1500:])
    done: dict[str, Any] = json.loads(finished.stdout)
    if done["failed"] and (not plan.get("failuresCount") or done["failed"] >= done["count"]):
        raise Refused(f"{done['failed']} of {done['count']} requests, the first with: {done['refusal']}")
    return done
