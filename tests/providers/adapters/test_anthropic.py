"""Anthropic messages: roles that alternate, a token limit that is a must, thinking and schemas by era."""

from typing import Any

import orjson
import pytest

from promptassay.core.secret import Secret
from promptassay.providers.adapters import anthropic
from promptassay.providers.sse_lines import ServerEvent
from promptassay.providers.wire import CallRequest, Message, ModelSettings, Target, TextDelta, ToolDefinition, WireFault

HOME = Target("anthropic", "https://api.anthropic.com", Secret("sk-ant-0123456789"), "k")
HELLO = (Message("system", "Be brief."), Message("user", "Hello."))
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 1, "maximum": 5}}, "required": ["n"]}


def sent(model: str = "claude-sonnet-4-6", messages: tuple[Message, ...] = HELLO, **more: Any) -> dict[str, Any]:
    """The body of a request."""
    return dict(orjson.loads(anthropic.build(CallRequest(model, messages, **more), HOME, stream=False).body or b""))


def read(*events: dict[str, Any]) -> list[Any]:
    """What a stream of these events becomes."""
    reader = anthropic.StreamReader()
    found = [one for event in events for one in reader.feed(ServerEvent("", orjson.dumps(event)))]
    return found + reader.close()


def test_a_plain_call() -> None:
    wire = anthropic.build(CallRequest("claude-sonnet-4-6", HELLO), HOME, stream=True)
    assert wire.path == "/v1/messages"
    assert dict(wire.headers) == {
        "Content-Type": "application/json",
        "anthropic-version": "2023-06-01",  # a model that still takes sampling settings
        "x-api-key": "sk-ant-0123456789",
    }
    body = sent()
    assert body["system"] == "Be brief."
    assert body["messages"] == [{"role": "user", "content": "Hello."}]
    assert body["max_tokens"] == 8192


def test_a_base_url_may_end_in_v1() -> None:
    target = Target("anthropic", "https://proxy.example.com/v1", None, "k")
    assert anthropic.build(CallRequest("m", HELLO), target, stream=False).path == "/messages"


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([("system", "S")], ("", [("user", "S")])),
        ([], ("", [("user", "Begin.")])),
        ([("user", "A"), ("user", "B")], ("", [("user", "A\n\nB")])),
        ([("assistant", "A")], ("", [("user", "Begin."), ("assistant", "A")])),
        ([("system", "S"), ("user", "A"), ("system", "T"), ("user", "B")], ("S\n\nT", [("user", "A\n\nB")])),
        ([("user", "A"), ("assistant", " "), ("user", "B")], ("", [("user", "A\n\nB")])),
        ([("user", "A"), ("assistant", "{ \n")], ("", [("user", "A"), ("assistant", "{")])),
    ],
)
def test_roles_alternate(messages: list[Any], expected: tuple[str, list[tuple[str, str]]]) -> None:
    body = sent(messages=tuple(Message(role, text) for role, text in messages))
    turns = [(turn["role"], turn["content"]) for turn in body["messages"]]
    assert (body.get("system", ""), turns) == expected


@pytest.mark.parametrize(
    ("model", "version"),
    [("claude-sonnet-4-5", "2023-06-01"), ("claude-opus-4-7", "2026-10-21"), ("claude-sonnet-5", "2026-10-21")],
)
def test_the_version_goes_with_the_era(model: str, version: str) -> None:
    wire = anthropic.build(CallRequest(model, HELLO), HOME, stream=False)
    assert wire.headers["anthropic-version"] == version
    assert anthropic.build_models(HOME).headers["anthropic-version"] == "2026-10-21"


ALL = ModelSettings(0.2, 1000, 0.9, ("END",))


@pytest.mark.parametrize(
    ("model", "sampling"),
    [
        ("claude-3-haiku-20240307", {"temperature": 0.2, "top_p": 0.9}),
        ("claude-sonnet-4-20250514", {"temperature": 0.2}),
        ("claude-sonnet-4-5", {"temperature": 0.2}),
        ("claude-haiku-4-5-20251001", {"temperature": 0.2}),
        ("claude-opus-4-6", {"temperature": 0.2}),
        ("claude-opus-4-7", {}),
        ("claude-sonnet-5", {}),
        ("claude-haiku-5-5", {}),
    ],
)
def test_sampling_by_era(model: str, sampling: dict[str, float]) -> None:
    body = sent(model, settings=ALL)
    assert {name: body[name] for name in ("temperature", "top_p") if name in body} == sampling
    assert (body["max_tokens"], body["stop_sequences"]) == (1000, ["END"])


@pytest.mark.parametrize(
    ("model", "thinking", "limit"),
    [
        ("claude-3-5-sonnet-20241022", None, 1000),
        ("claude-3-7-sonnet-20250219", {"type": "enabled", "budget_tokens": 8192}, 9192),
        ("claude-opus-4-1-20250805", {"type": "enabled", "budget_tokens": 8192}, 9192),
        ("claude-haiku-4-5", {"type": "enabled", "budget_tokens": 8192}, 9192),
        ("claude-opus-4-6", {"type": "adaptive"}, 1000),
        ("claude-opus-5", {"type": "adaptive"}, 1000),
    ],
)
def test_thinking_by_era(model: str, thinking: Any, limit: int) -> None:
    body = sent(model, settings=ModelSettings(0.2, 1000, reasoning_effort="medium"))
    assert body.get("thinking") == thinking
    assert body["max_tokens"] == limit
    if thinking is not None:
        assert "temperature" not in body
        assert body.get("output_config", {}).get("effort") == ("medium" if thinking["type"] == "adaptive" else None)


