"""Every local minute of every day on which the clocks change, under several host time zones: exactly one instant each.

    .venv/bin/python -m tests.prom.assignments.every_minute

A daily timing with 1,440 hours is planned over each such day from 2024 to 2037, and held against walking all real
minutes. Ends with 1 if anything is missing, doubled or another.
"""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from prom.assignments.timing import occurrences
from prom.pathways.timings import Offset, Timing, Unit
from tests.prom.assignments.plain_reckoning import instants_of_day

YEARS = range(2024, 2038)
#: Half an hour in Lord Howe, two hours at the Norwegian station Troll, a change at midnight on Greenland.
ZONES = ("Europe/Oslo", "Australia/Lord_Howe", "Antarctica/Troll", "America/Nuuk")
HOSTS = ("UTC", "America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati")
EVERY_MINUTE = tuple(time(minute // 60, minute % 60) for minute in range(1440))
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Count:
    """What became of the slots of a zone."""

    changes: int
    slots: int
    once: int
    differing: int

    @property
    def is_right(self) -> bool:
        """Whether every slot has its one instant."""
        return self.slots == self.once == self.changes * 1440 and self.differing == 0


def changes(zone: ZoneInfo, years: Sequence[int]) -> Iterator[date]:
    """Yield the days that do not have 24 hours."""
    day = date(years[0], 1, 1)
    while day <= date(years[-1], 12, 31):
        midnights = [datetime.combine(each, time(), tzinfo=zone).timestamp() for each in (day, day + DAY)]
        if midnights[1] - midnights[0] != 86_400:
            yield day
        day += DAY


def count(zone: ZoneInfo, days: Sequence[date]) -> Count:
    """Plan every minute of each of these days."""
    slots: Counter[str] = Counter()
    differing = 0
    every_minute = Timing(1, Unit.DAY, EVERY_MINUTE, Offset("start"), until=(Offset("start"),))
    for day in days:
        plain = instants_of_day(day, zone)
        of_day = list(occurrences(every_minute, {"start": day}, zone))
        slots.update(each.name for each in of_day)
        named = {f"{day}T{at:%H:%M}": instant for at, instant in plain.items()}
        differing += sum(named.pop(each.name, None) != each.instant for each in of_day) + len(named)
    return Count(len(days), sum(slots.values()), sum(number == 1 for number in slots.values()), differing)


def report(host: str) -> int:
    """Print a line per zone for this process, whose own zone is `host`; return how many were wrong."""
    wrong = 0
    for name in ZONES:
        zone = ZoneInfo(name)
        found = count(zone, list(changes(zone, YEARS)))
        wrong += not found.is_right
        sys.stdout.write(
            f"host {host:<18} {name:<19} {found.changes} changes: {found.slots:,} slots, {found.once:,} with exactly "
            f"one instant, {found.differing} other than by walking all real minutes\n"
        )
    return wrong


def main() -> int:
    """Run a process of its own under each host zone, so that none finds what another has kept."""
    wrong = 0
    for host in HOSTS:
        command = [sys.executable, "-m", "tests.prom.assignments.every_minute", host]
        wrong += subprocess.run(command, env={**os.environ, "TZ": host}, check=False).returncode
    sys.stdout.write("clean\n" if not wrong else f"{wrong} WRONG\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(report(sys.argv[1]) if len(sys.argv) > 1 else main())
