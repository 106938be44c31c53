"""Two child processes and their end: the demonstration's web and worker."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

import click

#: How long a child may take to begin, and to finish what it has in hand, in seconds.
STARTS_WITHIN, STOPS_WITHIN = 120.0, 30.0
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True)
class Child:
    """A process of ours, under a name to speak of it by."""

    name: str
    process: subprocess.Popen[bytes]

    @property
    def has_ended(self) -> bool:
        """Whether it is gone."""
        return self.process.poll() is not None


@contextmanager
def told_to_stop() -> Iterator[threading.Event]:
    """Give an event that is set by Ctrl-C, SIGTERM or a closed terminal, instead of what these do otherwise."""
    told = threading.Event()
    before = {number: signal.signal(number, lambda *_: told.set()) for number in STOPPING}
    try:
        yield told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def started(
    commands: Mapping[str, list[str]], environment: Mapping[str, str], output: IO[str]
) -> Iterator[list[Child]]:
    """Start `prom` once per command, as children; on the way out stop those that still run, and wait for them.

    They stay in our process group, so that whatever ends the group ends them too.
    """
    children = []
    try:
        for name, arguments in commands.items():
            command = [sys.executable, "-m", "prom.cli", *arguments]
            process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=output)
            children.append(Child(name, process))
        yield children
    finally:
        _stop(children)


def _stop(children: list[Child]) -> None:
    for child in children:
        if not child.has_ended:
            child.process.terminate()
    ends = time.monotonic() + STOPS_WITHIN
    for child in children:
        try:
            child.process.wait(max(ends - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            child.process.kill()
            child.process.wait()


def wait_until(ready: Callable[[], bool], children: list[Child], told: threading.Event) -> None:
    """Wait until what the children offer is ready; raises click.ClickException when one ends, or it takes too long."""
    ends = time.monotonic() + STARTS_WITHIN
    while not told.is_set() and not ready():
        refuse_ended(children)
        if time.monotonic() > ends:
            raise click.ClickException(f"Nothing answers after {STARTS_WITHIN:.0f} seconds.")
        told.wait(0.1)


def wait_for_the_end(children: list[Child], told: threading.Event) -> None:
    """Wait until we are told to stop; raises click.ClickException when a child ends by itself."""
    while not told.wait(0.5):
        refuse_ended(children)


def refuse_ended(children: list[Child]) -> None:
    """Raise click.ClickException naming a child that has ended by itself."""
    for child in children:
        if child.has_ended:
            status = child.process.returncode
            raise click.ClickException(
                f"The {child.name} process ended by itself (status {status}); what it said stands above."
            )
