"""Instrument keys as the commands find and show them."""

from pathlib import Path
from typing import Any

import click

from prom.commands.speaking import say
from questionnaires.keys import instrument_library
from questionnaires.keys.instrument_keys import InstrumentKey
from questionnaires.keys.scales import Scale


def is_file(key: str) -> bool:
    """Whether a key is given as a file of one's own rather than by name."""
    return "/" in key or key.endswith((".yaml", ".yml", ".json"))


def load(key: str) -> InstrumentKey:
    """Return a key by name, or from a file; refuses what is neither."""
    if is_file(key):
        if not Path(key).is_file():
            raise click.ClickException(f"There is no file {key}.")
        return instrument_library.read_key(Path(key))
    try:
        return instrument_library.load(key.casefold())
    except KeyError:
        raise click.ClickException(f"There is no key {key!r}. See: prom score --list") from None


def show_list(as_json: bool) -> None:
    """Tell the keys that Prom ships."""
    keys = [instrument_library.load(name) for name in instrument_library.names()]
    if as_json:
        say([_as_document(key) for key in keys])
        return
    for key in keys:
        scales = [scale.code for scale in key.scales]
        shown = ", ".join(scales) if len(scales) <= 16 else f"{', '.join(scales[:3])} ... ({len(scales)})"
        click.echo(f"{key.name:<20} {key.version:<7} {len(key.items):>3} items  {shown}")


def show(key: InstrumentKey, as_json: bool) -> None:
    """Tell a key's items, how columns may be spelt, and its scales."""
    if as_json:
        say(_as_document(key))
        return
    click.echo(f"{key.name} {key.version}\nSource: {key.source}\nMissing: {key.missing}\nLicence: {key.licence}\n")
    click.echo("Columns are found in any of these spellings; case, spaces, _ - . and leading noughts do not matter.")
    for spelling in key.columns:
        click.echo(f"  {spelling if isinstance(spelling, str) else ', '.join(spelling)}")
    click.echo("Items:")
    for item in key.items:
        click.echo(f"  {item.name:<6} {item.allowed}")
    click.echo("Scales:")
    for scale in key.scales:
        click.echo(
            f"  {scale.code:<18} {scale.lowest} to {scale.highest}, {scale.direction}: {scale.title.read('en')[0]}"
        )


def _as_document(key: InstrumentKey) -> dict[str, Any]:
    return {
        "name": key.name,
        "version": key.version,
        "title": key.title.read("en")[0],
        "source": key.source,
        "licence": key.licence,
        "missing": key.missing,
        "columns": [each if isinstance(each, str) else list(each) for each in key.columns],
        "items": [
            {"name": item.name, "number": item.number, "low": item.low, "high": item.high, "allowed": item.allowed}
            for item in key.items
        ],
        "scales": [_scale_as_document(scale) for scale in key.scales],
        "safety": [{"item": each.item, "above": each.above} for each in key.safety],
    }


def _scale_as_document(scale: Scale) -> dict[str, Any]:
    return {
        "code": scale.code,
        "aliases": list(scale.aliases),
        "title": scale.title.read("en")[0],
        "method": scale.method,
        "items": list(scale.items),
        "of": list(scale.of),
        "minimumAnswered": scale.minimum_answered,
        "low": scale.lowest,
        "high": scale.highest,
        "direction": scale.direction,
        "cutOffs": [{"meaning": each.meaning, each.comparison: each.value} for each in scale.cut_offs],
        "minimalDifference": scale.minimal_difference,
        "note": scale.note or None,
    }
