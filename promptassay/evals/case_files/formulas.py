"""Keeps exported cells from being run as formulas by a spreadsheet, and takes that protection off again."""

from typing import Final

STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What makes a spreadsheet read a cell as a formula, alone or after it drops leading white space."""


def is_formula(cell: str) -> bool:
    """Whether a person who meets the cell in a file should be told that it stays text; numbers are none."""
    if not cell.startswith(STARTS[:4]):
        return False
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return len(cell) > 1
    return False


def disarm(cell: str) -> str:
    """One ' before what a spreadsheet would run, one more where some stand already: `arm` is the inverse."""
    return f"'{cell}" if cell.lstrip("'").startswith(STARTS) else cell


def is_disarmed(cell: str) -> bool:
    """Whether the cell looks like the result of `disarm`."""
    return cell.startswith("'") and cell.lstrip("'").startswith(STARTS)


def arm(cell: str) -> str:
    """The cell without the protection."""
    return cell[1:] if is_disarmed(cell) else cell
