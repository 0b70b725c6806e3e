"""The wire format of OpenAI chat completions, which Ollama, vLLM, Mistral, Groq and many others speak too."""

import re
from collections.abc import Mapping
from typing import Any, Final

import orjson

from promptassay.providers.adapters.reading import (
    as_count,
    as_dict,
    as_list,
    as_str,
    drop_none,
    error_object,
    judge_status,
)
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

# Models that reason refuse sampling settings. `-chat` variants of GPT-5 do not reason.
_REASONS: Final = re.compile(r"^(o\d|gpt-[5-9](?!.*chat)|gpt-\d\d)")
_FINISH: Final[Mapping[str, FinishReason]] = {
    "stop": "stop",
    "eos": "stop",
    "end_turn": "stop",
    "length": "length",
    "max_tokens": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
}

# OpenAI's documentation of error codes: no key or a wrong one is a 401.
REFUSES_WITH: Final = frozenset({401})


def build(request: CallRequest, target: Target, *, stream: bool) -> WireRequest:
    """The HTTP request for a call. OpenAI is told not to store it; other servers may not know the option."""
    own = target.provider == "openai"
    settings = request.settings
    body: dict[str, Any] = {
        "model": request.model,
        "messages": [{"role": message.role, "content": message.content} for message in request.messages],
    }
    if stream:
        body["stream"] = True
        body["stream_options"] = {"include_usage": True}
    if own:
        body["store"] = False
    if settings.max_output_tokens is not None:
        body["max_completion_tokens" if own else "max_tokens"] = settings.max_output_tokens
    if not (own and _REASONS.match(request.model)):
        body |= _sampling(request)
    if settings.reasoning_effort is not None:
        body["reasoning_effort"] = settings.reasoning_effort
    if settings.seed is not None:
        body["seed"] = settings.seed
    if request.response_schema is not None:
        schema = {
            "name": "answer",
            "schema": request.response_schema,
            "strict": _is_strict(request.response_schema),
        }
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    elif request.json_mode:
        body["response_format"] = {"type": "json_object"}
    if request.tools:
        body["tools"] = [
            {
                "type": "function",
                "function": {
                    "name": tool.name,
                    "description": tool.description,
                    "parameters": tool.parameters,
                },
            }
            for tool in request.tools
        ]
    return WireRequest("/chat/completions", _headers(target, json_body=True), orjson.dumps(body))


def parse_full(body: bytes) -> Answer:
    """A whole answer. Raises WireFault: malformed, or what an error inside a 200 means."""
    value = load_object(body)
    _raise_error(value)
    choices = as_list(value.get("choices"))
    if not choices:
        raise WireFault("malformed")
    choice = as_dict(choices[0])
    if not isinstance(choice.get("message"), dict):
        raise WireFault("malformed")
    message = choice["message"]
    calls = tuple(
        ToolCall(as_str(call.get("id")), as_str(function.get("name")), as_str(function.get("arguments")))
        for call in map(as_dict, as_list(message.get("tool_calls")))
        for function in (as_dict(call.get("function")),)
    )
    refusal = as_str(message.get("refusal"))
    finished = Finished(
        _finish(choice.get("finish_reason"), refusal=bool(refusal), calls=bool(calls)),
        _usage(value.get("usage")),
        refusal or None,
        as_str(value.get("model")) or None,
    )
    return Answer(_text(message.get("content")), finished, calls, _reasoning(message))


class StreamReader:
    """Turns the events of one streamed answer into ours."""

    __slots__ = ("_calls", "_finish", "_model", "_refusal", "_usage", "done")

    def __init__(self) -> None:
        self.done = False
        self._finish = ""
        self._model = ""
        self._refusal = ""
        self._usage: Any = None
        self._calls: dict[int, list[str]] = {}

    def feed(self, event: ServerEvent) -> list[Event]:
        """The events inside one server event. Raises WireFault when it is malformed or an error."""
        if event.data.strip() == b"[DONE]":
            self.done = True
            return []
        value = load_object(event.data)
        _raise_error(value)
        if isinstance(value.get("usage"), dict):
            self._usage = value["usage"]
        self._model = self._model or as_str(value.get("model"))
        events: list[Event] = []
        for choice in map(as_dict, as_list(value.get("choices"))[:1]):
            events += self._read(as_dict(choice.get("delta")))
            self._finish = as_str(choice.get("finish_reason")) or self._finish
        return events

    def _read(self, delta: dict[str, Any]) -> list[Event]:
        events: list[Event] = []
        if reasoning := _reasoning(delta):
            events.append(ReasoningDelta(reasoning))
        if text := _text(delta.get("content")):
            events.append(TextDelta(text))
        self._refusal += as_str(delta.get("refusal"))
        for position, call in enumerate(map(as_dict, as_list(delta.get("tool_calls")))):
            index = as_count(call.get("index"))
            parts = self._calls.setdefault(position if index is None else index, ["", "", ""])
            function = as_dict(call.get("function"))
            parts[0] = parts[0] or as_str(call.get("id"))
            parts[1] = parts[1] or as_str(function.get("name"))
            parts[2] += as_str(function.get("arguments"))
        return events

    def close(self) -> list[Event]:
        """The last events. Raises WireFault("cut_off") without a finish reason or an end marker."""
        if not self._finish and not self.done:
            raise WireFault("cut_off")
        calls: list[Event] = [ToolCall(*parts) for _, parts in sorted(self._calls.items())]
        finish = _finish(self._finish, refusal=bool(self._refusal), calls=bool(calls))
        return [*calls, Finished(finish, _usage(self._usage), self._refusal or None, self._model or None)]


