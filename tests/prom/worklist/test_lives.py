"""Any life of alerts, in any order: no open alert is ever without a next action, and no emergency ends by itself."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from alerts.lifecycle import Outcome, State, TransitionRefused, is_open
from alerts.rules import Severity
from prom import clock
from prom.config import Settings
from prom.db import reading, transaction
from prom.worklist import service as worklist
from prom.worklist.models import Alert, AlertEvent, Evidence
from tests.conftest import MONDAY, Hospital
from tests.prom.properties import sized_with_database
from tests.prom.steps import later
from tests.prom.worklist.findings import finding, origin

TOPICS = ("nausea", "fever")
RULES = ("severe", "moderate")


class Life:
    """One run over a fresh list: the steps, and what must hold after each of them."""

    def __init__(self, hospital: Hospital) -> None:
        self.hospital = hospital
        self.responses: list[uuid.UUID] = []
        self.ended_by_hand: set[uuid.UUID] = set()
        clock.move_to(MONDAY)
        with transaction() as session:
            for table in (AlertEvent, Evidence, Alert):
                session.execute(delete(table))

    def put(self, severity: Severity, topic: str, rule: str) -> None:
        """A finding comes in."""
        of = origin(self.hospital)
        assert of.response_id is not None
        self.responses.append(of.response_id)
        with transaction() as session:
            worklist.raise_alerts(session, of, [finding(severity, rule, topic)])

    def nurse(self, verb: Callable[..., None], which: int, *words: Any) -> None:
        """The nurse does something to one of the alerts, if it is for her to do now."""
        try:
            with transaction() as session:
                rows = session.scalars(select(Alert).order_by(Alert.raised_at, Alert.id)).all()
                if rows:
                    row = rows[which % len(rows)]
                    verb(session, row, row.version, self.hospital.nurse_actor, *words)
                    self.ended_by_hand |= {row.id} if verb is worklist.resolve else set()
        except TransitionRefused:
            return

    def withdraw(self, which: int) -> None:
        """One of the responses turns out to be an error."""
        if self.responses:
            with transaction() as session:
                response_id = self.responses[which % len(self.responses)]
                worklist.withdraw(session, response_id, self.hospital.nurse_actor)

    def pass_time(self, minutes: int) -> None:
        """Time passes, and the sweep runs."""
        later(minutes=minutes)
        with transaction() as session:
            worklist.sweep_overdue(session)

    def check(self) -> None:
        """What must hold at every moment."""
        with reading() as session:
            rows = session.scalars(select(Alert)).all()
            for row in rows:
                assert is_open(State(row.state)) == (row.next_action_at is not None)
                assert (row.state == State.ACKNOWLEDGED) <= (row.claimed_by is not None)
                standing = _standing(session, row)
                if is_open(State(row.state)):
                    assert row.severity >= max(standing)
                    assert row.next_action_at is not None
                    assert row.next_action_at > clock.now() - timedelta(minutes=1)
                else:
                    assert row.id in self.ended_by_hand or not standing
            open_topics = [row.topic_hash for row in rows if is_open(State(row.state))]
            assert len(open_topics) == len(set(open_topics))


def _standing(session: Session, alert: Alert) -> list[int]:
    asked = select(Evidence.severity).where(Evidence.alert_id == alert.id, Evidence.withdrawn_at.is_(None))
    return list(session.scalars(asked))


WHICH = st.integers(0, 5)
STEPS = st.one_of(
    st.builds(
        lambda severity, topic, rule: lambda life: life.put(severity, topic, rule),
        st.sampled_from(Severity),
        st.sampled_from(TOPICS),
        st.sampled_from(RULES),
    ),
    st.builds(lambda which: lambda life: life.nurse(worklist.acknowledge, which), WHICH),
    st.builds(lambda which: lambda life: life.nurse(worklist.return_to_unit, which), WHICH),
    st.builds(lambda which: lambda life: life.nurse(worklist.note, which, "Ringte."), WHICH),
    st.builds(lambda which: lambda life: life.nurse(worklist.resolve, which, Outcome.ADVICE), WHICH),
    st.builds(lambda which: lambda life: life.withdraw(which), WHICH),
    st.builds(lambda minutes: lambda life: life.pass_time(minutes), st.sampled_from([1, 10, 30, 400, 3000, 50000])),
)


@sized_with_database
@given(steps=st.lists(STEPS, min_size=3, max_size=14))
def test_no_sequence_of_steps_leaves_an_open_alert_without_a_next_action(
    hospital: Hospital, database: Settings, steps: list[Callable[[Life], None]]
) -> None:
    life = Life(hospital)
    for step in steps:
        step(life)
        life.check()
