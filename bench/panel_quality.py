"""How usable the panels' answers are: each panel over many prompts, through the product, in each wire format."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson

from bench.panel_forms import PANELS, Workspace, form, prompts
from bench.table import Row
from promptassay.language.messages import Message

AT_ONCE = 6


@dataclass
class Tally:
    """Counts over the answers of one wire format."""

    answers: int = 0
    ended: Counter[str] = field(default_factory=Counter)
    quotes: int = 0
    anchored: int = 0
    edits: int = 0
    applicable: int = 0
    appended: int = 0
    rewrites: int = 0
    kept: int = 0
    hidden: int = 0
    problems: list[str] = field(default_factory=list)

    def __iadd__(self, other: "Tally") -> "Tally":
        """Only what became of the answers is added up."""
        self.answers += other.answers
        self.ended += other.ended
        return self


async def measure(
    space: Workspace, models: dict[str, str], *, count: int, panels: Sequence[str] = PANELS
) -> dict[str, Tally]:
    """Ask every panel about every prompt with each of the models (by name); gives a tally for each."""
    gate = asyncio.Semaphore(AT_ONCE)
    tallies = {name: Tally() for name in models}
    async with aiohttp.ClientSession(cookies=space.cookies, headers=space.headers) as session:

        async def one(name: str, panel: str, messages: tuple[Message, ...]) -> None:
            async with gate:
                events = [
                    each async for each in _events(session, space.url(panel), form(panel, messages, models[name]))
                ]
            _count(tallies[name], panel, messages, events)

        await asyncio.gather(
            *(one(name, panel, messages) for name in models for panel in panels for _, messages in prompts(count))
        )
    return tallies


async def _events(session: aiohttp.ClientSession, url: str, data: Any) -> AsyncIterator[tuple[str, Any]]:
    async with session.post(url, data=data) as answer:
        if answer.status != 200:
            yield "refused", (await answer.text())[:300]
            return
        body = await answer.read()
    for block in body.decode().split("\n\n"):
        lines = dict(line.partition(": ")[::2] for line in block.split("\n") if ": " in line)
        if "event" in lines:
            yield lines["event"], orjson.loads(lines["data"])


def _count(tally: Tally, panel: str, messages: tuple[Message, ...], events: list[tuple[str, Any]]) -> None:
    names = [name for name, _ in events]
    tally.answers += 1
    end = "raw" if "raw" in names else "repaired" if "repair" in names else "whole"
    end = end if names[-1:] == ["done"] else "failed"
    tally.ended[end] += 1
    if end in ("failed", "raw"):
        tally.problems.append(
            f"{panel}: {next((str(data)[:200] for name, data in events if name in _BAD), names[-3:])}"
        )
    last = len(names) - 1 - names[::-1].index("repair") if "repair" in names else -1
    for name, data in events[last + 1 :]:  # what came before a repair is void
        if name == "item":
            _count_item(tally, data["list"], data["value"], messages)
        elif name == "value" and data["name"] == "placeholders":
            tally.rewrites += 1
            tally.kept += not data["value"]["lost"] and not data["value"]["added"]


_BAD = ("error", "raw", "refused")


def _count_item(tally: Tally, kind: str, value: dict[str, Any], messages: tuple[Message, ...]) -> None:
    if kind == "findings" and value["quote"]:
        tally.quotes += 1
        texts = [messages[place["message"]].content[place["start"] : place["end"]] for place in value["places"]]
        tally.anchored += value["quote"] in texts
        tally.hidden += not texts
    if kind == "edits":
        tally.edits += 1
        tally.applicable += len(value["places"]) == 1 and not value.get("problem")
        tally.appended += not value["find"]


def rows(name: str, tally: Tally, *, strict: bool) -> list[Row]:
    """The shares of one tally; targets where the answers are known to be good."""

    def share(title: str, part: int, whole: int) -> Row:
        target = ">= 100" if strict and whole else ""
        against = f"{part} of {whole}"
        return Row(
            f"{name}: {title}", round(100 * part / whole, 1) if whole else 0.0, "%", target=target, against=against
        )

    whole, repaired, raw = (tally.ended[each] for each in ("whole", "repaired", "raw"))
    return [
        share("answers parsed whole", whole, tally.answers),
        Row(f"{name}: repaired, raw, failed", repaired + raw + tally.ended["failed"], "", against=f"{repaired}, {raw}"),
        share("quotes anchored exactly", tally.anchored, tally.quotes),
        share("edits applicable", tally.applicable, tally.edits),
        share("rewrites with all placeholders", tally.kept, tally.rewrites),
    ]
