"""Gemini generateContent: the key in a header, its own names for everything, an end that is a finish reason."""

from typing import Any

import orjson
import pytest

from promptassay.core.secret import Secret
from promptassay.providers.adapters import google
from promptassay.providers.sse_lines import ServerEvent
from promptassay.providers.wire import (
    CallRequest,
    Message,
    ModelSettings,
    ReasoningDelta,
    Target,
    TextDelta,
    ToolCall,
    ToolDefinition,
    WireFault,
)

HOME = Target("google", "https://generativelanguage.googleapis.com", Secret("AIzaSy0123456789"), "k")
HELLO = (
    Message("system", "Be brief."),
    Message("user", "Hello."),
    Message("assistant", "Hi."),
    Message("user", "Bye."),
)
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}}


def sent(model: str = "gemini-2.5-flash", messages: tuple[Message, ...] = HELLO, **more: Any) -> dict[str, Any]:
    """The body of a request."""
    return dict(orjson.loads(google.build(CallRequest(model, messages, **more), HOME, stream=False).body or b""))


def part(*parts: dict[str, Any], finish: str | None = None, **more: Any) -> dict[str, Any]:
    """One event of a stream."""
    candidate: dict[str, Any] = {"content": {"role": "model", "parts": list(parts)}}
    return {"candidates": [candidate | ({"finishReason": finish} if finish else {})], **more}


def read(*events: dict[str, Any]) -> list[Any]:
    """What a stream of these events becomes."""
    reader = google.StreamReader()
    found = [one for event in events for one in reader.feed(ServerEvent("", orjson.dumps(event)))]
    return found + reader.close()


def test_the_key_is_in_a_header_and_not_in_the_url() -> None:
    for stream in (True, False):
        wire = google.build(CallRequest("gemini-2.5-flash", HELLO), HOME, stream=stream)
        assert wire.headers["x-goog-api-key"] == "AIzaSy0123456789"
        assert "AIza" not in wire.path
    assert wire.path == "/v1beta/models/gemini-2.5-flash:generateContent"
    assert (
        google.build(CallRequest("m", HELLO), HOME, stream=True).path
        == "/v1beta/models/m:streamGenerateContent?alt=sse"
    )
    assert "key" not in google.build_models(HOME).path


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("models/gemini-x", "/v1beta/models/gemini-x:generateContent"),
        ("tunedModels/mine", "/v1beta/tunedModels/mine:generateContent"),
        ("../../v1/files/x?key=1#", "/v1beta/models/x%3Fkey%3D1%23:generateContent"),
        ("a b:c", "/v1beta/models/a%20b%3Ac:generateContent"),
    ],
)
def test_a_model_name_stays_in_its_place(model: str, path: str) -> None:
    assert google.build(CallRequest(model, HELLO), HOME, stream=False).path == path


def test_a_base_url_may_name_a_version() -> None:
    target = Target("google", "https://proxy.example.com/v1beta", None, "k")
    assert google.build(CallRequest("m", HELLO), target, stream=False).path == "/models/m:generateContent"


def test_a_plain_call() -> None:
    assert sent() == {
        "contents": [
            {"role": "user", "parts": [{"text": "Hello."}]},
            {"role": "model", "parts": [{"text": "Hi."}]},
            {"role": "user", "parts": [{"text": "Bye."}]},
        ],
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "store": False,
    }


def test_all_settings() -> None:
    settings = ModelSettings(0.2, 100, 0.9, ("END",), None, 7, 0.1, 0.3)
    body = sent(settings=settings, response_schema=SCHEMA, tools=(ToolDefinition("f", "Does f.", SCHEMA),))
    assert body["generationConfig"] == {
        "temperature": 0.2,
        "topP": 0.9,
        "maxOutputTokens": 100,
        "stopSequences": ["END"],
        "seed": 7,
        "presencePenalty": 0.1,
        "frequencyPenalty": 0.3,
        "responseMimeType": "application/json",
        "responseJsonSchema": SCHEMA,
    }
    assert body["tools"] == [
        {"functionDeclarations": [{"name": "f", "description": "Does f.", "parametersJsonSchema": SCHEMA}]}
    ]
    assert sent(json_mode=True)["generationConfig"] == {"responseMimeType": "application/json"}


