"""Many messages over every way in which a vendor can misbehave; the size is the environment's, and small by itself."""

import os

import pytest

from prom import clock
from prom.config import Settings
from tests.conftest import Hospital
from tests.fake_twilio.behaviours import ALL
from tests.prom.messaging.ten_thousand import MESSAGES, SEED, Told, run


def test_nothing_is_lost_doubled_without_need_or_believed_wrongly(
    hospital: Hospital, database: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    begins, count = clock.now(), int(os.environ.get(MESSAGES, "100"))
    told = run(hospital, database, count, int(os.environ.get(SEED, "1")))
    with capsys.disabled():
        if MESSAGES in os.environ:
            show(told, (clock.now() - begins).total_seconds() / 86400)
    assert {name: often for name, often in told.faults.items() if often} == {}
    assert told.callbacks[403] > 0, "nobody forged a callback: the test proves nothing"
    assert told.copies > 0, "nothing was ever in doubt: the test proves nothing"
    assert len(ALL) >= 12


def show(told: Told, days: float) -> None:
    """Print the figures."""
    print(f"\n{told.messages} messages, {told.alerts} alerts to staff, {days:.1f} days")  # noqa: T201
    for name, often in told.faults.items():
        print(f"  {often:6} {name}")  # noqa: T201
    print(f"  {told.copies:6} extra copies after outcomes that nobody could tell")  # noqa: T201
    print("  states:", dict(told.states), "callbacks by answer:", dict(told.callbacks))  # noqa: T201
    print("  behaviours:", dict(told.behaviours))  # noqa: T201
