"""OpenAI chat completions: what is sent, and the habits of compatible servers that are put up with."""

from typing import Any

import orjson
import pytest

from promptassay.core.secret import Secret
from promptassay.providers.adapters import openai
from promptassay.providers.sse_lines import ServerEvent
from promptassay.providers.wire import (
    CallRequest,
    Finished,
    Message,
    ModelSettings,
    ReasoningDelta,
    Target,
    TextDelta,
    ToolCall,
    ToolDefinition,
    WireFault,
)

OPENAI = Target("openai", "https://api.openai.com/v1", Secret("sk-proj-0123456789"), "k")
OLLAMA = Target("compatible", "http://localhost:11434/v1", None, "k")
HELLO = (Message("system", "Be brief."), Message("user", "Hello."))
CLOSED = {
    "type": "object",
    "properties": {"a": {"type": "string"}},
    "required": ["a"],
    "additionalProperties": False,
}


def sent(target: Target, model: str = "gpt-4o-mini", *, stream: bool = False, **more: Any) -> dict[str, Any]:
    """The body of a request."""
    body = openai.build(CallRequest(model, HELLO, **more), target, stream=stream).body
    return dict(orjson.loads(body or b""))


def read(*events: Any, close: bool = True) -> list[Any]:
    """What a stream of these events (JSON, or bytes as they are) becomes."""
    reader = openai.StreamReader()
    found: list[Any] = []
    for event in events:
        found += reader.feed(ServerEvent("", event if isinstance(event, bytes) else orjson.dumps(event)))
    return found + (reader.close() if close else [])


