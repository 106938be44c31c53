"""`prom export`: answers, their codebook and a manifest as files."""

import shlex
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from click.core import ParameterSource

from prom import db
from prom.commands.hospital import unit_called
from prom.commands.speaking import as_json, opened, operator, progress, say
from prom.errors import Invalid, NotFound
from prom.exports.service import Asked, export_files, let_out
from prom.exports.writing import Format, Layout
from prom.staff.queries import the_tenant

_SEPARATORS = {"comma": ",", "semicolon": ";"}
_DAY = click.DateTime(["%Y-%m-%d"])


@click.command("export")
@click.option("--questionnaire", required=True, metavar="NAME", help="Its short name or url.")
@click.option(
    "--format",
    "file_format",
    type=click.Choice([str(each) for each in Format]),
    default="csv",
    show_default=True,
    help="sav is SPSS, dta is Stata, ndjson is FHIR, openqreg the Norwegian registries' dump.",
)
@click.option("--out", required=True, metavar="FOLDER", type=click.Path(file_okay=False, path_type=Path))
@click.option("--shape", type=click.Choice(["wide", "long"]), default="wide", help="A row per response, or per answer.")
@click.option("--separator", type=click.Choice(list(_SEPARATORS)), default="comma", help="Of a CSV.")
@click.option("--decimal", type=click.Choice(["point", "comma"]), default="point", help="Of a CSV.")
@click.option(
    "--missing",
    type=click.Choice(["empty", "codes"]),
    default="empty",
    help="What csv, parquet and xlsx have where there is no answer: nothing, or a number that says why.",
)
@click.option("--unit", "units", multiple=True, metavar="NAME", help="Only of this unit; may be given again.")
@click.option("--pathway", metavar="URL", help="Only what was asked by this pathway.")
@click.option("--since", type=_DAY, metavar="DATE", help="Only answered on this day or later.")
@click.option("--until", type=_DAY, metavar="DATE", help="Only answered on this day or earlier.")
@as_json
def export(
    questionnaire: str,
    file_format: str,
    out: Path,
    shape: str,
    separator: str,
    decimal: str,
    missing: str,
    units: tuple[str, ...],
    pathway: str | None,
    since: datetime | None,
    until: datetime | None,
    as_json: bool,
) -> None:
    """Write all answers to a questionnaire into FOLDER, with codebook and manifest beside them.

    The files hold health data under pseudonyms; free text is left out. The export is on record for every patient in it.
    Days are counted from midnight to midnight in Oslo.
    """
    layout = Layout(
        Format(file_format), shape == "long", missing == "codes", _SEPARATORS[separator], decimal == "comma"
    )
    if fault := layout.fault:
        raise click.UsageError(fault)
    opened()
    with db.transaction() as session:
        asked = Asked(
            questionnaire,
            the_tenant(session).id,
            [unit_called(session, name).id for name in units] or None,
            _midnight(since.date()) if since else None,
            _midnight(until.date() + timedelta(days=1)) if until else None,
            pathway,
        )
        try:
            wanted = let_out(session, asked, layout, operator())
        except NotFound:
            raise click.ClickException(f"There is no questionnaire called {questionnaire!r}.") from None
    with progress("Exporting") as tell:
        try:
            made = export_files(wanted, layout, out, _again(), lambda done, of: tell(done / of if of else 1.0))
        except Invalid as refused:
            raise click.ClickException(f"{file_format} holds at most {refused.values['most']:,} rows.") from None
    data, codebook, manifest = map(str, made.files)
    if as_json:
        say({"dataFile": data, "codebookFile": codebook, "manifestFile": manifest, "rows": made.rows})
    else:
        click.echo(f"{made.rows} responses in {data}")
        click.echo(f"What the columns mean is in {codebook}, counts and checksums in {manifest}")


def _again() -> str:
    """Return the command that was given, in one spelling."""
    context = click.get_current_context()
    words = ["prom", "export"]
    for option in context.command.params:
        value = context.params.get(str(option.name))
        if context.get_parameter_source(str(option.name)) is not ParameterSource.COMMANDLINE or value is None:
            continue
        for each in value if isinstance(value, tuple) else (value,):
            words += [option.opts[0]] if each is True else [option.opts[0], _spelled(each)]
    return shlex.join(words)


def _spelled(value: object) -> str:
    return value.date().isoformat() if isinstance(value, datetime) else str(value)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo("Europe/Oslo")).astimezone(UTC)
