"""Reads a model's output as JSON, strictly and within limits, and says in plain words why it is not JSON."""

import json
from typing import Any, Final

import orjson

from promptassay.evals.checks.base import MAX_OUTPUT_BYTES
from promptassay.evals.checks.wording import quoted

MAX_JSON_DEPTH: Final = 64


class NotJson(Exception):
    """The text is not JSON that we read; the exception's text completes “The output is not JSON: …”."""


def parse_json(text: str, *, allow_fence: bool = False, unique_keys: bool = False) -> Any:
    """The value of a JSON text (RFC 8259: no comments, no NaN, nothing around it but white space).

    allow_fence: the JSON may stand in one Markdown fence that is the whole text. unique_keys: an object that
    names a field twice is refused instead of the last one winning. NotJson also past 1 MB or 64 levels.
    """
    data = text.encode("utf-8", "surrogatepass")
    if len(data) > MAX_OUTPUT_BYTES:
        raise NotJson(f"it is {len(data):,} bytes long, and the limit is {MAX_OUTPUT_BYTES:,}.")
    inner = without_fence(text)
    if inner is not None and not allow_fence:
        raise NotJson("it stands in a Markdown fence (```). Turn on `allow_fence` to accept that.")
    source = text if inner is None else inner
    if not source.strip():
        raise NotJson("it is empty.")
    try:
        value = orjson.loads(source)
    except orjson.JSONDecodeError as problem:
        raise NotJson(_explain(source, problem)) from None
    if depth(value) > MAX_JSON_DEPTH:
        raise NotJson(f"it nests deeper than {MAX_JSON_DEPTH} levels.")
    if unique_keys:
        json.loads(source, object_pairs_hook=_refuse_repeats)
    return value


def without_fence(text: str) -> str | None:
    """The inside of a Markdown fence that is the whole text, or None when the text is not that."""
    stripped = text.strip()
    if not (stripped.startswith("```") and stripped.endswith("```")):
        return None
    info, line_break, body = stripped[3:].partition("\n")
    if not line_break or not body.endswith("```") or "`" in info:
        return None
    return body[:-3]


def depth(value: Any) -> int:
    """How deep lists and objects nest: 0 for a plain value, 1 for `[]`."""
    levels = 0
    level = [value]
    while level := [each for each in level if isinstance(each, (list, dict))]:
        levels += 1
        level = [inner for each in level for inner in (each.values() if isinstance(each, dict) else each)]
    return levels


def _refuse_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise NotJson(f"the field {quoted(name)} stands twice in one object.")
        found[name] = value
    return found


def _explain(source: str, problem: orjson.JSONDecodeError) -> str:
    if "surrogates not allowed" in problem.msg:
        return "it holds half of a character pair (a lone surrogate), which is not text."
    if "depth limit" in problem.msg:
        return f"it nests deeper than {MAX_JSON_DEPTH} levels."
    near = source[problem.pos : problem.pos + 20]
    place = f"at line {problem.lineno}, column {problem.colno}"
    before = f", at {quoted(near)}" if near.strip() else ""
    return f"{problem.msg} {place}{before}."
