"""Processes beside the test's own, made by forking."""

import os
import signal
from collections.abc import Callable

from prom import jobs


def forked(run: Callable[[], object]) -> int:
    """Run this in a process of its own that says nothing; returns its id. No connection may be open."""
    signal.pthread_sigmask(signal.SIG_BLOCK, jobs.STOPPING)  # told to stop before it listens, it listens all the same
    child = os.fork()
    if child:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, jobs.STOPPING)
        return child
    status = 1
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        run()
        status = 0
    finally:
        os._exit(status)
