"""The worklist of one nurse's unit: the query, who stands on it, and the page over HTTP."""

import http.client
import random
import re
import time
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import func, select

from prom import clock, db
from prom.audit.service import Actor
from prom.benchmark import requests
from prom.benchmark.answers import MIX, QUIET
from prom.benchmark.hospital import NURSE, PASSWORD
from prom.benchmark.load import PATIENCE, percentile
from prom.benchmark.places import HOST
from prom.benchmark.requests import Refused
from prom.benchmark.sending import run_load
from prom.benchmark.taking import Taken, Ward
from prom.clinic import listing
from prom.clinic.listing import Choice
from prom.responses.service import Authorship, submit
from prom.worklist.models import IS_OPEN, Alert
from prom.worklist.queries import standing

#: One patient in so many has something open.
ONE_IN = 20
#: Submissions in one transaction while alerts are raised.
AT_ONCE = 50
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def raise_alerts(ward: Ward, first: int, count: int) -> None:
    """Let one in twenty of these patients report something that raises alerts, through the real way in."""
    chance = random.Random(first)
    patients = ward.patients(first, count)[::ONE_IN]
    assignments = ward.ask(patients, len(patients))
    kinds = [kind for kind in MIX if kind not in QUIET]
    shares = [MIX[kind] for kind in kinds]
    by = Authorship("patient", Actor("patient"), "nb")
    for start in range(0, len(assignments), AT_ONCE):
        with db.transaction() as session:
            for assignment in assignments[start : start + AT_ONCE]:
                variant = chance.choice(ward.hospital.variants[chance.choices(kinds, shares)[0]])
                submit(session, assignment.id, variant.response, by)


def measure(ward: Ward, taken: Taken, cookie: str, *, many: bool) -> None:
    """Take the figures of `worklist` over what is filled in, few patients or many; a server answers meanwhile."""
    unit = frozenset([ward.hospital.unit_ids[0]])
    taken.details["worklist.many" if many else "worklist.few"] = _described(unit)
    for _ in range(ward.size.runs):
        query = _readings(ward.size.readings, lambda session: standing(session, unit))
        taken.add("worklist.query" if many else "worklist.few.query", percentile(query, 0.99))
        if many:
            taken.add("worklist.query-p50", percentile(query, 0.5))
            found = _readings(ward.size.readings, lambda session: listing.find(session, Choice(unit), clock.now()))
            taken.add("worklist.find", percentile(found, 0.99))
    _measure_page(ward, taken, cookie, many=many)


def _described(unit: frozenset[uuid.UUID]) -> dict[str, Any]:
    with db.reading() as session:
        alerts = standing(session, unit)
        every = select(func.count()).select_from(Alert).where(IS_OPEN)
        return {
            "open alerts of the unit": len(alerts),
            "patients on the list": len({alert.patient_id for alert in alerts}),
            "open alerts of all units": session.scalar(every),
        }


def _readings(count: int, read: Callable[[Any], Any]) -> list[float]:
    """Read so many times, each in a session of its own as each request has; returns milliseconds, rising."""
    taken = []
    for number in range(count + 5):
        with db.reading() as session:
            session.connection()  # taking a connection from the pool is not the query
            begun = time.perf_counter()
            read(session)
            if number >= 5:
                taken.append(1000 * (time.perf_counter() - begun))
    return sorted(taken)


def _measure_page(ward: Ward, taken: Taken, cookie: str, *, many: bool) -> None:
    name, plan = "worklist.page" if many else "worklist.few.page", {"clients": 1, "seconds": PATIENCE}
    whole = [requests.get("/worklist", cookie)] * ward.size.pages
    run_load(ward.place, whole[:10], plan)
    for _ in range(ward.size.runs):
        done = run_load(ward.place, whole, plan)
        taken.add(name, done["p50"])
        taken.add(f"{name}-p99", done["p99"])
        if many:
            mark = _mark(ward.place.settings.port, cookie)
            unchanged = run_load(ward.place, [requests.get("/worklist", cookie, mark)] * ward.size.pages, plan)
            if set(unchanged["statuses"]) != {"304"}:
                raise Refused(f"the unchanged page answered {unchanged['statuses']}")
            taken.add("worklist.unchanged", unchanged["p50"])


def sign_in(port: int) -> str:
    """Sign the benchmark's nurse in as a browser does, and return her cookie; raises Refused."""
    connection = http.client.HTTPConnection(HOST, port, timeout=30)
    connection.request("GET", "/sign-in")
    page = connection.getresponse()
    cookie, found = _cookie(page), _TOKEN.search(page.read().decode())
    form = urlencode({"username": NURSE, "password": PASSWORD, "csrf_token": found[1] if found else ""})
    head = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/sign-in", form, head)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status != 303:
        raise Refused(f"signing in answered {answer.status}")
    return _cookie(answer)


def _mark(port: int, cookie: str) -> str:
    connection = http.client.HTTPConnection(HOST, port, timeout=30)
    connection.request("GET", "/worklist", headers={"Cookie": cookie})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.getheader("ETag") or ""


def _cookie(answer: http.client.HTTPResponse) -> str:
    return (answer.getheader("Set-Cookie") or "").partition(";")[0]
