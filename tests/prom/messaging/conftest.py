"""Time stands still in these tests, and passes when they say so."""

from collections.abc import Iterator

import pytest

from prom import clock
from tests.conftest import MONDAY


@pytest.fixture(autouse=True)
def _time_stands_still() -> Iterator[None]:
    with clock.moved_to(MONDAY):
        yield
