"""What a run ran on: figures without their machine say nothing."""

import os
import platform
import subprocess
import time
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2

from prom.config import PROJECT

SYNCS = 200


def describe(folder: Path) -> dict[str, Any]:
    """Return processor, memory, kernel, versions, commit, and how long the disk under `folder` takes to keep a page."""
    return {
        "processor": _line(Path("/proc/cpuinfo"), "model name") or platform.processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memoryGB": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "kernel": platform.release(),
        "filesystem": _filesystem(folder),
        "diskSyncMs": round(_sync(folder), 3),
        "python": platform.python_version(),
        "sqlite": pysqlite3.dbapi2.sqlite_version,
        "commit": _commit(),
        "loopMs": round(loop(), 1),
        "load": round(os.getloadavg()[0], 2),
    }


def loop() -> float:
    """The milliseconds that a million additions take in Python, the best of five: how fast this machine is just now."""
    return min(_one_loop() for _ in range(5))


def _one_loop() -> float:
    total, begun = 0, time.process_time()
    for number in range(1_000_000):
        total += number
    return 1000 * (time.process_time() - begun)


def _line(path: Path, name: str) -> str:
    for line in path.read_text().splitlines() if path.exists() else ():
        if line.startswith(name):
            return line.partition(":")[2].strip()
    return ""


def _filesystem(folder: Path) -> str:
    """The kind of the file system that a folder lies on, such as ext4; on tmpfs no figure is durable."""
    mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    above = [(len(point), kind) for _, point, kind, *_ in mounts if folder.resolve().is_relative_to(point)]
    return max(above)[1] if above else "unknown"


def _sync(folder: Path) -> float:
    """The median of milliseconds until 4 KiB are on the disk, which bounds what is durable there."""
    taken = []
    path = folder / "sync"
    with path.open("wb", buffering=0) as file:
        for _ in range(SYNCS):
            file.write(b"0" * 4096)
            begun = time.perf_counter()
            os.fdatasync(file.fileno())
            taken.append(1000 * (time.perf_counter() - begun))
    path.unlink()
    return sorted(taken)[SYNCS // 2]


def _commit() -> str:
    """The commit of this checkout, with a mark where files differ from it."""
    described = subprocess.run(
        ["git", "-C", str(PROJECT), "describe", "--always", "--dirty", "--abbrev=12"],
        capture_output=True,
        text=True,
        check=False,
    )
    return described.stdout.strip() or "unknown"
