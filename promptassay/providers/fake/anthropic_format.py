"""The fake's Anthropic face: messages and the list of models, as the real service words them."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

import orjson

from promptassay.providers.fake.answers import Asked, FakeAnswer
from promptassay.providers.fake.faults import split_model
from promptassay.providers.fake.formats import Frames, sse
from promptassay.providers.wire import CallRequest, Message, ModelSettings, ToolDefinition

MODELS: Final = ("claude-test", "claude-sonnet-4-5-test")
_ENDINGS: Final = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool": "tool_use",
    "refusal": "refusal",
    "filtered": "refusal",
}
_SAMPLING: Final = frozenset({"temperature", "top_p", "top_k"})
_KINDS: Final = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}

# The status that a request without any key is answered with.
WITHOUT_KEY: Final = 401


def key_of(headers: Mapping[str, str]) -> str:
    """The key that was sent, or nothing."""
    return headers.get("x-api-key") or headers.get("Authorization", "").removeprefix("Bearer ")


def read(path: str, headers: Mapping[str, str], body: Mapping[str, Any]) -> Asked:
    """The request. Raises KeyError, TypeError or ValueError when it is none."""
    version = headers.get("anthropic-version", "")
    if not version:
        raise ValueError("anthropic-version: header is required")
    if version >= "2026" and (refused := _SAMPLING & set(body)):
        raise ValueError(f"{min(refused)}: Extra inputs are not permitted")
    model, fault = split_model(body["model"])
    limit = body["max_tokens"]
    messages = [Message(message["role"], _text(message["content"])) for message in body["messages"]]
    if not messages or messages[0].role != "user":
        raise ValueError("messages: first message must use the user role")
    if any(one.role == two.role for one, two in pairwise(messages)):
        raise ValueError("messages: roles must alternate")
    if system := _text(body.get("system")):
        messages.insert(0, Message("system", system))
    wanted = (body.get("output_config") or {}).get("format") or {}
    tools = [
        ToolDefinition(tool["name"], tool.get("description", ""), tool["input_schema"])
        for tool in body.get("tools") or ()
    ]
    settings = ModelSettings(max_output_tokens=limit)
    request = CallRequest(model, tuple(messages), settings, wanted.get("schema"), tools=tuple(tools))
    return Asked(request, fault, bool(body.get("stream")))


def whole(answer: FakeAnswer, asked: Asked) -> bytes:
    """The whole answer."""
    content: list[dict[str, Any]] = []
    if answer.reasoning:
        content.append({"type": "thinking", "thinking": answer.reasoning, "signature": "c2ln"})
    if answer.text:
        content.append({"type": "text", "text": answer.text})
    if answer.tool:
        name, arguments = answer.tool
        content.append({"type": "tool_use", "id": "toolu_fake1", "name": name, "input": orjson.loads(arguments)})
    value = _message(asked, answer) | {"content": content, "stop_reason": _ENDINGS[answer.ending]}
    if answer.usage:
        value["usage"] = _usage(answer) | {"output_tokens": answer.output_tokens}
    return orjson.dumps(value)


def frames(answer: FakeAnswer, asked: Asked) -> Frames:
    """The events of a stream."""
    start = _message(asked, answer)
    if answer.usage:
        start["usage"] = _usage(answer) | {"output_tokens": 1}
    head = [_event("message_start", message=start)]
    index = 0
    if answer.reasoning:
        head += [
            *_block(index, {"type": "thinking", "thinking": "", "signature": ""}),
            _delta(index, {"type": "thinking_delta", "thinking": answer.reasoning}),
            _delta(index, {"type": "signature_delta", "signature": "c2ln"}),
            _event("content_block_stop", index=index),
        ]
        index += 1
    if answer.tool:
        name, arguments = answer.tool
        half = len(arguments) // 2
        head += _block(index, {"type": "tool_use", "id": "toolu_fake1", "name": name, "input": {}})
        parts = ("", arguments[:half], arguments[half:])
        pieces = [_delta(index, {"type": "input_json_delta", "partial_json": part}) for part in parts]
    else:
        head += _block(index, {"type": "text", "text": ""})
        pieces = [_delta(index, {"type": "text_delta", "text": piece}) for piece in answer.pieces]
    head.append(_event("ping"))
    usage = {"output_tokens": answer.output_tokens} if answer.usage else {}
    stop = {"stop_reason": _ENDINGS[answer.ending], "stop_sequence": None}
    tail = [
        _event("content_block_stop", index=index),
        _event("message_delta", delta=stop, usage=usage),
        _event("message_stop"),
    ]
    return Frames(head, pieces, tail)


def http_status(status: int) -> int:
    """The status under which an error goes out."""
    return status


def error(status: int, key: str, *, message: str = "", code: str = "") -> bytes:
    """An error body."""
    if not message:
        message = "invalid x-api-key" if status == 401 else f"The fake provider answers {status}."
    value = {"type": _KINDS.get(status, "api_error"), "message": message}
    return orjson.dumps({"type": "error", "error": value, "request_id": "req_fake"})


def late_error(kind: str, mark: str = "") -> bytes:
    """An error in the middle of a stream; `mark` stands in its words."""
    name = "overloaded_error" if kind == "overloaded" else "api_error"
    return _event("error", error={"type": name, "message": f"Something broke. {mark}".rstrip()}, request_id="req_fake")


def models(names: Sequence[str] = ()) -> bytes:
    """The list of models."""
    names = names or MODELS
    data = [
        {
            "type": "model",
            "id": name,
            "display_name": name.title(),
            "created_at": "2026-01-01T00:00:00Z",
            "lifecycle": "active",
            "max_input_tokens": 200_000,
            "max_tokens": 32_000,
        }
        for name in names
    ]
    return orjson.dumps({"data": data, "has_more": False, "first_id": names[0], "last_id": names[-1]})


def _text(content: Any) -> str:
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content or ())


def _event(kind: str, **fields: Any) -> bytes:
    return sse(orjson.dumps({"type": kind, **fields}), kind)


def _block(index: int, block: dict[str, Any]) -> list[bytes]:
    return [_event("content_block_start", index=index, content_block=block)]


def _delta(index: int, delta: dict[str, Any]) -> bytes:
    return _event("content_block_delta", index=index, delta=delta)


def _message(asked: Asked, answer: FakeAnswer) -> dict[str, Any]:
    return {
        "id": "msg_fake",
        "type": "message",
        "role": "assistant",
        "model": asked.request.model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
    }


def _usage(answer: FakeAnswer) -> dict[str, Any]:
    return {
        "input_tokens": answer.input_tokens,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "service_tier": "standard",
    }