def piece(finish: str | None = None, **delta: Any) -> dict[str, Any]:
    """One chunk of a stream."""
    return {"model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def test_a_plain_call() -> None:
    wire = openai.build(CallRequest("gpt-4o-mini", HELLO), OPENAI, stream=False)
    assert wire.path == "/chat/completions"
    assert wire.headers["Authorization"] == "Bearer sk-proj-0123456789"
    assert sent(OPENAI) == {
        "model": "gpt-4o-mini",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello."}],
        "store": False,
    }


def test_storing_is_declined_at_openai_only() -> None:
    assert sent(OPENAI)["store"] is False
    assert "store" not in sent(OLLAMA)
    assert "Authorization" not in openai.build(CallRequest("m", HELLO), OLLAMA, stream=False).headers


def test_the_token_limit_has_two_names() -> None:
    settings = ModelSettings(max_output_tokens=9)
    assert sent(OPENAI, settings=settings)["max_completion_tokens"] == 9
    body = sent(OLLAMA, settings=settings)
    assert body["max_tokens"] == 9
    assert "max_completion_tokens" not in body


ALL = ModelSettings(0.2, 100, 0.9, ("END",), "low", 7, 0.1, 0.2)


@pytest.mark.parametrize("model", ["o3", "o4-mini", "gpt-5", "gpt-5-mini-2026-01-01", "gpt-5.2", "gpt-6"])
def test_models_that_reason_get_no_sampling(model: str) -> None:
    body = sent(OPENAI, model, settings=ALL)
    assert not {"temperature", "top_p", "stop", "presence_penalty", "frequency_penalty"} & set(body)
    assert (body["reasoning_effort"], body["seed"], body["max_completion_tokens"]) == ("low", 7, 100)


@pytest.mark.parametrize("model", ["gpt-4o", "gpt-4.1-mini", "gpt-3.5-turbo", "gpt-5-chat-latest", "omni"])
def test_other_models_get_all_settings(model: str) -> None:
    body = sent(OPENAI, model, settings=ALL)
    assert (body["temperature"], body["top_p"], body["stop"]) == (0.2, 0.9, ["END"])
    assert (body["presence_penalty"], body["frequency_penalty"]) == (0.1, 0.2)
    assert sent(OLLAMA, "o3", settings=ALL)["temperature"] == 0.2


def test_streams_ask_for_usage() -> None:
    body = sent(OPENAI, stream=True)
    assert (body["stream"], body["stream_options"]) == (True, {"include_usage": True})


@pytest.mark.parametrize(
    ("schema", "strict"),
    [
        (CLOSED, True),
        ({**CLOSED, "additionalProperties": True}, False),
        ({**CLOSED, "required": []}, False),
        ({"type": "object"}, False),
        ({**CLOSED, "properties": {"a": {"type": "array", "items": CLOSED}}}, True),
        ({**CLOSED, "properties": {"a": {"anyOf": [{"type": "object"}, {"type": "null"}]}}}, False),
    ],
)
def test_a_schema_is_strict_where_it_can_be(schema: dict[str, Any], *, strict: bool) -> None:
    wanted = sent(OPENAI, response_schema=schema)["response_format"]
    assert wanted["type"] == "json_schema"
    assert wanted["json_schema"]["schema"] == schema
    assert wanted["json_schema"]["strict"] is strict


def test_json_mode_and_tools() -> None:
    body = sent(OPENAI, json_mode=True, tools=(ToolDefinition("f", "Does f.", CLOSED),))
    assert body["response_format"] == {"type": "json_object"}
    assert body["tools"][0] == {
        "type": "function",
        "function": {"name": "f", "description": "Does f.", "parameters": CLOSED},
    }


def test_a_stream_with_everything() -> None:
    events = read(
        piece(role="assistant", content=""),
        piece(reasoning_content="hm"),
        piece(reasoning="m"),
        piece(content="Ans"),
        piece(content="wer"),
        piece(tool_calls=[{"index": 1, "id": "c2", "function": {"name": "g", "arguments": ""}}]),
        piece(tool_calls=[{"index": 0, "id": "c1", "function": {"name": "f", "arguments": '{"a"'}}]),
        piece(tool_calls=[{"index": 0, "function": {"arguments": ":1}"}}]),
        piece("tool_calls"),
        {
            "choices": [],
            "usage": {"prompt_tokens": 5, "completion_tokens": 3, "prompt_tokens_details": {"cached_tokens": 2}},
        },
        b"[DONE]",
    )
    assert [event.text for event in events if isinstance(event, ReasoningDelta)] == ["hm", "m"]
    assert [event.text for event in events if isinstance(event, TextDelta)] == ["Ans", "wer"]
    assert [event for event in events if isinstance(event, ToolCall)] == [
        ToolCall("c1", "f", '{"a":1}'),
        ToolCall("c2", "g", ""),
    ]
    last = events[-1]
    assert isinstance(last, Finished)
    assert (last.finish_reason, last.model) == ("tool_calls", "m")
    assert (last.usage.input_tokens, last.usage.output_tokens, last.usage.cached_input_tokens) == (5, 3, 2)


@pytest.mark.parametrize(
    "events",
    [
        [piece(content="x"), piece("stop")],  # no [DONE]
        [piece(content="x"), piece("stop", content=""), b" [DONE] "],
        [piece(content="x"), piece("eos")],
        [{"id": "1"}, piece(content="x"), {"choices": None}, piece("stop", content=None)],
    ],
)
def test_ends_of_compatible_servers(events: list[Any]) -> None:
    found = read(*events)
    assert [event.text for event in found if isinstance(event, TextDelta)] == ["x"]
    assert found[-1].finish_reason == "stop"


def test_a_stream_that_is_cut_off() -> None:
    with pytest.raises(WireFault, match="cut_off"):
        read(piece(content="x"))


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"message": "overloaded", "code": 503}, "overloaded"),
        ({"message": "slow down", "code": 429}, "rate_limited"),
        ({"message": "context length exceeded", "code": 400}, "prompt_too_long"),
        ({"message": "boom", "code": "server_error"}, "server_error"),
        ("boom", "server_error"),
    ],
)
def test_an_error_inside_a_stream(error: Any, kind: str) -> None:
    with pytest.raises(WireFault) as caught:
        read(piece(content="x"), {"error": error})
    assert caught.value.kind == kind


