"""What the patients of a simulation do with their messages, through the real links and the real way in."""

import random
import uuid
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.findings import Finding
from alerts.rules import Severity
from prom import clock
from prom.assignments import links, personal
from prom.assignments.models import Assignment, Visit
from prom.audit.service import Actor
from prom.catalogue.queries import instrument
from prom.db import reading
from prom.errors import DeadLink
from prom.messaging.models import Kind, Message
from prom.pathways.queries import episode
from prom.responses.service import Authorship, submit
from prom.simulation import left_forms
from prom.simulation.agenda import Agenda
from prom.simulation.filling_in import filled_in
from prom.simulation.lives import Answer, Life
from prom.simulation.phones import Received
from prom.simulation.ward import Ward
from prom.simulation.wards_nurses import attend
from questionnaires.answers import QuestionnaireResponse
from questionnaires.definition import Coding

#: The codes of answers that tell of a red flag.
RED = ("urn:prom:codes:when", ("now", "last-24-hours"))
#: How often somebody reports again on her own within days of an answer, and answers after a reminder all the same.
AGAIN, AFTER_REMINDER = 0.05, 0.5


def read_phones(ward: Ward, agenda: Agenda) -> None:
    """Let those who have a new message with a link decide whether and when to answer."""
    new = {each.message_id: each for each in ward.phones.unread() if each.token is not None}
    if not new:
        return
    with reading() as session:
        rows = session.execute(
            select(Message.id, Message.patient_id, Message.assignment_id, Message.kind).where(Message.id.in_(new))
        ).all()
    for message_id, patient_id, assignment_id, kind in sorted(rows, key=lambda row: row.id):
        if patient_id in ward.lives and assignment_id is not None:
            _decide(ward, agenda, ward.lives[patient_id], new[message_id], assignment_id, kind)


def _decide(ward: Ward, agenda: Agenda, life: Life, message: Received, assignment_id: uuid.UUID, kind: str) -> None:
    if assignment_id in life.intends or life.died_at is not None:
        return
    delay = _delay(life.fate.chance, often_silent=life.fate.often_silent, reminded=kind == Kind.REMINDER)
    if delay is not None and message.token is not None:
        life.intends.add(assignment_id)
        agenda.at(message.at + delay, partial(_answer, ward, agenda, life, message.token))


def _delay(chance: random.Random, *, often_silent: bool, reminded: bool) -> timedelta | None:
    """How long after a message she answers: mostly the same day, else the next, or late; None = never."""
    luck = chance.random()
    if luck < (0.35 if often_silent else 0.05) or (reminded and luck > AFTER_REMINDER):
        return None
    if luck < (0.50 if often_silent else 0.10):
        return timedelta(hours=chance.uniform(40, 100))
    if luck < 0.80:
        return timedelta(hours=chance.triangular(0.1, 12, 1))
    return timedelta(hours=chance.uniform(22, 33))


def _answer(ward: Ward, agenda: Agenda, life: Life, token: str, session: Session) -> None:
    """Come through the link, give the birth date, and send; a dead link is a dead end, as for anybody."""
    if life.died_at is not None:
        return
    try:
        visit = links.find_visit(session, links.start_visit(session, token))
        links.confirm_birth_date(session, visit, life.fate.person.birth_date)
        if _leaves(ward, agenda, life, visit, token, session):
            return
        _send(ward, agenda, life, session.get_one(Assignment, visit.assignment_id), links.actor_of(visit), session)
    except DeadLink:
        return
    if life.fate.chance.random() < AGAIN:
        later = timedelta(hours=life.fate.chance.uniform(20, 80))
        agenda.at(clock.now() + later, partial(_report_again, ward, agenda, life))


def _leaves(ward: Ward, agenda: Agenda, life: Life, visit: Visit, token: str, session: Session) -> bool:
    """Once in a while she answers some questions, and goes; whoever was told to call is called, as after sending."""
    chance, stay, form = life.fate.chance, life.stay, visit.assignment_id
    if stay is None or form in life.left or not left_forms.leaves(chance):
        return False
    left = left_forms.leave(session, life, visit, stay.pathway)
    if left is None:
        return False
    life.left[form] = left.at
    if left.is_emergency:
        life.left_in_emergency.add(form)
        _let_attend(ward, agenda, life)
    if (after := left_forms.back_after(chance)) is not None:
        agenda.at(clock.now() + after, partial(_answer, ward, agenda, life, token))
    return True


def _let_attend(ward: Ward, agenda: Agenda, life: Life) -> None:
    wait = timedelta(minutes=life.fate.chance.triangular(2, 16, 4))
    agenda.at(clock.now() + wait, partial(attend, ward, life.patient_id))


def _report_again(ward: Ward, agenda: Agenda, life: Life, session: Session) -> None:
    """She is worse, and reports on her own."""
    stay = life.stay
    if life.died_at is None and stay is not None:
        form = personal.report(session, episode(session, stay.episode_id), Actor("patient"))
        _send(ward, agenda, life, form, Actor("patient"), session)


def _send(ward: Ward, agenda: Agenda, life: Life, to: Assignment, actor: Actor, session: Session) -> None:
    person, chance = life.fate.person, life.fate.chance
    form = instrument(session, to.questionnaire).questionnaire
    response = filled_in(form, chance, person.language, life.fate.worse)
    by = Authorship("proxy" if person.by_proxy else "patient", actor, person.language)
    receipt = submit(session, to.id, response, by)
    if receipt.again:
        return
    life.answered[to.id] = clock.now()
    life.answers.append(_answer_of(to, receipt.findings))
    if to.rules is not None and tells_of_a_red_flag(response):
        life.red_flags.append((receipt.response_id, clock.now()))
    if any(each.severity == Severity.EMERGENCY for each in receipt.findings):
        _let_attend(ward, agenda, life)


def _answer_of(to: Assignment, findings: Sequence[Finding]) -> Answer:
    fired = frozenset(each.rule for each in findings if each.kind == "rule")
    rules = to.rules.partition("|")[0] if to.rules is not None else None
    return Answer(clock.now(), to.episode_id, to.questionnaire.partition("|")[0], rules, fired)


def tells_of_a_red_flag(response: QuestionnaireResponse) -> bool:
    """Whether an answer says that something dangerous is there, or was in the last day."""
    return any(_is_red(given) for given in response.flat().values())


def _is_red(given: Sequence[object]) -> bool:
    return any(isinstance(each, Coding) and each.system == RED[0] and each.code in RED[1] for each in given)
