"""The panels: how usable their answers are, what they add to a direct call, 200 streams at once, and hanging up."""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from bench.panel_forms import PROMPTS, Workspace, form, workspace
from bench.panel_quality import Tally, measure, rows
from bench.server import Server, cpu_seconds, fake_provider, processes, proportional_megabytes
from bench.streaming import CALLS, added_rows, first_token
from bench.table import Row, percentile
from promptassay.language.messages import Message

TITLE = "panels: answers that can be used, time to first token, 200 streams on one web process, hanging up"
OPEN, KEYS, LEAVING, LEAVING_AT_ONCE = 200, 4, 1_000, 40
# One key starts with 64 calls in flight, as providers like it; 200 people have more than one.
TEXT = (Message("user", "Sort the ticket by team: {{ticket}}. Answer with one word."),)
WORDS = " ".join(f"word{number}" for number in range(60))
SCORES = json.dumps(
    {
        "scores": [
            {"aspect": aspect, "score": 5, "reason": "Half of it is said."}
            for aspect in ("clarity", "specificity", "structure", "context", "output", "robustness")
        ],
        "findings": [
            {"severity": "may", "title": "One", "detail": "A thing.", "message": 1, "quote": "Sort the ticket"}
        ],
        "summary": "It can be read.",
    }
)
LATENCY_MS, TOKEN_MS = 200, 80
FORMATS = {
    "openai": ("openai/v1", "sk-bench-0123456789abcdef"),
    "anthropic": ("anthropic", "sk-ant-bench-0123456789abcdef"),
    "google": ("google", "AIzaBench0123456789abcdefghijklmnopqrst"),
}
SLIPS = (
    ("fenced", "whole"),
    ("chatty", "whole"),
    ("cut-json", "raw"),
    ("wrong-type", "raw"),
)
_IN_JSON = ("critique", "improve", "rewrite", "compare", "cases")


def more_options() -> argparse.ArgumentParser:
    """The options of this benchmark alone."""
    parser = argparse.ArgumentParser(prog="python -m bench panels", description=__doc__)
    parser.add_argument("--part", choices=("all", "quality", "first", "load", "leave"), default="all")
    parser.add_argument("--minutes", type=float, default=1.0, help="how long 200 streams are kept open; 5 to be quoted")
    parser.add_argument("--leaving", type=int, default=LEAVING, help="how many clients hang up")
    parser.add_argument("--prompts", type=int, default=PROMPTS, help="how many prompts the answers are judged on")
    real = parser.add_argument_group("a real model instead of the fake one, for the quality of its answers")
    real.add_argument("--provider", choices=("compatible", "openai", "anthropic", "google"), default="compatible")
    real.add_argument("--base-url", default=os.environ.get("PROMPTASSAY_BENCH_BASE_URL", ""))
    real.add_argument("--key", default="", help="or PROMPTASSAY_BENCH_KEY, which no list of processes shows")
    real.add_argument("--model", default=os.environ.get("PROMPTASSAY_BENCH_MODEL", ""))
    return parser


@dataclass(frozen=True)
class Stage:
    """What all parts share: the fake provider's address, the server, the workspace, the options."""

    address: str
    server: Server
    space: Workspace
    options: argparse.Namespace

    def control(self, **options: Any) -> None:
        """Set how the fake provider behaves from now on, and forget what it received."""
        for path, sent in (("_control", options), ("_reset", {})):
            request = urllib.request.Request(f"{self.address}/{path}", data=json.dumps(sent).encode())
            with urllib.request.urlopen(request) as answer:
                assert answer.status == 200

    def received(self) -> list[dict[str, Any]]:
        """What the fake provider received since then."""
        with urllib.request.urlopen(f"{self.address}/_record") as answer:
            found: list[dict[str, Any]] = json.load(answer)["received"]
        return found

    def plain(self, *, latency_ms: float, token_ms: float, keep: bool) -> None:
        """One answer for each of two panels, at this pace."""
        rules = [["critique panel", SCORES], ["brainstorm panel", WORDS]]
        self.control(rules=rules, latency=latency_ms / 1000, token_interval=token_ms / 1000, keep=keep)


def run(repeats: int, options: argparse.Namespace) -> list[Row]:
    """The parts that were asked for; with a real model only the quality of its answers."""
    if options.model:
        return _real(options)
    parts = {"quality": _quality, "first": _first, "load": _load, "leave": _leave}
    chosen = parts if options.part == "all" else {options.part: parts[options.part]}
    with fake_provider(says=("--mode", "demo")) as address:
        keys = {name: (name, secret, "") for name, (_, secret) in FORMATS.items()}
        secret = FORMATS["openai"][1]
        keys |= {f"key {number}": ("compatible", secret, f"{address}/openai/v1") for number in range(KEYS)}
        urls = {f"PROMPTASSAY_{name.upper()}_BASE_URL": f"{address}/{path}" for name, (path, _) in FORMATS.items()}
        with workspace(keys, urls) as (server, space):
            stage = Stage(address, server, space, options)
            return [row for part in chosen.values() for row in part(stage)]


