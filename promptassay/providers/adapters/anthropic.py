"""The wire format of Anthropic messages."""

import re
from collections.abc import Mapping
from typing import Any, Final

import orjson

from promptassay.providers.adapters.reading import (
    add_counts,
    as_count,
    as_dict,
    as_str,
    drop_none,
    error_object,
    judge_status,
    refused_setting,
)
from promptassay.providers.adapters.turns import split_turns
from promptassay.providers.sse_lines import ServerEvent, load_object
from promptassay.providers.wire import (
    Answer,
    CallRequest,
    Event,
    Finished,
    FinishReason,
    Headers,
    ModelInfo,
    ReasoningDelta,
    Target,
    TextDelta,
    ToolCall,
    Usage,
    Verdict,
    WireFault,
    WireRequest,
)

# The newer version refuses every sampling setting, so the models that still take them are called by the older one.
API_VERSION: Final = "2026-10-21"
SAMPLING_API_VERSION: Final = "2023-06-01"
# Before structured outputs existed, a tool that must be called carried the schema.
SCHEMA_TOOL: Final = "answer_in_this_shape"
JSON_LINE: Final = "Answer with one JSON object and nothing else."

# Models come in eras, told apart by name; a name not known here is taken for a new one.
_THINKS_WITH_BUDGET: Final = re.compile(r"claude-(3-7|(opus|sonnet)-4(-[015])?(-\d{8}|-latest)?$|haiku-4-5)")
_NEVER_THINKS: Final = re.compile(r"claude-(2|instant|3-(5|opus|sonnet|haiku))")
_TAKES_SAMPLING: Final = re.compile(r"claude-(2|instant|3|haiku-4|(opus|sonnet)-4(-[0156])?(-\d{8}|-latest)?$)")
_NO_SCHEMAS: Final = re.compile(r"claude-(2|instant|3|(opus|sonnet)-4(-0)?(-\d{8})?$)")
_OLD: Final = re.compile(r"claude-(2|instant|3)")
_BUDGETS: Final = {"low": 2048, "medium": 8192, "high": 16384}

_FINISH: Final[Mapping[str, FinishReason]] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "refusal",
}
_ERROR_STATUS: Final[Mapping[str, int]] = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
# Constraints that structured outputs refuse; they move into the description, where the model reads them.
_CONSTRAINTS: Final = frozenset(
    {
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "maxItems",
        "uniqueItems",
        "minProperties",
        "maxProperties",
        "patternProperties",
    }
)

# Anthropic's documentation of errors: authentication_error is a 401.
REFUSES_WITH: Final = frozenset({401})


def build(request: CallRequest, target: Target, *, stream: bool) -> WireRequest:
    """The HTTP request for a call. The token limit is required here, so it has a default."""
    settings = request.settings
    system, turns = split_turns(request.messages)
    body: dict[str, Any] = {
        "model": request.model,
        "messages": [
            # Closing white space after the model's own words is refused.
            {"role": turn.role, "content": turn.text.rstrip() if turn.role == "assistant" else turn.text}
            for turn in turns
        ],
    }
    if stream:
        body["stream"] = True
    if request.json_mode and request.response_schema is None:
        system = f"{system}\n\n{JSON_LINE}".strip()
    if system:
        body["system"] = system
    if settings.stop:
        body["stop_sequences"] = list(settings.stop)
    if request.tools:
        body["tools"] = [
            {"name": tool.name, "description": tool.description, "input_schema": tool.parameters}
            for tool in request.tools
        ]
    body |= _length_and_reasoning(request)
    if request.response_schema is not None:
        _ask_for_shape(body, request)
    version = SAMPLING_API_VERSION if _TAKES_SAMPLING.match(request.model) else API_VERSION
    return WireRequest(_path(target, "/messages"), _headers(target, version), orjson.dumps(body))


