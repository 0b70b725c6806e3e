"""Probe of what is kept of a model's answers: every action on the canary provider, then a search for what it said."""

import asyncio
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from time import time
from typing import Final
from uuid import UUID

from promptassay.core.stored import DataClass, tables
from promptassay.core.threads import in_thread
from promptassay.evals.queries import get_run
from promptassay.evals.services import cancel_run, delete_run
from promptassay.trust.probes import Canaries, Outcome, progress
from promptassay.trust.probes.acts import drive, every_stream, start, until_heard, until_left
from promptassay.trust.probes.markers import Search, new_marker
from promptassay.trust.probes.sinks import Left, look_elsewhere, look_in_rows
from promptassay.trust.probes.stage import Stage, round_of
from promptassay.trust.probes.undone import run_what_waits_for_the_commit

SHOWN: Final = 5
_FAILS: Final = "late-error"  # in the middle of the answer
_REFUSES: Final = "400"
_HANGS: Final = "stall"


@dataclass
class _Told:
    """How the calls ended, as their callers were told; `streams` is how many actions there are beside the run."""

    streams: int = 0
    heard: int = 0
    failed: int = 0
    cancelled: int = 0
    runs: list[UUID] = field(default_factory=list)


def markers(canaries: Canaries) -> Outcome:
    """Nothing of what the canary provider says in the workbench and in panels is anywhere afterwards, however they end;
    what it says in a run stands in the run's outputs, and is gone when the run is deleted.
    """
    return round_of(_tried, canaries)


async def _tried(stage: Stage) -> Outcome:
    since, kept, told = time() - 1, new_marker(), _Told()
    search = Search({"said": stage.said, "typed": stage.typed, "kept": kept})
    await _streams_to_the_end(stage, told)
    await _cancelled(stage, told)
    await _run_to_the_end(stage, told, kept)
    left = await in_thread(_looked, stage, search, since)
    _tell(told, left)
    await stage.inside(_delete, stage, told)
    after = await in_thread(_rows, stage, search, {place.partition(".")[0] for place in left.places("kept")})
    progress.tell(f"the runs are deleted: {after.places('kept').total()} outputs left")
    return _judged(stage, told, left, after)


async def _streams_to_the_end(stage: Stage, told: _Told) -> None:
    good, bad = await asyncio.gather(every_stream(stage), every_stream(stage, _FAILS))
    told.streams = len(good)
    told.heard = sum(stage.said.lower().encode() in each.lower() for each in good)
    told.failed = sum(b"event: error" in each for each in bad)


async def _cancelled(stage: Stage, told: _Told) -> None:
    """Everything at once, left in the middle of its answer: streams by whoever listens, the run by a person."""
    run_id = await start(stage, _HANGS)
    streams, driving = asyncio.create_task(every_stream(stage, _HANGS)), asyncio.create_task(drive(stage, run_id))
    await until_heard(stage, told.streams + 1)
    streams.cancel()
    await asyncio.gather(streams, return_exceptions=True)
    await stage.inside(lambda: cancel_run(stage.actor, get_run(run_id)))
    await driving
    told.runs.append(run_id)
    told.cancelled = await until_left(stage, told.streams + 1)


async def _run_to_the_end(stage: Stage, told: _Told, kept: str) -> None:
    """A cell that is answered and judged, and one whose call is refused."""
    stage.provider.control({"mark": kept})
    run_id = await start(stage, "", _REFUSES)
    await drive(stage, run_id)
    told.runs.append(run_id)


def _looked(stage: Stage, search: Search, since: float) -> Left:
    run_what_waits_for_the_commit()
    left = _rows(stage, search)
    look_elsewhere(left, search, stage.seen, since=since)
    return left


def _rows(stage: Stage, search: Search, only: Collection[str] = ()) -> Left:
    left = Left()
    look_in_rows(left, search, stage.workspace_id, only=only)
    return left


def _tell(told: _Told, left: Left) -> None:
    for count, words in (
        (told.heard, "answers heard to their end"),
        (told.failed, "answers that failed in the middle"),
        (told.cancelled, "answers left in the middle"),
        (left.tables, f"tables searched, {left.rows} rows written meanwhile"),
        (left.lines, f"lines of the log searched, {left.files} new files"),
        (left.places("kept").total(), "outputs of the run found"),
    ):
        progress.tell(f"{count} {words}")


def _delete(stage: Stage, told: _Told) -> None:
    for run_id in told.runs:
        delete_run(stage.actor, get_run(run_id))


def _judged(stage: Stage, told: _Told, left: Left, after: Left) -> Outcome:
    outputs = {
        f"{table.name}.{name}"
        for table in tables()
        for name, column in table.columns.items()
        if column.kind is DataClass.OUTPUT
    }
    kept = left.places("kept")
    stray = Counter({place: count for place, count in kept.items() if place not in outputs})
    stray += left.places("said") + left.places("typed")
    counts = {
        "actions": told.streams + 1,
        "answers heard": told.heard,
        "calls failed": told.failed,
        "calls cancelled": told.cancelled,
        "tables searched": left.tables,
        "rows searched": left.rows,
        "log lines searched": left.lines,
        "files searched": left.files,
        "outputs found": sum(kept[place] for place in outputs),
        "outputs left": sum(after.places("kept").values()),
        "came through": sum(stray.values()),
    }
    found = [f"{place} holds what a model said" for place in sorted(stray)]
    found += [f"{place} still holds an output of a deleted run" for place in sorted(after.places("kept"))]
    if found:
        return Outcome("failed", counts, "; ".join(found[:SHOWN]))
    return Outcome("held", counts) if (why := _not_tried(told, left, kept)) == "" else Outcome("error", counts, why)


def _not_tried(told: _Told, left: Left, kept: Counter[str]) -> str:
    """Why finding nothing proves nothing; empty where it does."""
    if told.heard < told.streams or told.failed < told.streams or told.cancelled <= told.streams:
        return "Not every action came to each of its ends."
    if not left.lines:
        return "Nothing was logged, so that the log was not watched."
    # The one cell that was answered: its answer, and what the judge said of it.
    if kept.total() != 2:
        return "The run's own output was not found, so that a search that finds nothing tells nothing."
    return ""