def _real(options: argparse.Namespace) -> list[Row]:
    secret = options.key or os.environ.get("PROMPTASSAY_BENCH_KEY", "")
    if not secret:
        raise SystemExit("Give the key of the real model in PROMPTASSAY_BENCH_KEY, or with --key.")
    setting = f"PROMPTASSAY_{options.provider.upper()}_BASE_URL"
    named = {setting: options.base_url} if options.base_url and options.provider != "compatible" else {}
    with workspace({"real": (options.provider, secret, options.base_url)}, named) as (_, space):
        models = {options.model: f"{space.keys['real']}/{options.model}"}
        tallies = asyncio.run(measure(space, models, count=options.prompts))
    _tell(tallies)
    return rows(options.model, tallies[options.model], strict=False)


def _tell(tallies: Mapping[str, Tally]) -> None:
    """Why answers did not come through, to be read beside the table."""
    for name, tally in tallies.items():
        for problem in tally.problems[:10]:
            sys.stderr.write(f"{name}: {problem}\n")


def _quality(stage: Stage) -> list[Row]:
    """Good answers in three formats, then answers of sloppy models: all must come through or be told."""
    found: list[Row] = []
    for seed in (0, 5):  # a seed writes the same JSON as another model would
        stage.control(rules=[], seed=seed, latency=0, token_interval=0, keep=False)
        models = {f"{name}{', restyled' if seed else ''}": f"{stage.space.keys[name]}/gpt-test" for name in FORMATS}
        tallies = asyncio.run(measure(stage.space, models, count=stage.options.prompts))
        _tell(tallies)
        for name, tally in tallies.items():
            found += rows(name, tally, strict=True)
    stage.control(seed=0)
    return [*found, *_slips(stage.space)]


def _slips(space: Workspace) -> list[Row]:
    """What becomes of answers that are cut, talked around, or quote what is not there."""
    tallies: dict[str, tuple[Tally, str]] = {}
    for slip, expected in SLIPS:
        models = {slip: f"{space.keys['openai']}/gpt-test!{slip}"}
        tallies[slip] = asyncio.run(measure(space, models, count=2, panels=_IN_JSON))[slip], expected
    once = Tally()  # a slip that happens once does so for each name of a model
    for panel in _IN_JSON:
        models = {panel: f"{space.keys['openai']}/gpt-{panel}!cut-jsonx1"}
        once += asyncio.run(measure(space, models, count=1, panels=(panel,)))[panel]
    tallies["cut-json once"] = once, "repaired"
    found = [_told(name, tally, expected) for name, (tally, expected) in tallies.items()]
    models = {name: f"{space.keys['openai']}/gpt-test!{name}" for name in ("wrong-quote", "double-find")}
    both = asyncio.run(measure(space, models, count=6, panels=("critique", "improve")))
    wrong, twice = both["wrong-quote"], both["double-find"]
    applicable = twice.applicable - twice.appended
    return [
        *found,
        Row("wrong-quote: anchored", wrong.anchored, "", target="<= 0", against=f"{wrong.quotes} quotes"),
        Row("double-find: applicable", applicable, "", target="<= 0", against=f"{twice.edits} edits"),
    ]


def _told(name: str, tally: Tally, expected: str) -> Row:
    share = round(100 * tally.ended[expected] / tally.answers, 1)
    return Row(
        f"{name}: {expected}", share, "%", target=">= 100", against=f"{tally.ended[expected]} of {tally.answers}"
    )


def _first(stage: Stage) -> list[Row]:
    """Alternate direct and routed calls of the same words, alone."""
    stage.plain(latency_ms=50, token_ms=2, keep=True)
    return asyncio.run(_alternate(stage))


async def _alternate(stage: Stage) -> list[Row]:
    space = stage.space
    fields = form("brainstorm", TEXT, f"{space.keys['key 0']}/gpt-test")
    async with (
        aiohttp.ClientSession(cookies=space.cookies, headers=space.headers) as ours,
        aiohttp.ClientSession() as theirs,
    ):

        async def routed() -> float:
            return await first_token(ours, space.url("brainstorm"), b"event: delta", data=fields)

        async def straight() -> float:
            return await first_token(theirs, f"{stage.address}/openai/v1/chat/completions", b'"content":"', data=body)

        for _ in range(5):
            await routed()
        body = stage.received()[-1]["body"].encode()  # the very same call
        for _ in range(5):
            await straight()
        pairs = [(await routed(), await straight()) for _ in range(CALLS)]
        return added_rows("panel alone", [one for one, _ in pairs], [other for _, other in pairs], 5)