def test_a_schema_in_the_format_option() -> None:
    wanted = sent(response_schema=SCHEMA)["output_config"]["format"]
    assert wanted["type"] == "json_schema"
    assert wanted["schema"] == {
        "type": "object",
        "properties": {"n": {"type": "integer", "description": "(minimum: 1, maximum: 5)"}},
        "required": ["n"],
        "additionalProperties": False,
    }


def test_closing_a_schema_leaves_names_and_values_alone() -> None:
    schema = {
        "type": "object",
        "properties": {"minimum": {"type": "string", "enum": ["minimum"]}},
        "$defs": {"maximum": {"type": "object", "additionalProperties": True}},
        "required": ["minimum"],
    }
    closed = anthropic.close_schema(schema)
    assert closed["properties"] == schema["properties"]
    assert closed["required"] == ["minimum"]
    assert closed["$defs"] == {"maximum": {"type": "object", "additionalProperties": False}}


def test_a_schema_by_a_forced_tool_for_old_models() -> None:
    body = sent("claude-3-5-haiku-20241022", response_schema=SCHEMA, tools=(ToolDefinition("f", "F", SCHEMA),))
    assert [tool["name"] for tool in body["tools"]] == ["f", anthropic.SCHEMA_TOOL]
    assert body["tool_choice"] == {"type": "tool", "name": anthropic.SCHEMA_TOOL}
    assert body["tools"][1]["input_schema"] == SCHEMA


def test_json_mode_is_a_sentence() -> None:
    assert sent(json_mode=True)["system"] == f"Be brief.\n\n{anthropic.JSON_LINE}"


def test_the_schema_tool_is_the_answer_and_no_call() -> None:
    block = {"type": "tool_use", "id": "1", "name": anthropic.SCHEMA_TOOL, "input": {"n": 2}}
    whole = anthropic.parse_full(orjson.dumps({"content": [block], "stop_reason": "tool_use", "usage": {}}))
    assert (whole.text, whole.tool_calls, whole.finished.finish_reason) == ('{"n":2}', (), "stop")
    events = read(
        {"type": "content_block_start", "index": 0, "content_block": {**block, "input": {}}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": '{"n"'}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": ":2}"}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 4}},
        {"type": "message_stop"},
    )
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == '{"n":2}'
    assert events[-1].finish_reason == "stop"


def test_usage_counts_what_was_cached() -> None:
    usage = {"input_tokens": 3, "cache_creation_input_tokens": 10, "cache_read_input_tokens": 20, "output_tokens": 1}
    last = {"input_tokens": None, "output_tokens": 9, "output_tokens_details": {"thinking_tokens": 4}}
    events = read(
        {"type": "message_start", "message": {"model": "claude-x", "usage": usage}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": last},
        {"type": "message_stop"},
    )
    found = events[-1].usage
    assert (found.input_tokens, found.cached_input_tokens, found.output_tokens, found.reasoning_tokens) == (
        33,
        20,
        9,
        4,
    )


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("refusal", "refusal"),
        ("pause_turn", "other"),
        (None, "other"),
    ],
)
def test_stop_reasons(reason: str | None, expected: str) -> None:
    body: dict[str, Any] = {"content": [], "stop_reason": reason, "stop_details": {"explanation": "why"}}
    answer = anthropic.parse_full(orjson.dumps(body))
    assert (answer.finished.finish_reason, answer.finished.refusal) == (expected, "why")


@pytest.mark.parametrize("nonsense", [None, 1, "x", [], {}, [None], {"a": 1}, True, -1], ids=repr)
def test_nonsense_does_not_break_the_stream(nonsense: Any) -> None:
    read(
        {"type": nonsense},
        {"type": "message_start", "message": nonsense},
        {"type": "content_block_start", "index": nonsense, "content_block": nonsense},
        {"type": "content_block_delta", "index": nonsense, "delta": nonsense},
        {"type": "content_block_delta", "index": 0, "delta": {"text": nonsense, "partial_json": nonsense}},
        {"type": "content_block_stop", "index": nonsense},
        {"type": "message_delta", "delta": nonsense, "usage": nonsense},
        {"type": "message_stop"},
    )
    anthropic.parse_full(orjson.dumps({"content": [nonsense, {"type": "text", "text": nonsense}], "usage": nonsense}))
    with pytest.raises(WireFault):
        anthropic.parse_full(orjson.dumps({"content": "text"}))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("overloaded_error", "overloaded"),
        ("rate_limit_error", "rate_limited"),
        ("authentication_error", "wrong_key"),
        ("api_error", "server_error"),
        ("novelty", "server_error"),
    ],
)
def test_an_error_inside_a_stream(kind: str, expected: str) -> None:
    with pytest.raises(WireFault) as caught:
        read({"type": "error", "error": {"type": kind, "message": "x"}})
    assert caught.value.kind == expected


def test_errors_that_are_told_apart_by_their_words() -> None:
    def kind(status: int, message: str) -> tuple[str, str]:
        verdict = anthropic.error_kind(status, orjson.dumps({"type": "error", "error": {"message": message}}))
        return verdict.kind, verdict.setting

    assert kind(400, "prompt is too long: 210000 tokens > 200000 maximum") == ("prompt_too_long", "")
    assert kind(400, "Your credit balance is too low to access the API.") == ("no_credit", "")
    assert kind(400, "`temperature` may only be set to 1 when thinking is enabled") == ("bad_request", "temperature")
    assert kind(413, "Request exceeds the maximum size") == ("prompt_too_long", "")
