"""The contact log and those who cannot be reached: whose they are, why something was not sent, and never its words."""

import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

import prom
from prom import clock
from prom.assignments.ending import end
from prom.clinic.contact_log import entries
from prom.clinic.vocabulary import Reader
from prom.db import new_id, transaction
from prom.language import keys
from prom.messaging.models import Incoming, Kind, Message, State
from prom.pathways.models import Episode
from prom.patients import sealing
from prom.patients.contact import CODES, raise_problem
from prom.patients.models import ContactProblem
from tests.conftest import Hospital, SignIn
from tests.prom.clinic.ward import Nurse, audited, said, words_of
from tests.prom.steps import rows

#: Where it is decided that something is not sent, or waits, and how a code is written there.
_SOURCES = ("composing", "together", "service", "ending", "same")
_SAYS = re.compile(r'(?:Withheld\(|outbox\.cancel\([^)"]*|yield |failure=)"([a-z-]+)"(?: if [^"]*else "([a-z-]+)")?')
_WAITS = re.compile(r'Later\([^"\n]*"([a-z-]+)"')
_WORDS = "\n".join(
    (path / f"{name}.py").read_text("utf-8")
    for path in (Path(prom.__file__).parent / "assignments",)
    for name in _SOURCES
)
#: Every code that stands in the code as a reason not to send, and to wait.
WITHHELD = sorted({code for found in _SAYS.findall(_WORDS) for code in found if code} | {"cancelled"})
WAITS = sorted({*_WAITS.findall(_WORDS), "cannot-open", "register-unreachable"})
SECRET = "Hemmelige ord"


def message(hospital: Hospital, state: State, **more: Any) -> None:
    """Put a message into the outbox as it would stand there."""
    now, settled = clock.now(), state in (State.DELIVERED, State.FAILED, State.CANCELLED)
    times = dict.fromkeys(("created_at", "send_after", "try_at", "expires_at"), now)
    with transaction() as session:
        row = Message(
            id=(made := new_id()), tenant_id=hospital.tenant.id, patient_id=hospital.patient.id,
            unit_id=hospital.unit.id, kind=Kind.REMINDER, key=f"test:{made}", state=state, lease=0, attempts=0,
            settled_at=now if settled else None, **{**times, **more},
        )  # fmt: skip
        sealing.seal(session, row, "letter", {"to": "+4790000001", "body": SECRET})
        session.add(row)


def problem(hospital: Hospital, code: Any = "landline") -> ContactProblem:
    """Let the hospital's patient be out of reach."""
    with transaction() as session:
        raise_problem(session, hospital.patient.id, code)
    (found,) = rows(select(ContactProblem).where(ContactProblem.code == code))
    return found


def test_a_problem_is_resolved_by_nobody_without_a_session_and_by_no_administrator(
    client: FlaskClient, hospital: Hospital, sign_in: SignIn
) -> None:
    address = f"/contact-problems/{problem(hospital).id}/resolve"
    assert client.post(address).status_code == 401
    for role in ("quality", "administrator"):
        sign_in(client, role)
        assert client.post(address).status_code == 403


def test_another_units_problem_is_not_there(client: FlaskClient, hospital: Hospital, sign_in: SignIn) -> None:
    found = problem(hospital)
    sign_in(client, "other-nurse")
    assert client.post(f"/contact-problems/{found.id}/resolve").status_code == 404
    assert client.post(f"/contact-problems/{new_id()}/resolve").status_code == 404
    assert said("contact-problems.none") in words_of(client.get("/contact-problems"))
    assert rows(select(ContactProblem.resolved_at)) == [None]


@pytest.mark.parametrize("code", WITHHELD)
def test_every_reason_not_to_send_is_told_in_plain_words(code: str) -> None:
    for tag in ("nb", "nn", "en"):
        assert f"withheld.{code}" in keys(tag)


@pytest.mark.parametrize("code", WAITS)
def test_every_reason_to_wait_is_told_in_plain_words(code: str) -> None:
    for tag in ("nb", "nn", "en"):
        assert f"waits.{code}" in keys(tag)


