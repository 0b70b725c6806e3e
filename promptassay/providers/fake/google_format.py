"""The fake's Gemini face: generateContent and the list of models, as the real service words them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import unquote

import orjson

from promptassay.providers.fake.answers import Asked, FakeAnswer
from promptassay.providers.fake.faults import split_model
from promptassay.providers.fake.formats import Frames, sse
from promptassay.providers.wire import CallRequest, Message, ModelSettings, ToolDefinition

MODELS: Final = ("gemini-test", "gemini-3-test")
_ENDINGS: Final = {
    "stop": "STOP",
    "length": "MAX_TOKENS",
    "tool": "STOP",
    "refusal": "SAFETY",
    "filtered": "SAFETY",
}
_STATUSES: Final = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}

# The status that a request without any key is answered with.
WITHOUT_KEY: Final = 403


def key_of(headers: Mapping[str, str]) -> str:
    """The key that was sent, or nothing."""
    return headers.get("x-goog-api-key", "")


def read(path: str, headers: Mapping[str, str], body: Mapping[str, Any]) -> Asked:
    """The request. Raises KeyError, TypeError or ValueError when it is none."""
    name, _, verb = unquote(path.rpartition("/")[2]).rpartition(":")
    model, fault = split_model(name)
    config = body.get("generationConfig") or {}
    messages = [
        Message("assistant" if turn.get("role") == "model" else "user", _text(turn)) for turn in body["contents"]
    ]
    if not messages:
        raise ValueError("contents are required")
    if system := _text(body.get("systemInstruction") or {}):
        messages.insert(0, Message("system", system))
    request = CallRequest(
        model,
        tuple(messages),
        ModelSettings(max_output_tokens=config.get("maxOutputTokens")),
        config.get("responseJsonSchema") or config.get("responseSchema"),
        config.get("responseMimeType") == "application/json",
        tuple(
            ToolDefinition(tool["name"], tool.get("description", ""), tool.get("parametersJsonSchema") or {})
            for group in body.get("tools") or ()
            for tool in group.get("functionDeclarations") or ()
        ),
    )
    return Asked(request, fault, verb == "streamGenerateContent")


def whole(answer: FakeAnswer, asked: Asked) -> bytes:
    """The whole answer."""
    parts: list[dict[str, Any]] = []
    if answer.reasoning:
        parts.append({"text": answer.reasoning, "thought": True})
    if answer.tool:
        parts.append(_call(answer.tool))
    elif answer.text:
        parts.append({"text": answer.text})
    return orjson.dumps(_response(asked, parts, answer, last=True))


def frames(answer: FakeAnswer, asked: Asked) -> Frames:
    """The events of a stream. The end is told by a finish reason alone."""
    head: list[bytes] = []
    if answer.reasoning:
        head.append(sse(orjson.dumps(_response(asked, [{"text": answer.reasoning, "thought": True}], answer))))
    parts = [_call(answer.tool)] if answer.tool else [{"text": piece} for piece in answer.pieces]
    if answer.ending == "filtered":
        parts = []  # a blocked prompt has no candidates
    pieces = [sse(orjson.dumps(_response(asked, [part], answer))) for part in parts]
    return Frames(head, pieces, [sse(orjson.dumps(_response(asked, [{"text": ""}], answer, last=True)))])


def http_status(status: int) -> int:
    """The status under which an error goes out. A wrong key is a bad request here."""
    return 400 if status == 401 else status


def error(status: int, key: str, *, message: str = "", code: str = "") -> bytes:
    """An error body."""
    details: list[dict[str, Any]] = []
    if status == 401:
        status = http_status(status)
        message = message or "API key not valid. Please pass a valid API key."
        info = {"reason": "API_KEY_INVALID", "domain": "googleapis.com", "metadata": {}}
        details.append({"@type": "type.googleapis.com/google.rpc.ErrorInfo", **info})
    value = {
        "code": status,
        "message": message or f"The fake provider answers {status}.",
        "status": _STATUSES.get(status, "INTERNAL"),
    }
    return orjson.dumps({"error": value | ({"details": details} if details else {})})


def late_error(kind: str, mark: str = "") -> bytes:
    """An error in the middle of a stream; `mark` stands in its words."""
    return sse(error(503 if kind == "overloaded" else 500, "", message=mark))


def models(names: Sequence[str] = ()) -> bytes:
    """The list of models."""
    data = [
        {
            "name": f"models/{name}",
            "version": "1",
            "displayName": name.title(),
            "inputTokenLimit": 1_000_000,
            "outputTokenLimit": 65_536,
            "supportedGenerationMethods": ["generateContent", "countTokens"],
        }
        for name in names or MODELS
    ]
    embeds = {"name": "models/embed-test", "version": "1", "supportedGenerationMethods": ["embedContent"]}
    return orjson.dumps({"models": [*data, embeds]})


def _text(turn: Mapping[str, Any]) -> str:
    return "".join(part.get("text", "") for part in turn.get("parts") or ())


def _call(tool: tuple[str, str]) -> dict[str, Any]:
    return {"functionCall": {"name": tool[0], "args": orjson.loads(tool[1])}}


def _response(asked: Asked, parts: list[dict[str, Any]], answer: FakeAnswer, *, last: bool = False) -> dict[str, Any]:
    value: dict[str, Any] = {"modelVersion": asked.request.model, "responseId": "fake"}
    if answer.ending == "filtered":
        value["promptFeedback"] = {"blockReason": "SAFETY"}
    else:
        candidate: dict[str, Any] = {"content": {"parts": parts, "role": "model"}, "index": 0}
        if last:
            candidate["finishReason"] = _ENDINGS[answer.ending]
        value["candidates"] = [candidate]
    if answer.usage:
        thoughts = 5 if answer.reasoning else 0
        value["usageMetadata"] = {
            "promptTokenCount": answer.input_tokens,
            "candidatesTokenCount": answer.output_tokens,
            "totalTokenCount": answer.input_tokens + answer.output_tokens + thoughts,
        } | ({"thoughtsTokenCount": thoughts} if thoughts else {})
    return value
