"""Where the marks of a small chart of pass rates go; the template draws them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 380
HEIGHT: Final = 170
_LEFT: Final = 44.0
_RIGHT: Final = 372.0
_TOP: Final = 20.0
_BOTTOM: Final = 140.0
_BASES: Final = (0.8, 0.6, 0.4, 0.2, 0.0)  # where four steps up to 100 are whole numbers


@dataclass(frozen=True)
class Point:
    """A pass rate with its interval, all shares from 0 to 1. `url` leads to what it stands for."""

    label: str
    rate: float
    low: float
    high: float
    url: str = ""
    now: bool = False


@dataclass(frozen=True)
class Dot:
    """A point where it is drawn, in the chart's own units."""

    x: float
    y: float
    low_y: float
    high_y: float
    left: float
    right: float
    point: Point


@dataclass(frozen=True)
class Chart:
    """Dots with whiskers over grid lines `(y, label)`; `path` joins the dots of a history, else it is empty."""

    dots: list[Dot]
    grid: list[tuple[float, str]]
    path: str
    threshold_y: float | None
    width: int = WIDTH
    height: int = HEIGHT
    left: float = _LEFT - 8
    right: float = _RIGHT
    label_y: float = HEIGHT - 8.0


def whiskers(points: Sequence[Point], threshold: float | None = None, *, joined: bool = True) -> Chart | None:
    """The chart of up to a dozen rates; None without any. The scale starts at or below the lowest whisker."""
    if not points:
        return None
    lowest = min([point.low for point in points] + ([] if threshold is None else [threshold]))
    base = next(each for each in _BASES if each <= lowest)

    def place(share: float) -> float:
        return round(_BOTTOM - (share - base) / (1 - base) * (_BOTTOM - _TOP), 1)

    step = (_RIGHT - _LEFT) / len(points)
    dots = []
    for index, point in enumerate(points):
        x = round(_LEFT + step * (index + 0.5), 1)
        dots.append(
            Dot(x, place(point.rate), place(point.low), place(point.high), round(x - 4, 1), round(x + 4, 1), point)
        )
    lines = [base + (1 - base) * part / 4 for part in range(5)]
    grid = [(place(share), f"{share * 100:.0f}") for share in lines]
    path = "M" + " ".join(f"{dot.x} {dot.y}" for dot in dots) if joined else ""
    return Chart(dots, grid, path, None if threshold is None else place(threshold))
