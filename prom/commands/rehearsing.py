"""`prom rules backtest`: what a rule set would have raised over the stored history, against what was raised."""

from datetime import UTC, datetime, timedelta
from typing import Any

import click

from prom import clock, db
from prom.commands.rules import rules
from prom.commands.speaking import as_json, opened, operator, progress, say
from prom.errors import NotFound
from prom.rehearsal.candidate import candidate
from prom.rehearsal.past import Asked
from prom.rehearsal.service import backtest
from prom.staff.queries import the_tenant

__all__ = ["rules"]

_SECOND = timedelta(seconds=1)


@rules.command("backtest")
@click.argument("rule_set", metavar="RULESET")
@click.option("--since", required=True, type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="From this day (UTC).")
@as_json
def show_backtest(rule_set: str, since: datetime, as_json: bool) -> None:
    """Tell what RULESET (a name, 'URL|VERSION' or a file) would have raised, against what was raised.

    It reads the stored answers and raises nothing; the reading is on record for every patient in it. One alert here is
    one symptom of one report or silence.
    """
    opened()
    with db.reading() as session:
        try:
            compiled = candidate(session, rule_set)
        except NotFound:
            raise click.ClickException(
                f"There is no rule set {rule_set!r}, neither stored nor as a file. See: prom rules list"
            ) from None
        tenant_id = the_tenant(session).id
    asked = Asked(compiled.questionnaire, tenant_id, since.replace(tzinfo=UTC), clock.now() + _SECOND)
    if asked.since >= asked.until:
        raise click.ClickException("The day has not come yet. (since)")
    with progress("Judging again") as tell:
        made = backtest(compiled, asked, operator(), lambda done, of: tell(done / of))
    if as_json:
        say(made.document)
    else:
        click.echo("\n".join(_lines(made.document)))


def _lines(made: dict[str, Any]) -> list[str]:
    left = made["notJudged"]
    lines = [
        f"{made['rules']}, from {made['since'][:10]} until {made['until'][:10]}",
        f"{made['patients']} patients, {made['patientWeeks']} patient-weeks, {made['reports']} reports, "
        f"{made['silences']} not answered in time",
        *(
            f"{count} reports in version {each} are not read by these rules"
            for each, count in left["otherVersions"].items()
        ),
        *([f"{left['unsent']} findings over answers that nobody sent cannot be judged again"] * bool(left["unsent"])),
        "",
        f"{'':24}{'raised':>10}{'by these':>10}{'new':>8}{'gone':>8}{'graver':>8}{'milder':>8}",
        _line("alerts", made["current"]["alerts"], made["these"]["alerts"], made),
        f"{'per 100 patient-weeks':24}{_rate(made['current']):>10}{_rate(made['these']):>10}",
    ]
    for word in ("emergency", "same-day", "next-working-day", "at-visit"):
        was, would, new, gone = (made[side]["bySeverity"].get(word, 0) for side in ("current", "these", "new", "gone"))
        lines.append(f"{'  ' + word:24}{was:>10}{would:>10}{new:>8}{gone:>8}")
    lines += ["", "By symptom"]
    for each in made["symptoms"]:
        counts = {side: {"alerts": sum(each[side].values())} for side in ("new", "gone")}
        was, would = sum(each["current"].values()), sum(each["these"].values())
        lines.append(_line("  " + each["symptom"], was, would, {**each, **counts}))
    if made["gone"]["ended"]:
        lines += ["", "How those ended that would be gone"]
        lines += [f"{'  ' + outcome:24}{count:>10}" for outcome, count in made["gone"]["ended"].items()]
    return lines


def _line(name: str, was: int, would: int, made: dict[str, Any]) -> str:
    new, gone = made["new"]["alerts"], made["gone"]["alerts"]
    return f"{name:24}{was:>10}{would:>10}{new:>8}{gone:>8}{made['graver']:>8}{made['milder']:>8}"


def _rate(side: dict[str, Any]) -> str:
    return "-" if side["per100PatientWeeks"] is None else str(side["per100PatientWeeks"])
