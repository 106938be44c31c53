"""How many assignments are planned per second: the real `plan_episodes` over episodes on the shipped pathways.

Planning keeps one row for each thing that a pathway asks: where it stands. Row and timing together fix the instant of
every assignment of that course. Those instants are what is counted: worked out from the rows as they were kept, over
the whole course, or a year where it has no end of its own. The time is that of planning, keeping, reading back and
working out. No assignment is stored here, and no message: that is opening, which is measured by itself.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import takewhile
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update

from prom import clock, db
from prom.assignments.courses import Course
from prom.assignments.models import Plan
from prom.assignments.planning import anchors_of, plan_episodes
from prom.assignments.timing import Occurrence
from prom.benchmark.requests import Refused
from prom.benchmark.statements import counted
from prom.benchmark.taking import Patient, Taken, Ward
from prom.catalogue.queries import definitions, newest
from prom.pathways.definition import Asked
from prom.pathways.models import Episode
from prom.pathways.queries import pathway
from prom.simulation.reckoning import due_between
from prom.staff.models import Unit

#: What has no end of its own is counted for so long.
A_YEAR = timedelta(days=365)
#: The patients' first days lie within so many.
WITHIN_DAYS = 28
#: Episodes in one transaction. Registering has one each; what a commit costs is seen at `submit`.
AT_ONCE = 250
WRITES = ("INSERT", "UPDATE", "DELETE")


def measure(ward: Ward, taken: Taken) -> None:
    """Take the figures of `planning`; each run has patients of its own. Raises Refused for a wrong instant."""
    for run in range(ward.size.runs):
        patients = ward.patients(run * ward.size.planned, ward.size.planned)
        put_on(ward, patients)
        begun, own, database = time.perf_counter(), time.process_time(), ward.database_cpu()
        plan(patients)
        standing = read_back(patients)
        planned = sum(len(each.instants) for each in standing)
        seconds, own = time.perf_counter() - begun, time.process_time() - own
        if database is not None:
            taken.add("planning.database-cpu", 1e6 * ((ward.database_cpu() or database) - database) / planned)
        taken.add("planning.rate", planned / seconds)
        taken.add("planning.episodes", len(patients) / seconds)
        taken.add("planning.python-cpu", 1e6 * own / planned)
        taken.add("planning.again", writes_of_a_second_time(patients))
        check(standing)
        ward.say(
            f"run {run + 1}: {planned:,} assignments of {len(patients):,} episodes, {planned / seconds:,.0f} a second"
        )


def put_on(ward: Ward, patients: Sequence[Patient]) -> None:
    """Let these patients' episodes be ones that have just begun on the newest shipped pathways, in turn."""
    today = clock.now().date()
    with db.transaction() as session:
        names = sorted({row.name for row in definitions(session, "pathway")} - {ward.hospital.pathway.name})
        shipped = [newest(session, "pathway", name) for name in names]
        begun = [
            {
                "id": each.episode_id,
                "pathway_url": shipped[number % len(shipped)].url,
                "pathway_version": shipped[number % len(shipped)].version,
                "anchor": today + timedelta(days=number // len(shipped) % WITHIN_DAYS),
                "started_at": clock.now(),
            }
            for number, each in enumerate(patients)
        ]
        session.execute(update(Episode), begun)


def plan(patients: Sequence[Patient]) -> None:
    """Plan their episodes, as registering does."""
    for start in range(0, len(patients), AT_ONCE):
        ids = [each.episode_id for each in patients[start : start + AT_ONCE]]
        with db.transaction() as session:
            plan_episodes(session, session.scalars(select(Episode).where(Episode.id.in_(ids))).all())


@dataclass(frozen=True)
class Standing:
    """One course that was planned: what is asked, from which anchors and in which zone, and where its plan stands."""

    asked: Asked
    course: Course
    day: date
    opens: datetime

    @cached_property
    def instants(self) -> Sequence[Occurrence]:
        """Every assignment of the course, or those of a year where it has no end."""
        timing = self.course.timing
        ends = timing.count is not None or timing.end(self.course.anchors) is not None
        ahead = self.course.ahead(self.day, self.opens)
        return list(ahead if ends else takewhile(lambda each: each.instant <= self.opens + A_YEAR, ahead))


def read_back(patients: Sequence[Patient]) -> list[Standing]:
    """Read where the plans of these patients' questions stand."""
    columns = (
        Plan.key,
        Plan.next_day,
        Plan.next_opens_at,
        Episode.pathway_url,
        Episode.pathway_version,
        Episode.anchor,
    )
    rows = (
        select(*columns, Unit.zone).join(Episode, Episode.id == Plan.episode_id).join(Unit, Unit.id == Episode.unit_id)
    )
    found: list[Standing] = []
    with db.reading() as session:
        for start in range(0, len(patients), AT_ONCE):
            ids = [each.episode_id for each in patients[start : start + AT_ONCE]]
            for key, day, opens, url, version, anchor, zone in session.execute(rows.where(Plan.episode_id.in_(ids))):
                of = pathway(session, url, version)
                asked = next((each for each in of.items if each.key == key), None)  # None for a text of the pathway
                if asked is not None and asked.timing is not None and opens is not None and day is not None:
                    course = Course(asked.timing, anchors_of(of, anchor), ZoneInfo(zone))
                    found.append(Standing(asked, course, day, opens))
    return found


def writes_of_a_second_time(patients: Sequence[Patient]) -> int:
    """Plan all of them once more; returns how much it wrote: statements, and new rows, which COPY writes unheard."""
    before = _count()
    with counted(db.engine()) as asked:
        plan(patients)
    return int(sum(count for text, (count, _) in asked.by_text.items() if text.startswith(WRITES))) + _count() - before


def _count() -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(Plan)) or 0


def check(standing: Sequence[Standing]) -> None:
    """Hold every instant against the simulation's own calendar and the clock on the wall.

    Raises Refused where they differ, and where what was planned does not reach over both changes of the clocks.
    """
    offsets = set()
    for each in {(each.asked.key, tuple(each.course.anchors.items()), each.opens): each for each in standing}.values():
        timing, zone = each.course.timing, each.course.zone
        if not each.instants:
            raise Refused(f"{each.asked.key} stands at {each.opens} and asks nothing")
        planned = [one.instant for one in each.instants]
        reckoned = due_between(timing, each.course.anchors, zone, planned[-1])
        if planned != [due.instant for due in reckoned if due.instant >= planned[0]]:
            raise Refused(f"{each.asked.key} from {dict(each.course.anchors)} is not planned as the calendar has it")
        local = [instant.astimezone(zone) for instant in planned]
        if not {one.time() for one in local} <= set(timing.at):
            raise Refused(f"{each.asked.key} is planned beside its hour")
        offsets |= {(one.year, one.utcoffset()) for one in local}
    if len(offsets) < 3:  # standard time, summer time, and standard time again
        raise Refused("what was planned does not reach over both changes of the clocks")