@pytest.mark.parametrize(
    ("model", "effort", "thinking"),
    [
        ("gemini-2.5-pro", "low", {"thinkingBudget": 1024}),
        ("gemini-2.5-flash", "high", {"thinkingBudget": 24576}),
        ("gemini-3-pro-preview", "medium", {"thinkingLevel": "high"}),
        ("gemini-3.5-flash", "medium", {"thinkingLevel": "medium"}),
        ("gemini-2.0-flash", "high", None),
    ],
)
def test_thinking_by_era(model: str, effort: Any, thinking: Any) -> None:
    config = sent(model, settings=ModelSettings(reasoning_effort=effort)).get("generationConfig", {})
    assert config.get("thinkingConfig") == thinking


def test_a_stream_with_everything() -> None:
    events = read(
        part({"text": "hm", "thought": True}),
        part({"text": "Ans"}, modelVersion="gemini-x"),
        part({"text": "wer"}, {"functionCall": {"name": "f", "args": {"a": 1}}}),
        part(finish="STOP", usageMetadata={"promptTokenCount": 7, "candidatesTokenCount": 3, "thoughtsTokenCount": 5}),
    )
    assert [event.text for event in events if isinstance(event, ReasoningDelta)] == ["hm"]
    assert [event.text for event in events if isinstance(event, TextDelta)] == ["Ans", "wer"]
    assert [event for event in events if isinstance(event, ToolCall)] == [ToolCall("", "f", '{"a":1}')]
    last = events[-1]
    assert (last.finish_reason, last.model) == ("tool_calls", "gemini-x")
    assert (last.usage.input_tokens, last.usage.output_tokens, last.usage.reasoning_tokens) == (7, 8, 5)


@pytest.mark.parametrize(
    ("reason", "expected", "refusal"),
    [
        ("STOP", "stop", None),
        ("MAX_TOKENS", "length", None),
        ("SAFETY", "content_filter", "SAFETY"),
        ("RECITATION", "content_filter", "RECITATION"),
        ("MALFORMED_FUNCTION_CALL", "other", None),
        ("NOVELTY", "other", None),
    ],
)
def test_finish_reasons(reason: str, expected: str, refusal: str | None) -> None:
    answer = google.parse_full(orjson.dumps(part({"text": "x"}, finish=reason)))
    assert (answer.finished.finish_reason, answer.finished.refusal) == (expected, refusal)


def test_a_blocked_prompt() -> None:
    blocked = {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}
    answer = google.parse_full(orjson.dumps(blocked))
    assert (answer.text, answer.finished.finish_reason, answer.finished.refusal) == (
        "",
        "content_filter",
        "PROHIBITED_CONTENT",
    )
    assert read(blocked)[-1].finish_reason == "content_filter"


def test_no_finish_reason() -> None:
    with pytest.raises(WireFault, match="cut_off"):
        read(part({"text": "x"}))
    with pytest.raises(WireFault, match="malformed"):
        google.parse_full(orjson.dumps(part({"text": "x"})))
    with pytest.raises(WireFault, match="malformed"):
        google.parse_full(b"{}")


@pytest.mark.parametrize("nonsense", [None, 1, "x", [], {}, [None], {"a": 1}, True, -1], ids=repr)
def test_nonsense_does_not_break_the_stream(nonsense: Any) -> None:
    read(
        {"candidates": nonsense, "usageMetadata": nonsense, "promptFeedback": {}, "modelVersion": nonsense},
        {"candidates": [{"content": nonsense}]},
        {"candidates": [{"content": {"parts": nonsense}}]},
        {"candidates": [{"content": {"parts": [{"text": nonsense, "functionCall": nonsense}]}}]},
        part(finish="STOP"),
    )


def test_errors_that_are_told_apart_by_their_details() -> None:
    def verdict(status: int, **error: Any) -> Any:
        return google.error_kind(status, orjson.dumps({"error": error}))

    assert verdict(400, details=[{"reason": "API_KEY_INVALID"}]).kind == "wrong_key"
    limited = verdict(429, details=[{"@type": "RetryInfo", "retryDelay": "34s"}])
    assert (limited.kind, limited.retry_after) == ("rate_limited", 34.0)
    assert verdict(400, message="The input token count (9) exceeds the maximum").kind == "prompt_too_long"
    assert verdict(400, message="Unknown name thinkingLevel").setting == "reasoning_effort"
    assert google.error_kind(403, orjson.dumps([{"error": {"status": "PERMISSION_DENIED"}}])).kind == "forbidden"
    with pytest.raises(WireFault) as caught:
        read({"error": {"code": 503, "message": "overloaded"}})
    assert caught.value.kind == "overloaded"
