"""`prom score`: tables of answers scored by an instrument key. Needs neither keys nor database, and stores nothing."""

import csv
from collections.abc import Sequence
from pathlib import Path

import click

from prom.commands import score_files
from prom.commands.score_keys import load, show, show_list
from prom.commands.score_with import items_given
from prom.commands.speaking import as_json as as_json_option
from prom.commands.speaking import progress, say
from questionnaires.keys.instrument_keys import InstrumentKey
from questionnaires.keys.table_columns import Columns, find_columns
from questionnaires.keys.tables import TableScorer

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("score")
@click.argument("key", required=False)
@click.option("--list", "listing", is_flag=True, help="List the keys that Prom ships.")
@click.option("--columns", "columns", is_flag=True, help="Show KEY: its items, the columns that hold them, its scales.")
@click.option("--csv", "table", type=FILE, help="The table of answers: , or ; or tab, UTF-8, names in the first row.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Where the table with the scores goes.")
@click.option(
    "--item", "items", multiple=True, metavar="ITEM=COLUMN", help="The column of an item, where it is not found."
)
@click.option(
    "--impute", is_flag=True, help="Composites: what was not asked because the first answer was 0 counts as 0."
)
@click.option("--reasons", is_flag=True, help="Also write why a scale is missing, in SCALE_MISSING.")
@click.option(
    "--cut-offs", "limits", is_flag=True, help="Also write which published limits are reached, in SCALE_REACHED."
)
@as_json_option
@click.pass_context
def score(
    context: click.Context,
    key: str | None,
    listing: bool,
    columns: bool,
    table: Path | None,
    out: Path | None,
    items: tuple[str, ...],
    impute: bool,
    reasons: bool,
    limits: bool,
    as_json: bool,
) -> None:
    """Score a table of answers by KEY: a name of `prom score --list`, 'NAME|VERSION', or a file of your own.

    One row in, one row out: every column as it was, and behind them the scales, empty where one is missing. Only a
    column that has a scale's very name, and no answers, is replaced by ours, and named on standard error. A cell that
    is no answer counts as missing, is named on standard error, and makes the command end with 1.
    """
    if listing:
        show_list(as_json)
        return
    if key is None:
        raise click.UsageError("Which key? See: prom score --list")
    found = load(key)
    if columns:
        show(found, as_json)
        return
    if table is None or out is None:
        raise click.UsageError("A table needs --csv IN and --out OUT.")
    if out.exists() and out.samefile(table):
        raise click.UsageError("--csv and --out are the same file: the answers would be written over.")
    tally = _score_table(found, table, out, items_given(items, found), impute, reasons, limits)
    if as_json:
        say({"key": found.canonical, "rows": tally.rows, "bad": tally.bad, "problems": tally.listed})
    else:
        click.echo(f"{tally.rows} rows scored with {found.canonical} into {out}, {tally.bad} cells passed over")
    context.exit(1 if tally.bad else 0)


def _score_table(
    key: InstrumentKey, table: Path, out: Path, given: dict[str, str], impute: bool, reasons: bool, limits: bool
) -> score_files.Tally:
    form = score_files.form_of(table)
    with progress(table.name) as moved:
        rows = score_files.rows_of(table, form, moved)
        try:
            header = next(rows, [])
            columns = _columns(key, header, given)
            scorer = TableScorer(key, columns.places, impute=impute, decimal=form.decimal)
            writer = score_files.Writer(scorer, header, columns.places.values(), reasons, limits)
            for name in writer.replaced:
                _tell(f"column {name} has a name of ours: what it held is replaced")
            tally = score_files.write_scores(rows, header, writer, form, out, _tell)
        except UnicodeDecodeError:
            raise click.ClickException(f"{table} is not UTF-8.") from None
        except csv.Error as fault:
            raise click.ClickException(f"{table} is no table: {fault}.") from None
    if tally.bad > score_files.MOST_LISTED:
        _tell(f"and {tally.bad - score_files.MOST_LISTED} more")
    return tally


def _columns(key: InstrumentKey, header: Sequence[str], given: dict[str, str]) -> Columns:
    columns = find_columns(key, header, given)
    for item, column in given.items():
        if item not in columns.places:
            raise click.ClickException(f"The table has no column {column}.")
    if columns.twice:
        raise click.ClickException(f"The table has two columns {columns.twice[0]}.")
    if not columns.places:
        raise click.ClickException(f"No column is an item of {key.name}. See: prom score {key.name} --columns")
    if columns.doubtful:
        named = ", ".join(columns.doubtful)
        _tell(f"not read, since they are spelt unlike the other items: {named} (use --item ITEM=COLUMN)")
    return columns


def _tell(text: str) -> None:
    click.echo(text, err=True)
