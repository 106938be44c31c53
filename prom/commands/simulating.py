"""`prom simulate`: a clinic of any size through days or years, and whether anything went wrong in it."""

import logging
import os
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import click

from prom import clock, jobs, logs
from prom.commands.demo_people import sign_ins
from prom.commands.speaking import as_json, progress, say
from prom.config import Settings
from prom.messaging.transport import Transport
from prom.simulation import trial, volumes
from prom.simulation.faults import FAULTS
from prom.simulation.outcome import Outcome
from prom.simulation.outcome import simulate as run
from prom.simulation.trial import Trial

MOST_PATIENTS, MOST_DAYS = 200_000, 3660


@click.command("simulate")
@click.option("--patients", type=click.IntRange(1, MOST_PATIENTS), default=100, show_default=True)
@click.option(
    "--days", type=click.IntRange(1, MOST_DAYS), default=90, show_default=True, help="The last of them is today."
)
@click.option("--pathway", help="Put everybody on this one; otherwise on all that are shipped, in turn.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same people and fates.")
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), help="Keep the clinic here, for training.")
@click.option("--database", help="Use this empty database instead of SQLite: postgresql+psycopg://...")
@click.option(
    "--processes",
    type=click.IntRange(1),
    default=os.cpu_count,
    help="At most so many, each with a part of the patients; one with --keep or --database. [default: the processors]",
)
@as_json
@click.pass_context
def simulate(
    context: click.Context,
    patients: int,
    days: int,
    pathway: str | None,
    seed: int,
    keep: Path | None,
    database: str | None,
    processes: int,
    as_json: bool,
) -> None:
    """Run a clinic on a moved clock, through the real code; ends with 1 if anything was wrong, and says what.

    Nothing of the installation at hand is read or written, and nothing is sent.
    """
    logs.configure(logging.CRITICAL)
    wanted = Trial(patients, days, clock.now().replace(second=0, microsecond=0), seed, pathway)
    began = clock.now()
    with progress(f"Simulating {patients:,} patients for {days:,} days") as tell:
        outcome = run(wanted, jobs_of, tell, keep=keep, database=database, processes=processes)
    seconds = (clock.now() - began).total_seconds()
    if as_json:
        say(_as_document(wanted, outcome, seconds))
    else:
        click.echo("\n".join([*volumes.lines(outcome.volumes), "", *_verdict_lines(outcome, seconds), *_kept(keep)]))
    context.exit(0 if outcome.verdict.clean else 1)


def jobs_of(settings: Settings) -> trial.Jobs:
    """The worker's own jobs, whose messages go to the simulated telephones."""

    def make(transport: Transport) -> Callable[[Collection[str] | None], Mapping[str, str]]:
        table = jobs.jobs_with(transport)
        return lambda names: jobs.run_once(settings, [job for job in table if names is None or job.name in names])

    return make


def _verdict_lines(outcome: Outcome, seconds: float) -> list[str]:
    verdict = outcome.verdict
    wrong = [f"{verdict.faults[fault]:>9,}  {fault}" for fault in FAULTS]
    opened, sent = (each.total_seconds() for each in (verdict.opened_late, verdict.sent_late))
    told = (
        f"{verdict.expected:,} times to ask, reckoned anew from the timings; opened at most {opened:.0f} s late, "
        f"sent at most {sent:.0f} s late (quiet hours and pauses allowed for). The worker woke {outcome.wakings:,} "
        f"times; it took {seconds:.0f} s."
    )
    end = "Nothing was wrong." if verdict.clean else "Something was wrong; the first of each kind:"
    return [told, "", *wrong, "", end, *verdict.named]


def _kept(keep: Path | None) -> list[str]:
    if keep is None:
        return []
    people = [f"  {each.role:<14} {each.username:<10} {each.password}" for each in sign_ins()]
    start = f"PROM_HOME={keep} PROM_DEMO=1 prom serve"
    return ["", f"Kept in {keep}. Start it with: {start}", "Staff sign in as:", *people]


def _as_document(wanted: Trial, outcome: Outcome, seconds: float) -> dict[str, Any]:
    counted, verdict = outcome.volumes, outcome.verdict
    return {
        "patients": wanted.patients,
        "days": wanted.days,
        "seed": wanted.seed,
        "end": wanted.end.isoformat(),
        "seconds": round(seconds, 1),
        "volumes": {"days": [f"{day}" for day in counted.days], **dict(counted.rows())},
        "timesToAsk": verdict.expected,
        "openedLateSeconds": verdict.opened_late.total_seconds(),
        "sentLateSeconds": verdict.sent_late.total_seconds(),
        "faults": {fault: verdict.faults[fault] for fault in FAULTS},
        "named": verdict.named,
        "ok": verdict.clean,
    }
