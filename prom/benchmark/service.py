"""A run of the benchmark on one database: what is filled in, and which figures are taken over it in which order."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from prom import db
from prom.benchmark import (
    exporting,
    filling,
    forms,
    hospital,
    listing,
    nine_o_clock,
    nothing_due,
    opening,
    places,
    plain,
    planning,
    sending,
    starting,
    submitting,
)
from prom.benchmark.postgresql import Server
from prom.benchmark.sizes import Size
from prom.benchmark.taking import Above, Taken, Ward

#: Taken where submissions come in, and where much is stored; in this order.
COMING_IN = ("forms", "submit", "past", "long-form", "http")
PLANNING, OPENING, TICK = "planning", "opening", "tick"
AT_NINE = "nine-o-clock"
STORED = ("start", "worklist", "export")


@dataclass(frozen=True)
class Run:
    """One run on one database: its folder, its size, what lies above, and where to say how far it has come."""

    kind: str
    #: None on SQLite.
    server: Server | None
    home: Path
    size: Size
    above: Above
    say: Callable[[str], None]


def take(run: Run, only: Collection[str]) -> Taken:
    """Take the figures of these groups, over what is filled in for them.

    Raises what refuses or fails; this process is connected to no database afterwards.
    """
    taken, size = Taken(), run.size
    if wanted := [group for group in COMING_IN if group in only]:
        with _ward(run, "in", units=2) as ward:
            _come_in(ward, taken, wanted)
    if PLANNING in only:
        with _ward(run, PLANNING, units=2) as ward:
            _fill(ward, 0, size.runs * size.planned, 1)
            planning.measure(ward, taken)
    if OPENING in only:
        with _ward(run, OPENING, units=2) as ward:
            _fill(ward, 0, size.runs * size.due, 1)
            opening.measure(ward, taken)
    if TICK in only:
        with _ward(run, TICK, units=2) as ward:
            _tick(ward, taken)
    if AT_NINE in only:
        with _ward(run, "nine", units=2) as ward:
            _fill(ward, 0, size.nine_plans, 1)
            nine_o_clock.measure(ward, taken)
    if wanted := [group for group in STORED if group in only]:
        with _ward(run, "stored", units=-(-size.many_patients // size.unit_size)) as ward:
            _look_into(ward, taken, wanted)
    return taken


@contextmanager
def _ward(run: Run, name: str, units: int) -> Iterator[Ward]:
    with places.place(run.kind, run.server, run.home / f"{run.kind}-{name}") as place:
        place.open()
        try:
            yield Ward(place, hospital.found(units), run.size, run.above, lambda words: run.say(f"{run.kind}: {words}"))
        finally:
            db.dispose()


def _come_in(ward: Ward, taken: Taken, wanted: Collection[str]) -> None:
    size = ward.size
    if "forms" in wanted:
        ward.say("validating and scoring")
        forms.measure(ward, taken)
    if set(wanted) - {"forms"}:
        _fill(ward, 0, size.patients, size.earlier)
    if "submit" in wanted:
        ward.say("submitting in process")
        submitting.measure(ward, taken)
    if "past" in wanted:
        ward.say(f"comparing patients with {size.few} and {size.many:,} responses")
        _fill(ward, size.patients, size.patients + size.compared, size.few)
        _fill(ward, size.patients + size.compared, size.patients + 2 * size.compared, size.many)
        few = ward.patients(size.patients, size.compared)
        submitting.compare(ward, taken, few, ward.patients(size.patients + size.compared, size.compared))
    if {"long-form", "http"} & set(wanted):
        sending.measure(ward, taken, wanted)


def _tick(ward: Ward, taken: Taken) -> None:
    first, sent = 0, list[int]()
    for name, until in (("few", ward.size.few_patients), ("many", ward.size.many_patients)):
        _fill(ward, first, until, 1)
        nothing_due.plan_ahead(ward, first, until)
        sent.append(nothing_due.measure(ward, taken, name))
        first = until
    taken.add("tick.statements", sent[-1])
    taken.add("tick.more", sent[-1] - sent[0])


def _look_into(ward: Ward, taken: Taken, wanted: Collection[str]) -> None:
    size = ward.size
    _fill_and_raise(ward, 0, size.few_patients)
    if "start" in wanted:
        ward.say("starting web and worker")
        starting.measure(ward, taken)
    if "worklist" not in wanted:
        _export(ward, taken, wanted)
        return
    with places.served(ward.place):
        cookie = listing.sign_in(ward.place.settings.port)
        ward.say(f"reading the worklist of {size.few_patients:,} patients")
        listing.measure(ward, taken, cookie, many=False)
        _export(ward, taken, wanted)
        listing.raise_alerts(ward, size.few_patients, size.exported_patients - size.few_patients)
        _fill_and_raise(ward, size.exported_patients, size.many_patients)
        ward.say(f"reading the worklist of {size.many_patients:,} patients")
        listing.measure(ward, taken, cookie, many=True)


def _export(ward: Ward, taken: Taken, wanted: Collection[str]) -> None:
    if {"export", "worklist"} & set(wanted):
        _fill(ward, ward.size.few_patients, ward.size.exported_patients, ward.size.responses_each)
    if "export" in wanted:
        exporting.measure(ward, taken)


def _fill_and_raise(ward: Ward, first: int, until: int) -> None:
    _fill(ward, first, until, ward.size.responses_each)
    listing.raise_alerts(ward, first, until - first)


def _fill(ward: Ward, first: int, until: int, each: int) -> None:
    """Fill patients in up to a number, and open a sample of all that is there by the real code."""
    words = f"filling in {until - first:,} patients with {each:,} responses each"
    ward.say(words)
    told = [0.1]

    def tell(share: float) -> None:
        if share >= told[0]:
            told[0] = share + 0.1
            ward.say(f"{words}: {share:.0%}")

    filling.fill(ward.place.settings, ward.hospital, range(first, until), each, ward.size.unit_size, tell)
    plain.checked(ward.hospital)