NONSENSE = [None, 1, "x", [], {}, [None], [1], {"a": 1}, True, -1, 1.5]


@pytest.mark.parametrize("nonsense", NONSENSE, ids=repr)
def test_nonsense_where_something_is_expected_does_not_break_the_stream(nonsense: Any) -> None:
    read(
        {"choices": nonsense, "usage": nonsense, "model": nonsense},
        {"choices": [{"delta": nonsense, "finish_reason": nonsense}]},
        piece(content=nonsense, tool_calls=nonsense, refusal=nonsense, reasoning=nonsense),
        piece(tool_calls=[{"index": nonsense, "id": nonsense, "function": nonsense}]),
        piece(tool_calls=[{"function": {"name": nonsense, "arguments": nonsense}}]),
        piece("stop"),
    )


@pytest.mark.parametrize("nonsense", NONSENSE, ids=repr)
def test_nonsense_in_a_whole_answer(nonsense: Any) -> None:
    message = {"content": nonsense, "tool_calls": nonsense, "refusal": nonsense}
    body = {"choices": [{"message": message, "finish_reason": nonsense}], "usage": nonsense, "model": nonsense}
    openai.parse_full(orjson.dumps(body))
    for broken in ({"choices": nonsense}, nonsense):
        with pytest.raises(WireFault):
            openai.parse_full(orjson.dumps(broken))


def test_a_refusal_and_content_in_parts() -> None:
    refused = {"choices": [{"message": {"content": None, "refusal": "No."}, "finish_reason": "stop"}]}
    answer = openai.parse_full(orjson.dumps(refused))
    assert (answer.finished.finish_reason, answer.finished.refusal, answer.text) == ("refusal", "No.", "")
    parts = {
        "choices": [{"message": {"content": [{"type": "text", "text": "a"}, {"text": "b"}]}, "finish_reason": "stop"}]
    }
    assert openai.parse_full(orjson.dumps(parts)).text == "ab"


def test_models_of_every_server() -> None:
    body = {"data": [{"id": "a", "context_length": 8192}, {"id": "b", "max_model_len": 4096}, {"x": 1}, 3]}
    models = openai.parse_models(orjson.dumps(body))
    assert [(model.id, model.context_tokens) for model in models] == [("a", 8192), ("b", 4096)]
    router = {"id": "x/y", "name": "X: Y", "context_length": 64, "top_provider": {"max_completion_tokens": 16}}
    groq = {"id": "g", "name": "g", "context_window": 32, "max_completion_tokens": 8}
    mistral = {"id": "m", "max_context_length": 128, "max_tokens": 4, "top_provider": 3}
    nothing = {"id": "n", "context_length": "many", "max_completion_tokens": 0}
    found = openai.parse_models(orjson.dumps({"data": [router, groq, mistral, nothing]}))
    assert [(each.title, each.context_tokens, each.max_output_tokens) for each in found] == [
        ("X: Y", 64, 16),
        ("", 32, 8),
        ("", 128, None),
        ("", None, None),
    ]
    with pytest.raises(WireFault):
        openai.parse_models(b'{"models":[]}')


def test_errors_that_are_told_apart_by_their_words() -> None:
    def kind(status: int, **error: str) -> tuple[str, str]:
        verdict = openai.error_kind(status, orjson.dumps({"error": error}))
        return verdict.kind, verdict.setting

    assert kind(429, code="insufficient_quota") == ("no_credit", "")
    assert kind(400, code="context_length_exceeded") == ("prompt_too_long", "")
    assert kind(400, code="unsupported_value", param="temperature") == ("bad_request", "temperature")
    assert kind(400, message="Unsupported parameter: 'max_tokens'") == ("bad_request", "max_output_tokens")
    assert kind(400, param="response_format") == ("bad_request", "response_schema")
    assert kind(400, code="model_not_found") == ("model_not_found", "")
    assert openai.error_kind(500, b"<html>").kind == "server_error"
    assert openai.error_kind(418, b"").kind == "bad_request"
