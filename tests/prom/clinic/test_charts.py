"""The geometry of a trend, and what its level was before: values in, coordinates out."""

from datetime import UTC, datetime, timedelta

from alerts.observation import Snapshot
from prom.clinic.charts import HEIGHT, MARGIN, WIDTH, small, trend
from prom.clinic.levels import Level, course_of, latest

START = datetime(2026, 9, 7, 8, tzinfo=UTC)
WEEK = timedelta(weeks=1)


def weekly(*values: float | None) -> list[tuple[datetime, float]]:
    return [(START + number * WEEK, value) for number, value in enumerate(values) if value is not None]


def test_no_values_draw_no_line() -> None:
    chart = trend([], [2.0], START, START + WEEK)
    assert (chart.points, chart.path) == ((), "")


def test_the_lowest_level_lies_at_the_bottom_and_the_highest_at_the_top() -> None:
    chart = trend(weekly(0, 3), [], START, START + WEEK)
    assert [point.y for point in chart.points] == [HEIGHT - MARGIN, MARGIN]
    assert [point.x for point in chart.points] == [MARGIN, WIDTH - MARGIN]


def test_a_single_report_draws_no_small_line() -> None:
    assert small(()) == ""
    assert small((2,)) == ""


def test_a_small_line_runs_evenly_from_the_highest_level_to_none() -> None:
    assert small((3, 0, 3)) == "M0 0L20 12L40 0"


def test_a_small_line_stays_within_its_box_for_values_above_the_levels() -> None:
    assert small((0, 66.7)) == "M0 12L40 0"


def test_the_course_of_a_symptom_is_what_the_last_source_reported() -> None:
    def said(number: int, value: float, source: str = "patient") -> Snapshot:
        return Snapshot(START + number * WEEK, {"nausea": value}, source)

    reports = [said(2, 3), said(0, 1), said(1, 2, "proxy"), Snapshot(START + 3 * WEEK, {"pain": 1}, "patient")]
    assert course_of(reports, "nausea") == (1, 3)
    assert course_of(reports, "rash") == ()


def test_a_limit_lies_at_the_height_of_its_value() -> None:
    chart = trend(weekly(2, 1), [2.0, 3.0], START, START + WEEK)
    assert chart.limits[0] == chart.points[0].y
    assert chart.limits[1] < chart.limits[0]


def test_a_limit_above_the_scale_is_left_out() -> None:
    assert trend(weekly(1), [5.0], START, START + WEEK).limits == ()


def test_the_line_is_broken_where_a_week_is_missing() -> None:
    chart = trend(weekly(1, 2, None, 2, 1), [], START, START + 4 * WEEK)
    assert [step[0] for step in chart.path.split() if step[0].isalpha()] == ["M", "L", "M", "L"]


def test_a_single_value_on_a_single_day_is_a_point() -> None:
    chart = trend(weekly(2), [], START, START)
    assert len(chart.points) == 1
    assert 0 <= chart.points[0].x <= WIDTH


def snapshot(days: int, level: float | None, source: str = "patient") -> Snapshot:
    return Snapshot(START + timedelta(days=days), {} if level is None else {"nausea": level}, source)


def test_a_scale_that_was_never_reported_has_no_level() -> None:
    assert latest([snapshot(0, None)], "nausea") is None
    assert latest([], "nausea") is None


def test_a_level_is_compared_with_the_report_before_it_of_the_same_source() -> None:
    history = [snapshot(0, 1), snapshot(7, 3, "proxy"), snapshot(14, 2)]
    assert latest(history, "nausea") == Level(2, 1, START + timedelta(days=14))
    found = latest(history, "nausea")
    assert found is not None
    assert found.change == 1


def test_the_first_report_of_a_source_has_nothing_to_be_compared_with() -> None:
    found = latest([snapshot(0, 3), snapshot(7, 1, "proxy")], "nausea")
    assert found is not None
    assert (found.value, found.change) == (1, None)


def test_a_report_that_left_the_scale_out_does_not_hide_the_last_known_level() -> None:
    found = latest([snapshot(0, 1), snapshot(7, 2), snapshot(14, None)], "nausea")
    assert found is not None
    assert (found.value, found.change) == (2, 1)
