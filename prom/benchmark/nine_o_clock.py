"""What nine o'clock costs: very many assignments due in one moment, while answers keep coming in at a steady rate.

And how many letters are then composed and handed over a second, to a vendor that answers at once.
"""

import threading
import time
from datetime import datetime, timedelta
from typing import Any

from prom import clock
from prom.benchmark import requests
from prom.benchmark.opening import make_due
from prom.benchmark.places import served
from prom.benchmark.requests import Refused
from prom.benchmark.sending import OPEN_LOOP_CLIENTS, run_load, warm
from prom.benchmark.taking import Taken, Ward
from prom.messaging.transport import Letter, Sent

#: The load runs so long before the plans are found due.
AHEAD = 1.0


class AtOnce:
    """A vendor that takes every letter at once, and counts them."""

    def __init__(self) -> None:
        self.taken = 0

    def send(self, letter: Letter) -> Sent:
        """Take it."""
        self.taken += 1
        return Sent(f"bench-{letter.message_id}")

    def find(self, letter: Letter, since: datetime) -> str | None:
        """Know none: nothing was lost on the way."""
        return None


def measure(ward: Ward, taken: Taken) -> None:
    """Take the figures of `nine-o-clock`, once: what was opened cannot be opened again."""
    patients = ward.patients(0, ward.size.nine_plans)
    with served(ward.place):
        warm(ward, patients)
        make_due(ward, patients, ward.hospital.pathway.items[0].key)
        seconds, done = _open_under_load(ward)
    taken.add("nine.queued", seconds)
    taken.add("nine.rate", len(patients) / seconds)
    taken.add("nine.answers", done["count"])
    taken.add("nine.answers-p99", done["p99"])
    taken.add("nine.answers-failed", done["failed"])
    ward.say(f"{len(patients):,} queued in {seconds:.1f} s; answers meanwhile p99 {done['p99']:.0f} ms")
    taken.add("nine.letters", _letters(ward))


def _open_under_load(ward: Ward) -> tuple[float, dict[str, Any]]:
    """Open all that is due while the load generator sends; returns the seconds, and what came of the answers."""
    size, done = ward.size, dict[str, Any]()
    asked = ward.ask(ward.patients(0, size.nine_plans), int(size.nine_rate * size.nine_seconds))
    sealed = [requests.post(ward.hospital.token, each) for each in requests.bodies(ward.hospital, asked, 9)]
    plan = {"clients": OPEN_LOOP_CLIENTS, "rate": size.nine_rate, "failuresCount": True}
    load = threading.Thread(target=lambda: done.update(run_load(ward.place, sealed, plan)))
    load.start()
    time.sleep(min(AHEAD, size.nine_seconds / 2))
    begun, opened = time.perf_counter(), 0
    while opened < size.nine_plans:
        more = ward.above.open_assignments(ward.place.settings) or 0
        if not more:
            raise Refused(f"{opened} of {size.nine_plans} plans were opened")
        opened += more
    seconds = time.perf_counter() - begun
    load.join()
    if not done:
        raise Refused("the load generator ended without a result")
    return seconds, done


def _letters(ward: Ward) -> float:
    """Return how many letters one worker composes and hands over a second, at noon: there are no quiet hours then."""
    vendor, begun = AtOnce(), time.perf_counter()
    noon = clock.now().replace(hour=11, minute=0) + timedelta(days=1)
    with clock.moved_to(noon):
        while vendor.taken < ward.size.nine_letters:
            if not ward.above.deliver(vendor, ward.place.settings):
                raise Refused(f"{vendor.taken} of {ward.size.nine_letters} letters were sent")
    return vendor.taken / (time.perf_counter() - begun)
