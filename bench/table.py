"""Rows of figures, how they are measured (median, min and max), and how they are printed or saved."""

import json
import platform
import statistics
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One figure. `target` carries its sign, such as `<= 2.0`; `ratio` compares with `against`, from the same run."""

    name: str
    value: float
    unit: str
    low: float | None = None
    high: float | None = None
    target: str = ""
    ratio: float | None = None
    against: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None without one."""
        if not self.target:
            return None
        sign, limit = self.target.split()
        return self.value <= float(limit) if sign == "<=" else self.value >= float(limit)


def measured(
    name: str,
    values: Sequence[float],
    unit: str,
    *,
    target: str = "",
    against: str = "",
    ratio: float | None = None,
    digits: int = 3,
) -> Row:
    """A row of the median of some measurements with their range."""
    middle = statistics.median(values)
    return Row(
        name=name,
        value=round(middle, digits),
        unit=unit,
        low=round(min(values), digits),
        high=round(max(values), digits),
        target=target,
        ratio=None if ratio is None else round(ratio, 3),
        against=against,
    )


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the measurements lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def show(title: str, rows: Sequence[Row], json_file: Path | None) -> None:
    """Print the table, and write the rows as JSON if a file is named."""
    out = sys.stdout
    names = ("promptassay", "django", "psycopg", "aiohttp", "granian")
    versions = ", ".join(f"{name} {version(name)}" for name in names)
    out.write(f"\n{title}\n{versions}, Python {platform.python_version()}\n\n")
    lines = [("figure", "value", "range", "target", "met", "ratio", "against")]
    for row in rows:
        span = "" if row.low is None else f"{row.low:g} to {row.high:g}"
        met = {True: "yes", False: "NO", None: ""}[row.met]
        ratio = "" if row.ratio is None else f"{row.ratio:g}"
        lines.append((row.name, f"{row.value:g} {row.unit}", span, row.target, met, ratio, row.against))
    widths = [max(len(line[index]) for line in lines) for index in range(7)]
    for number, line in enumerate(lines):
        out.write("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() + "\n")
        if number == 0:
            out.write("  ".join("-" * width for width in widths) + "\n")
    if json_file is not None:
        json_file.write_text(json.dumps([{**asdict(row), "met": row.met} for row in rows], indent=2) + "\n")
