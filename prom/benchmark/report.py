"""A run as a document and as a table, and two runs beside each other. PURE."""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from prom.benchmark.figures import BY_NAME, FIGURES, Figure
from prom.benchmark.taking import Taken

FORMAT = 1


def figures_of(taken: Taken) -> dict[str, dict[str, Any]]:
    """Return each figure with its values, one per run, their median and their range."""
    return {
        figure.name: {
            "unit": figure.unit,
            "values": values,
            "median": statistics.median(values),
            "low": min(values),
            "high": max(values),
        }
        for figure in FIGURES
        if (values := taken.values.get(figure.name))
    }


def machine_lines(document: Mapping[str, Any]) -> list[str]:
    """Return what the run ran on and what it did, as lines."""
    machine = document["machine"]
    lines = [
        f"{machine['processor']}, {machine['cores']} cores, {machine['memoryGB']} GB, Linux {machine['kernel']}",
        f"disk: {machine['filesystem']}, {machine['diskSyncMs']} ms until 4 KiB are kept",
        f"a million additions in Python: {machine['loopMs']} ms; load at start {machine['load']}",
        f"Python {machine['python']}, SQLite {machine['sqlite']}, Prom {machine['commit']}",
    ]
    for kind, taken in document["databases"].items():
        if taken["server"]:
            words = ", ".join(f"{name}={value}" for name, value in taken["server"].items() if name != "server_version")
            lines.append(f"{kind} {taken['server']['server_version']}: {words}")
    lines += [f"{name}: {words}" for name, words in document["sizes"].items()]
    lines.append(f"{document['size']} size, {document['runs']} runs, {document['began']}; medians (range)")
    mix = ", ".join(f"{share} % {kind}" for kind, share in document["mix"].items())
    lines.append(f"answers: {mix}")
    return lines


def table(document: Mapping[str, Any]) -> list[list[str]]:
    """Return the figures as rows of words, the first row being the header."""
    kinds = list(document["databases"])
    rows = [["figure", "unit", *kinds, "target", "others"]]
    for figure in FIGURES:
        found = [document["databases"][kind]["figures"].get(figure.name) for kind in kinds]
        if any(found):
            rows.append([figure.words, figure.unit, *(_cell(each) for each in found), figure.target, figure.others])
    return rows


def compared(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[list[str]]:
    """Return the figures that both runs have, with the change; a mark where their ranges do not overlap."""
    rows = [["figure", "database", "unit", "old", "new", "change", ""]]
    for figure in FIGURES:
        for kind in new["databases"]:
            before, after = (_figure(each, kind, figure) for each in (old, new))
            if before and after:
                words = [figure.words, kind, figure.unit, _cell(before), _cell(after)]
                rows.append([*words, _change(before, after), _mark(figure, before, after)])
    return rows


def _figure(document: Mapping[str, Any], kind: str, figure: Figure) -> Mapping[str, Any] | None:
    found: Mapping[str, Any] | None = document["databases"].get(kind, {}).get("figures", {}).get(figure.name)
    return found


def _change(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    if not before["median"]:
        return "" if after["median"] else "0 %"
    return f"{100 * (after['median'] / before['median'] - 1):+.0f} %"


def _mark(figure: Figure, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Say better or worse only where every run of one lies beyond every run of the other."""
    if before["low"] <= after["high"] and after["low"] <= before["high"]:
        return ""
    if BY_NAME[figure.name].higher is None:
        return "other"
    return "better" if (after["median"] > before["median"]) == figure.higher else "worse"


def _cell(found: Mapping[str, Any] | None) -> str:
    if found is None:
        return "-"
    low, median, high = (_number(found[name]) for name in ("low", "median", "high"))
    return median if low == high else f"{median} ({low}-{high})"


def _number(value: float) -> str:
    """Write a number with three digits that count, and no more than it was measured by."""
    if value == int(value) and abs(value) < 1000:
        return str(int(value))
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def aligned(rows: Sequence[Sequence[str]]) -> Iterable[str]:
    """Yield a table as plain lines."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def as_markdown(rows: Sequence[Sequence[str]]) -> Iterable[str]:
    """Yield a table as GitHub's Markdown."""
    header, *others = rows
    for row in (header, ["---"] * len(header), *others):
        yield f"| {' | '.join(row)} |"
