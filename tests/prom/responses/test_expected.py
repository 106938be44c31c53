"""What a clinician expects of a patient for a while is stored, seen and nobody's duty, until it is worse or over."""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from alerts.expecting import ExpectedLevel, Held
from alerts.findings import Finding
from alerts.rules import Severity
from prom import clock
from prom.audit.models import AuditRecord
from prom.config import Settings
from prom.db import reading, transaction
from prom.decisions import service as decisions
from prom.decisions.models import Decision
from prom.errors import Conflict, Invalid, StaleVersion
from prom.oversight import auditor
from prom.oversight.models import Disagreement
from prom.pathways.queries import episode
from prom.patients import sealing
from prom.responses import judging
from prom.responses.deciding import Expecting, expect
from prom.responses.models import Response
from prom.responses.service import enter_in_error
from prom.worklist.models import Evidence
from tests.conftest import Hospital
from tests.prom.assignments.courses import Stay
from tests.prom.responses.test_circumstances import NADIR, stay
from tests.prom.steps import RASH, WELL, alerts, ask, ask_again, count, later, rows, send, short, the_alert

CHECK = "urn:prom:questionnaire:symptom-check"
RASH_2 = {("skin-rash", int(Severity.NEXT_WORKING_DAY), "open")}


@pytest.fixture(autouse=True)
def _nobody_differs(database: Settings) -> Iterator[None]:
    """The auditor, who reads decisions by itself, agrees with whatever a test has done."""
    yield
    assert auditor.recheck() == 0
    assert count(Disagreement) == 0


def expect_rash(hospital: Hospital, level: int = 2, days: int = 14, **more: Any) -> uuid.UUID:
    """Expect a rash at a level for so many days, as the nurse."""
    wanted: dict[str, Any] = {"scale": "skin-rash", "reason": "Known since the first cycle", "seen": (), **more}
    with transaction() as session:
        of = episode(session, hospital.episode.id)
        asked = Expecting(wanted.get("questionnaire", CHECK), wanted["scale"], level, _today() + timedelta(days=days))
        return expect(session, of, asked, wanted["reason"], hospital.nurse_actor, wanted["seen"]).id


def _today() -> date:
    return clock.now().date()


def report(hospital: Hospital, answers: Mapping[str, Any]) -> uuid.UUID:
    """Send one more report, an hour later."""
    later(hours=1)
    return send(ask_again(hospital), answers).response_id


def held() -> set[tuple[str, uuid.UUID | None]]:
    """Rule and decision of what is held back and still counts."""
    with reading() as session:
        kept = session.scalars(select(Evidence).where(Evidence.alert_id.is_(None), Evidence.withdrawn_at.is_(None)))
        return {(sealing.open_column(session, row, "finding")["rule"], row.held_by) for row in kept}


@pytest.mark.parametrize(
    "field, more",
    [
        ("scale", {"scale": "fever"}),
        ("scale", {"scale": "no-such"}),
        ("scale", {"questionnaire": "urn:prom:questionnaire:clinical-frailty"}),
        ("level", {"level": 0}),
        ("level", {"level": 3}),
        ("until", {"days": -1}),
        ("until", {"days": 31}),
        ("reason", {"reason": "  "}),
        ("reason", {"reason": "x" * 501}),
    ],
)
def test_what_must_not_be_expected_is_refused_by_the_name_of_its_field(
    hospital: Hospital, database: Settings, field: str, more: dict[str, Any]
) -> None:
    with pytest.raises(Invalid) as refused:
        expect_rash(hospital, **more)
    assert refused.value.field == field
    assert count(Decision) == 0


def test_whoever_decides_over_an_older_page_is_refused(hospital: Hospital, database: Settings) -> None:
    first = expect_rash(hospital, level=1)
    later(minutes=1)
    with pytest.raises(StaleVersion):
        expect_rash(hospital)
    second = expect_rash(hospital, seen=[first])
    with pytest.raises(StaleVersion), transaction() as session:
        decisions.take_back(session, session.get_one(Decision, first), hospital.nurse_actor)
    assert {row.id: row.ended_because for row in rows(select(Decision))} == {first: "replaced", second: None}


