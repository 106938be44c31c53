"""Any life of alerts, in any order: each keeps a clock, no emergency ends by itself, and nothing joined goes unseen.

`PROM_TEST_SIZE=100000 .venv/bin/python -m pytest tests/prom/worklist/test_lives.py` tries 10,000 lives of 50 steps.
"""

import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import cast

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from alerts.findings import Finding
from alerts.lifecycle import USUAL_PLACE, Outcome, State, TransitionRefused, is_open
from alerts.rules import Severity
from prom import clock
from prom.audit.service import SYSTEM, Actor
from prom.config import Settings
from prom.db import reading, transaction
from prom.duty.models import Shift
from prom.errors import StaleVersion
from prom.messaging.models import Message
from prom.worklist import raising
from prom.worklist import service as worklist
from prom.worklist.models import Alert, AlertEvent, Evidence
from tests.conftest import MONDAY, Hospital
from tests.prom.properties import sized_with_database
from tests.prom.worklist.findings import finding, origin

#: The nurse's phone, the physician's, and behind them the unit's own.
LEVELS = 3
ACKNOWLEDGED_WITHIN, SWEPT_WITHIN = timedelta(minutes=10), timedelta(seconds=60)
WHICH = st.integers(0, 5)


class Lives(RuleBasedStateMachine):
    """A list that reports, a nurse with her page, the clock and its sweep do things to."""

    def __init__(self, hospital: Hospital) -> None:
        super().__init__()
        self.hospital = hospital
        self.responses: list[uuid.UUID] = []
        #: The alert that the last report began or joined.
        self.latest = uuid.UUID(int=0)
        #: The list as the nurse's page shows it: id and version.
        self.page: list[tuple[uuid.UUID, int]] = []
        #: What joined an alert, or began one, since her page was loaded.
        self.unseen: set[uuid.UUID] = set()
        self.resolved: set[uuid.UUID] = set()
        #: Since when nobody has acknowledged an emergency.
        self.unacknowledged: dict[uuid.UUID, datetime] = {}
        clock.move_to(MONDAY)
        with transaction() as session:
            for table in (AlertEvent, Evidence, Alert, Message):
                session.execute(delete(table))

    @rule(
        severity=st.sampled_from(Severity),
        topic=st.sampled_from(("nausea", "fever")),
        name=st.sampled_from(("severe", "moderate")),
    )
    def a_report_comes_in(self, severity: Severity, topic: str, name: str) -> None:
        """A finding joins an open alert or begins one: graver, never milder, and never later than was promised."""
        of = origin(self.hospital)
        assert of.response_id is not None
        self.responses.append(of.response_id)
        before = {row.id: row for row in _all()}
        with transaction() as session:
            alert = worklist.raise_alerts(session, of, [finding(severity, name, topic)])[0]
            self.unseen.add(alert.id)
            self.latest = alert.id
            earlier = before.get(alert.id)
            assert alert.severity == max(severity, earlier.severity if earlier else 0)
            assert alert.state in (State.OPEN, State.ESCALATED)
            if (
                earlier
                and earlier.next_action_at
                and (earlier.state != State.ACKNOWLEDGED or severity > earlier.severity)
            ):
                assert alert.next_action_at is not None
                assert alert.next_action_at <= earlier.next_action_at

    @rule()
    def she_loads_the_page(self) -> None:
        """From now on she knows what stands there."""
        self.page = [(row.id, row.version) for row in _all()]
        self.unseen.clear()

    @rule(which=WHICH)
    def she_acknowledges(self, which: int) -> None:
        """She takes one."""
        self._press(worklist.acknowledge, which)

    @rule(which=WHICH)
    def she_gives_it_back(self, which: int) -> None:
        """She cannot see to it after all."""
        self._press(worklist.return_to_unit, which)

    @rule(which=WHICH)
    def she_calls_in_vain(self, which: int) -> None:
        """She writes down what she tried."""
        self._press(worklist.note, which, "Ringte.")

    @rule(which=WHICH, outcome=st.sampled_from((Outcome.ADVICE, Outcome.EXPECTED)))
    def she_resolves(self, which: int, outcome: Outcome) -> None:
        """She closes one with what came of it."""
        done = self._press(worklist.resolve, which, outcome, USUAL_PLACE.get(outcome))
        self.resolved |= {done} if done else set()

    @rule(which=WHICH, by_her=st.booleans())
    def an_answer_is_taken_back(self, which: int, by_her: bool) -> None:
        """A clinician corrects a report, or the patient or a program does: these close no emergency."""
        if not self.responses:
            return
        before = {row.id: row for row in _all()}
        actor = self.hospital.nurse_actor if by_her else SYSTEM if which % 2 else Actor("patient")
        with transaction() as session:
            worklist.withdraw(session, self.responses[which % len(self.responses)], actor)
        for row in _all():
            was = before[row.id]
            if not by_her and was.severity == Severity.EMERGENCY and is_open(State(was.state)):
                assert is_open(State(row.state))

    @rule(minutes=st.sampled_from((1, 9, 10, 30, 400)))
    def time_passes(self, minutes: int) -> None:
        """The sweep runs each time that something has just become due, within its minute."""
        until = clock.now() + timedelta(minutes=minutes)
        while (due := _next_due()) is not None and due <= until:
            clock.move_to(max(clock.now(), due + timedelta(seconds=5)))
            _sweep()
            due = _next_due()
            assert due is None or due > clock.now(), "left due"
        clock.move_to(max(clock.now(), until))

    @rule(topic=st.sampled_from(("nausea", "fever")))
    def an_emergency_comes_in_that_nobody_takes(self, topic: str) -> None:
        """By chance it is rare that half an hour goes by after one: here the phones must ring to the last level."""
        self.a_report_comes_in(severity=Severity.EMERGENCY, topic=topic, name="severe")
        self.an_emergency_that_nobody_takes_reaches_the_last_level()
        self.time_passes(minutes=30)

    @rule(topic=st.sampled_from(("nausea", "fever")), severity=st.sampled_from(Severity))
    def something_new_joins_what_she_has_taken(self, topic: str, severity: Severity) -> None:
        """She has just taken one when the next report comes: it is nobody's again, and her page is out of date."""
        self.a_report_comes_in(severity=Severity.SAME_DAY, topic=topic, name="moderate")
        self.she_loads_the_page()
        self.she_acknowledges(which=[each for each, _ in self.page].index(self.latest))
        self.a_report_comes_in(severity=severity, topic=topic, name="severe")

    @rule(days=st.sampled_from((1, 3, 35)))
    def the_worker_stood_still(self, days: int) -> None:
        """No sweep for a long time; then one, and what was rung for until then is rung for from the next level on."""
        clock.move_to(clock.now() + timedelta(days=days))
        _sweep()
        self.unacknowledged = dict.fromkeys(self.unacknowledged, clock.now())

    @invariant()
    def what_is_open_has_a_clock_and_what_is_closed_was_closed_by_somebody(self) -> None:
        """One open alert a topic; its next action lies ahead, and it is as grave as the gravest it stands on."""
        with reading() as session:
            rows = session.scalars(select(Alert)).all()
            standing = _standing(session)
        for row in rows:
            assert is_open(State(row.state)) == (row.next_action_at is not None)
            assert (row.state == State.ACKNOWLEDGED) <= (row.claimed_by is not None)
            if row.next_action_at is None:
                assert row.id in self.resolved or not standing[row.id]
            else:
                assert row.next_action_at > clock.now() - SWEPT_WITHIN
                assert row.severity >= max(standing[row.id], default=0)
        topics = [row.topic_hash for row in rows if is_open(State(row.state))]
        assert len(topics) == len(set(topics))

    @invariant()
    def an_emergency_that_nobody_takes_reaches_the_last_level(self) -> None:
        """One level more each ten minutes, counted from when nobody had it."""
        waiting = {row.id for row in _all() if row.severity == Severity.EMERGENCY and _is_nobodys(row)}
        self.unacknowledged = {each: self.unacknowledged.get(each, clock.now()) for each in waiting}
        with reading() as session:
            rung = session.execute(select(Message.key, Message.created_at)).all() if waiting else []
        for alert_id, since in self.unacknowledged.items():
            hers = [(int(key.rpartition(":")[2]), at) for key, at in rung if key.startswith(f"on-call:{alert_id}:")]
            assert hers, "nobody was rung"
            if clock.now() > since + (LEVELS - 1) * (ACKNOWLEDGED_WITHIN + SWEPT_WITHIN):
                assert max((level for level, at in hers if at >= since), default=0) == LEVELS

    def _press(self, verb: object, which: int, *words: str | None) -> uuid.UUID | None:
        """Press a button on the page as she sees it; returns the alert if it was for her to press."""
        if not self.page:
            return None
        alert_id, version = self.page[which % len(self.page)]
        try:
            with transaction() as session:
                alert = session.get_one(Alert, alert_id)
                verb(session, alert, version, self.hospital.nurse_actor, *words)  # type: ignore[operator]
                session.flush()
                version = alert.version
        except (TransitionRefused, StaleVersion):
            return None
        assert alert_id not in self.unseen, "acted on what the page did not show"
        self.page = [(each, version if each == alert_id else known) for each, known in self.page]
        return alert_id