def _load(stage: Stage) -> list[Row]:
    """200 streams of several seconds, begun one after the other, for the minutes asked for."""
    stage.plain(latency_ms=LATENCY_MS, token_ms=TOKEN_MS, keep=False)
    length = (LATENCY_MS + TOKEN_MS * len(WORDS.split())) / 1000
    minutes = stage.options.minutes
    body = {"model": "gpt-test", "stream": True, "messages": [{"role": "user", "content": "brainstorm panel"}]}
    task = _task(stage.space) | {
        "kind": "steady",
        "open": OPEN,
        "ramp": length,
        "seconds": length * 2 + 60 * minutes,
        "direct": {"url": f"{stage.address}/openai/v1/chat/completions", "body": body},
    }
    memory: list[float] = []
    stop = threading.Event()
    web = processes(stage.server)["web"]

    def watch() -> None:
        stop.wait(length * 2)  # all are open, and each worker has begun a second one
        while not stop.wait(max(1.0, minutes)):
            memory.append(proportional_megabytes(web))

    watcher = threading.Thread(target=watch)
    watcher.start()
    before = cpu_seconds(web)
    result = _client(task)
    used = (cpu_seconds(web) - before) / task["seconds"]
    stop.set()
    watcher.join()
    return [*_load_rows(result, memory, minutes), Row("processor of the web process", round(used, 2), "cores")]


def _load_rows(result: dict[str, Any], memory: list[float], minutes: float) -> list[Row]:
    base = percentile(result["direct"], 0.5)
    added = sorted(1000 * (each - base) for each in result["first"])
    tenth = max(1, len(memory) // 5)
    before, after = percentile(memory[:tenth], 0.5), percentile(memory[-tenth:], 0.5)
    open_then = result["open"][len(result["open"]) // 3 : -2] or [0]
    middle = percentile(added, 0.5)
    beside = "direct call, median, same load"
    why = ", ".join(sorted(set(result["dropped"])))
    p95 = round(percentile(added, 0.95), 1)
    return [
        Row("streams open, median", percentile(open_then, 0.5), "", low=min(open_then), high=max(open_then)),
        Row("streams that ended well", result["done"], "", against=f"in {minutes:g} min"),
        Row(
            "streams dropped",
            len(result["dropped"]),
            "",
            target="<= 0",
            against=why,
        ),
        Row(
            "first token added, median",
            round(middle, 1),
            "ms",
            ratio=round(1 + middle / 1000 / base, 3),
            against=beside,
        ),
        Row("first token added, p95", p95, "ms", target="<= 150", ratio=_times(p95, base), against=beside),
        Row("memory of the web process", round(after, 1), "MB", low=round(min(memory), 1), high=round(max(memory), 1)),
        Row("its growth", round(100 * (after / before - 1), 2), "%", target="<= 5", against="last fifth / first fifth"),
    ]


def _times(added_ms: float, base_s: float) -> float:
    """A routed call in direct ones."""
    return round(1 + added_ms / 1000 / base_s, 3)


def _leave(stage: Stage) -> list[Row]:
    """Clients that hang up at any moment; the fake provider notes when its connection closed."""
    stage.plain(latency_ms=100, token_ms=100, keep=True)
    count = stage.options.leaving
    task = _task(stage.space) | {"kind": "leave", "count": count, "at_once": LEAVING_AT_ONCE, "longest": 2.0}
    left = _client(task)["left"]
    time.sleep(1.5)
    closed: dict[str, float] = {}
    for each in stage.received():
        number = each["body"].rpartition("Stream number ")[2][:5]
        if number.isdigit() and each["closed_early"] is not None:
            closed[str(int(number))] = each["closed_early"]
    delays = [1000 * (closed[number] - at) for number, at in left.items() if number in closed] or [0.0]
    in_time = sum(delay <= 1000 for delay in delays)
    p99 = round(percentile(delays, 0.99), 1)
    return [
        Row("closed upstream within 1 s", in_time, "", target=f">= {count}", against=f"{len(left)} clients left"),
        Row("closed after, p99", p99, "ms", low=round(min(delays), 1), high=round(max(delays), 1)),
    ]


def _task(space: Workspace) -> dict[str, Any]:
    """Two panels on each of the plain keys; the time to the first token is that of the one that answers in text."""
    forms = [
        {"url": space.url(panel), "fields": form(panel, TEXT, f"{key}/gpt-test"), "measured": panel == "brainstorm"}
        for name, key in space.keys.items()
        for panel in ("brainstorm", "critique")
        if name.startswith("key ")
    ]
    return {"cookies": space.cookies, "headers": space.headers, "forms": forms}


def _client(task: Mapping[str, Any]) -> dict[str, Any]:
    """The load client in its own process."""
    command = [sys.executable, "-m", "bench.panel_load"]
    done = subprocess.run(command, input=json.dumps(task), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"the load client failed:\n{done.stderr[-2000:]}")
    result: dict[str, Any] = json.loads(done.stdout)
    return result
