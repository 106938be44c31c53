"""New connections go to the web process that has the fewest."""

import errno
import socket
import time
from typing import Any

import pytest
from gunicorn.config import Config

from prom.commands.serving import FairWorker


class Listener:
    """Somebody else has taken the connection that woke everybody."""

    def accept(self) -> tuple[socket.socket, Any]:
        raise BlockingIOError(errno.EAGAIN, "nothing to accept")


@pytest.fixture
def held_back(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits, which take no time."""
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    return waits


def _accept_with(connections: int) -> FairWorker:
    worker = FairWorker(0, 0, [], None, 30, Config(), None)
    worker.nr_conns = connections
    try:
        worker.accept(Listener())  # type: ignore[arg-type]
    finally:
        worker.tmp.close()
    return worker


def test_a_connection_that_another_process_took_first_is_not_counted(held_back: list[float]) -> None:
    assert _accept_with(3).nr_conns == 3


def test_a_process_without_connections_takes_a_new_one_at_once_and_one_with_more_lets_others_go_first(
    held_back: list[float],
) -> None:
    for connections in (0, 1, 3):
        _accept_with(connections)
    assert held_back[0] == 0
    assert held_back == sorted(set(held_back))


def test_a_process_with_very_many_connections_waits_no_longer_than_one_with_some(held_back: list[float]) -> None:
    _accept_with(100)
    _accept_with(1000)
    assert held_back[0] == held_back[1] <= 0.002