def test_in_an_episode_that_has_ended_nothing_is_expected(hospital: Hospital, database: Settings) -> None:
    Stay(hospital, database, hospital.episode.id).verb("end", "finished")
    with pytest.raises(Conflict):
        expect_rash(hospital)


def test_what_is_as_expected_is_stored_and_raises_nothing(hospital: Hospital, database: Settings) -> None:
    decision = expect_rash(hospital)
    report(hospital, RASH["2"])
    assert short() == set()
    assert held() == {("moderate.skin-rash", decision)}


@pytest.mark.hazard("H46")
def test_one_level_worse_breaks_it_and_ends_it(hospital: Hospital, database: Settings) -> None:
    expect_rash(hospital)
    report(hospital, RASH["2"])
    report(hospital, RASH["3"])
    assert the_alert("skin-rash").alert.severity == Severity.SAME_DAY
    assert [row.ended_because for row in rows(select(Decision))] == ["broken"]
    report(hospital, RASH["2"])
    assert the_alert("skin-rash").verbs[-1] == "join"


@pytest.mark.hazard("H46")
def test_one_answer_worse_breaks_it_although_the_level_is_the_same(hospital: Hospital, database: Settings) -> None:
    pain = {**WELL, "pain-frequency": "2", "pain-severity": "2", "pain-interference": "1"}
    expect_rash(hospital, scale="pain")
    report(hospital, pain)
    assert alerts("pain") == []
    report(hospital, {**pain, "pain-severity": "3"})
    assert the_alert("pain").alert.severity == Severity.SAME_DAY


def test_before_it_was_decided_and_after_its_last_day_nothing_is_held_back(
    hospital: Hospital, database: Settings
) -> None:
    first = send(ask(database), RASH["2"])
    later(minutes=1)
    expect_rash(hospital, days=3)
    assert short() == RASH_2
    later(days=3, hours=14)  # 23:31 in Oslo on the last day
    send(ask_again(hospital), RASH["2"])
    assert len(the_alert("skin-rash").findings) == 1
    later(hours=1)
    send(ask_again(hospital), RASH["2"])
    assert len(the_alert("skin-rash").findings) == 2
    assert first.response_id in the_alert("skin-rash").responses


@pytest.mark.hazard("H47")
def test_it_never_holds_back_a_red_flag_urgent_words_or_what_cannot_be_assessed(
    hospital: Hospital, database: Settings
) -> None:
    expect_rash(hospital)
    with transaction() as session:  # whoever writes past the checks changes nothing
        (row,) = session.scalars(select(Decision))
        what = {"questionnaire": CHECK, "scale": "skin-rash", "level": "3", "strongest": "4"}
        sealing.seal(session, row, "words", {"what": what, "reason": "x"})
    report(hospital, {**RASH["3"], "temperature-measured": "yes", "temperature": 39.8, "contact": "urgent"})
    found = {(each.topic, each.alert.severity) for each in alerts()}
    assert {("skin-rash", int(Severity.SAME_DAY)), ("fever", int(Severity.EMERGENCY))} <= found
    assert any(topic.startswith("contact") and severity == Severity.EMERGENCY for topic, severity in found)
    assert held() == set()


@pytest.mark.hazard("H47")
def test_what_counts_symptoms_is_held_back_only_where_each_of_them_is_expected(
    hospital: Hospital, database: Settings
) -> None:
    both = {**RASH["2"], "numbness-severity": "2", "numbness-interference": "2"}
    expect_rash(hospital)
    report(hospital, both)
    assert {each.topic for each in alerts()} >= {"numbness"}
    assert len(alerts()) == 2  # the numbness, and that there are two
    expect_rash(hospital, scale="numbness")
    report(hospital, both)
    assert all(len(each.responses) == 1 for each in alerts())


def test_a_new_first_day_or_version_ends_it(hospital: Hospital, database: Settings) -> None:
    expect_rash(hospital)
    later(hours=1)
    Stay(hospital, database, hospital.episode.id).verb("set_anchor", "treatment-start", date(2026, 11, 2))
    assert [row.ended_because for row in rows(select(Decision))] == ["course-changed"]
    report(hospital, RASH["2"])
    assert short() == RASH_2


