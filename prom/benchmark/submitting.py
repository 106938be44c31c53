"""What one submission costs in this process: statements, round trips and CPU, with few and with many reports before."""

import logging
import time
from collections.abc import Callable, Sequence

from prom import db, logs
from prom.assignments.models import Assignment
from prom.audit import service as audit
from prom.audit.service import SYSTEM, Actor
from prom.benchmark import answers, requests
from prom.benchmark.statements import counted
from prom.benchmark.taking import Patient, Taken, Ward
from prom.responses.service import Authorship, submit_once

#: Submissions that come first, uncounted: definitions are compiled once per process.
WARM = 5
#: Submissions whose statements are counted; counting costs time, so their time is not taken.
COUNTED = 100
#: Rows that a quiet submission writes.
STATEMENTS = 7

Act = Callable[[int], None]


def measure(ward: Ward, taken: Taken) -> None:
    """Take the figures of `submit`: submit() alone, and the whole POST at the FHIR door."""
    patients = ward.patients()
    for run in range(ward.size.runs):
        _bare(ward, taken)
        _take(ward, taken, "submit", _submits(ward, ward.ask(patients, _needed(ward)), run), run)
    with requests.door(ward.place.settings, ward.above.make_app) as door:
        for run in range(ward.size.runs):
            _take(ward, taken, "door", _posts(ward, door, ward.ask(patients, _needed(ward)), run), run)
    logs.configure(logging.ERROR)  # the application has its own ways, which nobody wants among our own words


def _bare(ward: Ward, taken: Taken) -> None:
    """Take what no submission can fall below here: as many statements and a commit, with no work of ours between."""

    def act(_number: int) -> None:
        with db.transaction() as session:
            for _ in range(STATEMENTS):
                audit.record(session, SYSTEM, "bench", tenant_id=ward.hospital.tenant_id, entity="bench")

    for number in range(WARM):
        act(number)
    seconds, cpu, _ = _timed(ward, act, range(ward.size.submissions))
    taken.add("bare.cpu", 1000 * cpu / ward.size.submissions)
    taken.add("bare.rate", ward.size.submissions / seconds)


def _needed(ward: Ward) -> int:
    return WARM + ward.size.submissions + _counted(ward)


def _counted(ward: Ward) -> int:
    return min(COUNTED, ward.size.submissions)


def _submits(ward: Ward, assignments: Sequence[Assignment], seed: int) -> Act:
    """Return what submits to the assignment of a number, in a transaction of its own."""
    given = answers.drawn(ward.hospital.variants, len(assignments), seed)
    by = Authorship("patient", Actor("client", ward.hospital.client_id), "nb")

    def act(number: int) -> None:
        with db.transaction() as session:
            submit_once(session, assignments[number].id, given[number].response, by)

    return act


def _posts(ward: Ward, door: requests.Door, assignments: Sequence[Assignment], seed: int) -> Act:
    bodies = requests.bodies(ward.hospital, assignments, seed)
    return lambda number: door.post(ward.hospital.token, bodies[number])


def _take(ward: Ward, taken: Taken, name: str, act: Act, run: int) -> None:
    for number in range(WARM):
        act(number)
    measured = range(WARM, WARM + ward.size.submissions)
    seconds, cpu, database = _timed(ward, act, measured)
    each = len(measured)
    taken.add(f"{name}.cpu", 1000 * cpu / each)
    if name == "submit":
        taken.add("submit.rate", each / seconds)
        taken.add("submit.database-cpu", None if database is None else 1000 * database / each)
    with counted(db.engine()) as asked:
        for number in range(measured.stop, measured.stop + _counted(ward)):
            act(number)
    of = _counted(ward)
    taken.add(f"{name}.statements", asked.statements / of)
    taken.add(f"{name}.round-trips", None if asked.round_trips is None else asked.round_trips / of)
    if run == 0:
        taken.details[f"{name}.statements"] = {"commits": asked.commits / of, "statements": asked.detail(of)}


def _timed(ward: Ward, act: Act, numbers: range) -> tuple[float, float, float | None]:
    """Return the seconds, those of our own CPU, and those of the database server's."""
    database, cpu, begun = ward.database_cpu(), time.process_time(), time.perf_counter()
    for number in numbers:
        act(number)
    seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
    after = ward.database_cpu()
    return seconds, cpu, None if database is None or after is None else after - database


def compare(ward: Ward, taken: Taken, few: Sequence[Patient], many: Sequence[Patient]) -> None:
    """Take the figures of `past`: the same submission from patients with few and with many reports behind them."""
    each = max(ward.size.submissions // 2, len(few))
    for run in range(ward.size.runs):
        acts = [_submits(ward, ward.ask(patients, WARM + 2 * each), run) for patients in (few, many)]
        for number in range(WARM):
            _in_turn(acts, number)
        after_few, after_many = _cpu_of(acts, range(WARM, WARM + each))
        counts = []
        for act in acts:
            with counted(db.engine()) as asked:
                for number in range(WARM + each, WARM + 2 * each):
                    act(number)
            counts.append(asked.statements / each)
        taken.add("past.few", 1000 * after_few / each)
        taken.add("past.many", 1000 * after_many / each)
        taken.add("past.ratio", after_many / after_few)
        taken.add("past.statements", counts[1] - counts[0])


def _cpu_of(acts: Sequence[Act], numbers: range) -> list[float]:
    """Act in turn, so that whatever slows the machine slows them alike; returns each one's seconds of CPU."""
    seconds = [_in_turn(acts, number) for number in numbers]
    return [sum(each) for each in zip(*seconds, strict=True)]


def _in_turn(acts: Sequence[Act], number: int) -> list[float]:
    taken = []
    for act in acts:
        begun = time.process_time()
        act(number)
        taken.append(time.process_time() - begun)
    return taken
