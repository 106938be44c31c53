"""The codebook of the Norwegian registries ("klokeboken"): ../shared/clinical.md 5.4 names its columns and types."""

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from prom.exports.columns import Column
from questionnaires.values import Quantity

CODEBOOK_HEADER = (
    "skjemanavn", "navn_i_rapporteket", "ledetekst", "obligatorisk", "type", "listeverdier", "listetekst",
    "normalintervall_start_numerisk", "normalintervall_slutt_numerisk", "maksintervall_start_numerisk",
    "maksintervall_slutt_numerisk", "normalintervall_start_dato", "normalintervall_slutt_dato",
    "maksintervall_start_dato", "maksintervall_slutt_dato", "antall_tegn", "lovlige_tegn", "desimaler",
    "aktiveringsspoersmaal", "underspoersmaal", "innfoert_dato", "utfaset_dato", "tabell", "fysisk_feltnavn",
    "kommentar", "variabel_id", "hjelpetekst",
)  # fmt: skip
#: The registries' own columns, and which of ours they hold. A response is never changed after it was sent here: an
#: amended one counts as created when it was last answered.
THEIR_COLUMNS = {
    "mceid": "response",
    "centreid": "unit",
    "tsupdated": "authored",
    "updatedby": "source",
    "first_time_closed": "authored",
    "first_time_closed_by": "source",
    "tscreated": "authored",
    "createdby": "source",
}
_TYPES = {
    "boolean": "Avkrysningsboks",
    "integer": "Tallvariabel",
    "decimal": "Tallvariabel",
    "quantity": "Tallvariabel",
    "date": "Datovariabel",
    "datetime": "TIMESTAMP",
    "dateTime": "TIMESTAMP",
    "time": "Tidsvariabel",
}


def write_codebook(name: str, columns: Sequence[Column], path: Path) -> None:
    """Write a row per column of the dump."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, CODEBOOK_HEADER, delimiter=";", restval="")
        table.writeheader()
        for column in columns:
            table.writerow(_described(name, column))
        for theirs, ours in THEIR_COLUMNS.items():
            table.writerow(
                {"skjemanavn": name, "fysisk_feltnavn": theirs, "type": "Skjult variabel", "kommentar": f"= {ours}"}
            )


def _described(name: str, column: Column) -> dict[str, object]:
    item = column.item
    row: dict[str, object] = {
        "skjemanavn": name,
        "navn_i_rapporteket": column.name,
        "ledetekst": column.label,
        "obligatorisk": "ja" if item is not None and item.required else "nei",
        "type": _type_of(column),
        "tabell": name,
        "fysisk_feltnavn": column.name,
        "variabel_id": column.link_id or column.scale or column.name,
        "kommentar": column.unit,
    }
    if column.name == "status":
        return {**row, "type": "Statusvariabel", "listeverdier": "0|1", "listetekst": "Lagret|Ferdigstilt"}
    if column.choices:
        row["listeverdier"] = "|".join(str(choice.number) for choice in column.choices)
        row["listetekst"] = "|".join(choice.texts["nb"] for choice in column.choices)
    if item is not None:
        row["hjelpetekst"] = item.help.read("nb")[0] if item.help else ""
        row["desimaler"] = "" if item.max_decimal_places is None else item.max_decimal_places
        row["antall_tegn"] = "" if item.max_length is None else item.max_length
        for end, bound in (("start", item.min_value), ("slutt", item.max_value)):
            kind = "dato" if isinstance(bound, date) else "numerisk"
            limit = bound.value if isinstance(bound, Quantity) else bound
            row[f"maksintervall_{end}_{kind}"] = "" if limit is None else str(limit)
    return row


def _type_of(column: Column) -> str:
    if column.choices:
        return "Tekstvariabel" if column.repeats else "Listevariabel"
    return "Tekstvariabel" if column.repeats else _TYPES.get(column.type, "Tekstvariabel")
