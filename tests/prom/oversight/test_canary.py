"""The canary goes the real way, is heard, and leaves nothing behind; what would fail a patient fails her first."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from alerts import judging
from prom import clock, jobs
from prom.config import Settings
from prom.db import Base, reading
from prom.oversight import canary, plainly
from prom.oversight.canary import Silent
from prom.oversight.leading import Leading
from prom.oversight.watch import watch
from prom.responses.models import Response
from prom.worklist import raising, steps
from prom.worklist.models import Alert
from tests.conftest import Hospital
from tests.prom.steps import later


def test_she_is_heard(hospital: Hospital) -> None:
    assert canary.sing() == 1


@pytest.mark.hazard("H37")
def test_nothing_of_her_is_ever_kept_in_any_table(hospital: Hospital) -> None:
    """So no list, export, figure, log or phone can show her: there is nothing that could be left out."""

    def counted() -> dict[str, int | None]:
        with reading() as session:
            return {
                name: session.scalar(select(func.count()).select_from(table))
                for name, table in Base.metadata.tables.items()
            }

    before = counted()
    assert len(before) > 20
    canary.sing()
    assert counted() == before


@pytest.mark.hazard("H37")
def test_she_reports_an_emergency_and_rings_the_phone(hospital: Hospital, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[int] = []

    def ring(session: object, alert: Alert) -> None:
        rung.append(alert.severity)
        steps.ring_on_call(session, alert)  # type: ignore[arg-type]

    monkeypatch.setattr(raising, "ring_on_call", ring)
    canary.sing()
    assert rung == [4]


def never(*_: object, **__: object) -> bool:
    """Compare nothing."""
    return False


def nothing(*_: object, **__: object) -> list[Alert]:
    """Raise nothing, ring nobody."""
    return []


@pytest.mark.hazard("H37")
@pytest.mark.parametrize(
    "place, name, fault, told",
    [
        (judging, "beyond", never, "other alerts than by the second evaluator"),
        (raising, "_raise", nothing, "other alerts than by the second evaluator"),
        (raising, "ring_on_call", nothing, "no message to the on-call phone"),
    ],
    ids=["a rule that never fires", "alerts that are not raised", "a phone that does not ring"],
)
def test_a_fault_on_her_way_is_told(
    hospital: Hospital,
    monkeypatch: pytest.MonkeyPatch,
    place: object,
    name: str,
    fault: Callable[..., object],
    told: str,
) -> None:
    monkeypatch.setattr(place, name, fault)
    with pytest.raises(Silent, match=told):
        canary.sing()


def test_an_alert_whose_next_action_is_past_already_is_told(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    next_month = clock.now() + timedelta(days=30)
    monkeypatch.setattr(canary, "clock", SimpleNamespace(now=lambda: next_month))
    with pytest.raises(Silent, match="no next action"):
        canary.sing()


def test_a_rule_that_both_evaluators_pass_over_is_told_by_its_own_example(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "beyond", never)
    monkeypatch.setattr(plainly, "meets", never)
    with pytest.raises(Silent, match="no alert"):
        canary.sing()


def test_a_database_that_takes_no_answers_is_told(hospital: Hospital, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object, **__: object) -> Response:
        raise LookupError

    monkeypatch.setattr("prom.responses.service.store", breaks)
    with pytest.raises(LookupError):
        canary.sing()


def test_there_is_nothing_to_report_before_a_pathway_is_published(database: Settings) -> None:
    assert canary.sing() == 0


def test_rules_without_an_example_that_can_be_sent_are_told(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(canary, "rules_of", lambda *_: {"examples": []})
    with pytest.raises(Silent, match="no worked example"):
        canary.sing()


def test_the_worker_that_leads_lets_her_sing_and_its_watch_misses_her(
    hospital: Hospital, database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raising, "_raise", nothing)
    assert jobs.CANARY in jobs.OF_A_WORKER
    assert jobs.CANARY.alone
    leading = Leading(database)
    leading.holds()
    assert jobs.run(jobs.CANARY, database) == "Silent"
    with reading() as session:
        assert "job canary" in {check.name for check in watch(session) if not check.well}
    leading.let_go()


@pytest.mark.hazard("H37")
def test_a_leader_who_never_lets_her_sing_is_told(hospital: Hospital, database: Settings) -> None:
    jobs.run_once(database)
    leading = Leading(database)
    leading.holds()
    later(seconds=61)
    jobs.run_once(database)
    with reading() as session:
        assert "job canary" in {check.name for check in watch(session) if not check.well}
    jobs.run(jobs.CANARY, database)
    with reading() as session:
        assert "job canary" not in {check.name for check in watch(session) if not check.well}
    leading.let_go()