def error_kind(status: int, body: bytes) -> Verdict:
    """What an HTTP error means."""
    error = error_object(body)
    words = [as_str(error.get(part)) for part in ("param", "code", "type", "message")]
    verdict = judge_status(status, words)
    # Some servers answer 400 for a model they do not have.
    if verdict.kind == "bad_request" and as_str(error.get("code")) in ("model_not_found", "invalid_model"):
        return Verdict("model_not_found")
    return verdict


def build_models(target: Target) -> WireRequest:
    """The request for the models that the key may use."""
    return WireRequest("/models", _headers(target, json_body=False))


def parse_models(body: bytes) -> list[ModelInfo]:
    """The models, in the provider's order. Raises WireFault("malformed")."""
    value = load_object(body)
    if not isinstance(value.get("data"), list):
        raise WireFault("malformed")
    return [_model(name, model) for model in map(as_dict, value["data"]) if (name := as_str(model.get("id")))]


# OpenAI's own list has names only. Compatible servers say more, each in its own words: OpenRouter, Together and
# Mistral, vLLM, Groq and LiteLLM, in this order.
_CONTEXT: Final = ("context_length", "max_context_length", "max_model_len", "context_window", "max_input_tokens")
_OUTPUT: Final = ("max_completion_tokens", "max_output_tokens")


def _model(name: str, model: dict[str, Any]) -> ModelInfo:
    best = as_dict(model.get("top_provider"))
    title = as_str(model.get("display_name")) or as_str(model.get("name"))
    return ModelInfo(
        name,
        "" if title == name else title,
        next((size for each in _CONTEXT if (size := as_count(model.get(each)))), None),
        next((size for each in _OUTPUT for facts in (model, best) if (size := as_count(facts.get(each)))), None),
    )


def _headers(target: Target, *, json_body: bool) -> Headers:
    headers = Headers({"Content-Type": "application/json"} if json_body else {})
    if target.secret:
        headers["Authorization"] = f"Bearer {target.secret.reveal()}"
    return headers


def _sampling(request: CallRequest) -> dict[str, Any]:
    settings = request.settings
    return drop_none(
        {
            "temperature": settings.temperature,
            "top_p": settings.top_p,
            "stop": list(settings.stop) or None,
            "presence_penalty": settings.presence_penalty,
            "frequency_penalty": settings.frequency_penalty,
        }
    )


def _is_strict(schema: Any) -> bool:
    """Whether OpenAI's strict mode takes the schema: every object closed, every property required."""
    if isinstance(schema, list):
        return all(map(_is_strict, schema))
    if not isinstance(schema, Mapping):
        return True
    properties = schema.get("properties")
    if isinstance(properties, Mapping) or schema.get("type") == "object":
        named = set(properties or ()) if isinstance(properties, Mapping) else set()
        if schema.get("additionalProperties") is not False or named != set(as_list(schema.get("required"))):
            return False
    return all(map(_is_strict, schema.values()))


def _text(content: Any) -> str:
    """The text of a content field: a string, null, or a list of typed parts."""
    if isinstance(content, str):
        return content
    return "".join(as_str(as_dict(part).get("text")) for part in as_list(content))


def _reasoning(message: dict[str, Any]) -> str:
    return as_str(message.get("reasoning_content")) or as_str(message.get("reasoning"))


def _finish(reason: Any, *, refusal: bool, calls: bool) -> FinishReason:
    if refusal:
        return "refusal"
    finish = _FINISH.get(as_str(reason), "other")
    # Several compatible servers say "stop" although they call a tool.
    return "tool_calls" if calls and finish in ("stop", "other") else finish


def _usage(value: Any) -> Usage:
    usage = as_dict(value)
    return Usage(
        as_count(usage.get("prompt_tokens")),
        as_count(usage.get("completion_tokens")),
        as_count(as_dict(usage.get("prompt_tokens_details")).get("cached_tokens")),
        as_count(as_dict(usage.get("completion_tokens_details")).get("reasoning_tokens")),
    )


def _raise_error(value: dict[str, Any]) -> None:
    """Servers report what went wrong late as an `error` object inside a 200 or a stream."""
    error = value.get("error")
    if not error:
        return
    code = as_dict(error).get("code")
    status = code if isinstance(code, int) and 400 <= code < 600 else 500
    verdict = judge_status(status, [as_str(as_dict(error).get("message")), as_str(as_dict(error).get("type"))])
    raise WireFault(verdict.kind, verdict.setting)