def _all() -> list[Alert]:
    with reading() as session:
        found = list(session.scalars(select(Alert).order_by(Alert.raised_at, Alert.id)))
        session.expunge_all()
    return found


def _is_nobodys(row: Alert) -> bool:
    return row.state in (State.OPEN, State.ESCALATED)


def _next_due() -> datetime | None:
    with reading() as session:
        return session.scalar(select(func.min(Alert.next_action_at)))


def _sweep() -> None:
    with transaction() as session:
        worklist.sweep_overdue(session)


def _standing(session: Session) -> dict[uuid.UUID, list[int]]:
    found: dict[uuid.UUID, list[int]] = defaultdict(list)
    asked = select(Alert.id, Evidence.severity).join(Evidence, Evidence.alert_id == Alert.id)
    for alert_id, severity in session.execute(asked.where(Evidence.withdrawn_at.is_(None))):
        found[alert_id].append(severity)
    return found


def _lives(hospital: Hospital) -> "type[Lives]":
    always = {"starts_at": MONDAY, "ends_at": MONDAY + timedelta(days=3650), "name": "Vakt"}
    of = {"tenant_id": hospital.tenant.id, "unit_id": hospital.unit.id}
    with transaction() as session:
        session.add_all(Shift(**of, **always, level=level, phone=f"+479000006{level}") for level in (1, 2))
    return cast("type[Lives]", partial(Lives, hospital))


