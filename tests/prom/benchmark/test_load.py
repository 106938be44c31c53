"""The load generator against servers that answer slowly, hang up, or refuse."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from prom.benchmark.load import Load, percentile
from prom.benchmark.request_files import read_requests, write_requests

GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
FINE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"
REFUSED = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\nNo!"

Answer = Callable[[socket.socket], bool]
"""Answers one request; returns whether the connection stays open."""


@contextmanager
def server(answer: Answer) -> Iterator[int]:
    """A server with a thread per connection."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve(connection: socket.socket) -> None:
            with connection:
                while connection.recv(65536) and answer(connection):
                    pass

        def accept() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


def says(content: bytes, after: float = 0.0, stays: bool = True) -> Answer:
    def answer(connection: socket.socket) -> bool:
        time.sleep(after)
        connection.sendall(content)
        return stays

    return answer


def run_closed(port: int, count: int, clients: int, seconds: float = 30.0) -> Load:
    load = Load(port, [GET] * count, clients)
    load.run_closed(seconds)
    load.close()
    return load


def test_what_is_refused_counts_as_failed_and_is_shown() -> None:
    with server(says(REFUSED)) as port:
        result = run_closed(port, 3, 1).result()
    assert (result["failed"], result["statuses"]) == (3, {403: 3})
    assert result["refusal"].endswith("No!")


def test_every_request_is_answered_once_whoever_sends_it() -> None:
    with server(says(FINE)) as port:
        result = run_closed(port, 50, 4).result()
    assert (result["count"], result["failed"], result["left"], result["reconnects"]) == (50, 0, 0, 0)


def test_a_closed_loop_ends_with_its_time_and_leaves_the_rest() -> None:
    with server(says(FINE, after=0.02)) as port:
        result = run_closed(port, 1000, 1, seconds=0.2).result()
    assert 0 < result["count"] < 12
    assert result["count"] + result["left"] == 1000


def test_a_connection_that_the_server_closes_is_opened_again_and_counted() -> None:
    with server(says(FINE, stays=False)) as port:
        result = run_closed(port, 5, 1).result()
    assert (result["count"], result["failed"]) == (5, 0)
    assert result["reconnects"] >= 4


def test_an_open_loop_counts_from_the_moment_at_which_a_request_was_due() -> None:
    """One connection, 20 ms an answer, a request each 5 ms: the last of 20 waits for all before it."""
    with server(says(FINE, after=0.02)) as port:
        load = Load(port, [GET] * 20, clients=1)
        load.run_open(200)
        load.close()
    result = load.result()
    assert result["count"] == 20
    assert result["slowest"] > 200
    assert result["p50"] > 100


def test_an_answer_in_pieces_is_one_answer() -> None:
    def answer(connection: socket.socket) -> bool:
        for piece in (FINE[:20], FINE[20:45], FINE[45:]):
            connection.sendall(piece)
            time.sleep(0.01)
        return True

    with server(answer) as port:
        result = run_closed(port, 2, 1).result()
    assert (result["count"], result["statuses"]) == (2, {200: 2})


def test_requests_are_read_as_they_were_written(tmp_path: Path) -> None:
    requests = [GET, b"", b"\x00\r\n" * 1000]
    write_requests(tmp_path / "requests", requests)
    assert read_requests(tmp_path / "requests") == requests


@pytest.mark.parametrize(
    "values, share, expected",
    [
        ([], 0.5, 0),
        ([7.0], 0.99, 7),
        ([1.0, 2.0, 3.0, 4.0], 0.5, 2),
        ([float(each) for each in range(1, 101)], 0.99, 99),
    ],
)
def test_a_percentile_is_a_value_that_was_measured(values: list[float], share: float, expected: float) -> None:
    assert percentile(values, share) == expected
