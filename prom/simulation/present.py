"""The last hours before the real now: what a visitor of the demonstration finds on the list, on any weekday and hour.

Each scene begins as early as its alerts can without being overdue by now, after the targets of `prom.worklist.duties`.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from alerts.lifecycle import Outcome, Place, State
from alerts.rules import Severity
from prom.audit.service import Actor
from prom.simulation import nurses, patients, reports
from prom.simulation.clinic import MINUTE, Clinic, Enrolled
from prom.simulation.courses import Answers
from prom.simulation.people import WORDS
from prom.worklist import service as worklist
from prom.worklist.duties import next_action

#: So long before now the parts are given out, and so long before now their players are left alone.
CAST_BEFORE = timedelta(hours=40)
LASTS = timedelta(hours=6)
#: How long before now a scene may begin, the longest first.
BEGINS = tuple(timedelta(minutes=minutes) for minutes in (290, 200, 130, 75, 40, 15, 5))
#: An alert that nobody has taken is not to be overdue before a visitor has looked around.
MARGIN = timedelta(minutes=30)
SILENT_FOR = timedelta(hours=36, minutes=50)
#: Answerable now, with nothing answered: whoever tries the patient's side is sent to them.
OPEN_LINKS = 3


@dataclass(frozen=True)
class Report:
    """A report that stands on the list now: what it tells beside mild symptoms, and who has acknowledged it."""

    tells: Answers = field(default_factory=dict)
    taken_by: str | None = None
    #: For emergencies, whose targets are minutes: how long ago.
    ago: timedelta | None = None
    writes: bool = False


@dataclass(frozen=True)
class Frail:
    """A frailty score that waits for the next consultation."""

    level: str
    ago: timedelta


@dataclass(frozen=True)
class Silent:
    """Somebody who asked for a link and never answered."""


#: In the order in which a small clinic gets them: one of each severity first.
SCENES: tuple[Report | Frail | Silent, ...] = (
    Report({"temperature-measured": "yes", "temperature": 38.6}, ago=3 * MINUTE),
    Report({"nausea-frequency": "4", "nausea-severity": "3", "vomiting-frequency": "3"}),
    Report({"contact": "can-wait"}),
    Frail("6", timedelta(hours=30)),
    Report({"chest-pain": "last-24-hours"}, taken_by="kari", ago=14 * MINUTE),
    Report({"pain-frequency": "4", "pain-severity": "4", "pain-interference": "3"}, taken_by="kari"),
    Report({"diarrhoea-frequency": "3"}),
    Report({"mouth-sores-severity": "3", "mouth-sores-interference": "3"}),
    Report({"breathlessness-severity": "3", "breathlessness-interference": "2"}, taken_by="ola"),
    Report(writes=True),
    Report({"constipation-severity": "2"}),
    Report({"contact": "can-wait", "skin-rash-severity": "1"}, taken_by="kari"),
    Silent(),
    Silent(),
    Frail("5", timedelta(hours=12)),
    Frail("7", timedelta(hours=20)),
)


def prepare(clinic: Clinic, chance: random.Random) -> None:
    """Let the parts be given out when the time comes."""
    clinic.agenda.at(clinic.end - CAST_BEFORE, partial(_give_parts, clinic, chance))


def _give_parts(clinic: Clinic, chance: random.Random, session: Session) -> None:
    players = [each for each in clinic.enrolled.values() if not each.person.by_proxy]
    chance.shuffle(players)
    links = min(OPEN_LINKS, max(len(players) // 3, 1))
    for position, player in enumerate(players[:links]):
        asked_at = clinic.end - (25 + 40 * position) * MINUTE
        clinic.agenda.at(asked_at, partial(patients.ask_for_link, clinic, player))
    cast = list(_cast(players[links:]))
    for scene, player in cast:
        _schedule(clinic, scene, player, chance)
    clinic.scene_begins = clinic.end - LASTS
    clinic.scene_patients = {player.patient_id for player in (*players[:links], *(player for _, player in cast))}
    clinic.agenda.at(clinic.scene_begins, partial(_clear, clinic))


def _cast(players: list[Enrolled]) -> Iterator[tuple[Report | Frail | Silent, Enrolled]]:
    """Give each scene a player as long as there are any; the frail ones are the oldest."""
    for scene, _ in zip(SCENES, tuple(players), strict=False):
        player = min(players, key=lambda each: each.person.birth_date) if isinstance(scene, Frail) else players[0]
        players.remove(player)
        yield scene, player


def _schedule(clinic: Clinic, scene: Report | Frail | Silent, player: Enrolled, chance: random.Random) -> None:
    match scene:
        case Silent():
            clinic.agenda.at(clinic.end - SILENT_FOR, partial(patients.ask_for_link, clinic, player))
        case Frail(level, ago):
            clinic.agenda.at(clinic.end - ago, partial(patients.record_frailty, clinic, player, level))
        case Report():
            begins = clinic.end - scene.ago if scene.ago else _earliest(clinic, chance)
            clinic.agenda.at(begins, partial(_report, clinic, player, scene))
            if scene.taken_by:
                taken_at = begins + (clinic.end - begins) / 3
                clinic.agenda.at(taken_at, partial(_take, clinic, player, clinic.staff[scene.taken_by]))


def _earliest(clinic: Clinic, chance: random.Random) -> datetime:
    """The earliest beginning whose same-day alerts are not due yet; what is less urgent is due later still."""
    candidates = [clinic.end - ago - timedelta(seconds=chance.randrange(200)) for ago in BEGINS]
    return next(
        (
            begins
            for begins in candidates
            if next_action(Severity.SAME_DAY, State.OPEN, begins, clinic.zone) > clinic.end + MARGIN
        ),
        candidates[-1],
    )


def _report(clinic: Clinic, player: Enrolled, scene: Report, session: Session) -> None:
    assignment = patients.begin_report(clinic, player, session)
    answers = player.course.mild(player.chance) | scene.tells
    if scene.writes:
        answers["free-text"] = player.chance.choice(player.course.free_texts)
    reports.send(session, player, assignment, answers)
    clinic.deliver_at(clinic.end)


def _take(clinic: Clinic, player: Enrolled, nurse: Actor, session: Session) -> None:
    for alert in nurses.unattended(session, player):
        worklist.acknowledge(session, alert, alert.version, nurse)


def _clear(clinic: Clinic, session: Session) -> None:
    """Finish what still stands for the players, so that the list shows their scenes and nothing older."""
    for patient_id in sorted(clinic.scene_patients):
        player = clinic.enrolled[patient_id]
        nurse = clinic.staff["ola"]
        for alert in nurses.unattended(session, player):
            worklist.acknowledge(session, alert, alert.version, nurse)
        for alert in nurses.acknowledged(session, player):
            words = WORDS["notes"][Outcome.ADVICE][0]
            worklist.resolve(session, alert, alert.version, nurse, Outcome.ADVICE, Place.PHONE, words)
