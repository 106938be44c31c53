"""What befalls the patients of a simulation, as the nurses write it down: through the services that the pages call."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from prom import clock
from prom.assignments import episodes
from prom.assignments.service import plan_episode
from prom.pathways.definition import Pathway
from prom.pathways.models import Episode
from prom.pathways.queries import episode
from prom.pathways.service import Clinical, start_episode
from prom.patients import contact
from prom.patients.queries import patient as patient_row
from prom.patients.queries import points_of
from prom.patients.service import Registration, register
from prom.simulation.agenda import Agenda
from prom.simulation.crowd import Fate
from prom.simulation.lives import Life, Stay
from prom.simulation.ward import Ward, now_in
from prom.worklist.duties import is_working_time

#: The unit that somebody is moved to, whose clock is another's.
ABROAD = 2
#: So many days after the first anchor each further one is set, to a day this many days ahead.
FURTHER_ANCHOR, AHEAD = timedelta(days=120), 3
#: Where a pathway asks before its anchor, patients are registered so many days before it.
BEFORE = 10
REASONS = ("admitted", "wish", "holiday", "other")


def plan_arrivals(ward: Ward, agenda: Agenda, crowd: Iterable[Fate]) -> None:
    """Let everybody be registered in working time: most in the first days, the others over the first two thirds."""
    span = (ward.end - ward.begins) * 2 / 3
    for fate in crowd:
        moment = (ward.begins + span * fate.comes).astimezone(ward.zone(0))
        moment = moment.replace(hour=8, minute=fate.chance.randrange(60)) + timedelta(hours=fate.chance.randrange(7))
        while not is_working_time(moment, ward.zone(0)) or moment < ward.begins:
            moment += timedelta(days=1)
        agenda.at(moment, partial(_register, ward, agenda, fate))


def _register(ward: Ward, agenda: Agenda, fate: Fate, session: Session) -> None:
    person, nurse = fate.person, ward.nurse(fate.person.unit)
    registration = Registration(
        person.given, person.family, person.national_number, person.birth_date, person.mobile, person.language
    )
    patient = register(session, ward.tenant_id, registration, nurse)
    life = ward.lives[patient.id] = Life(fate, patient.id, [])
    _begin(ward, agenda, life, person.unit, session)
    for after, what in _befalls(fate):
        agenda.at(clock.now() + after, partial(what, ward, agenda, life))


def _befalls(fate: Fate) -> Iterator[tuple[timedelta, Callable[[Ward, Agenda, Life, Session], None]]]:
    told = ((fate.dies, _die), (fate.opts_out, _opt_out), (fate.moves, _move), (fate.ends, _end), (fate.pauses, _pause))
    return ((after, what) for after, what in told if after is not None)


def _begin(ward: Ward, agenda: Agenda, life: Life, unit: int, session: Session) -> None:
    """Put her on her pathway from its first anchor, and let the nurse know when the further ones are to be set."""
    pathway, given, zone = ward.pathway_of(life.fate), life.fate.person.treatment, ward.zone(unit)
    anchor = now_in(zone).date() + timedelta(days=_days_before(pathway) + life.fate.chance.randint(0, 3))
    clinical = Clinical(given["diagnosis"], given["intent"], given["regimen"], given["line"], given["pathwayCode"])
    patient = patient_row(session, life.patient_id)
    started = start_episode(session, patient, ward.units[unit], pathway, anchor, clinical, ward.nurse(unit))
    plan_episode(session, started)
    now, first = clock.now(), pathway.anchors[0].code if pathway.anchors else "treatment-start"
    stay = Stay(started.id, pathway, unit, zone, now, {first: anchor}, {first: now})
    life.stays.append(stay)
    for further in pathway.anchors[1:]:
        agenda.at(now + FURTHER_ANCHOR, partial(_set_anchor, ward, life, stay, further.code))


def _days_before(pathway: Pathway) -> int:
    starts = [each.timing.start for each in pathway.items if each.timing is not None]
    return BEFORE if any(start.all_days < 0 or start.all_months < 0 for start in starts) else 0


def _set_anchor(ward: Ward, life: Life, stay: Stay, code: str, session: Session) -> None:
    if stay.ended_at is None and life.died_at is None:
        day = now_in(stay.zone).date() + timedelta(days=AHEAD)
        episodes.set_anchor(session, _of(session, stay), code, day, ward.nurse(stay.unit))
        stay.anchors[code], stay.known_since[code] = day, clock.now()


def _of(session: Session, stay: Stay) -> Episode:
    return episode(session, stay.episode_id)


def _pause(ward: Ward, agenda: Agenda, life: Life, session: Session) -> None:
    stay, fate, now = life.stay, life.fate, clock.now()
    if stay is None or life.died_at is not None:
        return
    until = now + fate.pause_lasts
    reason = REASONS[fate.person.number % len(REASONS)]
    episodes.pause(session, _of(session, stay), until, reason, ward.nurse(stay.unit))
    stay.pauses.append((now, until))
    if fate.back_after is not None:
        agenda.at(now + fate.back_after, partial(_resume, ward, life, stay))


def _resume(ward: Ward, life: Life, stay: Stay, session: Session) -> None:
    begun, until = stay.pauses[-1]
    if stay.ended_at is None and life.died_at is None and clock.now() < until:
        episodes.resume(session, _of(session, stay), ward.nurse(stay.unit))
        stay.pauses[-1] = begun, clock.now()


def _end(ward: Ward, _agenda: Agenda, life: Life, session: Session, reason: str = "withdrawn") -> None:
    stay = life.stay
    if stay is not None and life.died_at is None:
        episodes.end(session, _of(session, stay), reason, ward.nurse(stay.unit))
        stay.ended_at = clock.now()


def _move(ward: Ward, agenda: Agenda, life: Life, session: Session) -> None:
    """She goes on at a unit in another zone: her stay here ends, and one there begins."""
    if life.stay is not None and life.died_at is None:
        _end(ward, agenda, life, session, "moved")
        _begin(ward, agenda, life, ABROAD, session)


def _opt_out(ward: Ward, _agenda: Agenda, life: Life, session: Session) -> None:
    if life.died_at is None:
        point = points_of(session, [life.patient_id])[life.patient_id]
        contact.opt_out(session, life.patient_id, point, ward.nurse(0))
        life.opted_out_at = clock.now()


def _die(ward: Ward, _agenda: Agenda, life: Life, session: Session) -> None:
    """The nurse hears of it and stops everything."""
    episodes.stop_person(session, life.patient_id, "died", ward.nurse(0))
    now: datetime = clock.now()
    life.died_at, stay = now, life.stay
    if stay is not None:
        stay.ended_at = now
