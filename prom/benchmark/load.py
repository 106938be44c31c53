"""The load generator, a process of its own: `python -m prom.benchmark.load PLAN`, where PLAN is a JSON file.

The plan names a file of finished requests (each preceded by its length in four bytes), the server's port, the number of
connections, and either a time to keep all of them busy (closed loop: each client sends when it was answered) or a rate
(open loop: each request has its moment, and its latency counts from that moment, whoever was late). One thread and
a selector, no library: what it says of its own CPU is small. The result is one JSON document on standard output.
"""

import json
import selectors
import socket
import sys
import time
from array import array
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from prom.benchmark.request_files import read_requests

HEAD_ENDS = b"\r\n\r\n"
#: An answer that takes longer than this counts as failed, and ends the run.
PATIENCE = 30.0
#: Stands where a status would.
NO_ANSWER = 0
#: Answered later than this after its moment is late.
LATE = 1.0


def main() -> None:
    """Run the plan that the command line names, and write what came of it."""
    plan = json.loads(Path(sys.argv[1]).read_text())
    load = Load(plan["port"], read_requests(Path(plan["requests"])), plan["clients"])
    if plan.get("rate"):
        load.run_open(plan["rate"])
    else:
        load.run_closed(plan["seconds"])
    sys.stdout.write(json.dumps(load.result()) + "\n")


@dataclass
class Connection:
    """A client's connection and the one request that is under way on it."""

    socket: socket.socket
    since: float = 0.0
    request: bytes = b""
    received: bytearray = field(default_factory=bytearray)
    busy: bool = False


