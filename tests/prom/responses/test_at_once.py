"""Two at once: whoever comes second sees what the first one did, on both databases."""

import threading
import uuid
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import pytest

from prom.audit.models import AuditRecord
from prom.config import Settings
from prom.db import transaction
from prom.errors import DeadLink
from prom.messaging.models import Message
from prom.responses.drafts import save_answer
from prom.responses.models import PatientState, Response
from prom.responses.service import expire
from prom.worklist.models import Evidence
from tests.conftest import Hospital
from tests.prom.steps import FEVER, RASH, WELL, ask, ask_again, count, later, response_of, send, the_alert, visit_of

Done = TypeVar("Done")


def at_once(*steps: Callable[[], Done]) -> list[Done | Exception]:
    """Run steps in threads of their own that set off together; returns what each gave or raised."""
    start = threading.Barrier(len(steps))
    done: list[Done | Exception] = [RuntimeError("never ended")] * len(steps)

    def run(position: int, step: Callable[[], Done]) -> None:
        start.wait()
        try:
            done[position] = step()
        except Exception as raised:
            done[position] = raised

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(steps)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


def test_four_submits_at_once_give_one_response_and_four_receipts_of_it(hospital: Hospital, database: Settings) -> None:
    assignment_id = ask(database)
    response_of(FEVER)  # reads the library before the threads set off
    receipts = at_once(*[lambda: send(assignment_id, FEVER)] * 4)
    assert sorted(receipt.again for receipt in receipts if not isinstance(receipt, Exception)) == [
        False,
        True,
        True,
        True,
    ]
    assert len({receipt.response_id for receipt in receipts if not isinstance(receipt, Exception)}) == 1
    assert (count(Response), count(Evidence), count(PatientState)) == (1, 1, 1)
    assert count(Message, Message.kind == "on-call") == 1
    assert count(AuditRecord, AuditRecord.action == "response.submit") == 1


@pytest.mark.hazard("H31")
def test_two_reports_of_one_patient_at_once_are_judged_one_after_the_other(
    hospital: Hospital, database: Settings
) -> None:
    """Both read and write the same history, and both find the same alert; neither closes the form under the other."""
    first, second = ask(database), ask_again(hospital)
    with transaction() as session:
        for each in (first, second):
            visit_of(session, each)
    receipts = at_once(lambda: send(first, RASH["3"]), lambda: send(second, RASH["3"]))
    assert not any(isinstance(receipt, Exception) for receipt in receipts)
    seen = the_alert("skin-rash")
    assert len(seen.responses) == 2
    assert sorted(seen.verbs) == ["join", "raise"]
    assert (count(Response), count(PatientState)) == (2, 1)


def test_red_flags_saved_in_two_forms_of_one_patient_at_once_are_one_alert(
    hospital: Hospital, database: Settings
) -> None:
    both = [ask(database), ask_again(hospital)]

    def save(assignment_id: uuid.UUID) -> int:
        with transaction() as session:
            return len(save_answer(session, visit_of(session, assignment_id), "shivering", "now", "nb"))

    assert at_once(*(partial(save, each) for each in both)) == [1, 1]
    assert len(the_alert("shivering").findings) == 2


def test_sending_and_expiring_at_once_end_in_one_of_the_two(hospital: Hospital, database: Settings) -> None:
    assignment_id = ask(database)
    with transaction() as session:
        save_answer(session, visit_of(session, assignment_id), "shivering", "now", "nb")
    later(hours=131, minutes=30)  # it opened half an hour before the test began

    def end() -> bool:
        with transaction() as session:
            return expire(session, assignment_id)

    def finish() -> bool:
        return send(assignment_id, {**WELL, "shivering": "now"}).again

    ended, sent = at_once(end, finish)
    assert ended is True
    # Whoever sent is either told that it is over, or that what she had typed is kept already.
    assert isinstance(sent, DeadLink) or sent is True
    assert count(Response) == 1
    assert len(the_alert("shivering").findings) == 1