def test_the_reasons_are_found_in_the_code() -> None:
    assert {"answered", "goes-on", "stopped", "ended", "locked", "together"} <= set(WITHHELD)
    assert {"paused", "quiet-hours"} <= set(WAITS)


@pytest.mark.parametrize("code", CODES)
def test_every_problem_has_words_and_says_what_to_do(code: str) -> None:
    for tag in ("nb", "nn", "en"):
        assert {f"contact-problem.{code}", f"contact-problem.do.{code}"} <= keys(tag)


def test_the_log_says_why_something_was_not_sent_and_never_what_it_said(nurse: Nurse, hospital: Hospital) -> None:
    message(hospital, State.CANCELLED, failure="paused")
    message(hospital, State.FAILED, failure="twilio-99999")
    message(hospital, State.PENDING, failure="quiet-hours")
    message(hospital, State.ACCEPTED, vendor_id="SM1", accepted_at=clock.now(), segments=2)
    page = nurse.page(f"/patients/{hospital.patient.id}/contact-log")
    assert said("withheld.paused") in page
    assert said("failure.other", code="twilio-99999") in page
    assert said("waits.quiet-hours", time="2. nov. 2026 09:30") in page
    assert said("message.state.accepted") in page
    assert SECRET not in page
    assert "+47 90" not in page
    assert audited("contact-log.read") == [frozenset({hospital.patient.id})]


def test_the_log_names_the_pathway_that_ended_and_none_that_whoever_reads_may_not_see(
    nurse: Nurse, hospital: Hospital
) -> None:
    message(hospital, State.PENDING)
    log = f"/patients/{hospital.patient.id}/contact-log"
    title = hospital.pathway.title.read("nb")[0]
    assert title not in nurse.page(log)
    with transaction() as session:
        end(session, session.get_one(Episode, hospital.episode.id), "finished", hospital.nurse_actor)
        reader = Reader("nb", hospital.unit.zone)
        unseen = entries(session, hospital.patient.id, [], reader)
        seen = entries(session, hospital.patient.id, [hospital.episode], reader)
    assert {each.kind: each.pathway for each in unseen} == {"reminder": "", "ended": ""}
    assert {each.kind: each.pathway for each in seen} == {"reminder": "", "ended": title}
    assert nurse.page(log).count(title) == 1


def test_what_came_from_her_is_listed_by_time_and_outcome(nurse: Nurse, hospital: Hospital) -> None:
    now = clock.now()
    with transaction() as session:
        row = Incoming(
            id=new_id(), tenant_id=hospital.tenant.id, patient_id=hospital.patient.id, vendor_id="SM2",
            received_at=now, handled_at=now, outcome="forwarded",
        )  # fmt: skip
        sealing.seal(session, row, "letter", {"from": "+4790000001", "body": SECRET})
        session.add(row)
    page = nurse.page(f"/patients/{hospital.patient.id}/contact-log")
    assert said("incoming.outcome.forwarded") in page
    assert SECRET not in page


def test_whoever_cannot_be_reached_is_listed_counted_and_resolved(nurse: Nurse, hospital: Hospital) -> None:
    assert said("contact-problems.none") in nurse.page("/contact-problems")
    found = problem(hospital)
    page = nurse.page("/contact-problems")
    assert "Testine Syntetisk" in page
    assert said("contact-problem.landline") in page
    assert f"{said('staff.contact-problems')} 1 " in nurse.page("/worklist")
    assert nurse.post(f"/contact-problems/{found.id}/resolve").status_code == 303
    assert nurse.post(f"/contact-problems/{found.id}/resolve").status_code == 303  # a second press changes nothing
    assert said("contact-problems.none") in nurse.page("/contact-problems")
    assert audited("contact-problem.read")[1] == frozenset({hospital.patient.id})
    assert audited("contact-problem.resolve") == [frozenset({hospital.patient.id})]
