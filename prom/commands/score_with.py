"""`prom questionnaire score-with`: an instrument key attached to a hospital's own wording of the instrument."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from prom import db
from prom.catalogue import queries
from prom.catalogue.models import Definition
from prom.catalogue.service import take_in
from prom.commands.questionnaires import questionnaire, unknown
from prom.commands.score_keys import is_file, load
from prom.commands.speaking import as_json, opened, operator, say
from prom.errors import NotFound
from questionnaires.definition import Questionnaire
from questionnaires.documents import read
from questionnaires.keys.binding import bind_items
from questionnaires.keys.instrument_keys import InstrumentKey
from questionnaires.keys.key_documents import parse_key
from questionnaires.keys.table_columns import find_columns
from questionnaires.parsing import parse


@questionnaire.command("score-with")
@click.argument("name")
@click.argument("key")
@click.option("--item", "items", multiple=True, metavar="ITEM=LINKID", help="Which question is this item of KEY.")
@click.option("--answer", "answers", multiple=True, metavar="CODE=NUMBER", help="What an option without number counts.")
@as_json
def score_with(name: str, key: str, items: tuple[str, ...], answers: tuple[str, ...], as_json: bool) -> None:
    """Score the draft NAME (also url or 'URL|VERSION') with KEY, a shipped instrument key or a file of your own.

    Questions are found by --item, by the codes that both carry, or by linkIds that are spelt as KEY's columns may be.
    Refused, and nothing stored, unless every item is found and every option has a number that the item may have.
    """
    instrument = load(key)
    given = items_given(items, instrument)
    opened()
    with db.transaction() as session:
        definition = _draft(session, name)
        asked = parse(queries.from_json(definition.document))
        document: dict[str, Any] = {
            "name": definition.name,
            "version": definition.version,
            "questionnaire": asked.url,
            "instrument": dict(read(Path(key))) if is_file(key) else instrument.canonical,
            "items": items_found(instrument, asked, given),
            "answers": _numbers(answers),
        }
        made = parse_key(document, asked)
        author = operator().role or "operator"
        take_in(session, "scoring-key", definition.url, definition.version, definition.name, document, author)
    scales = [scale.code for scale in made.scales]
    if as_json:
        say({**document, "scales": scales})
        return
    for item, link_id in document["items"].items():
        click.echo(f"{item} = {link_id}")
    click.echo(f"{asked.canonical} is scored with {instrument.canonical}: {', '.join(scales)}")


def items_given(items: Sequence[str], key: InstrumentKey) -> dict[str, str]:
    """Return item -> what it is called elsewhere, from ITEM=NAME; refuses what is not that."""
    pairs = {}
    for each in items:
        item, equals, name = each.partition("=")
        if not equals or not name or item not in key.by_name:
            raise click.ClickException(f"{each!r} does not name an item of {key.name} as ITEM=NAME.")
        pairs[item] = name
    return pairs


def items_found(instrument: InstrumentKey, asked: Questionnaire, given: dict[str, str]) -> dict[str, str]:
    """Return item -> linkId: as given, by codes, or where linkIds are spelt as the key's columns may be."""
    by_code = bind_items(instrument, given, asked)
    if all(item.name in by_code for item in instrument.items if not item.optional):
        return by_code
    link_ids = [item.link_id for item in asked.questions]
    spelt = find_columns(instrument, link_ids, {})
    return {item: link_ids[place] for item, place in spelt.places.items()} | by_code


def _draft(session: Session, name: str) -> Definition:
    try:
        definition = queries.newest(session, "questionnaire", name)
    except NotFound:
        raise unknown(name) from None
    if definition.status != "draft":
        raise click.ClickException(
            f"{definition.url}|{definition.version} is published, with the scores it has; score a new version."
        )
    return definition


def _numbers(answers: Sequence[str]) -> dict[str, Any]:
    numbers = {}
    for each in answers:
        code, _, number = each.rpartition("=")
        try:
            numbers[code] = Decimal(number)
        except InvalidOperation:
            code = ""
        if not code:
            raise click.ClickException(f"{each!r} is not CODE=NUMBER.")
    return numbers
