"""The ways in which the fake provider misbehaves on purpose, and how a request asks for one."""

import re
from dataclasses import dataclass
from typing import Final

# Answers with this HTTP status and the provider's own error shape.
STATUS_FAULTS: Final = frozenset({400, 401, 402, 403, 404, 408, 413, 422, 429, 500, 502, 503, 504, 529})
NAMED_FAULTS: Final = {
    "context": "the prompt is too long for the model",
    "no-credit": "the account has no credit",
    "no-schema": "an error about the schema of the answer, for requests that have one",
    "key-echo": "an error that repeats the whole key",
    "html-200": "a web page with status 200",
    "html-502": "a web page with status 502",
    "redirect": "a redirect to another host",
    "empty": "status 200 and no body",
    "malformed": "JSON that breaks off in the middle",
    "bad-utf8": "bytes that are no UTF-8 inside the text",
    "split-utf8": "characters cut in two between packets",
    "reset": "the connection closed before any answer",
    "disconnect": "the connection closed in the middle",
    "hang": "no first byte",
    "stall": "silence in the middle",
    "slow": "one byte at a time",
    "huge-line": "one line of 2 MB",
    "huge": "12 MB of answer",
    "bomb": "20 MB of answer packed into 20 kB",
    "missing-end": "a clean end without the end marker",
    "late-error": "an error in the middle of the stream",
    "late-overloaded": "“overloaded” in the middle of the stream",
    "unknown-event": "events of unknown types in between, and comments",
    "double-end": "the end marker twice",
    "no-usage": "no token counts",
    "null-content": "content that is null",
    "unstreamed": "a whole JSON answer although a stream was asked for",
    "refusal": "the model refuses",
    "filtered": "the provider's filter stops the answer",
    "length": "the token limit stops the answer",
    "tool": "a tool call",
    "reasoning": "visible reasoning before the answer",
    "cut-json": "an answer that breaks off, as if it were whole",
    "fenced": "the answer in a code fence",
    "chatty": "words before and after the answer",
    "wrong-quote": "quotes that are not in the text",
    "double-find": "edits of words that stand in the text twice",
    "wrong-type": "lists where texts belong",
    "hostile": "scripts and control characters in every text",
}
# What is done to the text of an answer; it goes out well.
SLIPS: Final = frozenset({"cut-json", "fenced", "chatty", "wrong-quote", "double-find", "wrong-type", "hostile"})
_SPEC: Final = re.compile(r"(?P<name>[a-z0-9-]+?)(-(?P<form>after|date)-(?P<wait>\d+(\.\d+)?))?(x(?P<times>\d+))?")


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to misbehave.

    `wait` is what Retry-After says, in seconds, as a date if `as_date`. `times` limits it to the first
    requests for the model it was asked with; 0 means always.
    """

    name: str
    status: int = 0
    wait: float | None = None
    as_date: bool = False
    times: int = 0


def parse_fault(spec: str) -> Fault:
    """A fault from its spelling: `500`, `429-after-2`, `429-date-1`, `hang`, `500x1` (the first time only).

    Raises ValueError for an unknown name.
    """
    found = _SPEC.fullmatch(spec)
    name = found["name"] if found else ""
    status = int(name) if name.isdigit() else 0
    if found is None or (status not in STATUS_FAULTS and name not in NAMED_FAULTS):
        raise ValueError(f"there is no fault {spec!r}; there are {sorted(NAMED_FAULTS)} and {sorted(STATUS_FAULTS)}")
    wait = float(found["wait"]) if found["wait"] else None
    return Fault(name, status, wait, found["form"] == "date", int(found["times"] or 0))


def split_model(model: str) -> tuple[str, str]:
    """A model name and the fault asked for in it: `gpt-test!429` gives `gpt-test` and `429`."""
    name, _, spec = model.partition("!")
    return name, spec
