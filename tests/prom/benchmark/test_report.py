"""What a run says, and what two runs say beside each other."""

from typing import Any

import pytest

from prom.benchmark.report import aligned, as_markdown, compared, figures_of, table
from prom.benchmark.taking import Taken


def run(**figures: list[float]) -> dict[str, Any]:
    """A run on SQLite with these figures; a double underline stands for the dot and a single one for the dash."""
    taken = Taken()
    for name, values in figures.items():
        for value in values:
            taken.add(name.replace("__", ".").replace("_", "-"), value)
    return {"databases": {"sqlite": {"figures": figures_of(taken)}}}


def test_a_figure_that_nobody_knows_is_refused() -> None:
    with pytest.raises(KeyError):
        Taken().add("submit.happiness", 1.0)


def test_a_value_that_cannot_be_told_is_left_out() -> None:
    taken = Taken()
    taken.add("submit.database-cpu", None)
    assert figures_of(taken) == {}


def test_a_figure_is_its_median_with_its_range() -> None:
    figure = figures_of_submit([3.0, 1.0, 2.0])
    assert (figure["median"], figure["low"], figure["high"]) == (2.0, 1.0, 3.0)
    assert figure["values"] == [3.0, 1.0, 2.0]


def figures_of_submit(values: list[float]) -> dict[str, Any]:
    found: dict[str, Any] = run(submit__cpu=values)["databases"]["sqlite"]["figures"]["submit.cpu"]
    return found


@pytest.mark.parametrize(
    "old, new, change, mark",
    [
        ([1.0, 1.1], [2.0, 2.2], "+100 %", "worse"),
        ([2.0, 2.2], [1.0, 1.1], "-50 %", "better"),
        ([1.0, 2.0], [1.9, 2.5], "+47 %", ""),
        ([1.0], [1.0], "+0 %", ""),
    ],
)
def test_a_change_is_marked_only_where_no_run_of_one_lies_within_the_other(
    old: list[float], new: list[float], change: str, mark: str
) -> None:
    _, row = compared(run(submit__cpu=old), run(submit__cpu=new))
    assert (row[-2], row[-1]) == (change, mark)


def test_of_a_rate_more_is_better() -> None:
    _, row = compared(run(submit__rate=[100.0]), run(submit__rate=[300.0]))
    assert (row[-2], row[-1]) == ("+200 %", "better")


def test_what_only_one_of_two_runs_has_is_not_compared() -> None:
    assert len(compared(run(submit__cpu=[1.0]), run(export__rate=[1.0]))) == 1


def test_a_table_is_aligned_or_markdown() -> None:
    rows = table(run(export__rate=[41234.5], http__8__p99=[9.876, 12.0]))
    lines = list(aligned(rows))
    assert len({line.find("sqlite") for line in lines[:1]} | {lines[1].find("10.9 (9.88-12)")}) == 1
    assert "41,234" in lines[2]
    markdown = list(as_markdown(rows))
    assert markdown[1] == "| --- | --- | --- | --- | --- |"
    assert all(line.startswith("| ") and line.endswith(" |") for line in markdown)
