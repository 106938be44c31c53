"""What is kept of the past is what the responses say, in whatever order they came and whichever were wrong."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select

from alerts.observation import DAYS, LATEST, Snapshot
from prom import clock
from prom.assignments.models import Assignment
from prom.config import Settings
from prom.db import reading, transaction
from prom.patients import sealing
from prom.responses import history
from prom.responses.history import EMPTY, followed_by
from prom.responses.models import PatientState, Response
from prom.responses.service import enter_in_error
from prom.worklist.models import Alert, AlertEvent, Evidence
from tests.conftest import MONDAY, Hospital
from tests.prom.properties import sized, sized_with_database
from tests.prom.steps import RASH, WELL, ask_again, later, rows, send

SOURCES = ("patient", "proxy")


def snapshot(hour: int, level: float | None = 1.0, source: str = "patient") -> Snapshot:
    """A report some hours after Monday morning."""
    scores = {} if level is None else {"skin-rash": level}
    return Snapshot(MONDAY + timedelta(hours=hour), scores, source)


SNAPSHOTS = st.lists(
    st.builds(
        snapshot,
        st.integers(0, 60) | st.integers(0, 100).map(lambda days: 24 * days),
        st.one_of(st.none(), st.sampled_from([0.0, 1.0, 2.0, 3.0])),
        st.sampled_from(SOURCES),
    ),
    max_size=30,
    unique_by=lambda each: each.authored,
)


@pytest.mark.hazard("H31")
@sized
@given(reports=SNAPSHOTS)
def test_the_past_is_the_same_in_whatever_order_its_reports_came(reports: Sequence[Snapshot]) -> None:
    came = in_order = EMPTY
    for each in reports:
        came = followed_by(came, each)
    for each in sorted(reports, key=_authored):
        in_order = followed_by(in_order, each)
    assert came == in_order


def _authored(each: Snapshot) -> datetime:
    return each.authored


@sized
@given(reports=SNAPSHOTS)
def test_of_each_source_the_first_is_the_baseline_and_the_last_eight_and_eight_weeks_are_kept(
    reports: Sequence[Snapshot],
) -> None:
    past = EMPTY
    for each in reports:
        past = followed_by(past, each)
    told = sorted((each for each in reports if each.scores), key=_authored)
    for source in SOURCES:
        theirs = [each for each in told if each.source == source]
        assert past.baseline.get(source) == (theirs[0] if theirs else None)
        latest, start = theirs[-LATEST:], theirs[-1].authored - timedelta(days=DAYS) if theirs else MONDAY
        wanted = [each for each in theirs if each in latest or each.authored >= start]
        assert [each for each in past.previous if each.source == source] == wanted
    assert list(past.previous) == sorted(past.previous, key=_authored)


@sized
@given(reports=SNAPSHOTS)
def test_a_past_that_was_sealed_comes_back_as_it_was(reports: Sequence[Snapshot]) -> None:
    past = EMPTY
    for each in reports:
        past = followed_by(past, each)
    assert history._from_document(history.as_document(past)) == past


def both(hospital: Hospital) -> tuple[object, object]:
    """The history as it is kept, and as the responses say."""
    with reading() as session:
        of = session.scalars(select(Assignment).where(Assignment.episode_id == hospital.episode.id).limit(1)).one()
        kept = history.read(session, history.state_of(session, of))
        return kept, history.rebuilt(session, history.responses_in(session, of))


#: Hours later, the level of a rash, how many hours it is dated back, and which response then turns out to be wrong.
REPORTS = st.lists(
    st.tuples(
        st.integers(1, 30),
        st.sampled_from(["0", "1", "2", "3"]),
        st.sampled_from([0, 0, 0, 7, 50]),
        st.one_of(st.none(), st.none(), st.integers(0, 20)),
    ),
    min_size=1,
    max_size=12,
)


@pytest.mark.hazard("H31")
@sized_with_database
@given(reports=REPORTS)
def test_the_kept_past_is_always_the_rebuilt_one(
    hospital: Hospital, database: Settings, reports: Sequence[tuple[int, str, int, int | None]]
) -> None:
    clock.move_to(MONDAY)
    with transaction() as session:
        for table in (PatientState, Response, AlertEvent, Evidence, Alert):
            session.execute(delete(table))
    sent: list[uuid.UUID] = []
    for hours, level, back, wrong in reports:
        later(hours=hours)
        authored = clock.now() - timedelta(hours=back) if back else None
        answers = RASH.get(level, WELL)
        sent.append(send(ask_again(hospital), answers, authored_at=authored).response_id)
        if wrong is not None:
            _correct(hospital, sent[wrong % len(sent)])
        kept, rebuilt = both(hospital)
        assert kept == rebuilt


def _correct(hospital: Hospital, response_id: uuid.UUID) -> None:
    with transaction() as session:
        row = session.get_one(Response, response_id)
        if row.status != "entered-in-error":
            enter_in_error(session, row, hospital.nurse_actor)


def test_a_past_that_was_kept_when_less_was_kept_is_made_anew_from_the_reports(
    hospital: Hospital, database: Settings
) -> None:
    """A trend looks for every report of its days: the eight that an older Prom kept would hide where it began."""
    for _ in range(LATEST + 2):
        later(days=1)
        send(ask_again(hospital), RASH["2"])
    with transaction() as session:
        of = session.scalars(select(Assignment).where(Assignment.episode_id == hospital.episode.id).limit(1)).one()
        state = history.state_of(session, of)
        assert state is not None
        whole = history.as_document(history.read(session, state))
        older = {"baseline": whole["baseline"], "previous": whole["previous"][-LATEST:]}
        sealing.seal(session, state, "history", older)
        session.flush()
        assert len(history.read(session, state).previous) == LATEST
        assert len(history.read_or_rebuild(session, of, state).previous) == LATEST + 2


def test_the_kept_past_lies_sealed(hospital: Hospital, database: Settings) -> None:
    send(ask_again(hospital), RASH["2"])
    (row,) = rows(select(PatientState))
    assert b"skin" not in row.history_sealed
    with reading() as session:
        assert "skin-rash" in str(sealing.open_column(session, row, "history"))
