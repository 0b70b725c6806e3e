"""The fake's OpenAI face: chat completions and the list of models, as the real service words them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from promptassay.providers.fake.answers import Asked, FakeAnswer
from promptassay.providers.fake.faults import split_model
from promptassay.providers.fake.formats import Frames, sse
from promptassay.providers.wire import CallRequest, Message, ModelSettings, ToolDefinition

MODELS: Final = ("gpt-test", "gpt-5-test", "o3-test")
_ENDINGS: Final = {
    "stop": "stop",
    "length": "length",
    "tool": "tool_calls",
    "refusal": "stop",
    "filtered": "content_filter",
}

# The status that a request without any key is answered with.
WITHOUT_KEY: Final = 401


def key_of(headers: Mapping[str, str]) -> str:
    """The key that was sent, or nothing."""
    return headers.get("Authorization", "").removeprefix("Bearer ")


def read(path: str, headers: Mapping[str, str], body: Mapping[str, Any]) -> Asked:
    """The request. Raises KeyError, TypeError or ValueError when it is none."""
    model, fault = split_model(body["model"])
    shape = body.get("response_format") or {}
    request = CallRequest(
        model,
        tuple(Message(message["role"], _text(message["content"])) for message in body["messages"]),
        ModelSettings(max_output_tokens=body.get("max_completion_tokens") or body.get("max_tokens")),
        response_schema=shape.get("json_schema", {}).get("schema"),
        json_mode=shape.get("type") == "json_object",
        tools=tuple(
            ToolDefinition(
                tool["function"]["name"],
                tool["function"].get("description", ""),
                tool["function"]["parameters"],
            )
            for tool in body.get("tools") or ()
        ),
    )
    wants_usage = bool((body.get("stream_options") or {}).get("include_usage"))
    return Asked(request, fault, bool(body.get("stream")), wants_usage)


def whole(answer: FakeAnswer, asked: Asked) -> bytes:
    """The whole answer."""
    refused = answer.ending == "refusal"
    message: dict[str, Any] = {
        "role": "assistant",
        "content": None if answer.tool or refused or answer.null_content else answer.text,
        "refusal": answer.text if refused else None,
    }
    if answer.reasoning:
        message["reasoning_content"] = answer.reasoning
    if answer.tool:
        function = {"name": answer.tool[0], "arguments": answer.tool[1]}
        message["tool_calls"] = [{"id": "call_fake1", "type": "function", "function": function}]
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _ENDINGS[answer.ending]}
    value = _envelope("chat.completion", asked) | {"choices": [choice]}
    if answer.usage:
        value["usage"] = _usage(answer)
    return orjson.dumps(value)


def frames(answer: FakeAnswer, asked: Asked) -> Frames:
    """The events of a stream."""
    head = [_chunk({"role": "assistant", "content": "", "refusal": None}, asked)]
    if answer.reasoning:
        head.append(_chunk({"reasoning_content": answer.reasoning}, asked))
    pieces = [_chunk({"refusal" if answer.ending == "refusal" else "content": piece}, asked) for piece in answer.pieces]
    if answer.tool:
        name, arguments = answer.tool
        half = len(arguments) // 2
        first = {
            "index": 0,
            "id": "call_fake1",
            "type": "function",
            "function": {"name": name, "arguments": ""},
        }
        pieces = [_chunk({"tool_calls": [first]}, asked)] + [
            _chunk({"tool_calls": [{"index": 0, "function": {"arguments": part}}]}, asked)
            for part in (arguments[:half], arguments[half:])
        ]
    tail = [_chunk({}, asked, _ENDINGS[answer.ending])]
    if answer.usage and asked.wants_usage:
        last = _envelope("chat.completion.chunk", asked) | {"choices": [], "usage": _usage(answer)}
        tail.append(sse(orjson.dumps(last)))
    return Frames(head, pieces, [*tail, sse(b"[DONE]")])


def http_status(status: int) -> int:
    """The status under which an error goes out."""
    return status


def error(status: int, key: str, *, message: str = "", code: str = "") -> bytes:
    """An error body. A wrong key is repeated in part, as the real service does."""
    kinds = {
        400: "invalid_request_error",
        401: "invalid_request_error",
        402: "insufficient_quota",
        403: "invalid_request_error",
        404: "invalid_request_error",
        429: "requests",
    }
    codes = {
        401: "invalid_api_key",
        404: "model_not_found",
        429: "rate_limit_exceeded",
        402: "insufficient_quota",
    }
    if not message and status == 401:
        shown = f"{key[:8]}{'*' * max(0, len(key) - 12)}{key[-4:]}"
        message = f"Incorrect API key provided: {shown}. You can find your API key in your account settings."
    value = {
        "message": message or f"The fake provider answers {status}.",
        "type": kinds.get(status, "server_error"),
        "param": "temperature" if "temperature" in message else None,
        "code": code or codes.get(status),
    }
    return orjson.dumps({"error": value})


def late_error(kind: str, mark: str = "") -> bytes:
    """An error in the middle of a stream; `mark` stands in its words."""
    status = 503 if kind == "overloaded" else 500
    return sse(
        orjson.dumps(
            {"error": {"message": f"The server had an error. {mark}".rstrip(), "type": "server_error", "code": status}}
        )
    )


def models(names: Sequence[str] = ()) -> bytes:
    """The list of models, each with the sizes that compatible servers add to OpenAI's own fields."""
    sizes = {"context_length": 128_000, "max_completion_tokens": 16_384}
    data = [
        {"id": name, "object": "model", "created": 1_700_000_000, "owned_by": "fake", **sizes}
        for name in names or MODELS
    ]
    return orjson.dumps({"object": "list", "data": data})


def _text(content: Any) -> str:
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content or ())


def _envelope(kind: str, asked: Asked) -> dict[str, Any]:
    return {
        "id": "chatcmpl-fake",
        "object": kind,
        "created": 1_700_000_000,
        "model": asked.request.model,
        "system_fingerprint": "fp_fake",
    }


def _chunk(delta: dict[str, Any], asked: Asked, finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    return sse(orjson.dumps(_envelope("chat.completion.chunk", asked) | {"choices": [choice]}))


def _usage(answer: FakeAnswer) -> dict[str, Any]:
    return {
        "prompt_tokens": answer.input_tokens,
        "completion_tokens": answer.output_tokens,
        "total_tokens": answer.input_tokens + answer.output_tokens,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 5 if answer.reasoning else 0, "audio_tokens": 0},
    }
