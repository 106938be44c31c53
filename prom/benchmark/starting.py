"""How long the web takes until it is ready, and what it and the worker hold in memory once they have worked."""

import time

from prom.benchmark import processes, requests
from prom.benchmark.listing import sign_in
from prom.benchmark.places import served, worked
from prom.benchmark.sending import run_load
from prom.benchmark.taking import Taken, Ward

#: The worker's first ticks come at once; so many seconds later each job has run.
WORKER_SECONDS = 2.0
#: Pages asked for before memory is read, by so many clients.
PAGES, CLIENTS = 60, 8


def measure(ward: Ward, taken: Taken) -> None:
    """Take the figures of `start`."""
    for _ in range(ward.size.runs):
        with served(ward.place) as (web, seconds):
            taken.add("start.ready", seconds)
            page = requests.get("/worklist", sign_in(ward.place.settings.port))
            run_load(ward.place, [page] * PAGES, {"clients": CLIENTS, "seconds": 30.0})
            taken.add("start.web-memory", processes.memory(web))
        with worked(ward.place) as worker:
            time.sleep(WORKER_SECONDS)
            taken.add("start.worker-memory", processes.memory(worker))