class Load:
    """Connections, requests that wait to be sent, and what came of those that were."""

    def __init__(self, port: int, requests: list[bytes], clients: int) -> None:
        self._port = port
        self._requests = deque(requests)
        # Not epoll, whose moments are whole milliseconds; there are few connections.
        self._selector = selectors.SelectSelector()
        self._latencies = array("d")
        self._statuses: Counter[int] = Counter()
        self._reconnects = 0
        self._refusal = ""
        self._seconds = self._cpu = 0.0
        #: Connections that wait for a request, and how many more may be opened. A client connects when it has something
        #: to send, or whichever web process is quickest to accept would get them all before any has work to do.
        self._idle: list[Connection] = []
        self._unopened = clients

    def _opened(self) -> Connection:
        made = socket.create_connection(("127.0.0.1", self._port), PATIENCE)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = Connection(made)
        self._selector.register(made, selectors.EVENT_READ, connection)
        return connection

    def _free(self) -> Connection | None:
        """Return a connection that waits, or a new one; None while all that there may be are busy."""
        if self._idle:
            return self._idle.pop()
        if not self._unopened:
            return None
        self._unopened -= 1
        return self._opened()

    def run_closed(self, seconds: float) -> None:
        """Keep every client busy for so long, or until the requests run out."""
        cpu, begun = time.process_time(), time.perf_counter()
        ends = begun + seconds
        busy = 0
        while self._requests and (connection := self._free()) is not None:
            self._send(connection, self._requests.popleft(), time.perf_counter())
            busy += 1
        while busy:
            for connection in self._answered(PATIENCE):
                now = time.perf_counter()
                if now < ends and self._requests:
                    self._send(connection, self._requests.popleft(), now)
                else:
                    busy -= 1
        self._seconds, self._cpu = time.perf_counter() - begun, time.process_time() - cpu

    def run_open(self, rate: float) -> None:
        """Send each request at its moment, or as soon after it as a connection is free."""
        cpu, begun = time.process_time(), time.perf_counter()
        number, busy, waiting = 0, 0, deque[tuple[float, bytes]]()
        while self._requests or waiting or busy:
            now = time.perf_counter()
            while self._requests and (moment := begun + number / rate) <= now:
                waiting.append((moment, self._requests.popleft()))
                number += 1
            while waiting and (connection := self._free()) is not None:
                moment, request = waiting.popleft()
                self._send(connection, request, moment)
                busy += 1
            until_next = max(begun + number / rate - time.perf_counter(), 0.0) if self._requests else PATIENCE
            try:
                finished = self._answered(until_next)
            except TimeoutError:
                self._statuses[NO_ANSWER] += busy + len(waiting)
                break
            busy -= len(finished)
            self._idle.extend(finished)
        self._seconds, self._cpu = time.perf_counter() - begun, time.process_time() - cpu

    def _send(self, connection: Connection, request: bytes, since: float) -> None:
        connection.since, connection.request, connection.busy = since, request, True
        connection.received.clear()
        try:
            connection.socket.sendall(request)
        except OSError:
            self._reconnect(connection)

    def _answered(self, timeout: float) -> list[Connection]:
        """Wait for the next answers and return the connections that are free again."""
        ready = self._selector.select(timeout)
        if not ready and timeout >= PATIENCE:
            raise TimeoutError(f"no answer within {PATIENCE:.0f} seconds")
        return [key.data for key, _ in ready if self._receive(key.data)]

    def _receive(self, connection: Connection) -> bool:
        """Take what has come; returns whether the answer is whole."""
        try:
            chunk = connection.socket.recv(65536)
        except OSError:
            chunk = b""
        if not chunk:
            self._reconnect(connection)
            return False
        connection.received += chunk
        head_ends = connection.received.find(HEAD_ENDS)
        if head_ends < 0:
            return False
        head = bytes(connection.received[:head_ends]).lower()
        if len(connection.received) < head_ends + len(HEAD_ENDS) + _length(head):
            return False
        self._finish(connection, head)
        return True

    def _finish(self, connection: Connection, head: bytes) -> None:
        self._latencies.append(time.perf_counter() - connection.since)
        status = int(head[9:12])
        self._statuses[status] += 1
        if status >= 400 and not self._refusal:
            self._refusal = connection.received.decode(errors="replace")[:1500]
        connection.busy = False
        if b"\r\nconnection: close" in head:
            self._reconnect(connection)

    def _reconnect(self, connection: Connection) -> None:
        """Open it again: a server may close a connection that it kept. What was under way is sent once more."""
        self._reconnects += 1
        self._selector.unregister(connection.socket)
        connection.socket.close()
        again = self._opened()
        self._selector.modify(again.socket, selectors.EVENT_READ, connection)
        connection.socket = again.socket
        connection.received.clear()
        if connection.busy:
            connection.socket.sendall(connection.request)

    def close(self) -> None:
        """Close every connection."""
        for key in list(self._selector.get_map().values()):
            key.data.socket.close()
        self._selector.close()

    def result(self) -> dict[str, Any]:
        """Return what came of it; latencies in milliseconds."""
        ordered = sorted(self._latencies)
        return {
            "count": len(ordered),
            "seconds": self._seconds,
            "cpu": self._cpu,
            "p50": 1000 * percentile(ordered, 0.5),
            "p99": 1000 * percentile(ordered, 0.99),
            "slowest": 1000 * ordered[-1] if ordered else 0.0,
            "late": sum(each > LATE for each in ordered),
            "failed": sum(count for status, count in self._statuses.items() if not 200 <= status < 400),
            "statuses": dict(self._statuses),
            "reconnects": self._reconnects,
            "left": len(self._requests),
            "refusal": self._refusal,
        }


def percentile(ordered: list[float], share: float) -> float:
    """Return the smallest value that this share of the values does not exceed; 0 of none."""
    if not ordered:
        return 0.0
    return ordered[min(max(-int(-len(ordered) * share // 1) - 1, 0), len(ordered) - 1)]


def _length(head: bytes) -> int:
    begins = head.find(b"\r\ncontent-length:")
    if begins < 0:
        return 0
    begins += len(b"\r\ncontent-length:")
    ends = head.find(b"\r\n", begins)
    return int(head[begins : ends if ends >= 0 else len(head)])


if __name__ == "__main__":
    main()