def _length_and_reasoning(request: CallRequest) -> dict[str, Any]:
    """Token limit, sampling and thinking, which exclude each other in ways that differ by era."""
    settings = request.settings
    limit = settings.max_output_tokens or (4096 if _OLD.match(request.model) else 8192)
    effort = settings.reasoning_effort
    if effort is not None and _THINKS_WITH_BUDGET.match(request.model):
        budget = _BUDGETS[effort]
        # The limit covers thinking as well, while people set it for the answer.
        return {"max_tokens": budget + limit, "thinking": {"type": "enabled", "budget_tokens": budget}}
    if effort is not None and not _NEVER_THINKS.match(request.model):
        limit = settings.max_output_tokens or 16384
        return {"max_tokens": limit, "thinking": {"type": "adaptive"}, "output_config": {"effort": effort}}
    if not _TAKES_SAMPLING.match(request.model):
        return {"max_tokens": limit}
    # Since 4.1 the two are refused together; temperature is the one people mean.
    both = settings.temperature is not None and not _OLD.match(request.model)
    sampling = {"temperature": settings.temperature, "top_p": None if both else settings.top_p}
    return {"max_tokens": limit} | drop_none(sampling)


def _ask_for_shape(body: dict[str, Any], request: CallRequest) -> None:
    schema = request.response_schema
    if not _NO_SCHEMAS.match(request.model):
        wanted = {"type": "json_schema", "schema": close_schema(schema)}
        body["output_config"] = body.get("output_config", {}) | {"format": wanted}
        return
    tool = {"name": SCHEMA_TOOL, "description": "Gives the answer in its shape.", "input_schema": schema}
    body["tools"] = [*body.get("tools", []), tool]
    if "thinking" not in body:  # a model that thinks may not be forced
        body["tool_choice"] = {"type": "tool", "name": SCHEMA_TOOL}