@pytest.mark.hazard("H46")
def test_a_new_cycle_ends_it_and_so_do_thirty_days(hospital: Hospital, database: Settings) -> None:
    assert _ends_at(expect_rash(hospital, days=30)) == clock.now() + timedelta(days=30)
    hers = stay(hospital, database, NADIR)  # cycles of 21 days from 2 November: the next begins on the 23rd
    with transaction() as session:
        of = episode(session, hers.id)
        asked = Expecting(CHECK, "skin-rash", 2, date(2026, 11, 30))
        decision = expect(session, of, asked, "Known", hospital.nurse_actor, ()).id
    assert _ends_at(decision) == datetime(2026, 11, 22, 23, tzinfo=UTC)  # midnight in Oslo


def _ends_at(decision_id: uuid.UUID) -> datetime | None:
    return rows(select(Decision.ends_at).where(Decision.id == decision_id))[0]


def test_what_is_judged_anew_is_judged_by_what_held_when_it_was_written(hospital: Hospital, database: Settings) -> None:
    first = report(hospital, WELL)
    decision = expect_rash(hospital)
    report(hospital, RASH["2"])
    later(hours=1)
    with transaction() as session:
        decisions.take_back(session, session.get_one(Decision, decision), hospital.nurse_actor)
    with transaction() as session:
        enter_in_error(session, session.get_one(Response, first), hospital.nurse_actor)
    assert short() == set()
    assert held() == {("moderate.skin-rash", decision)}
    report(hospital, RASH["2"])
    assert short() == RASH_2


def test_one_dated_back_that_breaks_it_raises_what_was_held_back_after_it(
    hospital: Hospital, database: Settings
) -> None:
    expect_rash(hospital)
    report(hospital, RASH["2"])
    later(hours=1)
    send(ask_again(hospital), RASH["3"], authored_at=clock.now() - timedelta(hours=1, minutes=30))
    assert len(the_alert("skin-rash").responses) == 2
    assert held() == set()


@pytest.mark.hazard("H46")
def test_the_auditor_raises_what_was_held_back_and_was_not_expected(
    hospital: Hospital, database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hold_all(_: object, __: object, expected: Iterable[ExpectedLevel], found: Sequence[Finding]) -> list[Held]:
        return [Held(each, level) for each in found for level in expected]

    expect_rash(hospital, level=1)
    with monkeypatch.context() as fault:
        fault.setattr(judging, "held_back", hold_all)
        report(hospital, {**RASH["3"], "temperature-measured": "yes", "temperature": 39.8})
    assert short() == set()
    later(minutes=1)
    assert auditor.recheck() == 1
    assert {(each.topic, each.alert.severity) for each in alerts()} >= {("skin-rash", 3), ("fever", 4)}
    with transaction() as session:
        session.execute(delete(Disagreement))


def test_what_is_expected_lies_sealed_and_each_step_is_on_record(hospital: Hospital, database: Settings) -> None:
    decision = expect_rash(hospital)
    later(hours=1)
    with transaction() as session:
        decisions.take_back(session, session.get_one(Decision, decision), hospital.nurse_actor)
    (row,) = rows(select(Decision))
    assert b"rash" not in row.words_sealed
    assert b"cycle" not in row.words_sealed
    actions = select(AuditRecord.action).where(AuditRecord.entity == "decision").order_by(AuditRecord.at)
    assert rows(actions) == ["expected-level.decide", "expected-level.take-back"]


@pytest.mark.hazard("H47")
def test_of_a_decision_that_does_not_open_everything_is_raised_and_it_says_so(
    hospital: Hospital, database: Settings
) -> None:
    expect_rash(hospital)
    with transaction() as session:
        session.execute(update(Decision).values(words_sealed=b"\x01broken"))
    report(hospital, RASH["2"])
    assert short() == RASH_2 | {("could-not-be-assessed", int(Severity.SAME_DAY), "open")}
