"""Where marks of a chart go."""

import pytest

from promptassay.evals.charts import HEIGHT, WIDTH, Point, whiskers


def test_no_points_make_no_chart() -> None:
    assert whiskers([]) is None


def test_everything_is_drawn_inside_and_the_right_way_up() -> None:
    chart = whiskers([Point("v1", 0.5, 0.3, 0.7), Point("v2", 1.0, 0.9, 1.0, now=True)], 0.9)
    assert chart is not None and chart.threshold_y is not None
    one, two = chart.dots
    assert one.x < two.x and two.y < one.y
    assert one.high_y < one.y < one.low_y
    for dot in chart.dots:
        assert 0 <= dot.left < dot.right <= WIDTH and 0 <= dot.high_y <= dot.low_y <= HEIGHT
    assert two.y < chart.threshold_y < one.y
    assert chart.path.startswith("M") and chart.grid[-1][1] == "100"


@pytest.mark.parametrize("low", [0.0, 0.04, 0.5, 0.95, 1.0])
def test_the_lowest_whisker_stays_above_the_bottom(low: float) -> None:
    chart = whiskers([Point("v1", 1.0, low, 1.0)])
    assert chart is not None
    assert chart.dots[0].low_y <= chart.grid[0][0]


def test_points_that_are_no_history_are_not_joined() -> None:
    chart = whiskers([Point("a", 0.5, 0.4, 0.6), Point("b", 0.6, 0.5, 0.7)], joined=False)
    assert chart is not None and chart.path == ""
