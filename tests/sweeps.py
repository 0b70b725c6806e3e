"""A pytest plugin: what each sweep tried and where it looked, printed at the end of the run, from every process.

A sweep is a test that does everything that could leave something behind, and then looks for it everywhere. Green
alone does not tell how much was tried; the counts do.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

import pytest


@dataclass
class Sweep:
    """What one sweep did, over all tests that are part of it."""

    actions: set[str] = field(default_factory=set)
    outcomes: set[str] = field(default_factory=set)
    sinks: set[str] = field(default_factory=set)
    places: int = 0
    hits: int = 0

    def line(self) -> str:
        """The counts as one line."""
        return (
            f"{len(self.actions)} actions x {len(self.outcomes)} outcomes, {len(self.sinks)} sinks, "
            f"{self.places:,} places searched, {self.hits} hits"
        )


_sweeps: dict[str, Sweep] = {}


def totals() -> dict[str, dict[str, int]]:
    """The counts of each sweep by its name, as far as they are in."""
    return {
        name: {
            "actions": len(sweep.actions),
            "outcomes": len(sweep.outcomes),
            "sinks": len(sweep.sinks),
            "places searched": sweep.places,
            "hits": sweep.hits,
        }
        for name, sweep in _sweeps.items()
    }


def record(
    name: str,
    *,
    actions: Iterable[str],
    outcomes: Iterable[str],
    sinks: Iterable[str],
    places: int,
    hits: int = 0,
) -> None:
    """Count a part of the sweep `name`: names of what was done, how it ended and which sinks were searched.

    Names said before count once; `places` (texts, rows and files that were searched) and `hits` add up.
    """
    sweep = _sweeps.setdefault(name, Sweep())
    sweep.actions |= set(actions)
    sweep.outcomes |= set(outcomes)
    sweep.sinks |= set(sinks)
    sweep.places += places
    sweep.hits += hits


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of xdist hands its counts to the process that prints."""
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        told = {name: asdict(sweep) for name, sweep in _sweeps.items()}
        output["sweeps"] = {
            name: {what: sorted(value) if isinstance(value, set) else value for what, value in sweep.items()}
            for name, sweep in told.items()
        }


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Take a finished worker's counts; one that crashed has none, and its tests have failed."""
    for name, sweep in getattr(node, "workeroutput", {}).get("sweeps", {}).items():
        record(name, **sweep)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for each sweep, and what it tried."""
    if not _sweeps:
        return
    terminalreporter.section("sweeps")
    for name, sweep in sorted(_sweeps.items()):
        terminalreporter.write_line(f"{name}: {sweep.line()}")
        terminalreporter.write_line(f"    actions: {', '.join(sorted(sweep.actions))}")
        terminalreporter.write_line(f"    outcomes: {', '.join(sorted(sweep.outcomes))}")
        terminalreporter.write_line(f"    sinks: {', '.join(sorted(sweep.sinks))}")