def close_schema(schema: Any) -> Any:
    """The schema as structured outputs want it: objects closed, numeric and length limits in words."""
    if isinstance(schema, list):
        return [close_schema(item) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    closed = {name: _close_part(name, part) for name, part in schema.items() if name not in _CONSTRAINTS}
    words = ", ".join(f"{name}: {part}" for name, part in schema.items() if name in _CONSTRAINTS)
    if words:
        closed["description"] = f"{as_str(schema.get('description'))} ({words})".strip()
    if schema.get("type") == "object":
        closed["additionalProperties"] = False
    return closed


def _close_part(name: str, part: Any) -> Any:
    if name in ("properties", "$defs", "definitions") and isinstance(part, Mapping):
        return {key: close_schema(value) for key, value in part.items()}
    return part if name in ("enum", "const", "default", "examples", "required") else close_schema(part)


def parse_full(body: bytes) -> Answer:
    """A whole answer. Raises WireFault("malformed")."""
    value = load_object(body)
    if not isinstance(value.get("content"), list):
        _raise_error(value)
        raise WireFault("malformed")
    text, reasoning, calls = "", "", []
    for block in map(as_dict, value["content"]):
        if block.get("type") == "text":
            text += as_str(block.get("text"))
        elif block.get("type") == "thinking":
            reasoning += as_str(block.get("thinking"))
        elif block.get("type") == "tool_use":
            arguments = orjson.dumps(block.get("input")).decode()
            if block.get("name") == SCHEMA_TOOL:
                text += arguments
            else:
                calls.append(ToolCall(as_str(block.get("id")), as_str(block.get("name")), arguments))
    finish = _finish(value.get("stop_reason"), calls=bool(calls))
    refusal = as_str(as_dict(value.get("stop_details")).get("explanation")) or None
    finished = Finished(finish, _usage(as_dict(value.get("usage"))), refusal, as_str(value.get("model")) or None)
    return Answer(text, finished, tuple(calls), reasoning)


class StreamReader:
    """Turns the events of one streamed answer into ours."""

    __slots__ = ("_blocks", "_calls", "_model", "_refusal", "_stop", "_usage", "done")

    def __init__(self) -> None:
        self.done = False
        self._model = ""
        self._stop = ""
        self._refusal = ""
        self._usage: dict[str, Any] = {}
        self._blocks: dict[int, list[str]] = {}
        self._calls: list[Event] = []

    def feed(self, event: ServerEvent) -> list[Event]:
        """The events inside one server event. Raises WireFault when it is malformed or an error."""
        value = load_object(event.data)
        match value.get("type"):
            case "content_block_delta":
                return self._delta(as_count(value.get("index")) or 0, as_dict(value.get("delta")))
            case "content_block_start":
                return self._start(as_count(value.get("index")) or 0, as_dict(value.get("content_block")))
            case "content_block_stop":
                self._end(as_count(value.get("index")) or 0)
            case "message_start":
                message = as_dict(value.get("message"))
                self._model = as_str(message.get("model"))
                self._usage |= drop_none(as_dict(message.get("usage")))
            case "message_delta":
                delta = as_dict(value.get("delta"))
                self._stop = as_str(delta.get("stop_reason")) or self._stop
                self._refusal = as_str(as_dict(delta.get("stop_details")).get("explanation"))
                self._usage |= drop_none(as_dict(value.get("usage")))
            case "message_stop":
                self.done = True
            case "error":
                _raise_error(value)
        return []

    def _start(self, index: int, block: dict[str, Any]) -> list[Event]:
        if block.get("type") == "tool_use":
            self._blocks[index] = [as_str(block.get("id")), as_str(block.get("name")), ""]
        if text := as_str(block.get("text")):
            return [TextDelta(text)]
        return []

    def _delta(self, index: int, delta: dict[str, Any]) -> list[Event]:
        if text := as_str(delta.get("text")):
            return [TextDelta(text)]
        if thinking := as_str(delta.get("thinking")):
            return [ReasoningDelta(thinking)]
        if (piece := as_str(delta.get("partial_json"))) and index in self._blocks:
            if self._blocks[index][1] == SCHEMA_TOOL:
                return [TextDelta(piece)]
            self._blocks[index][2] += piece
        return []

    def _end(self, index: int) -> None:
        block = self._blocks.pop(index, None)
        if block is not None and block[1] != SCHEMA_TOOL:
            self._calls.append(ToolCall(block[0], block[1], block[2] or "{}"))

    def close(self) -> list[Event]:
        """The last events. Raises WireFault("cut_off") when the end marker did not come."""
        if not self.done:
            raise WireFault("cut_off")
        finish = _finish(self._stop, calls=bool(self._calls))
        return [
            *self._calls,
            Finished(finish, _usage(self._usage), self._refusal or None, self._model or None),
        ]


def error_kind(status: int, body: bytes) -> Verdict:
    """What an HTTP error means."""
    error = error_object(body)
    return judge_status(status, [as_str(error.get("type")), as_str(error.get("message"))])


def build_models(target: Target) -> WireRequest:
    """The request for the models that the key may use."""
    return WireRequest(_path(target, "/models?limit=1000"), _headers(target))


def parse_models(body: bytes) -> list[ModelInfo]:
    """The models, in the provider's order. Raises WireFault("malformed")."""
    value = load_object(body)
    if not isinstance(value.get("data"), list):
        raise WireFault("malformed")
    return [
        ModelInfo(
            name,
            as_str(model.get("display_name")),
            as_count(model.get("max_input_tokens")) or None,
            as_count(model.get("max_tokens")) or None,
        )
        for model in map(as_dict, value["data"])
        if (name := as_str(model.get("id")))
    ]


def _path(target: Target, path: str) -> str:
    return path if target.url.endswith("/v1") else f"/v1{path}"


def _headers(target: Target, version: str = API_VERSION) -> Headers:
    headers = Headers({"Content-Type": "application/json", "anthropic-version": version})
    if target.secret:
        headers["x-api-key"] = target.secret.reveal()
    return headers


def _finish(reason: Any, *, calls: bool) -> FinishReason:
    finish = _FINISH.get(as_str(reason), "other")
    # The tool that only carries the schema is no call.
    return "stop" if finish == "tool_calls" and not calls else finish


def _usage(usage: dict[str, Any]) -> Usage:
    cached = as_count(usage.get("cache_read_input_tokens"))
    return Usage(
        add_counts(as_count(usage.get("input_tokens")), as_count(usage.get("cache_creation_input_tokens")), cached),
        as_count(usage.get("output_tokens")),
        cached,
        as_count(as_dict(usage.get("output_tokens_details")).get("thinking_tokens")),
    )


def _raise_error(value: dict[str, Any]) -> None:
    error = as_dict(value.get("error"))
    if value.get("type") != "error" and not error:
        return
    kind = as_str(error.get("type"))
    verdict = judge_status(_ERROR_STATUS.get(kind, 500), [kind, as_str(error.get("message"))])
    raise WireFault(verdict.kind, verdict.setting or refused_setting(as_str(error.get("message"))))
