"""Statements, round trips and CPU are counted as they are."""

import os
import subprocess
import sys

from sqlalchemy import text

from prom import db
from prom.benchmark.processes import cpu_seconds, memory, parent_of, tree
from prom.benchmark.statements import counted
from prom.config import Settings
from tests import databases

BUSY = "import time\nwhile time.process_time() < 0.2: pass\n"


def test_statements_are_counted_by_their_text_without_begin_and_commit(database: Settings) -> None:
    with counted(db.engine()) as asked:
        for _ in range(3):
            with db.transaction() as session:
                session.execute(text("SELECT 1"))
                session.execute(text("SELECT   2"))
    assert (asked.statements, asked.commits) == (6, 3)
    counts = {each["statement"]: each["each"] for each in asked.detail(3)}
    assert (counts["SELECT 1"], counts["SELECT 2"]) == (1, 1)


def test_round_trips_are_those_that_the_driver_makes(database: Settings) -> None:
    with counted(db.engine()) as asked, db.transaction() as session:
        session.execute(text("SELECT 1"))
        session.execute(text("SELECT 2"))
    # The two, with BEGIN before and COMMIT after them.
    assert asked.round_trips == (4 if databases.KIND == "postgresql" else None)


def test_nothing_is_counted_after_the_block(database: Settings) -> None:
    with counted(db.engine()) as asked:
        pass
    with db.reading() as session:
        session.execute(text("SELECT 1"))
    assert asked.statements == 0


def test_the_cpu_of_a_child_counts_while_it_runs_and_after_it_ended() -> None:
    before = cpu_seconds(os.getpid())
    subprocess.run([sys.executable, "-c", BUSY], check=True)
    assert cpu_seconds(os.getpid()) - before > 0.15


def test_the_tree_of_a_process_holds_its_children() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        assert {os.getpid(), child.pid} <= set(tree(os.getpid()))
        assert 0 < memory(child.pid) < memory(os.getpid())
        assert parent_of(child.pid, "no such name") is None
    finally:
        child.communicate(b"\n")
