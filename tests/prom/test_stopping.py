"""A sweep that asks somebody outside about one after the other ends with the one in hand when the worker is to stop."""

import uuid
from collections.abc import Iterator

import pytest

from prom import sweeping
from prom.assignments.asking_registers import ask_about_all
from prom.config import Settings
from prom.messaging import outbox
from prom.messaging.keeping import keep_up
from prom.messaging.transport import Progress, Told
from prom.oversight import auditor
from prom.patients.person_source import Person
from tests.conftest import Hospital
from tests.prom.assignments.test_asking_registers import OTHERS, FakeRegister, add
from tests.prom.messaging.letters import later, put
from tests.prom.messaging.test_keeping import Keeping
from tests.prom.steps import WELL, ask, ask_again, send


@pytest.fixture(autouse=True)
def told_afterwards() -> Iterator[None]:
    """Let the next test's sweeps go on."""
    yield
    sweeping.stopping.clear()


class StopsAtTheFirst(FakeRegister):
    """A register that is asked just when SIGTERM comes."""

    def look_up(self, national_number: str) -> Person:
        """Say that she is known."""
        sweeping.stopping.set()
        return super().look_up(national_number)


class KeepsAndStops(Keeping):
    """A vendor that is asked just when SIGTERM comes."""

    def ask_after(self, vendor_id: str) -> Told:
        """Tell."""
        sweeping.stopping.set()
        return super().ask_after(vendor_id)


def test_no_other_patient_is_asked_about_at_the_register(hospital: Hospital, database: Settings) -> None:
    for number in OTHERS:
        add(hospital, number)
    register = StopsAtTheFirst()
    assert ask_about_all(register) == 1
    assert len(register.asked) == 1


def test_no_other_message_is_asked_after_at_the_vendor_and_none_is_erased(hospital: Hospital) -> None:
    for number in range(3):
        put(hospital, f"assignment-{number}")
    vendor = KeepsAndStops({f"fake-{number}": Told(f"fake-{number}", Progress.DELIVERED) for number in range(1, 4)})
    outbox.deliver_due(vendor)
    later(minutes=30)
    keep_up(vendor)
    assert len(vendor.asked_after) == 1


@pytest.mark.hazard("H17")
def test_no_other_answer_is_judged_again(
    hospital: Hospital, database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[uuid.UUID] = []

    def judge(response_id: uuid.UUID) -> bool:
        sweeping.stopping.set()
        judged.append(response_id)
        return False

    monkeypatch.setattr(auditor, "_recheck_one", judge)
    send(ask(database), WELL)
    send(ask_again(hospital), WELL)
    auditor.recheck()
    assert len(judged) == 1
