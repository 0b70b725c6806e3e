"""The official SDKs take the fake provider for the real one: answers, streams, tools, models, errors."""

from collections.abc import Iterator
from typing import Any

import anthropic
import openai
import pytest
from google import genai
from google.genai import errors, types

from promptassay.providers.fake import FakeProvider, run_in_thread
from tests.providers.calls import SECRET

SCHEMA = {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]}


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeProvider]:
    """One fake for all SDKs; each test asks for its own model."""
    with run_in_thread(keys=[SECRET]) as provider:
        yield provider


@pytest.fixture(scope="module")
def gpt(fake: FakeProvider) -> Iterator[openai.OpenAI]:
    """OpenAI's client."""
    with openai.OpenAI(base_url=fake.openai_url, api_key=SECRET, max_retries=0) as client:
        yield client


@pytest.fixture(scope="module")
def claude(fake: FakeProvider) -> Iterator[anthropic.Anthropic]:
    """Anthropic's client."""
    with anthropic.Anthropic(base_url=fake.anthropic_url, api_key=SECRET, max_retries=0) as client:
        yield client


@pytest.fixture(scope="module")
def gemini(fake: FakeProvider) -> genai.Client:
    """Google's client."""
    return genai.Client(api_key=SECRET, http_options=types.HttpOptions(base_url=fake.google_url))


def ask_gpt(client: openai.OpenAI, model: str, **more: Any) -> Any:
    """One call by OpenAI's client."""
    messages: Any = [{"role": "system", "content": "Weigh."}, {"role": "user", "content": "This."}]
    return client.chat.completions.create(model=model, messages=messages, **more)


def ask_claude(client: anthropic.Anthropic, model: str, **more: Any) -> Any:
    """One call by Anthropic's client."""
    messages: Any = [{"role": "user", "content": "This."}]
    return client.messages.create(model=model, system="Weigh.", messages=messages, max_tokens=100, **more)


def test_openai_whole_and_streamed(gpt: openai.OpenAI) -> None:
    whole = ask_gpt(gpt, "gpt-test")
    assert whole.choices[0].message.content
    assert whole.choices[0].finish_reason == "stop"
    assert whole.usage.total_tokens == whole.usage.prompt_tokens + whole.usage.completion_tokens > 0
    chunks = list(ask_gpt(gpt, "gpt-test", stream=True, stream_options={"include_usage": True}))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == whole.choices[0].message.content
    assert chunks[-1].usage.total_tokens == whole.usage.total_tokens
    assert not any(chunk.usage for chunk in ask_gpt(gpt, "gpt-test", stream=True))


def test_openai_tools(gpt: openai.OpenAI) -> None:
    tools: Any = [{"type": "function", "function": {"name": "find", "parameters": SCHEMA}}]
    whole = ask_gpt(gpt, "gpt-test!tool", tools=tools)
    call = whole.choices[0].message.tool_calls[0]
    assert (call.function.name, call.function.arguments) == ("find", '{"query":"touchstone"}')
    assert whole.choices[0].finish_reason == "tool_calls"
    messages: Any = [{"role": "user", "content": "This."}]
    with gpt.chat.completions.stream(model="gpt-test!tool", messages=messages, tools=tools) as stream:
        final = stream.get_final_completion()
    call = final.choices[0].message.tool_calls[0]  # type: ignore[index]
    assert call.function.arguments == '{"query":"touchstone"}'


def test_openai_refusal_and_models(gpt: openai.OpenAI) -> None:
    assert ask_gpt(gpt, "gpt-test!refusal").choices[0].message.refusal
    assert ask_gpt(gpt, "gpt-test!filtered").choices[0].finish_reason == "content_filter"
    assert "gpt-test" in [model.id for model in gpt.models.list()]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("400", openai.BadRequestError),
        ("401", openai.AuthenticationError),
        ("403", openai.PermissionDeniedError),
        ("404", openai.NotFoundError),
        ("429-after-1", openai.RateLimitError),
        ("500", openai.InternalServerError),
        ("context", openai.BadRequestError),
    ],
)
def test_openai_errors(gpt: openai.OpenAI, fault: str, error: type[openai.APIStatusError]) -> None:
    for stream in (True, False):
        with pytest.raises(error) as caught:
            ask_gpt(gpt, f"gpt-test!{fault}", stream=stream)
        assert isinstance(caught.value.body, dict)
        assert caught.value.body["message"]
        if fault == "429-after-1":
            assert caught.value.response.headers["retry-after"] == "1"


def test_openai_repeats_part_of_a_wrong_key(fake: FakeProvider) -> None:
    client = openai.OpenAI(base_url=fake.openai_url, api_key="sk-wrong-0123456789", max_retries=0)
    with client, pytest.raises(openai.AuthenticationError) as caught:
        client.models.list()
    assert caught.value.code == "invalid_api_key"
    assert "sk-wrong" in str(caught.value)
    assert "0123456789" not in str(caught.value)


def test_openai_error_inside_a_stream(gpt: openai.OpenAI) -> None:
    stream = ask_gpt(gpt, "gpt-test!late-error", stream=True)
    with pytest.raises(openai.APIError):
        list(stream)


def test_anthropic_whole_and_streamed(claude: anthropic.Anthropic) -> None:
    whole = ask_claude(claude, "claude-test")
    assert whole.content[0].text
    assert (whole.stop_reason, whole.role) == ("end_turn", "assistant")
    assert whole.usage.input_tokens > 0
    messages: Any = [{"role": "user", "content": "This."}]
    with claude.messages.stream(model="claude-test", system="Weigh.", messages=messages, max_tokens=100) as stream:
        text = "".join(stream.text_stream)
        final: Any = stream.get_final_message()
    assert text == whole.content[0].text
    assert final.usage.output_tokens == whole.usage.output_tokens
    assert final.stop_reason == "end_turn"


