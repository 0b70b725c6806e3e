"""What `promptassay doctor` found: one sentence each, and the exact way to mend it."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "info", "warning", "problem"]


@dataclass(frozen=True)
class Finding:
    """One checked thing. `mend` is a command, a variable or SQL; several lines are several statements."""

    id: str
    state: State
    summary: str
    mend: str = ""


def ok(name: str, summary: str) -> Finding:
    """The thing is as it should be."""
    return Finding(name, "ok", summary)


def info(name: str, summary: str, mend: str = "") -> Finding:
    """Worth knowing; nothing is wrong."""
    return Finding(name, "info", summary, mend)


def warning(name: str, summary: str, mend: str) -> Finding:
    """Works today, but carries a risk or a cost."""
    return Finding(name, "warning", summary, mend)


def problem(name: str, summary: str, mend: str) -> Finding:
    """Breaks the product or one of its promises."""
    return Finding(name, "problem", summary, mend)
