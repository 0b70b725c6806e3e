"""`promptassay trust attack`: attacks a live instance with the keys of two workspaces of one's own, and reports."""

import os
import re
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import orjson

from promptassay.trust.attack import described
from promptassay.trust.attack.attacks import ATTACKS
from promptassay.trust.attack.described import Operation
from promptassay.trust.attack.inventory import Side, explore
from promptassay.trust.attack.kit import Kit, marker
from promptassay.trust.attack.report import Report, as_json, in_words
from promptassay.trust.attack.wire import CannotRun, HttpTransport, Request, Transport, Wire

RATE: Final = 5.0
MOST: Final = 800
_KEY: Final = re.compile(r"pa_live_[0-9a-f]{64}")


@dataclass(frozen=True)
class Wanted:
    """What was asked for on the command line. Keys are texts, `env:NAME` or `file:PATH`."""

    url: str
    key_a: str = ""
    key_b: str = ""
    write: bool = False
    dry_run: bool = False
    rate: float = RATE
    most: int = MOST
    report: str = ""
    as_json: bool = False


def main(wanted: Wanted) -> int:
    """Print what was found; returns 0 when nothing came through, 1 when something did. Raises CannotRun, which is 2."""
    if not 0 < wanted.rate <= RATE:
        raise CannotRun(
            f"The rate is above 0 and at most {RATE:.0f} requests a second.", next_step="Give another --rate."
        )
    transport = HttpTransport(wanted.url)
    if wanted.dry_run:
        wire = Wire(transport, wanted.rate, wanted.most)
        sys.stdout.write(plan(described.read(wire.send("nobody", Request("GET", described.DESCRIPTION))), wanted.write))
        return 0
    report = attack(transport, wanted)
    told = orjson.dumps(as_json(report), option=orjson.OPT_INDENT_2).decode() + "\n"
    if wanted.report:
        Path(wanted.report).write_text(told, encoding="utf-8")
    sys.stdout.write(told if wanted.as_json else in_words(report))
    return report.exit_code


def attack(transport: Transport, wanted: Wanted, wire: Wire | None = None) -> Report:
    """Learn what both keys show, then try everything in order. Whatever was made with --write is archived again."""
    began, started = datetime.now(UTC).isoformat(timespec="seconds"), time.monotonic()
    a, b = Side("A", _key(wanted.key_a, "--key-a")), Side("B", _key(wanted.key_b, "--key-b"))
    if a.key == b.key:
        raise CannotRun("Both keys are the same.", next_step="Give the keys of two workspaces of yours.")
    wire = wire or Wire(transport, wanted.rate, wanted.most)
    operations = described.read(wire.send("nobody", Request("GET", described.DESCRIPTION)))
    made = _plant(wire, b) if wanted.write else ""
    kit, stopped = Kit(wire, a, b, operations, writes=wanted.write), ""
    try:
        for side in (b, a):
            explore(wire, side, operations)
            side.values = {"label": "production", "number": "1", **side.values}
        if made:
            b.values["prompt_id"], b.values["number"] = made, "1"
        kit.arm()
        for name, title, run in ATTACKS:
            run(kit, kit.begin(name, title))
    except CannotRun as error:
        if not kit.tallies:
            raise
        stopped = str(error)
    finally:
        if made and not _archived(wire, b, made):
            stopped += " The prompt with the marker could not be archived: it is the newest in B."
    return Report(wanted.url, began, time.monotonic() - started, wire.sent, kit.tallies, kit.findings, stopped)


def plan(operations: list[Operation], write: bool) -> str:
    """What would be tried, without a request to any of it."""
    lines = ["Nothing was sent but one request for the description of the API. An attack would try:", ""]
    lines += [f"  {title}" for name, title, _ in ATTACKS if write or name != "writes"]
    lines += ["", "at:"]
    lines += [f"  {each.method:<6} {described.PREFIX}{each.path}" for each in operations if write or not each.changes]
    left = [] if write else [f"  {each.method:<6} {each.path}" for each in operations if each.changes]
    lines += ["", "left out without --write:", *left] if left else []
    return "\n".join(lines) + "\n"


def _key(given: str, option: str) -> str:
    """The key that an option gives: itself, `env:NAME` for a variable, `file:PATH` for a file's first line."""
    text = given.strip()
    if text.startswith("env:"):
        text = os.environ.get(text.removeprefix("env:"), "")
    elif text.startswith("file:"):
        try:
            text = (Path(text.removeprefix("file:")).read_text(encoding="utf-8").splitlines() or [""])[0]
        except OSError as error:
            raise CannotRun(f"The file for {option} cannot be read.", why=f"{error.strerror}.") from None
    if not _KEY.fullmatch(text.strip()):
        raise CannotRun(
            f"{option} gives no API key.",
            why="A key is pa_live_ and 64 hexadecimal digits.",
            next_step="Give it as env:NAME or file:PATH, which keeps it out of the list of processes, or as it is.",
        )
    return text.strip()


def _plant(wire: Wire, side: Side) -> str:
    """A prompt in B with a marker in it; its id."""
    text = marker()
    body = orjson.dumps({"title": f"Attack kit {text}", "content": f"{text} {{{{ticket}}}}"})
    headers = side.headers(("Content-Type", "application/json"))
    answer = wire.send(side.who, Request("POST", f"{described.PREFIX}/prompts", headers, body))
    if answer.status != 201:
        raise CannotRun(
            f"Key {side.who} may not write: the prompt with the marker was answered {answer.status}.",
            next_step="Give it the scope prompts:write, or leave --write out.",
        )
    side.texts.add(text)
    return str(orjson.loads(answer.body)["data"]["id"])


def _archived(wire: Wire, side: Side, prompt_id: str) -> bool:
    """Whether the prompt with the marker is out of sight again; for this the number of requests does not count."""
    wire.most = wire.sent + 2
    request = Request("DELETE", f"{described.PREFIX}/prompts/{prompt_id}", side.headers())
    try:
        return wire.send(side.who, request).status == 200
    except CannotRun:
        return False
