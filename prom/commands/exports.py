"""`prom export`: answers and their codebook as files."""

from pathlib import Path

import click

from prom import db
from prom.commands.speaking import as_json, opened, operator, progress, say
from prom.errors import NotFound
from prom.exports.service import Asked, export_csv
from prom.staff.queries import the_tenant


@click.command("export")
@click.option("--questionnaire", required=True, metavar="NAME", help="Its short name or url.")
@click.option("--format", "file_format", type=click.Choice(["csv"]), default="csv", show_default=True)
@click.option("--out", required=True, metavar="FOLDER", type=click.Path(file_okay=False, path_type=Path))
@as_json
def export(questionnaire: str, file_format: str, out: Path, as_json: bool) -> None:
    """Write all answers to a questionnaire into FOLDER, with the codebook beside them.

    The files hold health data under pseudonyms; free text is left out. The export is on record for every patient in it.
    """
    opened()
    with db.transaction() as session, progress("Exporting") as tell:
        asked = Asked(questionnaire, the_tenant(session).id)
        try:
            made = export_csv(session, asked, out, operator(), lambda done, of: tell(done / of if of else 1.0))
        except NotFound:
            raise click.ClickException(f"There is no questionnaire called {questionnaire!r}.") from None
    if as_json:
        say({"dataFile": str(made.data_file), "codebookFile": str(made.codebook_file), "rows": made.rows})
    else:
        click.echo(f"{made.rows} responses in {made.data_file}, what the columns mean in {made.codebook_file}")