def test_anthropic_tools_and_thinking(claude: anthropic.Anthropic) -> None:
    tools: Any = [{"name": "find", "input_schema": SCHEMA}]
    whole = ask_claude(claude, "claude-test!tool", tools=tools)
    assert (whole.content[0].name, whole.content[0].input) == ("find", {"query": "touchstone"})
    assert whole.stop_reason == "tool_use"
    messages: Any = [{"role": "user", "content": "This."}]
    with claude.messages.stream(model="claude-test!tool", messages=messages, max_tokens=100, tools=tools) as stream:
        final: Any = stream.get_final_message()
    assert final.content[0].input == {"query": "touchstone"}
    with claude.messages.stream(model="claude-test!reasoning", messages=messages, max_tokens=100) as stream:
        final = stream.get_final_message()
    assert [block.type for block in final.content] == ["thinking", "text"]
    assert final.content[0].thinking == "First weigh, then judge. "


def test_anthropic_refusal_and_models(claude: anthropic.Anthropic) -> None:
    assert ask_claude(claude, "claude-test!refusal").stop_reason == "refusal"
    models = list(claude.models.list())
    assert models[0].id == "claude-test"
    assert models[0].max_input_tokens == 200_000


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("400", anthropic.BadRequestError),
        ("401", anthropic.AuthenticationError),
        ("403", anthropic.PermissionDeniedError),
        ("404", anthropic.NotFoundError),
        ("429-after-1", anthropic.RateLimitError),
        ("500", anthropic.InternalServerError),
        ("529", anthropic.InternalServerError),
    ],
)
def test_anthropic_errors(claude: anthropic.Anthropic, fault: str, error: type[anthropic.APIStatusError]) -> None:
    for stream in (True, False):
        with pytest.raises(error) as caught:
            ask_claude(claude, f"claude-test!{fault}", stream=stream)
        assert isinstance(caught.value.body, dict)
        assert caught.value.body["error"]["type"]


def test_anthropic_refuses_what_the_real_one_refuses(claude: anthropic.Anthropic) -> None:
    for roles in (["assistant"], ["user", "user"], []):
        messages: Any = [{"role": role, "content": "This."} for role in roles]
        with pytest.raises(anthropic.BadRequestError):
            claude.messages.create(model="claude-test", messages=messages, max_tokens=10)


def test_anthropic_error_inside_a_stream(claude: anthropic.Anthropic) -> None:
    stream = ask_claude(claude, "claude-test!late-overloaded", stream=True)
    with pytest.raises(anthropic.APIStatusError):
        list(stream)


def test_google_whole_and_streamed(gemini: genai.Client) -> None:
    config = types.GenerateContentConfig(system_instruction="Weigh.", temperature=0.1)
    whole = gemini.models.generate_content(model="gemini-test", contents="This.", config=config)
    assert whole.text
    assert whole.candidates is not None
    assert whole.candidates[0].finish_reason == types.FinishReason.STOP
    assert whole.usage_metadata is not None
    assert whole.usage_metadata.prompt_token_count
    chunks = list(gemini.models.generate_content_stream(model="gemini-test", contents="This.", config=config))
    assert "".join(chunk.text or "" for chunk in chunks) == whole.text
    last = chunks[-1].candidates
    assert last is not None
    assert last[0].finish_reason == types.FinishReason.STOP


def test_google_tools_and_thoughts(gemini: genai.Client) -> None:
    tool = types.Tool(function_declarations=[types.FunctionDeclaration(name="find", parameters_json_schema=SCHEMA)])
    config = types.GenerateContentConfig(
        tools=[tool], automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True)
    )
    whole = gemini.models.generate_content(model="gemini-test!tool", contents="This.", config=config)
    assert whole.function_calls is not None
    assert (whole.function_calls[0].name, whole.function_calls[0].args) == ("find", {"query": "touchstone"})
    thinking = gemini.models.generate_content(model="gemini-test!reasoning", contents="This.")
    assert thinking.parts is not None
    assert thinking.parts[0].thought
    assert "First weigh" not in (thinking.text or "")


def test_google_blocked_and_models(gemini: genai.Client) -> None:
    blocked = gemini.models.generate_content(model="gemini-test!filtered", contents="This.")
    assert blocked.prompt_feedback is not None
    assert blocked.prompt_feedback.block_reason == types.BlockedReason.SAFETY
    assert "models/gemini-test" in [model.name for model in gemini.models.list()]


@pytest.mark.parametrize(
    ("fault", "error", "code"),
    [
        ("400", errors.ClientError, 400),
        ("401", errors.ClientError, 400),
        ("403", errors.ClientError, 403),
        ("404", errors.ClientError, 404),
        ("429", errors.ClientError, 429),
        ("500", errors.ServerError, 500),
        ("503", errors.ServerError, 503),
    ],
)
def test_google_errors(gemini: genai.Client, fault: str, error: type[errors.APIError], code: int) -> None:
    with pytest.raises(error) as caught:
        gemini.models.generate_content(model=f"gemini-test!{fault}", contents="This.")
    assert caught.value.code == code
    assert caught.value.status
    stream = gemini.models.generate_content_stream(model=f"gemini-test!{fault}", contents="This.")
    with pytest.raises(error):
        list(stream)
