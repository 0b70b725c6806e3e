"""Takes values out of JSON that a stranger wrote: the wrong type reads as absent, never as an exception."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import orjson

from promptassay.providers.wire import Verdict

# What people set, by the names under which providers complain about it.
_SETTINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "temperature": ("temperature",),
    "top_p": ("top_p", "topp"),
    "stop": ("stop_sequences", "stopsequences", "stop"),
    "max_output_tokens": ("max_completion_tokens", "max_tokens", "max_output_tokens", "maxoutputtokens"),
    "reasoning_effort": (
        "reasoning_effort",
        "thinking",
        "thinking_budget",
        "thinkingbudget",
        "thinking_level",
        "thinkinglevel",
        "thinkingconfig",
        "budget_tokens",
        "effort",
    ),
    "seed": ("seed",),
    "presence_penalty": ("presence_penalty", "presencepenalty"),
    "frequency_penalty": ("frequency_penalty", "frequencypenalty"),
    "response_schema": (
        "response_format",
        "json_schema",
        "responsejsonschema",
        "response_json_schema",
        "responseschema",
        "output_config",
        "output_format",
    ),
    "tools": ("tools", "functiondeclarations", "function_declarations", "tool_choice"),
}
_WORD_TO_SETTING: Final = {word: setting for setting, words in _SETTINGS.items() for word in words}
_WORD: Final = re.compile(r"[a-z_]+")
_TOO_LONG: Final = (
    "context length",
    "context_length",
    "context window",
    "prompt is too long",
    "input token count",
    "maximum context",
    "too many tokens",
)
_NO_CREDIT: Final = (
    "insufficient_quota",
    "credit balance",
    "billing_error",
    "insufficient balance",
    "billing hard limit",
)


def as_dict(value: Any) -> dict[str, Any]:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """The array, or an empty one."""
    return value if isinstance(value, list) else []


def as_str(value: Any) -> str:
    """The string, or an empty one."""
    return value if isinstance(value, str) else ""


def as_count(value: Any) -> int | None:
    """A token count: a non-negative integer, or None."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def add_counts(*counts: int | None) -> int | None:
    """The sum of the counts that are known; None when none is."""
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def drop_none(values: Mapping[str, Any]) -> dict[str, Any]:
    """The mapping without its None values."""
    return {name: value for name, value in values.items() if value is not None}


def error_object(body: bytes) -> dict[str, Any]:
    """The error inside an error answer of any of the formats; empty when there is none to read."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    if isinstance(value, list) and value:
        value = value[0]
    inner = as_dict(value).get("error")
    return inner if isinstance(inner, dict) else as_dict(value)


def judge_status(status: int, words: Iterable[str]) -> Verdict:
    """What an HTTP error means; `words` are the provider's own and are only searched for terms known here."""
    text = " ".join(words).lower()
    if status in (402, 429) and any(term in text for term in _NO_CREDIT):
        return Verdict("no_credit")
    if status in _BY_STATUS:
        return Verdict(_BY_STATUS[status])
    if status in (400, 413, 422):
        if any(term in text for term in _TOO_LONG):
            return Verdict("prompt_too_long")
        if any(term in text for term in _NO_CREDIT):
            return Verdict("no_credit")
        if status == 413:
            return Verdict("prompt_too_long")
        return Verdict("bad_request", refused_setting(text))
    if 300 <= status < 400:
        return Verdict("redirected")
    return Verdict("server_error" if status >= 500 else "bad_request")


def refused_setting(text: str) -> str:
    """The first of our settings that an error text names, in our word for it; empty when it names none."""
    for word in _WORD.findall(text.lower()):
        if word in _WORD_TO_SETTING:
            return _WORD_TO_SETTING[word]
    return ""


_BY_STATUS: Final[Mapping[int, str]] = {
    401: "wrong_key",
    402: "no_credit",
    403: "forbidden",
    404: "model_not_found",
    408: "server_error",
    429: "rate_limited",
    503: "overloaded",
    529: "overloaded",
}
