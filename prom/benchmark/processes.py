"""What processes use, read from /proc: CPU time and memory of a process with all that it has started."""

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


def cpu_seconds(root: int) -> float:
    """Return the CPU time that a process and its descendants have used, those that have ended among them."""
    return sum(_cpu(pid) for pid in tree(root))


def _cpu(pid: int) -> float:
    # user, system, and the same of children that ended and were waited for.
    fields = _stat(pid)
    return sum(int(each) for each in fields[11:15]) / TICKS if fields else 0.0


def memory(root: int) -> float:
    """Return the megabytes that a process and its descendants hold; what they share is counted once.

    Proportional set sizes where the kernel tells them, else resident ones.
    """
    return sum(_proportional(pid) for pid in tree(root)) / 1e6


def _proportional(pid: int) -> int:
    for file, name in (("smaps_rollup", "Pss:"), ("status", "VmRSS:")):
        try:
            lines = (PROC / str(pid) / file).read_text().splitlines()
        except OSError:
            continue
        for line in lines:
            if line.startswith(name):
                return int(line.split()[1]) * 1024
    return 0


def tree(root: int) -> Iterator[int]:
    """Yield a process's id and those of its descendants."""
    children: dict[int, list[int]] = defaultdict(list)
    for each in PROC.iterdir():
        if each.name.isdecimal() and (fields := _stat(int(each.name))):
            children[int(fields[1])].append(int(each.name))
    waiting = [root]
    while waiting:
        pid = waiting.pop()
        yield pid
        waiting.extend(children[pid])


def parent_of(pid: int, name: str) -> int | None:
    """Return the parent of a local process whose command has this name, or None where there is no such process."""
    try:
        if (PROC / str(pid) / "comm").read_text().strip() != name:
            return None
    except OSError:
        return None
    fields = _stat(pid)
    return int(fields[1]) if fields else None


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat from the state on; none for a process that has gone."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