@pytest.mark.hazard("H10")
def test_whatever_happens_no_alert_loses_its_clock_and_no_emergency_its_next_level(
    hospital: Hospital, database: Settings
) -> None:
    run_state_machine_as_test(_lives(hospital), settings=settings(sized_with_database, stateful_step_count=50))


def _joins_as(changed: Callable[[Alert, str, uuid.UUID | None, int], None]) -> Callable[..., Alert]:
    """Make a faulty way to join: what is changed afterwards is told the state, the owner and the severity before."""
    join = raising._join

    def faulty(session: Session, alert: Alert, findings: Sequence[Finding]) -> Alert:
        before = alert.state, alert.claimed_by, max(one.severity for one in findings)
        join(session, alert, findings)
        changed(alert, *before)
        session.flush()
        return alert

    return faulty


def _milder(alert: Alert, state: str, owner: uuid.UUID | None, severity: int) -> None:
    alert.severity = severity


def _unseen(alert: Alert, state: str, owner: uuid.UUID | None, severity: int) -> None:
    alert.state, alert.claimed_by = state, owner


def _nothing(*_: object, **__: object) -> None:
    """What was to be done is forgotten."""


FAULTS: dict[str, tuple[object, str, object]] = {
    "an escalation that rings nobody": (worklist, "ring_on_call", _nothing),
    "an emergency that rings nobody at first": (raising, "ring_on_call", _nothing),
    "a merge that lowers the severity": (raising, "_join", _joins_as(_milder)),
    "a join that nobody is shown": (raising, "_join", _joins_as(_unseen)),
    "a next action time that is not set anew": (worklist, "set_clock", _nothing),
    "a page that is out of date and yet obeyed": (worklist, "_check_version", _nothing),
}


@pytest.mark.hazard("H10")
@pytest.mark.parametrize("fault", FAULTS)
def test_at_the_size_of_the_suite_it_finds(
    fault: str, hospital: Hospital, database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each fault is planted, and the lives must fail over it: otherwise they watch for nothing."""
    monkeypatch.setattr(*FAULTS[fault])
    tried = settings(sized_with_database, max_examples=5, stateful_step_count=50, derandomize=True, database=None)
    with pytest.raises((AssertionError, IntegrityError)):
        run_state_machine_as_test(_lives(hospital), settings=settings(tried, phases=(Phase.generate,)))
